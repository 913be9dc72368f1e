//! The comments of a KDL document, found without the compiler's own lexer: what a formatter must not lose.

/// All comments of a text without syntax errors, in order, without spaces at the end of their last line, with LF line ends.
///
/// # Panics
/// Where a string or a comment is not closed.
pub fn comments(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let passed = if rest.starts_with("//") {
            let end = rest
                .find(['\n', '\r', '\u{85}', '\u{B}', '\u{C}', '\u{2028}', '\u{2029}'])
                .unwrap_or(rest.len());
            found.push(rest[..end].trim_end().to_owned());
            end
        } else if rest.starts_with("/*") {
            let end = block_comment(rest);
            found.push(rest[..end].replace("\r\n", "\n").replace('\r', "\n"));
            end
        } else if rest.starts_with('"') || rest.starts_with('#') {
            string(rest)
        } else {
            rest.chars().next().map_or(0, char::len_utf8)
        };
        rest = &rest[passed..];
    }
    found
}

fn block_comment(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    loop {
        let (step, change) = match &text.as_bytes()[at..] {
            [b'/', b'*', ..] => (2, 1),
            [b'*', b'/', ..] => (2, -1),
            _ => (1, 0),
        };
        at += step;
        depth += change;
        if depth == 0 {
            return at;
        }
    }
}

/// The length of the string or of the hashes that a text starts with.
fn string(text: &str) -> usize {
    let hashes = text.bytes().take_while(|byte| *byte == b'#').count();
    let quotes =
        if text[hashes..].starts_with("\"\"\"") { 3 } else { usize::from(text[hashes..].starts_with('"')) };
    if quotes == 0 {
        return hashes;
    }
    let closing = format!("{}{}", &"\"\"\""[..quotes], &text[..hashes]);
    let mut at = hashes + quotes;
    loop {
        if text[at..].starts_with(&closing) {
            return at + closing.len();
        }
        let escaped = hashes == 0 && text[at..].starts_with('\\');
        at += usize::from(escaped);
        at += text[at..].chars().next().map_or(1, char::len_utf8);
    }
}
