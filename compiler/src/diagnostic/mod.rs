//! The one diagnostic type, the registry of codes, and the renderers.
//!
//! Every stage gives [`Diagnostics`]; nothing else reports faults of the user's files.
//! Invariant: a diagnostic has a registered code and exactly one primary label; order is by place, then code. Its texts
//! are fit to be shown anywhere (see [`plain`]).

mod collected;
pub mod nearest;
pub mod plain;
pub mod registry;
pub mod render;

pub use collected::Diagnostics;
pub use registry::{Code, Severity};

use crate::span::Span;
use std::sync::Arc;

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
    /// The policy that is not met, or could not be asked.
    pub policy: Option<Arc<str>>,
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
    /// Whether a machine may make it unasked.
    pub applicability: Applicability,
}

/// How sure a fix is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applicability {
    /// What was meant is plain: `check --fix` makes it.
    Certain,
    /// One way among others, or one that changes what the fleet does: somebody has to choose it.
    Suggested,
}

impl Applicability {
    /// The word in machine-readable output.
    pub fn word(self) -> &'static str {
        match self {
            Applicability::Certain => "certain",
            Applicability::Suggested => "suggested",
        }
    }
}

impl Fix {
    /// What it does and, where that is short, the new text.
    pub fn proposal(&self) -> String {
        match self.edits.as_slice() {
            [Edit { replacement, .. }]
                if !replacement.trim().is_empty()
                    && replacement.len() <= 60
                    && !self.title.contains(replacement.trim().trim_matches('"')) =>
            {
                format!("{}: `{}`", self.title, plain::text(replacement.trim()))
            }
            _ => self.title.clone(),
        }
    }
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
        let primary = Label { span, text: plain::line(label.into()), primary: true };
        Self {
            code,
            severity: code.level,
            message: plain::line(message.into()),
            labels: vec![primary],
            help: None,
            fixes: Vec::new(),
            policy: None,
        }
    }

    /// The code, and the policy behind it: `SW0901/two-ways-out`.
    pub fn rule(&self) -> String {
        match &self.policy {
            Some(policy) => format!("{}/{}", self.code.id, plain::text(policy)),
            None => self.code.id.to_owned(),
        }
    }

    /// What it is called: the name of its code, and the policy behind it.
    pub fn title(&self) -> String {
        match &self.policy {
            Some(policy) => plain::line(format!("{} {}: {policy}", self.code.id, self.code.name)),
            None => format!("{} {}", self.code.id, self.code.name),
        }
    }

    /// Adds another place that matters; one that nobody wrote is left out.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        if span.is_some() {
            self.labels.push(Label { span, text: plain::line(text.into()), primary: false });
        }
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(plain::lines(&text.into()));
        self
    }

    /// Proposes the nearest of some names for what stands at `span`; nothing is added where none is near.
    #[must_use]
    pub fn did_you_mean<'a>(
        self,
        span: Span,
        name: &str,
        known: impl IntoIterator<Item = &'a str, IntoIter: Clone>,
    ) -> Self {
        let known = known.into_iter();
        match nearest::nearest(name, known.clone()) {
            Some(near) => self.meant(span, near, nearest::certain(name, known).is_some()),
            None => self,
        }
    }

    /// Proposes a name for what stands at `span`.
    #[must_use]
    pub fn meant(self, span: Span, near: &str, certain: bool) -> Self {
        self.meant_at(&[span], near, certain)
    }

    /// Proposes a name for what stands at several places alike.
    #[must_use]
    pub fn meant_at(self, spans: &[Span], near: &str, certain: bool) -> Self {
        let edit = |span: &Span| Edit { span: *span, replacement: plain::kdl(near) };
        let edits = spans.iter().map(edit).collect();
        let written = plain::kdl(near);
        let finding = self.help(format!("did you mean `{written}`?"));
        finding.offer(certain, format!("replace by `{written}`"), edits)
    }

    /// Adds a change, one that mends it for certain or one that somebody may choose.
    #[must_use]
    pub fn offer(self, certain: bool, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        if certain { self.fix(title, edits) } else { self.suggest(title, edits) }
    }

    /// Adds a change that mends it for certain.
    #[must_use]
    pub fn fix(self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.with_fix(title.into(), edits, Applicability::Certain)
    }

    /// Adds a change that somebody may choose.
    #[must_use]
    pub fn suggest(self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.with_fix(title.into(), edits, Applicability::Suggested)
    }

    fn with_fix(mut self, title: String, edits: Vec<Edit>, applicability: Applicability) -> Self {
        self.fixes.push(Fix { title: plain::line(title), edits, applicability });
        self
    }

    /// The help as people read it, with what the fixes would write where it does not say so already.
    pub fn advice(&self) -> Option<String> {
        const SHOWN: usize = 4;
        let mut lines: Vec<String> =
            self.help.iter().flat_map(|help| help.lines()).map(str::to_owned).collect();
        for fix in self.fixes.iter().take(SHOWN) {
            let mut written =
                fix.edits.iter().map(|edit| edit.replacement.trim()).filter(|text| !text.is_empty());
            let writes = written.clone().next().is_some();
            let said = |line: &String| line.contains(&fix.title) || written.any(|text| line.contains(text));
            match lines.iter().position(|line| *line == fix.title) {
                Some(same) => lines[same] = fix.proposal(),
                None if lines.iter().any(said) || (!writes && self.help.is_some()) => {}
                None => lines.push(fix.proposal()),
            }
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}
