//! Reads the team's Kubernetes YAML.
//!
//! Takes the text of one file, gives its objects with the place of every field, and findings; collected per document, so
//! that one broken object does not hide the others. Values are what `kubectl apply` would send for the same file (the
//! scalar rules of `sigs.k8s.io/yaml`: `yes` is a boolean, `0644` is 420), so adopting Seawall changes no manifest's
//! meaning. Stricter than kubectl where it would guess: duplicate keys, keys that are read as booleans, not-a-number.
//! Invariant: every object given has `apiVersion`, `kind` and `metadata.name` as strings.

mod compose;
mod places;
mod scalar;
mod scaled;
pub mod schema;
mod scope;
mod secret;
pub(crate) mod selector;

pub use places::Places;
pub(crate) use scaled::{autoscales, covers, is_scaled, scaled};
pub(crate) use scope::{is_builtin, is_cluster_scoped};

use crate::diagnostic::registry::{MANIFEST_FIELD_MISSING, MANIFEST_NOT_AN_OBJECT};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::ManifestObject;
use crate::span::{FileId, Span};
use compose::{Document, Read};
use serde_json::Value;
use std::ops::Range;

/// What a file holds.
#[derive(Debug, Default)]
pub struct Manifests {
    /// Its objects: documents in order, lists taken apart.
    pub objects: Vec<ManifestObject>,
    /// What of its text nobody may be shown, in bytes: what Secrets hold.
    pub hidden: Vec<Range<u32>>,
    /// Its faults.
    pub diagnostics: Diagnostics,
}

/// Reads a file of Kubernetes objects.
pub fn read(file: FileId, text: &str) -> Manifests {
    let Read { documents, broken, diagnostics } = compose::documents(file, text);
    let mut read = Manifests { diagnostics, ..Manifests::default() };
    read.hidden.extend(broken.and_then(|start| secret::guess(text, start)));
    for document in documents.into_iter().filter(|document| !document.value.is_null()) {
        for (value, places) in take_apart(document) {
            let span = places.whole();
            secret::hide(&value, &places, &mut read.hidden);
            match check(&value, &places, span) {
                Ok(()) => read.objects.push(ManifestObject { value, span, places }),
                Err(finding) => read.diagnostics.push(*finding),
            }
        }
    }
    read
}

/// A `List` is its items, as kubectl has it.
fn take_apart(Document { mut value, places }: Document) -> Vec<(Value, Places)> {
    let is_list = value.get("kind").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"));
    match value.get_mut("items") {
        Some(Value::Array(items)) if is_list => {
            std::mem::take(items).into_iter().zip(places.items("/items")).collect()
        }
        _ => vec![(value, places)],
    }
}

fn check(value: &Value, places: &Places, span: Span) -> Result<(), Box<Diagnostic>> {
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
                let at = places.get(pointer).unwrap_or(head);
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
fn first_line(span: Span, places: &Places) -> Span {
    places.get("/kind").or_else(|| places.get("/apiVersion")).unwrap_or(span)
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

/// The text at a JSON pointer; empty where there is none.
pub(crate) fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The group of an `apiVersion`; the core group is empty.
pub(crate) fn group_of(api_version: &str) -> &str {
    api_version.rsplit_once('/').map_or("", |(group, _)| group)
}

/// Where the pod template of an object of a kind is; the object itself for a pod.
pub(crate) fn pod_template(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => {
            "/spec/template"
        }
        "CronJob" => "/spec/jobTemplate/spec/template",
        "Pod" => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
