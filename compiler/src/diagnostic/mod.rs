//! The one diagnostic type, the registry of codes, and the renderers.
//!
//! Every stage gives [`Diagnostics`]; nothing else reports faults of the user's files.
//! Invariant: a diagnostic has a registered code and exactly one primary label; order is by place, then code.

pub mod nearest;
pub mod registry;
pub mod render;

pub use registry::{Code, Severity};

use crate::span::Span;

pub mod github;
pub mod junit;
pub mod sarif;

/// A fault or a warning in the user's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which one, from the registry.
    pub code: &'static Code,
    /// Error or warning; the code's own level unless a policy says otherwise.
    pub severity: Severity,
    /// Lower case, no full stop, concrete numbers.
    pub message: String,
    /// The places that matter, the primary one first.
    pub labels: Vec<Label>,
    /// What to do about it; the only part that proposes.
    pub help: Option<String>,
    /// Edits that mend it, for machines.
    pub fixes: Vec<Fix>,
}

/// A place and what is to be seen there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What, in a few words.
    pub text: String,
    /// Whether the finding stands here.
    pub primary: bool,
}

/// A proposed change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in a few words.
    pub title: String,
    /// Replacements that do not overlap.
    pub edits: Vec<Edit>,
}

/// A replacement of a range of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

impl Diagnostic {
    /// A finding at `span`.
    pub fn new(
        code: &'static Code,
        message: impl Into<String>,
        span: Span,
        label: impl Into<String>,
    ) -> Self {
        let primary = Label { span, text: clipped(label.into()), primary: true };
        Self {
            code,
            severity: code.level,
            message: clipped(message.into()),
            labels: vec![primary],
            help: None,
            fixes: Vec::new(),
        }
    }

    /// Adds another place that matters; one that nobody wrote is left out.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        if span.is_some() {
            self.labels.push(Label { span, text: clipped(text.into()), primary: false });
        }
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Adds a change that mends it.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fixes.push(Fix { title: title.into(), edits });
        self
    }
}

/// Shortens what a text quotes, so that a name of a thousand letters does not bury the message.
fn clipped(text: String) -> String {
    const QUOTED: usize = 100;
    if text.len() <= QUOTED {
        return text;
    }
    let shorten = |(index, part): (usize, &str)| match part.char_indices().nth(QUOTED) {
        Some((end, _)) if index % 2 == 1 => format!("{}…", &part[..end]),
        _ => part.to_owned(),
    };
    text.split('`').enumerate().map(shorten).collect::<Vec<_>>().join("`")
}

/// Findings, collected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Adds all findings of another stage.
    pub fn extend(&mut self, other: Diagnostics) {
        self.0.extend(other.0);
    }

    /// Whether a finding is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// The findings in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The findings sorted by file, place and code, the same one never twice.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        let key = |d: &Diagnostic| (d.labels.first().map(|l| l.span), d.code.id);
        self.0.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message)));
        self.0.dedup();
        self.0
    }
}
