//! Text of others, fit to be shown: nothing that a terminal or a browser would act on, no line over [`COLUMNS`].
//!
//! Takes any text, gives text. Invariant: what comes out holds no control character, nothing that turns the direction of
//! text, and is the same on every machine.

use std::borrow::Cow;

/// The longest line of a message, a label, help or a quoted line, in columns of a terminal.
pub const COLUMNS: usize = 200;

/// The longest piece of a file in backticks where a message would be too long, in columns.
const QUOTED: usize = 64;

/// Whether a character drives a terminal, hides, or turns the direction of text.
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A character as it may be shown: a harmful one becomes a picture of itself, or U+FFFD.
pub fn harmless(c: char) -> char {
    match c {
        '\t' => ' ',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        c if is_harmful(c) => '\u{fffd}',
        c => c,
    }
}

/// A text as it may be shown, line breaks as pictures.
pub fn text(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_harmful) { text.chars().map(harmless).collect() } else { text.into() }
}

/// One line of at most [`COLUMNS`]: long quotes are shortened first, then the end.
pub fn line(written: String) -> String {
    let shown = match text(&written) {
        Cow::Owned(changed) => changed,
        Cow::Borrowed(_) => written,
    };
    if shown.len() <= COLUMNS || width(&shown) <= COLUMNS {
        return shown;
    }
    let shorten =
        |(index, part): (usize, &str)| if index % 2 == 1 { cut(part, QUOTED) } else { part.to_owned() };
    let shorter = shown.split('`').enumerate().map(shorten).collect::<Vec<_>>().join("`");
    cut(&shorter, COLUMNS)
}

/// Lines of at most [`COLUMNS`] each, broken between words where they are longer; line breaks stay.
pub fn lines(written: &str) -> String {
    let mut broken: Vec<String> = Vec::new();
    for whole in written.lines() {
        let whole = text(whole);
        if whole.len() <= COLUMNS && !whole.starts_with(' ') {
            broken.push(whole.into_owned());
            continue;
        }
        let (mut part, mut used) = (String::new(), 0);
        for word in whole.split(' ') {
            let word = cut(word, COLUMNS);
            let columns = width(&word);
            if !part.is_empty() && used + 1 + columns > COLUMNS {
                broken.push(std::mem::take(&mut part));
                used = 0;
            } else if !part.is_empty() {
                part.push(' ');
                used += 1;
            }
            part.push_str(&word);
            used += columns;
        }
        broken.push(part);
    }
    broken.join("\n")
}

/// A text as it is written in KDL: bare where that is plainly allowed, else in quotes.
pub fn kdl(text: &str) -> String {
    let bare = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && !matches!(text, "true" | "false" | "null" | "inf" | "nan");
    if bare { text.to_owned() } else { quoted(text) }
}

/// A text as a quoted string of KDL.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A text of at most so many columns, with `…` where its end was.
pub fn cut(text: &str, columns: usize) -> String {
    if text.len() <= columns || width(text) <= columns {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += columns_of(c);
        if used > columns {
            break;
        }
        shown.push(c);
    }
    shown.push('…');
    shown
}

/// Columns of a text in a terminal.
pub fn width(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// Columns of a character in a terminal: 2 for wide ones (East Asian letters, emoji), else 1.
pub fn columns_of(c: char) -> usize {
    let wide = matches!(u32::from(c),
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xa960..=0xa97c | 0xac00..=0xd7a3 | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f000..=0x1faff | 0x20000..=0x3fffd);
    if wide { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_harmful_comes_through() {
        assert_eq!(line("a\u{1b}[31mb\nc\u{202e}d\u{9b}".to_owned()), "a␛[31mb␊c\u{fffd}d\u{fffd}");
        assert_eq!(lines("one\ntwo\u{7f}"), "one\ntwo␡");
        assert_eq!(text("grün, 東京"), "grün, 東京");
    }

    #[test]
    fn lines_end_at_their_limit() {
        let long = format!("no lane is named `{}`, or `{}`", "a".repeat(300), "b".repeat(10));
        let short = line(long);
        assert!(short.ends_with("…`, or `bbbbbbbbbb`") && width(&short) <= COLUMNS, "{short}");
        assert_eq!(width(&line("x".repeat(1000))), COLUMNS);
        assert!(width(&line("東".repeat(1000))) <= COLUMNS);
        let help = lines(&"region ".repeat(100));
        assert!(help.lines().count() > 3 && help.lines().all(|line| width(line) <= COLUMNS), "{help}");
        assert_eq!(lines("ends where it ends"), "ends where it ends");
    }
}
