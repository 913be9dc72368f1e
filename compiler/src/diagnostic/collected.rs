//! Findings, collected: every independent one, up to what anybody can read.
//!
//! Takes findings as they are met, gives them sorted by place. Invariant: memory is bounded, and what is not kept or not
//! shown is counted and said.

use super::{Code, Diagnostic, Severity, registry as codes};
use crate::span::Span;
use std::collections::{BTreeMap, HashSet};

/// Most findings that are kept.
const KEPT: usize = 20_000;
/// Most findings that are shown.
const SHOWN: usize = 1_000;

/// Findings, collected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    /// Findings that were met after so many others, by code: how many.
    dropped: BTreeMap<&'static str, (usize, Severity)>,
    /// How many were met.
    met: usize,
}

impl Diagnostics {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.met += 1;
        if self.kept.len() < KEPT {
            self.kept.push(diagnostic);
        } else {
            self.drop(diagnostic.code.id, diagnostic.severity, 1);
        }
    }

    /// Adds a finding of the code's own level, which is put into words only if it is kept.
    pub fn add(&mut self, code: &'static Code, make: impl FnOnce() -> Diagnostic) {
        if self.is_full() { self.count(code) } else { self.push(make()) }
    }

    /// Whether what comes from now on is only counted: it need not be put into words.
    pub fn is_full(&self) -> bool {
        self.kept.len() >= KEPT
    }

    /// Counts a finding of the code's own level.
    pub fn count(&mut self, code: &'static Code) {
        self.met += 1;
        self.drop(code.id, code.level, 1);
    }

    fn drop(&mut self, code: &'static str, severity: Severity, count: usize) {
        let entry = self.dropped.entry(code).or_insert((0, severity));
        *entry = (entry.0 + count, entry.1.min(severity));
    }

    /// Adds all findings of another stage.
    pub fn extend(&mut self, other: Diagnostics) {
        for diagnostic in other.kept {
            self.push(diagnostic);
        }
        for (code, (count, severity)) in other.dropped {
            self.met += count;
            self.drop(code, severity, count);
        }
    }

    /// Of the findings from the one at `from` on, keeps each that stands outside `own` only where none of its code and
    /// places was there before: what several things inherit is told once.
    pub(crate) fn once_outside(
        &mut self,
        from: usize,
        own: Span,
        seen: &mut HashSet<(&'static str, Vec<Span>)>,
    ) {
        let later = self.kept.split_off(from.min(self.kept.len()));
        let inside = |span: Span| span.file == own.file && own.start <= span.start && span.end <= own.end;
        self.kept.extend(later.into_iter().filter(|finding| {
            let places: Vec<Span> = finding.labels.iter().map(|label| label.span).collect();
            places.iter().copied().any(inside) || seen.insert((finding.code.id, places))
        }));
        self.met = self.kept.len() + self.dropped.values().map(|(count, _)| count).sum::<usize>();
    }

    /// Puts others in the place of the findings that are kept.
    pub(crate) fn replace(&mut self, change: impl FnOnce(Vec<Diagnostic>) -> Vec<Diagnostic>) {
        self.kept = change(std::mem::take(&mut self.kept));
        self.met = self.kept.len() + self.dropped.values().map(|(count, _)| count).sum::<usize>();
    }

    /// Whether a finding is an error.
    pub fn has_errors(&self) -> bool {
        self.kept.iter().any(|d| d.severity == Severity::Error)
            || self.dropped.values().any(|(_, severity)| *severity == Severity::Error)
    }

    /// The findings in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.kept.iter()
    }

    /// How many were met.
    pub fn len(&self) -> usize {
        self.met
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.met == 0
    }

    /// The findings sorted by file, place and code, the same one never twice.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.sort();
        self.kept
    }

    fn sort(&mut self) {
        let key = |d: &Diagnostic| (d.labels.first().map(|l| l.span), d.code.id);
        self.kept.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message)));
        self.kept.dedup();
    }

    /// The findings as they are shown: sorted, and where they are more than anybody reads, the last one counts the rest.
    pub fn into_shown(mut self) -> Vec<Diagnostic> {
        self.sort();
        if self.kept.len() <= SHOWN && self.dropped.is_empty() {
            return self.kept;
        }
        let rest = self.kept.split_off(self.kept.len().min(SHOWN - 1));
        for finding in &rest {
            self.drop(finding.code.id, finding.severity, 1);
        }
        let at = rest.first().or(self.kept.last()).and_then(|finding| finding.labels.first());
        let at = at.map_or(Span::NONE, |label| label.span);
        self.kept.push(too_many(&self.dropped, at));
        self.kept
    }
}

fn too_many(dropped: &BTreeMap<&'static str, (usize, Severity)>, at: Span) -> Diagnostic {
    let count: usize = dropped.values().map(|(count, _)| count).sum();
    let mut kinds: Vec<(usize, &str)> = dropped.iter().map(|(code, (count, _))| (*count, *code)).collect();
    kinds.sort_by_key(|(count, code)| (std::cmp::Reverse(*count), *code));
    let name = |id: &str| codes::find(id).map_or("", |code: &Code| code.name);
    let mut words: Vec<String> =
        kinds.iter().take(5).map(|(count, id)| format!("{count} × {id} {}", name(id))).collect();
    if kinds.len() > words.len() {
        words.push("others".to_owned());
    }
    let message = format!("{count} more findings are not shown: {}", words.join(", "));
    let mut finding =
        Diagnostic::new(&codes::TOO_MANY_FINDINGS, message, at, "the first of them, or near it");
    if dropped.values().all(|(_, severity)| *severity == Severity::Warning) {
        finding.severity = Severity::Warning;
    }
    finding.help("mend the first ones and check again: so many usually have one cause")
}
