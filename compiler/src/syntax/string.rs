//! Strings in quotes: plain, raw, and multi-line. Takes the cursor at the opening `"` or `#`, gives the meaning.
//!
//! Invariant: an unclosed string on one line ends with its line, an unclosed multi-line string with the file.

use super::chars::{is_string_stop, newline_len};
use super::escape::{Origin, unescape};
use super::lexer::Lexer;
use super::multiline;
use crate::diagnostic::registry;
use std::borrow::Cow;

impl<'s> Lexer<'s> {
    /// Reads a string that starts with `"`.
    pub(super) fn quoted_string(&mut self) -> Cow<'s, str> {
        if self.rest().starts_with(b"\"\"\"") {
            return self.multiline_string();
        }
        let start = self.at;
        let body = start + 1;
        let mut at = body;
        let mut escapes = false;
        let closed = loop {
            match self.bytes.get(at) {
                Some(b'"') => break true,
                Some(b'\\') => {
                    escapes = true;
                    at += self.escape_len(at);
                }
                Some(&byte) if is_string_stop(byte) && newline_len(&self.bytes[at..]) > 0 => break false,
                Some(_) => at += 1,
                None => break false,
            }
        };
        let at = if closed { at } else { self.before_brace(body, at) };
        self.at = at + usize::from(closed);
        if !closed {
            self.report_unclosed(
                (start, at),
                "a string in `\"` ends on its line; for several lines use `\"\"\"`",
            );
        }
        let inside = &self.text[body..at];
        if !escapes {
            return Cow::Borrowed(inside);
        }
        let origin = Origin { offset: Some(body), literal: (start, self.at) };
        Cow::Owned(unescape(inside, origin, &mut self.report))
    }

    /// Where a string that is not closed most likely ends: before a `}` that closes more than is opened in it.
    fn before_brace(&self, body: usize, end: usize) -> usize {
        let mut depth = 0u32;
        for (index, byte) in self.bytes[body..end].iter().enumerate() {
            match byte {
                b'{' => depth += 1,
                b'}' if depth == 0 => return body + index,
                b'}' => depth -= 1,
                _ => {}
            }
        }
        end
    }

    /// How much belongs to the backslash at `at`: an escaped character, or spaces and newlines.
    fn escape_len(&self, at: usize) -> usize {
        match self.bytes.get(at + 1) {
            Some(b'"' | b'\\') => 2,
            Some(_) => 1 + super::escape::blank_len(&self.bytes[at + 1..]),
            None => 1,
        }
    }

    fn multiline_string(&mut self) -> Cow<'s, str> {
        let start = self.at;
        let body = start + 3;
        let mut at = body;
        let close = loop {
            let found = memchr::memchr2(b'"', b'\\', self.bytes.get(at..).unwrap_or_default());
            let Some(found) = found.map(|found| at + found) else { break None };
            match self.bytes[found] {
                b'\\' => at = found + 2,
                _ if self.bytes[found..].starts_with(b"\"\"\"") => break Some(found),
                _ => at = found + 1,
            }
        };
        let Some((inside, origin)) = self.multiline_body(start, body, close, 3) else {
            return self.single_line_in_triple(start, body, close);
        };
        Cow::Owned(multiline::quoted(inside, origin, &mut self.report))
    }

    /// Reads a raw string that starts with `#`; the cursor stands at the first of the hashes before a `"`.
    pub(super) fn raw_string(&mut self) -> Cow<'s, str> {
        let start = self.at;
        let hashes = self.rest().iter().take_while(|byte| **byte == b'#').count();
        let open = start + hashes;
        if self.bytes[open..].starts_with(b"\"\"\"") {
            return self.multiline_raw_string(start, hashes);
        }
        let body = open + 1;
        let mut at = body;
        loop {
            match self.bytes.get(at) {
                Some(b'"') if self.hashes_at(at + 1, hashes) => break,
                Some(&byte) if is_string_stop(byte) && newline_len(&self.bytes[at..]) > 0 => {
                    return self.unclosed_raw(start, body, at);
                }
                Some(_) => at += 1,
                None => return self.unclosed_raw(start, body, at),
            }
        }
        self.at = at + 1 + hashes;
        Cow::Borrowed(&self.text[body..at])
    }

    fn hashes_at(&self, at: usize, hashes: usize) -> bool {
        self.bytes.get(at..at + hashes).is_some_and(|part| part.iter().all(|byte| *byte == b'#'))
    }

    fn unclosed_raw(&mut self, start: usize, body: usize, end: usize) -> Cow<'s, str> {
        self.at = end;
        let help =
            "close it on its line with `\"` and as many `#` as open it; for several lines use `#\"\"\"`";
        self.report_unclosed((start, end), help);
        Cow::Borrowed(&self.text[body..end])
    }

    fn multiline_raw_string(&mut self, start: usize, hashes: usize) -> Cow<'s, str> {
        let body = start + hashes + 3;
        let closing = format!("\"\"\"{}", &self.text[start..start + hashes]);
        let close = memchr::memmem::find(&self.bytes[body..], closing.as_bytes()).map(|found| body + found);
        let Some((inside, origin)) = self.multiline_body(start, body, close, closing.len()) else {
            return self.single_line_in_triple(start, body, close);
        };
        Cow::Owned(multiline::dedent(inside, origin, &mut self.report))
    }

    /// The lines of a multi-line string with the cursor put behind it; `None` where no newline follows the opening.
    fn multiline_body(
        &mut self,
        start: usize,
        body: usize,
        close: Option<usize>,
        closing: usize,
    ) -> Option<(&'s str, Origin)> {
        let newline = newline_len(&self.bytes[body..]);
        self.at = close.map_or(self.bytes.len(), |close| close + closing);
        if newline == 0 && close.is_some() {
            return None;
        }
        if close.is_none() {
            let opening = (start, body);
            self.report_unclosed(opening, "close it with `\"\"\"` (and its `#`) on a line of its own");
            return Some(("", Origin { offset: None, literal: opening }));
        }
        let inside = &self.text[body + newline..close.unwrap_or(body + newline)];
        Some((inside, Origin { offset: Some(body + newline), literal: (start, self.at) }))
    }

    fn single_line_in_triple(&mut self, start: usize, body: usize, close: Option<usize>) -> Cow<'s, str> {
        let message = "a string in `\"\"\"` starts on the next line";
        let help = "start a new line after the opening `\"\"\"`, or use single quotes";
        self.report.damage_at(
            &registry::TEXT_BESIDE_QUOTES,
            message,
            (start, body),
            "text follows on this line",
            help,
        );
        Cow::Borrowed(&self.text[body..close.unwrap_or(body)])
    }

    fn report_unclosed(&mut self, range: (usize, usize), help: &str) {
        let code = &registry::UNCLOSED_STRING;
        self.report.damage_at(code, "this string is not closed", range, "opened here", help);
    }
}
