//! Collects findings of one file. Takes byte offsets, gives diagnostics with spans.
//!
//! Invariant: at most [`LIMIT`] findings and a last one that says so; `damage` grows with every error, shown or not.

use crate::diagnostic::{Code, Diagnostic, Diagnostics, registry};
use crate::span::{FileId, Span};

/// More findings than anybody reads; a hostile file must not fill the memory with them.
const LIMIT: usize = 100;

/// The longest piece of the file that a message quotes, in characters.
const QUOTE_LIMIT: usize = 40;

pub(super) struct Reporter {
    pub(super) file: FileId,
    pub(super) diagnostics: Diagnostics,
    /// Counts errors that make the surrounding nodes untrustworthy.
    pub(super) damage: u32,
    /// Set while text is passed over that nobody will decode.
    pub(super) muted: bool,
}

impl Reporter {
    pub(super) fn new(file: FileId) -> Self {
        Self { file, diagnostics: Diagnostics::default(), damage: 0, muted: false }
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start as u32, end as u32)
    }

    /// Whether nothing more is said.
    pub(super) fn full(&self) -> bool {
        self.muted || self.diagnostics.len() > LIMIT
    }

    /// An error whose meaning is lost: surrounding nodes are damaged.
    pub(super) fn damage(&mut self, diagnostic: Diagnostic) {
        self.damage += 1;
        self.note(diagnostic);
    }

    /// An error whose meaning is plain: what was read stands.
    pub(super) fn note(&mut self, diagnostic: Diagnostic) {
        if self.full() {
            return;
        }
        if self.diagnostics.len() < LIMIT {
            return self.diagnostics.push(diagnostic);
        }
        let span = diagnostic.labels.first().map_or(Span::NONE, |label| label.span);
        let message = format!("more than {LIMIT} syntax errors; the rest are left out");
        self.diagnostics.push(Diagnostic::new(
            &registry::TOO_MANY_SYNTAX_ERRORS,
            message,
            span,
            "from here on",
        ));
    }

    pub(super) fn damage_at(
        &mut self,
        code: &'static Code,
        message: impl Into<String>,
        range: (usize, usize),
        label: &str,
        help: &str,
    ) {
        // A file of a megabyte can hold a million faults: past the limit none is put into words.
        if self.full() {
            self.damage += 1;
            return;
        }
        let diagnostic = Diagnostic::new(code, message, self.span(range.0, range.1), label);
        self.damage(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }
}

/// A piece of the file for a message: one line, short, in backticks.
pub(super) fn quote(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    let mut shown: String =
        line.chars().take(QUOTE_LIMIT).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect();
    if shown.len() < text.len() && (line.len() < text.len() || shown.chars().count() == QUOTE_LIMIT) {
        shown.push('…');
    }
    format!("`{shown}`")
}
