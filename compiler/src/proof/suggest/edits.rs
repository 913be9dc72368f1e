//! From amounts to edits of the `reserve` lines.
//!
//! Takes the model as it was read and what its reserves should hold, gives edits. Invariant: only values that change are
//! touched, so comments, order and layout stay; a resource that a line does not name yet is added at its end.

use super::super::fixes::amount_words;
use super::Suggested;
use crate::diagnostic::Edit;
use crate::model::Model;
use crate::span::Span;

pub(super) fn edits(before: &Model, suggested: &[Suggested]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for change in suggested.iter().filter(|s| s.now != s.least) {
        let reserve = &before[change.location].reserves[change.reserve];
        let words = amount_words(&change.resource, change.least);
        match reserve.declared.iter().find(|(name, _)| *name == change.resource) {
            Some((_, declared)) => edits.push(Edit { span: declared.span, replacement: value(&words) }),
            None => {
                let end = Span::new(reserve.span.file, reserve.span.end, reserve.span.end);
                // Two insertions at one place would clash: they are one edit.
                match edits.iter_mut().find(|edit| edit.span == end) {
                    Some(edit) => edit.replacement.push_str(&format!(" {words}")),
                    None => edits.push(Edit { span: end, replacement: format!(" {words}") }),
                }
            }
        }
    }
    edits
}

/// `"64Gi"` of `memory="64Gi"`; all after the first `=`.
fn value(words: &str) -> String {
    words.split_once('=').map_or(words, |(_, value)| value).to_owned()
}
