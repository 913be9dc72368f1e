//! Cuts a file without syntax errors into lines of pieces. Every byte that is no space, newline, `;` or brace ends up
//! in a piece or a comment.

use super::line::{Block, Comment, Kind, Line, Piece};
use crate::span::FileId;
use crate::syntax::chars::{newline_len, space_len};
use crate::syntax::lexer::Lexer;
use crate::syntax::report::Reporter;

/// Cuts a file.
pub(super) fn scan(text: &str) -> Block {
    let mut report = Reporter::new(FileId(0));
    report.muted = true;
    let lexer = Lexer { text, bytes: text.as_bytes(), at: 0, report };
    Scanner { lexer, row: 0, columns: 0, counted: 0 }.block(false)
}

struct Scanner<'s> {
    lexer: Lexer<'s>,
    /// How many lines, and characters of the last one, there are up to `counted`.
    row: usize,
    columns: usize,
    counted: usize,
}

impl Scanner<'_> {
    /// Brings `row` and `columns` up to the cursor.
    fn count(&mut self) {
        while self.counted < self.lexer.at {
            let newline = newline_len(&self.lexer.bytes[self.counted..]);
            if newline > 0 {
                self.row += 1;
                self.columns = 0;
            } else if self.lexer.bytes[self.counted] & 0xC0 != 0x80 {
                self.columns += 1;
            }
            self.counted += newline.max(1);
        }
    }

    fn column(&mut self) -> usize {
        self.count();
        self.columns
    }

    /// The text since `start`, with LF line ends.
    fn since(&self, start: usize) -> String {
        let text = &self.lexer.text[start..self.lexer.at];
        if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
    }

    fn pass_spaces(&mut self) -> usize {
        let mut count = 0;
        while let len @ 1.. = space_len(self.lexer.rest()) {
            self.lexer.at += len;
            count += 1;
        }
        count
    }

    fn line_comment(&mut self, gap: usize) -> Comment {
        let start = self.lexer.at;
        self.lexer.skip_line_comment();
        Comment { gap, text: self.lexer.text[start..self.lexer.at].trim_end().to_owned() }
    }

    /// Reads lines up to the end, or up to and with the `}`.
    fn block(&mut self, braced: bool) -> Block {
        self.count();
        let first_row = self.row;
        let mut block = Block::default();
        // Newlines since the last line, and whether anything but a node's end was met since.
        let mut newlines = usize::from(!braced);
        loop {
            let gap = self.pass_spaces();
            match self.lexer.rest() {
                [] => break,
                [b'}', ..] => {
                    self.lexer.at += 1;
                    break;
                }
                [b';' | b'\\', ..] => self.lexer.at += 1,
                [b'/', b'/', ..] if newlines == 0 => {
                    let comment = self.line_comment(gap);
                    match block.lines.last_mut() {
                        Some(line) => line.trailing = Some(comment),
                        None => block.opening = Some(comment),
                    }
                }
                rest => match newline_len(rest) {
                    0 => {
                        let line = self.line(newlines, block.lines.is_empty());
                        newlines = 0;
                        block.lines.push(line);
                    }
                    len => {
                        self.lexer.at += len;
                        newlines += 1;
                    }
                },
            }
        }
        self.count();
        block.flat = braced && self.row == first_row;
        block
    }

    fn line(&mut self, newlines: usize, first: bool) -> Line {
        self.count();
        let mut line = Line {
            blank_before: newlines > 1 && !first,
            joined: newlines == 0 && !first,
            row: self.row,
            ..Line::default()
        };
        if self.lexer.rest().starts_with(b"//") {
            let column = self.column();
            let comment = self.line_comment(0);
            line.pieces.push(Piece { gap: 0, column, kind: Kind::Text(comment.text) });
            return line;
        }
        self.pieces(&mut line);
        settle_end(&mut line);
        line
    }

    /// Reads the pieces of a node up to its end, or comments up to the end of their line.
    fn pieces(&mut self, line: &mut Line) {
        let mut glued = false;
        loop {
            let gap = self.pass_spaces();
            let column = self.column();
            let start = self.lexer.at;
            let mut behind_slashdash = false;
            let kind = match self.lexer.rest() {
                [] | [b';' | b'}', ..] => return,
                [b'/', b'/', ..] if glued => Kind::Comment(self.line_comment(gap).text),
                [b'/', b'/', ..] => {
                    line.trailing = Some(self.line_comment(gap));
                    return;
                }
                [b'/', b'*', ..] => {
                    self.lexer.skip_block_comment();
                    behind_slashdash = glued;
                    Kind::Text(self.since(start))
                }
                [b'/', b'-', ..] => {
                    self.lexer.at += 2;
                    behind_slashdash = true;
                    line.node = true;
                    Kind::Text("/-".to_owned())
                }
                [b'\\', ..] if glued => {
                    self.lexer.at += 1;
                    continue;
                }
                [b'\\', ..] => Kind::Continued(self.continuation()),
                [b'{', ..] => {
                    self.lexer.at += 1;
                    Kind::Block(self.block(true))
                }
                rest => match newline_len(rest) {
                    0 => {
                        line.node = true;
                        Kind::Text(self.element())
                    }
                    len if glued => {
                        self.lexer.at += len;
                        continue;
                    }
                    _ => return,
                },
            };
            let comment = matches!(kind, Kind::Comment(_));
            let gap = if glued { gap.min(1) } else { gap.max(1) };
            line.pieces.push(Piece { gap, column, kind });
            glued = behind_slashdash || (glued && comment);
        }
    }

    /// Reads `\` up to and with its newline; gives the comments between.
    fn continuation(&mut self) -> Vec<String> {
        self.lexer.at += 1;
        let mut comments = Vec::new();
        loop {
            self.pass_spaces();
            let start = self.lexer.at;
            match self.lexer.rest() {
                [b'/', b'*', ..] => {
                    self.lexer.skip_block_comment();
                    comments.push(self.since(start));
                }
                [b'/', b'/', ..] => comments.push(self.line_comment(0).text),
                rest => {
                    self.lexer.at += newline_len(rest);
                    return comments;
                }
            }
        }
    }

    /// Reads a name or an entry; spaces inside are left out, unless there are comments among them.
    fn element(&mut self) -> String {
        let start = self.lexer.at;
        let mut tight = String::new();
        let mut plain = self.annotated(&mut tight);
        let end = self.lexer.at;
        let spaces = self.pass_inner();
        if self.lexer.peek() == Some(b'=') {
            tight.push('=');
            self.lexer.at += 1;
            plain &= spaces & self.pass_inner();
            plain &= self.annotated(&mut tight);
            return if plain { tight } else { self.since(start) };
        }
        self.lexer.at = end;
        if plain { tight } else { self.since(start) }
    }

    /// Reads `(annotation)word`; whether only spaces stand inside.
    fn annotated(&mut self, tight: &mut String) -> bool {
        let mut plain = true;
        if self.lexer.peek() == Some(b'(') {
            self.lexer.at += 1;
            plain &= self.pass_inner();
            tight.push('(');
            self.word(tight);
            plain &= self.pass_inner();
            self.lexer.at += 1;
            tight.push(')');
            plain &= self.pass_inner();
        }
        self.word(tight);
        plain
    }

    /// Passes spaces, comments and continued lines inside an entry; whether there were only spaces.
    fn pass_inner(&mut self) -> bool {
        self.pass_spaces();
        let start = self.lexer.at;
        self.lexer.skip_node_space();
        self.lexer.at == start
    }

    fn word(&mut self, tight: &mut String) {
        let start = self.lexer.at;
        match self.lexer.peek() {
            Some(b'"') => {
                self.lexer.quoted_string();
            }
            Some(b'#') => {
                let hashes = self.lexer.rest().iter().take_while(|byte| **byte == b'#').count();
                if self.lexer.bytes.get(start + hashes) == Some(&b'"') {
                    self.lexer.raw_string();
                } else {
                    self.lexer.at += hashes;
                    self.lexer.word();
                }
            }
            _ => {
                self.lexer.word();
            }
        }
        if self.lexer.at == start {
            // Cannot be in a file without syntax errors; passing it keeps the scan going.
            self.lexer.bump();
        }
        tight.push_str(&self.since(start));
    }
}

/// A continued line with nothing behind it continues nothing; its comments are comments at the end.
fn settle_end(line: &mut Line) {
    while let Some(Piece { kind: Kind::Continued(comments), gap, column }) = line.pieces.last_mut() {
        let (gap, column, mut comments) = (*gap, *column, std::mem::take(comments));
        if comments.last().is_some_and(|comment| comment.starts_with("//")) {
            if line.trailing.is_some() {
                line.pieces.pop();
                return line.pieces.push(Piece { gap, column, kind: Kind::Continued(comments) });
            }
            line.trailing = comments.pop().map(|text| Comment { gap, text });
        }
        line.pieces.pop();
        line.pieces.extend(comments.into_iter().map(|text| Piece { gap: 1, column, kind: Kind::Text(text) }));
    }
}
