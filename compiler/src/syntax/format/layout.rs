//! Prints lines of pieces. Invariant: what is printed scans to the same lines, but for spaces.

use super::WIDTH;
use super::line::{Block, Comment, Kind, Line, Piece};

const INDENT: usize = 4;

/// Bytes that are more than [`WIDTH`] characters for sure: nothing longer is tried on one line.
const FAR: usize = WIDTH * 4;

/// How many pieces of a neighbouring line are looked at for alignment.
const ALIGNED_PIECES: usize = 64;

/// Prints a file; `align` keeps spaces that line entries up with a neighbouring line.
pub(super) fn print(file: &Block, align: bool) -> String {
    let mut printer = Printer { out: String::new(), line_start: 0, align };
    printer.lines(file, 0);
    printer.out
}

struct Printer {
    out: String,
    line_start: usize,
    align: bool,
}

impl Printer {
    /// How wide the line is; counted no further than it matters.
    fn column(&self) -> usize {
        let line = &self.out[self.line_start..];
        if line.len() > FAR { line.len() } else { line.chars().count() }
    }

    fn push(&mut self, text: &str) {
        if let Some(at) = text.rfind('\n') {
            self.line_start = self.out.len() + at + 1;
        }
        self.out.push_str(text);
    }

    fn start_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.line_start = self.out.len();
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    fn spaces(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
    }

    fn comment(&mut self, comment: &Comment) {
        self.spaces(comment.gap.max(1));
        self.push(&comment.text);
    }

    /// Prints lines, each with its newline.
    fn lines(&mut self, block: &Block, indent: usize) {
        let mut from = 0;
        while from < block.lines.len() {
            let joined = block.lines[from + 1..].iter().take_while(|line| line.joined).count();
            let group = &block.lines[from..=from + joined];
            if group[0].blank_before {
                self.out.push('\n');
            }
            match flat_group(group).filter(|flat| joined > 0 && indent + flat.chars().count() <= WIDTH) {
                Some(flat) => self.flat_line(&flat, group.last(), indent),
                None => {
                    for (index, line) in group.iter().enumerate() {
                        self.line(line, neighbours(&block.lines, from + index), indent);
                    }
                }
            }
            from += joined + 1;
        }
    }

    fn flat_line(&mut self, flat: &str, last: Option<&Line>, indent: usize) {
        self.line_start = self.out.len();
        self.spaces(indent);
        self.push(flat);
        if let Some(comment) = last.and_then(|line| line.trailing.as_ref()) {
            self.comment(comment);
        }
        self.out.push('\n');
    }

    fn line(&mut self, line: &Line, neighbours: [Option<&Line>; 2], indent: usize) {
        self.line_start = self.out.len();
        self.spaces(indent);
        let mut fresh = true;
        for piece in &line.pieces {
            if !std::mem::take(&mut fresh) {
                let aligned = self.align && neighbours.iter().flatten().any(|other| lines_up(piece, other));
                self.spaces(if aligned { piece.gap } else { piece.gap.min(1) });
            }
            match &piece.kind {
                Kind::Text(text) => self.push(text),
                Kind::Block(block) => self.block(block, indent),
                Kind::Continued(comments) => {
                    self.push("\\");
                    for comment in comments {
                        self.push(" ");
                        self.push(comment);
                    }
                    self.start_line(indent + INDENT);
                    fresh = true;
                }
                Kind::Comment(text) => {
                    self.push(text);
                    self.start_line(indent + INDENT);
                    fresh = true;
                }
            }
        }
        match &line.trailing {
            Some(comment) if fresh => self.push(&comment.text),
            Some(comment) => self.comment(comment),
            None => {}
        }
        self.out.push('\n');
    }

    fn block(&mut self, block: &Block, indent: usize) {
        if block.lines.is_empty() && block.opening.is_none() {
            return self.push("{}");
        }
        if block.flat {
            let flat = flat_block(block).filter(|flat| self.column() + flat.chars().count() <= WIDTH);
            if let Some(flat) = flat {
                return self.push(&flat);
            }
        }
        self.push("{");
        if let Some(comment) = &block.opening {
            self.comment(comment);
        }
        self.out.push('\n');
        self.lines(block, indent + INDENT);
        self.line_start = self.out.len();
        self.spaces(indent);
        self.push("}");
    }
}

/// The lines right above and below, where they stand alone on theirs.
fn neighbours(lines: &[Line], index: usize) -> [Option<&Line>; 2] {
    let row = lines[index].row;
    let above = index.checked_sub(1).and_then(|index| lines.get(index)).filter(|line| line.row + 1 == row);
    let below = lines.get(index + 1).filter(|line| line.row == row + 1);
    [above, below]
}

/// Whether a piece starts where one of another line does.
fn lines_up(piece: &Piece, other: &Line) -> bool {
    piece.gap > 1
        && other.pieces.iter().skip(1).take(ALIGNED_PIECES).any(|theirs| theirs.column == piece.column)
}

/// Joined lines as one, without the last one's comment; `None` where they cannot stand on one.
fn flat_group(group: &[Line]) -> Option<String> {
    let mut out = String::new();
    for (index, line) in group.iter().enumerate() {
        if index > 0 {
            out.push_str(if line.node && group[index - 1].node { "; " } else { " " });
        }
        if line.trailing.is_some() && index + 1 < group.len() {
            return None;
        }
        flat_line(line, &mut out)?;
        if out.len() > FAR {
            return None;
        }
    }
    Some(out)
}

fn flat_line(line: &Line, out: &mut String) -> Option<()> {
    for (index, piece) in line.pieces.iter().enumerate() {
        if index > 0 {
            out.extend(std::iter::repeat_n(' ', piece.gap.min(1)));
        }
        match &piece.kind {
            Kind::Text(text) if text.contains(is_newline) || text.starts_with("//") => return None,
            Kind::Text(text) => out.push_str(text),
            Kind::Block(block) => out.push_str(&flat_block(block)?),
            Kind::Continued(_) | Kind::Comment(_) => return None,
        }
        if out.len() > FAR {
            return None;
        }
    }
    Some(())
}

fn is_newline(c: char) -> bool {
    matches!(c, '\n' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn flat_block(block: &Block) -> Option<String> {
    if block.lines.is_empty() && block.opening.is_none() {
        return Some("{}".to_owned());
    }
    if !block.flat || block.opening.is_some() || block.lines.iter().any(|line| line.trailing.is_some()) {
        return None;
    }
    Some(format!("{{ {} }}", flat_group(&block.lines)?))
}
