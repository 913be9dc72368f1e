//! Multi-line strings: the closing line's indentation is taken off every line, blank lines become empty, line ends
//! become LF. Takes the text between the newline after the opening quotes and the closing quotes.

use super::chars::{is_blank, newline_len};
use super::escape::{Origin, blank_len, unescape};
use super::report::Reporter;
use crate::diagnostic::{Diagnostic, registry};

/// Gives the meaning of a quoted (not raw) multi-line string.
pub(super) fn quoted(body: &str, origin: Origin, report: &mut Reporter) -> String {
    let joined = join_continued(body);
    let (body, origin) = match &joined {
        Some(joined) => (joined.as_str(), Origin { offset: None, ..origin }),
        None => (body, origin),
    };
    let dedented = dedent(body, origin, report);
    if !dedented.contains('\\') {
        return dedented;
    }
    unescape(&dedented, Origin { offset: None, ..origin }, report)
}

/// Takes out every `\` that is followed by spaces or newlines, with them; `None` where there is none.
fn join_continued(body: &str) -> Option<String> {
    let bytes = body.as_bytes();
    let mut joined: Option<String> = None;
    let (mut at, mut copied) = (0, 0);
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        at += found;
        let blank = blank_len(&bytes[at + 1..]);
        if blank == 0 {
            // An escape of one character; `\\` must not be read as the start of another.
            at = (at + 2).min(bytes.len());
            continue;
        }
        joined.get_or_insert_default().push_str(&body[copied..at]);
        at += 1 + blank;
        copied = at;
    }
    joined.map(|text| text + &body[copied..])
}

/// Takes the closing line's indentation off all lines.
pub(super) fn dedent(body: &str, origin: Origin, report: &mut Reporter) -> String {
    let lines = lines(body);
    let Some(((last_start, last), lines)) = lines.split_last() else { return String::new() };
    if !is_blank(last) {
        let text = "the closing quotes of a multi-line string share their line with text";
        let range = origin.range(*last_start, last_start + last.len());
        let found = Diagnostic::new(
            &registry::TEXT_BESIDE_QUOTES,
            text,
            report.span(range.0, range.1),
            "text on the closing line",
        );
        report.damage(found.help("put the closing `\"\"\"` on a line of its own"));
        return lines.iter().map(|(_, line)| *line).chain([*last]).collect::<Vec<_>>().join("\n");
    }
    let mut meaning = String::with_capacity(body.len());
    let mut reported = false;
    for (index, (start, line)) in lines.iter().enumerate() {
        if index > 0 {
            meaning.push('\n');
        }
        match line.strip_prefix(last) {
            _ if is_blank(line) => {}
            Some(rest) => meaning.push_str(rest),
            None => {
                if !std::mem::replace(&mut reported, true) {
                    report_indent(last, origin.range(*start, start + line.len()), origin, report);
                }
                meaning.push_str(line);
            }
        }
    }
    meaning
}

fn report_indent(indent: &str, line: (usize, usize), origin: Origin, report: &mut Reporter) {
    let text = "a line of this string does not start with the indentation of its closing line";
    let closing = report.span(origin.literal.1.saturating_sub(3), origin.literal.1);
    let found =
        Diagnostic::new(&registry::BAD_INDENT, text, report.span(line.0, line.1), "indented otherwise");
    let wanted = format!("{} characters of indentation before these quotes", indent.chars().count());
    report.damage(
        found
            .label(closing, wanted)
            .help("indent every line at least like the closing quotes, with the same characters"),
    );
}

/// The lines of a text with where each starts, the last one included even if empty.
fn lines(body: &str) -> Vec<(usize, &str)> {
    let bytes = body.as_bytes();
    let mut lines = Vec::new();
    let (mut start, mut at) = (0, 0);
    while at < bytes.len() {
        let newline = newline_len(&bytes[at..]);
        if newline > 0 {
            lines.push((start, &body[start..at]));
            start = at + newline;
        }
        at += newline.max(1);
    }
    lines.push((start, &body[start..]));
    lines
}
