//! The grammar of nodes and blocks: recovers at the next node, or within a node at the next entry.
//!
//! Invariant: every turn of every loop passes at least one byte; recursion is one level a block, at most
//! [`DEPTH_LIMIT`](super::DEPTH_LIMIT).

use super::chars::{disallowed_runs, newline_len};
use super::lexer::Lexer;
use super::nesting::{early, suspect};
use super::report::{Reporter, quote};
use super::tree::{Document, EntryData, NodeData, Spelling, WordData};
use super::{DEPTH_LIMIT, Parsed};
use crate::diagnostic::{Code, Diagnostic, Edit, registry};
use crate::span::FileId;

pub(super) struct Parser<'s> {
    pub(super) lexer: Lexer<'s>,
    pub(super) nodes: Vec<NodeData>,
    pub(super) entries: Vec<EntryData<'s>>,
    pub(super) owned: Vec<String>,
    pub(super) annotations: Vec<WordData>,
    disallowed: Vec<(u32, u32)>,
    /// One structural finding a node's head: what follows the first is mostly its consequence.
    pub(super) head_reported: bool,
    /// The next node's head was complained of already.
    next_reported: bool,
    /// Space was passed while looking for `=` behind a word.
    pub(super) spaced: bool,
    pub(super) depth_reported: bool,
    unclosed_reported: bool,
    stray_reported: bool,
}

/// What a node has had so far.
#[derive(Default)]
struct Blocks {
    real: bool,
    left_out: bool,
}

impl<'s> Parser<'s> {
    pub(super) fn new(file: FileId, text: &'s str) -> Self {
        let lexer = Lexer { text, bytes: text.as_bytes(), at: 0, report: Reporter::new(file) };
        Self {
            lexer,
            // A guess that saves most of the growing: a node in 48 bytes, an entry in 20.
            nodes: Vec::with_capacity(text.len() / 48 + 1),
            entries: Vec::with_capacity(text.len() / 20 + 1),
            owned: Vec::new(),
            annotations: Vec::new(),
            disallowed: Vec::new(),
            head_reported: false,
            next_reported: false,
            spaced: false,
            depth_reported: false,
            unclosed_reported: false,
            stray_reported: false,
        }
    }

