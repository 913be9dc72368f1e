//! Findings as text, drawn by miette: every label with its line, labels of other files below.
//!
//! Takes findings, gives text. Invariant: nothing of the user's files reaches a terminal unseen; without colour the text
//! is the same everywhere.

use super::excerpt::{Excerpt, harmless_text};
use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::files::Sources;
use crate::span::FileId;
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan};
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
        // Writing into a String does not fail.
        let _ = handler.render_report(&mut out, &Shown::new(diagnostic, sources));
        out.push('\n');
    }
    out
}

/// A finding, or the part of one that lies in another file.
#[derive(Debug)]
struct Shown {
    message: String,
    code: Option<&'static str>,
    severity: miette::Severity,
    help: Option<String>,
    excerpt: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
    elsewhere: Vec<Shown>,
}

impl Shown {
    fn new(diagnostic: &Diagnostic, sources: &Sources) -> Self {
        let mut files: Vec<FileId> = Vec::new();
        for label in &diagnostic.labels {
            if !files.contains(&label.span.file) && sources.get(label.span.file).is_some() {
                files.push(label.span.file);
            }
        }
        let severity = match diagnostic.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        };
        let mut parts = files.iter().map(|file| quote(diagnostic, *file, sources));
        let (excerpt, labels) = parts.next().unwrap_or((None, Vec::new()));
        let elsewhere = parts.zip(&files[1.min(files.len())..]).map(|((excerpt, labels), file)| Shown {
            message: sources
                .get(*file)
                .map_or_else(String::new, |f| format!("in {}", harmless_text(&f.path))),
            code: None,
            severity: miette::Severity::Advice,
            help: None,
            excerpt,
            labels,
            elsewhere: Vec::new(),
        });
        Shown {
            message: harmless_text(&diagnostic.message),
            code: Some(diagnostic.code.id),
            severity,
            help: diagnostic
                .help
                .as_ref()
                .map(|help| help.lines().map(harmless_text).collect::<Vec<_>>().join("\n")),
            excerpt,
            labels,
            elsewhere: elsewhere.collect(),
        }
    }
}

fn quote(diagnostic: &Diagnostic, file: FileId, sources: &Sources) -> (Option<Excerpt>, Vec<LabeledSpan>) {
    let Some(source) = sources.get(file) else { return (None, Vec::new()) };
    let labels: Vec<&Label> = diagnostic.labels.iter().filter(|label| label.span.file == file).collect();
    let (excerpt, spans) = Excerpt::new(source, &labels);
    let labelled = labels.iter().zip(spans).map(|(label, span)| {
        let text = Some(harmless_text(&label.text)).filter(|text| !text.is_empty());
        if label.primary {
            LabeledSpan::new_primary_with_span(text, span)
        } else {
            LabeledSpan::new_with_span(text, span)
        }
    });
    (Some(excerpt), labelled.collect())
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn miette::Diagnostic> + 'a>> {
        if self.elsewhere.is_empty() {
            return None;
        }
        Some(Box::new(self.elsewhere.iter().map(|shown| shown as &dyn miette::Diagnostic)))
    }
}
