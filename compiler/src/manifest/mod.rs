//! Reads the team's Kubernetes YAML.
//!
//! Takes the text of one file, gives its objects with the place of every field, and findings; collected per document, so
//! that one broken object does not hide the others. Values are what `kubectl apply` would send for the same file (the
//! scalar rules of `sigs.k8s.io/yaml`: `yes` is a boolean, `0644` is 420), so adopting Seawall changes no manifest's
//! meaning. Stricter than kubectl where it would guess: duplicate keys, keys that are read as booleans, not-a-number.
//! Invariant: every object given has `apiVersion`, `kind` and `metadata.name` as strings.

mod compose;
mod scalar;

use crate::diagnostic::registry::{MANIFEST_FIELD_MISSING, MANIFEST_NOT_AN_OBJECT};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::ManifestObject;
use crate::span::{FileId, Span};
use compose::Document;
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads a file of Kubernetes objects: documents in order, lists taken apart.
pub fn read(file: FileId, text: &str) -> (Vec<ManifestObject>, Diagnostics) {
    let (documents, mut diagnostics) = compose::documents(file, text);
    let mut objects = Vec::new();
    for Document { value, places, span } in documents {
        if value.is_null() {
            continue;
        }
        for (value, places, span) in take_apart(value, places, span) {
            match check(&value, &places, span) {
                Ok(()) => objects.push(ManifestObject { value, span, places }),
                Err(finding) => diagnostics.push(*finding),
            }
        }
    }
    (objects, diagnostics)
}

type Part = (Value, BTreeMap<String, Span>, Span);

/// A `List` is its items, as kubectl has it.
fn take_apart(value: Value, places: BTreeMap<String, Span>, span: Span) -> Vec<Part> {
    let is_list = value.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
    let items = match value.get("items") {
        Some(Value::Array(items)) if is_list => items.clone(),
        _ => return vec![(value, places, span)],
    };
    let part = |(index, item): (usize, Value)| {
        let prefix = format!("/items/{index}");
        let within = |(pointer, span): (&String, &Span)| {
            let rest = pointer.strip_prefix(&prefix)?;
            (rest.is_empty() || rest.starts_with('/')).then(|| (rest.to_owned(), *span))
        };
        let own: BTreeMap<_, _> = places.iter().filter_map(within).collect();
        let span = own.get("").copied().unwrap_or(span);
        (item, own, span)
    };
    items.into_iter().enumerate().map(part).collect()
}

fn check(value: &Value, places: &BTreeMap<String, Span>, span: Span) -> Result<(), Box<Diagnostic>> {
    let head = first_line(span, places);
    if !value.is_object() {
        let message = format!("the document is {}, not a Kubernetes object", kind_of(value));
        return Err(Box::new(Diagnostic::new(&MANIFEST_NOT_AN_OBJECT, message, head, "this document")));
    }
    for pointer in ["/apiVersion", "/kind", "/metadata/name"] {
        let name = pointer.trim_start_matches('/').replace('/', ".");
        let finding = match value.pointer(pointer) {
            Some(Value::String(text)) if !text.is_empty() => continue,
            Some(other) => {
                let at = places.get(pointer).copied().unwrap_or(head);
                let message = format!("`{name}` is {}, not text", kind_of(other));
                Diagnostic::new(&MANIFEST_FIELD_MISSING, message, at, "must be text")
            }
            None => {
                let kind = value.get("kind").and_then(Value::as_str).unwrap_or("object");
                let message = format!("`{name}` is missing");
                let label = format!("this {kind} has no `{name}`");
                Diagnostic::new(&MANIFEST_FIELD_MISSING, message, head, label)
            }
        };
        return Err(Box::new(finding.help("every object needs `apiVersion`, `kind` and `metadata.name`")));
    }
    Ok(())
}

/// The first key of a document rather than all of it, so that a finding does not underline a whole file.
fn first_line(span: Span, places: &BTreeMap<String, Span>) -> Span {
    places.get("/kind").or_else(|| places.get("/apiVersion")).copied().unwrap_or(span)
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(text) if text.is_empty() => "empty",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}

#[cfg(test)]
mod tests;
