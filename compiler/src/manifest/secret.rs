//! What nobody may be shown of a manifest: the values of Secrets.
//!
//! Takes an object with its places, gives ranges of bytes. Invariant: of a text that could not be read more is hidden rather
//! than less.

use super::Places;
use crate::span::Span;
use serde_json::Value;
use std::ops::Range;

/// Where a Secret holds what is secret; `kubectl apply` leaves a copy of all of it in an annotation.
const HELD: [&str; 3] =
    ["/data", "/stringData", "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"];

/// Whether an object is a Secret.
pub(super) fn is_secret(value: &Value) -> bool {
    value.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.eq_ignore_ascii_case("Secret"))
}

/// Whether what stands at a pointer of a Secret is secret.
pub(super) fn holds(pointer: &str) -> bool {
    HELD.iter()
        .any(|held| pointer.strip_prefix(held).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// Adds what an object hides, if it is a Secret.
pub(super) fn hide(value: &Value, places: &Places, hidden: &mut Vec<Range<u32>>) {
    if !is_secret(value) {
        return;
    }
    let range = |span: Span| span.start..span.end;
    for held in HELD {
        match value.pointer(held) {
            None => {}
            Some(Value::Object(_)) => hidden.extend(places.within(held).into_iter().map(range)),
            Some(_) => hidden.extend(places.get(held).map(range)),
        }
    }
}

/// Of a document that could not be read, and may be a Secret: all behind the first `data` or `stringData`.
pub(super) fn guess(text: &str, start: usize) -> Option<Range<u32>> {
    let document = text.get(start..)?;
    let secret = document.contains("Secret") || document.contains("stringData");
    let first =
        ["data", "stringData"].iter().filter_map(|held| Some(document.find(held)? + held.len())).min()?;
    secret.then(|| (start + first) as u32..text.len() as u32)
}
