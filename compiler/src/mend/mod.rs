//! Fixes: which of those that findings propose hold, and a fleet with all certain ones made.
//!
//! Takes files and findings, gives findings whose fixes were tried, or new texts of files. Invariant: no fix is offered that
//! was not checked; nothing is written here, that is the caller's to do.

mod hold;
mod overlay;
mod tidy;

pub use hold::{Examine, hold};
pub use overlay::Overlay;

use crate::diagnostic::{Applicability, Edit, Fix, plain};
use crate::files::Files;
use crate::{Checked, Options, check};
use overlay::{clash, edited};
use std::collections::BTreeMap;

/// Most times that fixes are made, each time on what the last ones gave.
const ROUNDS: usize = 10;

/// A fleet with its certain fixes made.
pub struct Mended {
    /// The new text of each file that changed, by path.
    pub changed: BTreeMap<String, String>,
    /// What was done, in order.
    pub done: Vec<Done>,
    /// What is found in the mended fleet.
    pub checked: Checked,
}

/// A fix that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The finding's code.
    pub code: &'static str,
    /// The file, relative to the fleet's folder.
    pub path: String,
    /// The line, from 1, at the time of the fix.
    pub line: u32,
    /// What it did.
    pub what: String,
}

/// The new text of each file that edits of it change, by path; the edits do not overlap.
pub fn apply(checked: &Checked, edits: &[Edit]) -> BTreeMap<String, String> {
    edited(&checked.sources, edits.iter()).texts
}

/// Makes certain fixes until none is left.
pub fn mend(files: &dyn Files, options: &Options) -> Mended {
    let mut changed: BTreeMap<String, String> = BTreeMap::new();
    let mut done = Vec::new();
    let mut checked = check(files, options);
    for _ in 0..ROUNDS {
        let mut chosen = certain(&checked);
        while !chosen.is_empty() {
            let made = edited(&checked.sources, chosen.iter().flat_map(|(_, fix)| &fix.edits));
            let mut texts = changed.clone();
            texts.extend(made.texts);
            let after = check(&Overlay::new(files, texts.clone()), options);
            if better(&checked, &after) {
                done.extend(chosen.iter().filter_map(|(index, fix)| told(&checked, *index, fix)));
                (changed, checked) = (texts, after);
                break;
            }
            // Each holds by itself: together they do not, so the first has to do for now.
            let all = chosen.len();
            chosen.truncate(if all > 1 { 1 } else { 0 });
        }
        if chosen.is_empty() {
            break;
        }
    }
    Mended { changed, done, checked }
}

/// Fewer findings, and no more errors: this cannot go on for ever.
fn better(before: &Checked, after: &Checked) -> bool {
    let of = |checked: &Checked| (checked.errors(), checked.diagnostics.len());
    of(after) < of(before)
}

/// The first certain fix of each finding, those left out that overlap an earlier one.
fn certain(checked: &Checked) -> Vec<(usize, Fix)> {
    let mut chosen: Vec<(usize, Fix)> = Vec::new();
    let mut taken: Vec<Edit> = Vec::new();
    for (index, finding) in checked.diagnostics.iter().enumerate() {
        let Some(fix) = finding.fixes.iter().find(|fix| fix.applicability == Applicability::Certain) else {
            continue;
        };
        if !taken.iter().rev().take(64).any(|edit| fix.edits.iter().any(|other| clash(edit, other))) {
            taken.extend(fix.edits.iter().cloned());
            chosen.push((index, fix.clone()));
        }
    }
    chosen
}

fn told(checked: &Checked, index: usize, fix: &Fix) -> Option<Done> {
    let span = fix.edits.first()?.span;
    let (path, at) = checked.sources.locate(span)?;
    let code = checked.diagnostics.get(index)?.code.id;
    let old = checked.sources.text(span).trim();
    let was =
        if old.is_empty() { String::new() } else { format!(", was `{}`", plain::cut(&plain::text(old), 40)) };
    Some(Done { code, path: path.to_owned(), line: at.line, what: fix.proposal() + &was })
}
