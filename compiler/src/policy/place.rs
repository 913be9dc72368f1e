//! From a part of an expression back to the file: through quotes, escapes, raw and multi-line strings of KDL.
//!
//! Takes the text as it stands in the file and what it means, gives spans. Where a string cannot be followed byte by byte
//! (lines that are continued with `\`), its whole place stands for all of it.

use super::cel::fault::At;
use crate::span::Span;

/// Where the text of an expression stands.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// The whole value.
    span: Span,
    /// From bytes of the meaning to bytes of the file, counted from the start of the value; in order.
    pieces: Vec<(u32, u32)>,
}

impl Written {
    /// A text whose meaning stands at `span` as `raw`.
    pub(super) fn new(span: Span, raw: &str, meaning: &str) -> Self {
        Written { span, pieces: pieces(raw, meaning).unwrap_or_default() }
    }

    /// A text that has no place of its own: all of it is shown at one.
    pub(super) fn elsewhere(span: Span) -> Self {
        Written { span, pieces: Vec::new() }
    }

    /// The value's place.
    pub(super) fn whole(&self) -> Span {
        self.span
    }

    /// Part of a text of which this is another part.
    pub(super) fn part(&self, at: &At) -> Span {
        let (Some(start), Some(end)) = (self.byte(at.start), self.byte(at.end.max(at.start + 1) - 1)) else {
            return self.span;
        };
        if at.end <= at.start {
            return Span { start, end: start, ..self.span };
        }
        Span { start, end: (end + 1).max(start), ..self.span }
    }

    /// Whether parts of it have places of their own, so that they can be replaced.
    pub(super) fn exact(&self) -> bool {
        !self.pieces.is_empty()
    }

    fn byte(&self, at: u32) -> Option<u32> {
        let index = self.pieces.partition_point(|(meant, _)| *meant <= at).checked_sub(1)?;
        let (meant, stands) = self.pieces[index];
        Some((self.span.start + stands + (at - meant)).min(self.span.end))
    }
}

/// How the meaning follows the text; `None` where it does not byte by byte.
fn pieces(raw: &str, meaning: &str) -> Option<Vec<(u32, u32)>> {
    let hashes = raw.len() - raw.trim_start_matches('#').len();
    let inner = &raw[hashes..];
    if inner.starts_with("\"\"\"") {
        return lines(raw, meaning);
    }
    let Some(inside) = inner.strip_prefix('"') else { return Some(vec![(0, 0)]) };
    let open = hashes + 1;
    if hashes > 0 || !inside.contains('\\') {
        return Some(vec![(0, open as u32)]);
    }
    escaped(inside, open)
}

/// A string with escapes: each is a piece of its own.
fn escaped(inside: &str, open: usize) -> Option<Vec<(u32, u32)>> {
    let mut found = vec![(0, open as u32)];
    let (mut at, mut meant) = (0, 0);
    while let Some(rest) = inside.get(at..).filter(|rest| !rest.is_empty()) {
        let c = rest.chars().next()?;
        if c != '\\' {
            at += c.len_utf8();
            meant += c.len_utf8();
            continue;
        }
        let (len, gives) = match rest.as_bytes().get(1)? {
            b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' | b's' => (2, 1),
            b'u' => {
                let digits = rest.get(3..rest.find('}')?)?;
                (digits.len() + 4, char::from_u32(u32::from_str_radix(digits, 16).ok()?)?.len_utf8())
            }
            _ => (rest.len() - rest[1..].trim_start().len(), 0),
        };
        at += len;
        meant += gives;
        found.push((meant as u32, (open + at) as u32));
    }
    Some(found)
}

/// A multi-line string: each line ends as the line of the file ends.
fn lines(raw: &str, meaning: &str) -> Option<Vec<(u32, u32)>> {
    let mut found = Vec::new();
    let (mut at, mut meant) = (raw.find('\n')? + 1, 0);
    for line in meaning.split('\n') {
        let written = raw.get(at..)?.split('\n').next()?;
        let text = written.trim_end_matches('\r');
        let indent = if line.is_empty() { text.len() } else { text.strip_suffix(line)?.len() };
        found.push((meant as u32, (at + indent) as u32));
        at += written.len() + 1;
        meant += line.len() + 1;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::FileId;

    fn part(raw: &str, meaning: &str, of: &str) -> String {
        let span = Span::new(FileId(0), 0, raw.len() as u32);
        let start = meaning.find(of).unwrap() as u32;
        let found = Written::new(span, raw, meaning).part(&(start..start + of.len() as u32));
        raw[found.start as usize..found.end as usize].to_owned()
    }

    #[test]
    fn parts_are_found_through_every_kind_of_string() {
        assert_eq!(part(r#""a == b""#, "a == b", "b"), "b");
        assert_eq!(part(r#""a == \"x\" + b""#, "a == \"x\" + b", "+"), "+");
        assert_eq!(part(r#""\u{e9}\s+ b""#, "é + b", "b"), "b");
        assert_eq!(part(r##"#"a == "x" + b"#"##, "a == \"x\" + b", "b"), "b");
        assert_eq!(part("\"\"\"\n    a ==\n      b\n    \"\"\"", "a ==\n  b", "b"), "b");
        assert_eq!(part("\"\"\"\r\n  a\r\n  b\r\n  \"\"\"", "a\nb", "b"), "b");
        assert_eq!(part("flag", "flag", "flag"), "flag");
        // Continued lines are shown whole.
        let raw = "\"\"\"\n  a \\\n  b\n  \"\"\"";
        assert_eq!(part(raw, "a b", "b"), raw);
    }
}
