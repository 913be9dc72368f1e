//! Escapes of quoted strings. Takes the inside of a string and where it stands, gives its meaning; what is no escape
//! is reported and kept as written.

use super::chars::{newline_len, space_len};
use super::report::{Reporter, quote};
use crate::diagnostic::{Diagnostic, Edit, registry};

/// How many bytes of space and newlines `bytes` starts with.
pub(super) fn blank_len(bytes: &[u8]) -> usize {
    let mut len = 0;
    loop {
        match space_len(&bytes[len..]) + newline_len(&bytes[len..]) {
            0 => return len,
            step => len += step,
        }
    }
}

/// Where the body of a string came from: each byte of it stands in the file `offset` bytes later, unless it was joined
/// from pieces; then the whole literal is shown.
#[derive(Clone, Copy)]
pub(super) struct Origin {
    pub(super) offset: Option<usize>,
    pub(super) literal: (usize, usize),
}

impl Origin {
    pub(super) fn range(self, start: usize, end: usize) -> (usize, usize) {
        self.offset.map_or(self.literal, |offset| (start + offset, end + offset))
    }
}

/// Resolves every escape in `body`.
pub(super) fn unescape(body: &str, origin: Origin, report: &mut Reporter) -> String {
    let mut meaning = String::with_capacity(body.len());
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'\\', &body.as_bytes()[at..]) {
        meaning.push_str(&body[at..at + found]);
        at += found;
        at += one(&body[at..], &mut meaning).unwrap_or_else(|bad| {
            report_bad(&body[at..at + bad], origin.range(at, at + bad), origin.offset.is_some(), report);
            meaning.push_str(&body[at..at + bad]);
            bad
        });
    }
    meaning.push_str(&body[at..]);
    meaning
}

/// Resolves the escape that `text` starts with; its length, or the length of what is none.
fn one(text: &str, meaning: &mut String) -> Result<usize, usize> {
    let bytes = text.as_bytes();
    let simple = match bytes.get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{C}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b's') => ' ',
        Some(b'u') => return unicode(text, meaning),
        Some(_) => match blank_len(&bytes[1..]) {
            0 => return Err(1 + text[1..].chars().next().map_or(0, char::len_utf8)),
            len => return Ok(1 + len),
        },
        None => return Err(1),
    };
    meaning.push(simple);
    Ok(2)
}

/// `\u{1F600}`: one to six hexadecimal digits of a Unicode scalar value.
fn unicode(text: &str, meaning: &mut String) -> Result<usize, usize> {
    let Some(digits) = text[2..].strip_prefix('{') else { return Err(2) };
    let len = digits.bytes().take_while(u8::is_ascii_hexdigit).count();
    if digits.as_bytes().get(len) != Some(&b'}') {
        return Err(3 + len.min(6));
    }
    let character =
        (len <= 6).then(|| u32::from_str_radix(&digits[..len], 16).ok()).flatten().and_then(char::from_u32);
    meaning.push(character.ok_or(4 + len)?);
    Ok(4 + len)
}

fn report_bad(text: &str, range: (usize, usize), exact: bool, report: &mut Reporter) {
    if report.full() {
        report.damage += 1;
        return;
    }
    let span = report.span(range.0, range.1);
    let message = format!("{} is no escape", quote(text));
    let mut found = Diagnostic::new(&registry::BAD_ESCAPE, message, span, "in this string");
    if text.starts_with("\\u") {
        found = found.help("write one to six hexadecimal digits of a Unicode scalar value, `\\u{1F600}`");
    } else {
        let slash = text == "\\/";
        let replacement = if slash { "/".to_owned() } else { format!("\\{text}") };
        let help = if slash {
            "a `/` needs no escape since KDL v2"
        } else {
            "for a backslash write `\\\\`; paths are written with `/`"
        };
        found = found.help(help);
        if exact {
            found = found.fix(format!("write `{replacement}`"), vec![Edit { span, replacement }]);
        }
    }
    report.damage(found);
}
