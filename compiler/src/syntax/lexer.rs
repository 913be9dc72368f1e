//! The cursor over the text: spaces, newlines, comments, continuations, bare words.
//!
//! Invariant: `at` lies on a character's boundary and only grows; every function looks at each byte once.

use super::chars::{is_newline_byte, is_word_byte, newline_len, space_len};
use super::report::Reporter;
use crate::diagnostic::registry;

pub(super) struct Lexer<'s> {
    pub(super) text: &'s str,
    pub(super) bytes: &'s [u8],
    pub(super) at: usize,
    pub(super) report: Reporter,
}

impl<'s> Lexer<'s> {
    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    pub(super) fn rest(&self) -> &'s [u8] {
        &self.bytes[self.at..]
    }

    #[inline]
    pub(super) fn next_is(&self, byte: u8) -> bool {
        self.bytes.get(self.at + 1) == Some(&byte)
    }

    #[inline]
    pub(super) fn at_slashdash(&self) -> bool {
        self.peek() == Some(b'/') && self.next_is(b'-')
    }

    /// Passes one character.
    pub(super) fn bump(&mut self) {
        self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
    }

    /// Passes spaces, block comments and continued lines; whether there were any.
    #[inline]
    pub(super) fn skip_node_space(&mut self) -> bool {
        let start = self.at;
        loop {
            match self.peek() {
                Some(b' ' | b'\t') => self.at += 1,
                Some(b'/') if self.next_is(b'*') => self.skip_block_comment(),
                Some(b'\\') => self.skip_continuation(),
                Some(128..) => match space_len(self.rest()) {
                    0 => break,
                    len => self.at += len,
                },
                _ => break,
            }
        }
        self.at > start
    }

    /// Passes everything between nodes: spaces, newlines, comments.
    pub(super) fn skip_line_space(&mut self) {
        loop {
            self.skip_node_space();
            match self.peek() {
                Some(b'/') if self.next_is(b'/') => self.skip_line_comment(),
                _ => match newline_len(self.rest()) {
                    0 => return,
                    len => self.at += len,
                },
            }
        }
    }

    /// Passes `// …` up to the line's end, exclusive.
    pub(super) fn skip_line_comment(&mut self) {
        self.at = self.line_end(self.at);
    }

    /// Where the line that holds `from` ends, its newline exclusive.
    pub(super) fn line_end(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(&byte) = self.bytes.get(at) {
            if is_newline_byte(byte) || (matches!(byte, 0xC2 | 0xE2) && newline_len(&self.bytes[at..]) > 0) {
                return at;
            }
            at += 1;
        }
        at
    }

    pub(super) fn skip_block_comment(&mut self) {
        let start = self.at;
        let mut depth = 0u32;
        loop {
            match self.rest() {
                [b'/', b'*', ..] => (depth, self.at) = (depth + 1, self.at + 2),
                [b'*', b'/', ..] => (depth, self.at) = (depth - 1, self.at + 2),
                [_, ..] => self.at += 1,
                [] => break,
            }
            if depth == 0 {
                return;
            }
            self.at += memchr::memchr2(b'/', b'*', self.rest()).unwrap_or(self.bytes.len() - self.at);
        }
        let range = (start, start + 2);
        let touches = start > 0 && !self.bytes[start - 1].is_ascii_whitespace();
        let help = match touches {
            true => "a pattern such as `\"k8s/*.yaml\"` is quoted; a comment is closed by `*/`",
            false => "add `*/`; block comments nest, so every `/*` needs its own",
        };
        self.report.damage_at(
            &registry::UNCLOSED_COMMENT,
            "this comment is not closed",
            range,
            "opened here",
            help,
        );
    }

    /// Passes `\`, what may follow it on its line, and the newline.
    fn skip_continuation(&mut self) {
        let start = self.at;
        self.at += 1;
        loop {
            match self.rest() {
                [b'/', b'*', ..] => self.skip_block_comment(),
                [b'/', b'/', ..] => self.skip_line_comment(),
                [] => return,
                rest => {
                    let newline = newline_len(rest);
                    if newline > 0 {
                        self.at += newline;
                        return;
                    }
                    match space_len(rest) {
                        0 => break,
                        len => self.at += len,
                    }
                }
            }
        }
        let help = "end the line after `\\`, or quote the text that holds it";
        let message = "a `\\` here goes on with the node on the next line, and more follows it";
        let range = (start, start + 1);
        self.report.damage_at(&registry::BAD_CONTINUATION, message, range, "not the last on its line", help);
    }

    /// Reads the characters of a bare word; empty where there are none.
    #[inline]
    pub(super) fn word(&mut self) -> &'s str {
        let start = self.at;
        while let Some(&byte) = self.bytes.get(self.at) {
            if is_word_byte(byte) {
                self.at += 1;
            } else if byte < 128 || newline_len(self.rest()) > 0 || space_len(self.rest()) > 0 {
                break;
            } else {
                self.bump();
            }
        }
        &self.text[start..self.at]
    }
}