    pub(super) fn run(mut self) -> Parsed<'s> {
        if self.lexer.text.starts_with('\u{FEFF}') {
            self.lexer.at = '\u{FEFF}'.len_utf8();
        }
        self.report_disallowed();
        self.check_version();
        while self.lexer.at < self.lexer.bytes.len() {
            self.nodes(0);
            if self.lexer.peek() == Some(b'}') {
                self.stray_braces();
            }
        }
        let report = self.lexer.report;
        let damaged = report.damage > 0;
        let document = Document {
            file: report.file,
            text: self.lexer.text,
            owned: self.owned,
            annotations: self.annotations,
            nodes: self.nodes,
            entries: self.entries,
            damaged,
        };
        Parsed { document, diagnostics: report.diagnostics }
    }

    fn report_disallowed(&mut self) {
        self.disallowed = disallowed_runs(self.lexer.text, self.lexer.at);
        let report = &mut self.lexer.report;
        for &(start, end) in &self.disallowed {
            let edit = Edit { span: report.span(start as usize, end as usize), replacement: String::new() };
            let character = self.lexer.text[start as usize..].chars().next().unwrap_or_default();
            let message = format!("U+{:04X} may not stand in a file", u32::from(character));
            let code = &registry::DISALLOWED_CHARACTER;
            let found = Diagnostic::new(code, message, edit.span, "not allowed, even in comments");
            let found = found.help("write it as an escape in a quoted string, or take it out");
            report.damage(found.fix("take it out", vec![edit]));
        }
    }

    /// `/- kdl-version 1` as the first thing: everything that follows would be read wrongly. Also behind white space, which
    /// the formatter takes away.
    fn check_version(&mut self) {
        let text = self.lexer.text[self.lexer.at..].trim_start();
        let start = self.lexer.text.len() - text.len();
        let Some(rest) = text.strip_prefix("/-") else { return };
        let line = rest.lines().next().unwrap_or("");
        let mut words = line.split_whitespace();
        if words.next() != Some("kdl-version") || words.next() != Some("1") {
            return;
        }
        let end = start + 2 + line.trim_end().len();
        let help = "write `/- kdl-version 2`, or nothing, and the file in KDL v2";
        let (message, range) = ("KDL version 1 is not read", (start, end));
        let span = self.lexer.report.span(range.0, range.1);
        let edits = vec![Edit { span, replacement: "/- kdl-version 2".to_owned() }];
        let found = Diagnostic::new(&registry::OLD_VERSION, message, span, "says version 1").help(help);
        self.lexer.report.damage(found.fix("write `/- kdl-version 2`", edits));
    }

    fn stray_braces(&mut self) {
        let start = self.lexer.at;
        while self.lexer.peek() == Some(b'}') {
            self.lexer.at += 1;
            self.lexer.skip_line_space();
        }
        let report = &self.lexer.report;
        let span = report.span(start, start + 1);
        let mut found =
            Diagnostic::new(&registry::STRAY_BRACE, "this `}` closes nothing", span, "no `{` is open here");
        // Looked for where it is told first: after one too many every other is at the wrong place.
        if !std::mem::replace(&mut self.stray_reported, true)
            && let Some((open, close)) = early(&self.lexer.text[..start])
        {
            found = found.label(report.span(close, close + 1), "perhaps this one closes too early");
            found = found.label(report.span(open, open + 1), "it closes this, which stands further left");
            found = found.help("add `{` to the node that it should close, or take it out");
        } else {
            found = found.help("take it out, or add the `{` of its node");
        }
        self.lexer.report.damage(found);
    }

    /// Reads nodes up to `}` or the end.
    fn nodes(&mut self, depth: u32) {
        // The node before, if it had no block.
        let mut open = None;
        loop {
            self.lexer.skip_line_space();
            match self.lexer.peek() {
                None | Some(b'}') => return,
                Some(b'{') if open.is_some() => {
                    open.take().into_iter().for_each(|at| self.late_block(at, depth))
                }
                Some(b';') => self.stray_semicolons(),
                Some(b'/') if self.lexer.next_is(b'-') => self.left_out_node(depth),
                Some(_) => {
                    let index = self.nodes.len();
                    self.node(depth);
                    open = self.nodes.get(index).filter(|node| !node.block).map(|_| index);
                }
            }
        }
    }

    /// A `{` behind the end of its node, mostly on the next line: told once, and read as the node's block.
    fn late_block(&mut self, index: usize, depth: u32) {
        let (start, damage) = (self.lexer.at, self.lexer.report.damage);
        let (from, to) = (self.nodes[index].start as usize, self.nodes[index].end as usize);
        let report = &self.lexer.report;
        if !report.full() {
            let head = quote(&self.lexer.text[from..to]);
            let message = "this `{` stands apart from its node";
            let found =
                Diagnostic::new(&registry::MISSING_NAME, message, report.span(start, start + 1), "a block");
            let found = found.label(report.span(from, to), "the node before it");
            let help = format!("a block opens on the line of its node: `{} {{`", head.trim_matches('`'));
            let blank = self.lexer.text[to..start].trim().is_empty();
            let edit = Edit { span: report.span(to, start), replacement: " ".to_owned() };
            let found = found.help(help);
            self.lexer.report.note(if blank { found.fix("put it there", vec![edit]) } else { found });
        }
        self.block(depth);
        let (end, count) = (self.lexer.at as u32, self.nodes.len() as u32);
        let damaged = self.lexer.report.damage != damage;
        let node = &mut self.nodes[index];
        (node.block, node.end, node.subtree_end) = (true, end, count);
        node.damaged |= damaged;
    }

    fn stray_semicolons(&mut self) {
        let start = self.lexer.at;
        let mut end = start;
        while self.lexer.peek() == Some(b';') {
            self.lexer.at += 1;
            end = self.lexer.at;
            self.lexer.skip_line_space();
        }
        let span = self.lexer.report.span(start, end);
        let found =
            Diagnostic::new(&registry::UNEXPECTED_TOKEN, "this `;` ends no node", span, "nothing before it");
        self.lexer.report.note(found.fix("take it out", vec![Edit { span, replacement: String::new() }]));
    }

    fn left_out_node(&mut self, depth: u32) {
        let start = self.lexer.at;
        if !self.pass_slashdash() {
            return self.nothing_left_out(start);
        }
        let (nodes, entries) = (self.nodes.len(), self.entries.len());
        self.node(depth);
        self.nodes.truncate(nodes);
        self.entries.truncate(entries);
    }

    /// Passes `/-` and the space behind it; false where nothing follows that it could leave out.
    fn pass_slashdash(&mut self) -> bool {
        let start = self.lexer.at;
        let mut count = 0;
        while self.lexer.at_slashdash() {
            self.lexer.at += 2;
            count += 1;
            self.lexer.skip_line_space();
        }
        if count > 1 {
            let message = format!("{count} `/-` leave out one thing");
            self.complain(&registry::NOTHING_COMMENTED, message, (start, start + 2), "one is enough", "");
        }
        !matches!(self.lexer.peek(), None | Some(b'}' | b';'))
    }

    fn nothing_left_out(&mut self, start: usize) {
        let help = "put it before a node, an entry or a block, or take it out";
        let message = "this `/-` leaves out nothing";
        self.complain(&registry::NOTHING_COMMENTED, message, (start, start + 2), "nothing follows", help);
    }

    /// A structural finding: the first of a node's head is shown, all of them damage it.
    pub(super) fn complain(
        &mut self,
        code: &'static Code,
        message: impl Into<String>,
        range: (usize, usize),
        label: &str,
        help: &str,
    ) {
        if self.lexer.report.full() || self.head_reported {
            // Put into words only what is shown.
            self.head_reported = true;
            self.lexer.report.damage += 1;
            return;
        }
        let diagnostic = Diagnostic::new(code, message, self.lexer.report.span(range.0, range.1), label);
        self.complain_of(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    /// The same with a finding that is made already.
    pub(super) fn complain_of(&mut self, diagnostic: Diagnostic) {
        if std::mem::replace(&mut self.head_reported, true) {
            self.lexer.report.damage += 1;
        } else {
            self.lexer.report.damage(diagnostic);
        }
    }

    fn node(&mut self, depth: u32) {
        let damage = self.lexer.report.damage;
        self.head_reported = std::mem::take(&mut self.next_reported);
        self.spaced = false;
        let start = self.lexer.at;
        let annotation = self.annotation();
        if annotation != 0 {
            self.lexer.skip_node_space();
        }
        let name = self.name();
        let named = name.is_some();
        let index = self.nodes.len();
        let first_entry = self.entries.len() as u32;
        let nameless = WordData { start: start as u32, end: start as u32, spelling: Spelling::Bare };
        let name = name.unwrap_or(nameless);
        let head_end = if named { name.end } else { self.lexer.at as u32 };
        self.nodes.push(NodeData {
            name,
            annotation,
            start: start as u32,
            head_end,
            end: head_end,
            first_entry,
            last_entry: first_entry,
            subtree_end: 0,
            block: false,
            damaged: false,
        });
        self.entries_and_blocks(index, depth);
        if !named {
            // Nobody can decode a node without a name; its parent knows that something is missing.
            self.nodes.truncate(index);
            self.entries.truncate(first_entry as usize);
            return;
        }
        let subtree_end = self.nodes.len() as u32;
        let damaged = self.lexer.report.damage != damage;
        let node = &mut self.nodes[index];
        node.subtree_end = subtree_end;
        node.damaged = damaged
            || (!self.disallowed.is_empty() && touches(&self.disallowed, node.start, self.lexer.at as u32));
    }

    fn entries_and_blocks(&mut self, index: usize, depth: u32) {
        let mut blocks = Blocks::default();
        loop {
            let spaced = self.lexer.skip_node_space() | std::mem::take(&mut self.spaced);
            match self.lexer.peek() {
                None | Some(b'}') => return,
                Some(b';') => return self.lexer.at += 1,
                Some(b'/') if self.lexer.next_is(b'/') => {
                    self.lexer.skip_line_comment();
                    return self.pass_newline();
                }
                Some(b'/') if self.lexer.next_is(b'-') => {
                    if !self.left_out_part(index, depth, spaced, &mut blocks) {
                        return;
                    }
                }
                Some(b'{') => self.block_of(index, depth, &mut blocks),
                Some(byte) if !byte.is_ascii_graphic() && newline_len(self.lexer.rest()) > 0 => {
                    return self.pass_newline();
                }
                Some(_) => {
                    if blocks.real && self.starts_a_node(index) {
                        return;
                    }
                    self.checked_entry(index, spaced, &blocks);
                }
            }
        }
    }

    fn pass_newline(&mut self) {
        self.lexer.at += newline_len(self.lexer.rest());
    }

    /// Something stands behind a node's block: it is read as a node of its own.
    fn starts_a_node(&mut self, index: usize) -> bool {
        let (at, block_end) = (self.lexer.at, self.nodes[index].end as usize);
        let report = &self.lexer.report;
        let message = "something follows a node's `}` on the same line";
        let span = report.span(at, at + self.shown_len());
        let edit = Edit { span: report.span(block_end, block_end), replacement: ";".to_owned() };
        let found = Diagnostic::new(&registry::SECOND_BLOCK, message, span, "the node has ended");
        let found =
            found.help("start a new line, or put `;` between two nodes").fix("put `;` before it", vec![edit]);
        self.complain_of(found);
        self.next_reported = true;
        true
    }

    fn block_of(&mut self, index: usize, depth: u32, blocks: &mut Blocks) {
        let start = self.lexer.at;
        if blocks.real {
            let message = "this node has two blocks";
            let help = "put the children of both into one block";
            self.complain(&registry::SECOND_BLOCK, message, (start, start + 1), "the second one", help);
        }
        let first = !std::mem::replace(&mut blocks.real, true);
        self.block(depth);
        let node = &mut self.nodes[index];
        node.block = true;
        if first {
            node.end = self.lexer.at as u32;
        }
    }

    /// `/-` behind a node's name: leaves out an entry or a block. False where the node ends here.
    fn left_out_part(&mut self, index: usize, depth: u32, spaced: bool, blocks: &mut Blocks) -> bool {
        let start = self.lexer.at;
        if !self.pass_slashdash() {
            self.nothing_left_out(start);
            return true;
        }
        let (nodes, entries) = (self.nodes.len(), self.entries.len());
        if self.lexer.peek() == Some(b'{') {
            self.block(depth);
            self.nodes.truncate(nodes);
            blocks.left_out = true;
        } else if blocks.real && self.starts_a_node(index) {
            return false;
        } else {
            let (head_end, last_entry) = (self.nodes[index].head_end, self.nodes[index].last_entry);
            self.checked_entry(index, spaced, blocks);
            (self.nodes[index].head_end, self.nodes[index].last_entry) = (head_end, last_entry);
        }
        self.entries.truncate(entries);
        true
    }

    /// Reads an entry and complains of what stands around it.
    fn checked_entry(&mut self, index: usize, spaced: bool, blocks: &Blocks) {
        let start = self.lexer.at;
        if blocks.left_out {
            let message = "an entry follows a block that `/-` leaves out";
            let help = "put all entries before the first block";
            self.complain(
                &registry::SECOND_BLOCK,
                message,
                (start, start + self.shown_len()),
                "behind the block",
                help,
            );
        }
        let touching = !spaced && start > 0;
        if self.entry(touching) {
            let node = &mut self.nodes[index];
            node.last_entry = self.entries.len() as u32;
            node.head_end = self.entries.last().map_or(node.head_end, |entry| entry.end);
            node.end = node.head_end;
        }
    }

    /// Reads `{ … }`.
    fn block(&mut self, depth: u32) {
        let open = self.lexer.at;
        if depth >= DEPTH_LIMIT {
            return self.pass_block();
        }
        self.lexer.at += 1;
        // The head's findings are the children's business no longer, nor theirs the head's.
        let reported = self.head_reported;
        self.nodes(depth + 1);
        self.head_reported = reported;
        if self.lexer.peek() == Some(b'}') {
            self.lexer.at += 1;
        } else {
            self.unclosed(open);
        }
    }

    pub(super) fn unclosed(&mut self, open: usize) {
        self.lexer.report.damage += 1;
        if !std::mem::replace(&mut self.unclosed_reported, true) {
            let message = "this block is not closed before the end of the file";
            let span = self.lexer.report.span(open, open + 1);
            let mut found = Diagnostic::new(&registry::UNCLOSED_BLOCK, message, span, "opened here");
            if let Some((open, close)) = suspect(self.lexer.text) {
                let report = &self.lexer.report;
                found = found.label(report.span(open, open + 1), "perhaps this one lacks its `}`");
                found = found.label(report.span(close, close + 1), "its `}` stands further left than it");
            }
            self.lexer.report.damage(found.help("add `}` where the block ends"));
        }
    }

    /// How much to underline of what stands at the cursor.
    pub(super) fn shown_len(&self) -> usize {
        let text = &self.lexer.text[self.lexer.at..];
        let word = text.bytes().take_while(|byte| super::chars::is_word_byte(*byte)).count();
        word.max(text.chars().next().map_or(0, char::len_utf8))
    }
}

/// Whether a range holds one of the runs, which are in order.
fn touches(runs: &[(u32, u32)], start: u32, end: u32) -> bool {
    runs.get(runs.partition_point(|run| run.0 < start)).is_some_and(|run| run.0 < end)
}
