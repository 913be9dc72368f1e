//! Findings as text, drawn by miette: every label with its line, file after file, the primary one's first.
//!
//! Takes findings, gives text. Invariant: nothing of the user's files reaches a terminal unseen; no line is longer than
//! [`plain::COLUMNS`]; without colour the text is the same everywhere.

use super::excerpt::Excerpt;
use crate::diagnostic::{Diagnostic, Label, Severity, plain};
use crate::files::Sources;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan};
use std::borrow::Cow;
use std::fmt;

/// How text looks.
#[derive(Clone, Copy, Debug)]
pub struct TextStyle {
    /// With colour.
    pub color: bool,
    /// With line-drawing characters.
    pub unicode: bool,
    /// Columns.
    pub width: usize,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self { color: false, unicode: true, width: 120 }
    }
}

/// All findings, one after another.
pub fn text(diagnostics: &[Diagnostic], sources: &Sources, style: TextStyle) -> String {
    let theme = match (style.color, style.unicode) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::ascii(),
        (false, true) => GraphicalTheme::unicode_nocolor(),
        (false, false) => GraphicalTheme::none(),
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(style.width.max(40))
        .with_links(false)
        .with_context_lines(1)
        .with_cause_chain();
    let mut out = String::new();
    for diagnostic in diagnostics {
        let mut drawn = String::new();
        // Writing into a String does not fail.
        let _ = handler.render_report(&mut drawn, &Shown::new(diagnostic, sources));
        for line in drawn.lines() {
            out.push_str(&capped(line));
            out.push('\n');
        }
        out.push('\n');
    }
    out
}

/// A finding as miette asks for it.
#[derive(Debug)]
struct Shown<'d> {
    diagnostic: &'d Diagnostic,
    excerpt: Excerpt,
    labels: Vec<LabeledSpan>,
}

impl<'d> Shown<'d> {
    fn new(diagnostic: &'d Diagnostic, sources: &Sources) -> Self {
        let (excerpt, placed) = Excerpt::new(sources, &diagnostic.labels);
        let labelled = |(label, span): (&Label, _)| {
            let text = Some(label.text.clone()).filter(|text| !text.is_empty());
            if label.primary {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        };
        Shown { diagnostic, excerpt, labels: placed.into_iter().map(labelled).collect() }
    }
}

/// A drawn line of at most [`plain::COLUMNS`]; colours take no column.
fn capped(line: &str) -> Cow<'_, str> {
    if line.len() <= plain::COLUMNS {
        return line.into();
    }
    let (mut shown, mut used, mut escape, mut full) = (String::new(), 0, false, false);
    for c in line.chars() {
        if escape || c == '\u{1b}' {
            escape = c != 'm';
            shown.push(c);
            continue;
        }
        used += plain::columns_of(c);
        if used < plain::COLUMNS || (used == plain::COLUMNS && plain::width(line) == used) {
            shown.push(c);
        } else if !full {
            full = true;
            shown.push('…');
        }
    }
    shown.into()
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.diagnostic.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.diagnostic.code.id))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.diagnostic.advice().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        (!self.labels.is_empty()).then_some(&self.excerpt as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
