//! Words of an expression. Takes text, gives tokens with their places; refuses what policies do without (floating point,
//! unsigned numbers, bytes).

use super::fault::{At, Fault, place};

/// A word of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'s> {
    Int(i64),
    Text(String),
    Name(&'s str),
    /// An operator, a bracket, a comma; `in` too.
    Sign(&'static str),
    End,
}

const SIGNS: &[&str] = &[
    "||", "&&", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", "(", ")", "[", "]",
    "{", "}", ",", ".",
];

/// Words that CEL keeps for itself.
const RESERVED: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// All tokens, the end included.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token<'_>, At)>, Box<Fault>> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        at = skip(text, at);
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else {
            found.push((Token::End, place(at, at)));
            return Ok(found);
        };
        let (token, len) = if first.is_ascii_digit() {
            number(text, at)?
        } else if let Some(raw) = quote(rest) {
            string(text, at, raw)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            word(text, at)?
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let sign = sign.ok_or_else(|| stray(first, at))?;
            (Token::Sign(sign), sign.len())
        };
        found.push((token, place(at, at + len)));
        at += len;
    }
}

/// Past space and `// comments`.
fn skip(text: &str, mut at: usize) -> usize {
    loop {
        let rest = text[at..].trim_start_matches([' ', '\t', '\n', '\r', '\u{c}']);
        at = text.len() - rest.len();
        match rest.strip_prefix("//") {
            Some(comment) => at += 2 + comment.find('\n').unwrap_or(comment.len()),
            None => return at,
        }
    }
}

fn stray(first: char, at: usize) -> Box<Fault> {
    let place = place(at, at + first.len_utf8());
    let fault = Fault::syntax(place, format!("`{first}` means nothing in an expression"), "not CEL");
    match first {
        '=' => fault.help("two values are compared with `==`"),
        '&' => fault.help("both of two conditions: `&&`"),
        '|' => fault.help("one of two conditions: `||`"),
        _ => fault,
    }
}

fn number(text: &str, at: usize) -> Result<(Token<'_>, usize), Box<Fault>> {
    let rest = &text[at..];
    let bytes = rest.as_bytes();
    let mut len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let fraction = bytes.get(len) == Some(&b'.') && bytes.get(len + 1).is_some_and(u8::is_ascii_digit);
    if fraction {
        let tail = &rest[len + 1..];
        len += 1 + tail.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tail.len());
    }
    let written = &rest[..len];
    let value = match written.strip_prefix("0x") {
        Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => i64::from_str_radix(hex, 16).ok(),
        Some(_) => None,
        None if written.bytes().all(|b| b.is_ascii_digit()) => written.parse().ok(),
        None => None,
    };
    if let Some(value) = value {
        return Ok((Token::Int(value), len));
    }
    let fault = Fault::syntax(
        place(at, at + len),
        format!("`{}` is not a whole number", crate::decode::value::clip(written)),
        "not a whole number",
    );
    let digits = written.bytes().all(|b| b.is_ascii_digit());
    Err(fault.help(if digits {
        format!("whole numbers go up to {}", i64::MAX)
    } else {
        "policies reckon in whole numbers; amounts have units: `cpu(\"500m\")`, `share(\"12.5%\")`".to_owned()
    }))
}

/// What a string starts with: whether it is raw, and its quotation mark; `None` where no string starts.
fn quote(rest: &str) -> Option<(bool, char)> {
    let raw = rest.strip_prefix(['r', 'R']);
    let mark = raw.unwrap_or(rest).chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some((raw.is_some(), mark))
}

fn string(text: &str, at: usize, (raw, mark): (bool, char)) -> Result<(Token<'_>, usize), Box<Fault>> {
    let open = at + usize::from(raw) + 1;
    let mut meaning = String::new();
    let mut from = open;
    loop {
        let rest = &text[from..];
        let Some(c) = rest.chars().next().filter(|c| *c != '\n') else {
            let message = format!("a text in {mark} is not closed");
            return Err(Fault::syntax(place(at, from), message, "opened here"));
        };
        if c == mark {
            return Ok((Token::Text(meaning), from + 1 - at));
        }
        if c == '\\' && !raw {
            let (c, len) = escape(rest).ok_or_else(|| {
                let end = from + 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                let message = format!("`{}` is no escape", &text[from..end]);
                Fault::syntax(place(from, end), message, "in this text").help("for a backslash write `\\\\`")
            })?;
            meaning.push(c);
            from += len;
        } else {
            meaning.push(c);
            from += c.len_utf8();
        }
    }
}

/// The character that an escape stands for, and its length.
fn escape(rest: &str) -> Option<(char, usize)> {
    let simple = |c: char| Some((c, 2));
    let hex = |digits: usize| {
        let code = u32::from_str_radix(rest.get(2..2 + digits)?, 16).ok()?;
        Some((char::from_u32(code)?, 2 + digits))
    };
    match rest.as_bytes().get(1)? {
        b'n' => simple('\n'),
        b't' => simple('\t'),
        b'r' => simple('\r'),
        b'a' => simple('\u{7}'),
        b'b' => simple('\u{8}'),
        b'f' => simple('\u{c}'),
        b'v' => simple('\u{b}'),
        b'x' | b'X' => hex(2),
        b'u' => hex(4),
        b'U' => hex(8),
        c @ (b'\\' | b'\'' | b'"' | b'`' | b'?') => simple(char::from(*c)),
        _ => None,
    }
}

fn word(text: &str, at: usize) -> Result<(Token<'_>, usize), Box<Fault>> {
    let rest = &text[at..];
    let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let word = &rest[..len];
    if word == "in" {
        return Ok((Token::Sign("in"), 2));
    }
    let bytes = matches!(word, "b" | "B" | "br" | "bR" | "Br" | "BR" | "rb" | "rB" | "Rb" | "RB");
    if bytes && rest[len..].starts_with(['"', '\'']) {
        return Err(Fault::syntax(place(at, at + len), "policies know no bytes", "write text without it"));
    }
    if RESERVED.contains(&word) {
        let message = format!("`{word}` is a word that CEL keeps for itself");
        return Err(Fault::syntax(place(at, at + len), message, "cannot be a name"));
    }
    Ok((Token::Name(word), len))
}
