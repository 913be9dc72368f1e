//! Findings that are one: a line written twice repeats every name on it.
//!
//! Takes findings, gives them with those of one code and one pair of lines joined. Invariant: no place is lost, each is
//! labelled in the finding that stays; a fix that stays mends all of it.

use crate::decode::value::clip;
use crate::diagnostic::{Diagnostic, plain, registry as codes};
use crate::files::Sources;
use crate::span::{FileId, Span};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Names that a message lists.
const SHOWN: usize = 6;

/// What is alike has the same code, and its first two labels lie on the same two lines.
type Lines = (&'static str, [(FileId, u32); 2]);

/// Joins what is alike.
pub(super) fn joined(found: Vec<Diagnostic>, sources: &Sources) -> Vec<Diagnostic> {
    let repeats =
        |finding: &Diagnostic| [codes::LISTED_TWICE.id, codes::DUPLICATE_NAME.id].contains(&finding.code.id);
    if !found.iter().any(repeats) {
        return found;
    }
    let line = |span: Span| Some((span.file, sources.locate(span)?.1.line));
    let mut groups: Vec<Vec<Diagnostic>> = Vec::new();
    let mut known: HashMap<Lines, usize> = HashMap::new();
    for finding in found {
        let lines = match finding.labels.as_slice() {
            [first, second, ..] if repeats(&finding) => line(first.span).zip(line(second.span)),
            _ => None,
        };
        let Some((first, second)) = lines.filter(|(first, second)| first != second) else {
            groups.push(vec![finding]);
            continue;
        };
        match known.entry((finding.code.id, [first, second])) {
            Entry::Occupied(group) => groups[*group.get()].push(finding),
            Entry::Vacant(place) => {
                place.insert(groups.len());
                groups.push(vec![finding]);
            }
        }
    }
    groups.into_iter().filter_map(|group| one(group, sources)).collect()
}

fn one(group: Vec<Diagnostic>, sources: &Sources) -> Option<Diagnostic> {
    let mut group = group.into_iter();
    let mut finding = group.next()?;
    let rest: Vec<Diagnostic> = group.collect();
    if rest.is_empty() {
        return Some(finding);
    }
    let names: Vec<&str> =
        rest.iter().filter_map(|f| f.labels.first()).map(|label| sources.text(label.span)).collect();
    let plain_names = names.len() <= SHOWN && !names.iter().any(|name| name.contains(char::is_whitespace));
    let others = match names.as_slice() {
        [one] if plain_names => format!("so is `{}`", clip(one)),
        _ if plain_names => {
            format!(
                "so are {}",
                names.iter().map(|name| format!("`{}`", clip(name))).collect::<Vec<_>>().join(", ")
            )
        }
        _ => format!("{} more on the same line", names.len()),
    };
    finding.message = plain::line(format!("{}, and {others}", finding.message));
    // What takes one of them out would leave the others.
    let same_fixes = rest.iter().all(|other| other.fixes.len() == finding.fixes.len());
    for (index, fix) in finding.fixes.iter_mut().enumerate() {
        fix.edits
            .extend(rest.iter().filter_map(|other| other.fixes.get(index)).flat_map(|fix| fix.edits.clone()));
    }
    if !same_fixes {
        finding.fixes.clear();
    }
    for label in rest.iter().take(8).flat_map(|other| other.labels.first()) {
        finding = finding.label(label.span, label.text.clone());
    }
    Some(finding)
}
