//! Blocks passed without reading what is in them: nested too deeply, or looked at for where a `}` is missing.
//!
//! Invariant: no recursion, and every byte is looked at once.

use super::DEPTH_LIMIT;
use super::lexer::Lexer;
use super::parser::Parser;
use super::report::Reporter;
use crate::diagnostic::registry;
use crate::span::FileId;

impl Parser<'_> {
    /// Passes a block that is nested too deeply, without recursion and without looking at what is in it.
    pub(super) fn pass_block(&mut self) {
        let open = self.lexer.at;
        self.lexer.report.damage += 1;
        if !std::mem::replace(&mut self.depth_reported, true) {
            let message = format!("blocks are nested more than {DEPTH_LIMIT} levels deep");
            let (range, help) = ((open, open + 1), "nothing in this block is read");
            self.lexer.report.damage_at(&registry::TOO_DEEP, message, range, "one level too many", help);
        }
        self.lexer.report.muted = true;
        let mut depth = 0u32;
        while let Some(brace) = self.lexer.next_brace() {
            self.lexer.at += 1;
            depth = if brace == b'{' { depth + 1 } else { depth - 1 };
            if depth == 0 {
                break;
            }
        }
        self.lexer.report.muted = false;
        if depth > 0 {
            self.unclosed(open);
        }
    }
}

impl Lexer<'_> {
    /// Passes everything up to the next brace that is no part of a string or comment.
    fn next_brace(&mut self) -> Option<u8> {
        loop {
            self.skip_line_space();
            match self.peek()? {
                brace @ (b'{' | b'}') => return Some(brace),
                b'"' => {
                    self.quoted_string();
                }
                b'#' => self.pass_hashes(),
                _ => {
                    if self.word().is_empty() {
                        self.bump();
                    }
                }
            }
        }
    }

    fn pass_hashes(&mut self) {
        let hashes = self.rest().iter().take_while(|byte| **byte == b'#').count();
        if self.bytes.get(self.at + hashes) == Some(&b'"') {
            self.raw_string();
        } else {
            self.at += hashes;
        }
    }
}

/// The first `{` whose `}` starts a line further left than the line of the `{`: most likely the `}` of a block around
/// it, and its own is missing. Gives where both stand.
pub(super) fn suspect(text: &str) -> Option<(usize, usize)> {
    closed(text, |outer, indent| indent < outer)
}

/// The first `{` whose `}` starts a line further right than the line of the `{`: most likely the `}` of a block inside it,
/// which lacks its `{`. Gives where both stand.
pub(super) fn early(text: &str) -> Option<(usize, usize)> {
    closed(text, |outer, indent| indent > outer)
}

/// The first `{` whose `}` starts a line, where their indentations are as asked.
fn closed(text: &str, asked: impl Fn(usize, usize) -> bool) -> Option<(usize, usize)> {
    let mut report = Reporter::new(FileId(0));
    report.muted = true;
    let mut lexer = Lexer { text, bytes: text.as_bytes(), at: 0, report };
    let mut lines = Lines { bytes: text.as_bytes(), start: 0, counted: 0 };
    let mut open = Vec::new();
    while let Some(brace) = lexer.next_brace() {
        let (line, indent) = lines.at(lexer.at);
        if brace == b'{' {
            open.push((lexer.at, indent));
        } else if let Some((opened, outer)) = open.pop()
            && line + indent == lexer.at
            && asked(outer, indent)
        {
            return Some((opened, lexer.at));
        }
        lexer.at += 1;
    }
    None
}

/// Finds the lines of growing places.
struct Lines<'s> {
    bytes: &'s [u8],
    start: usize,
    counted: usize,
}

impl Lines<'_> {
    /// Where the line of `place` starts, and its indentation in bytes.
    fn at(&mut self, place: usize) -> (usize, usize) {
        if let Some(last) = memchr::memrchr(b'\n', &self.bytes[self.counted..place]) {
            self.start = self.counted + last + 1;
        }
        self.counted = place;
        let blank = |byte: &&u8| matches!(**byte, b' ' | b'\t');
        (self.start, self.bytes[self.start..place].iter().take_while(blank).count())
    }
}
