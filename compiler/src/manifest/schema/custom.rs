//! CustomResourceDefinitions as schemas.
//!
//! Takes the objects of files that `schemas` names, gives the kinds they define and findings about them. Invariant: of a
//! definition that has a fault nothing is held against objects of its kind.

use super::Schemas;
use super::definition::{Additional, Definition};
use crate::decode::value::clip;
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::files::Source;
use crate::model::{CustomKind, ManifestObject};
use crate::span::Span;
use serde::Deserialize as _;
use serde_json::Value;

/// A kind that a CustomResourceDefinition defines.
#[derive(Debug)]
pub(super) struct Custom {
    /// Where its kind is named.
    pub(super) span: Span,
    /// Its versions in the order of the definition.
    pub(super) versions: Vec<CustomVersion>,
    /// Whether the definition has a fault.
    pub(super) broken: bool,
}

/// A version of it.
#[derive(Debug)]
pub(super) struct CustomVersion {
    pub(super) name: String,
    pub(super) served: bool,
    pub(super) definition: Definition,
}

/// What came of adding an object.
#[derive(Debug)]
pub enum Added {
    /// It defines this kind.
    Kind(CustomKind),
    /// It should define a kind, and which is not understood.
    Broken,
    /// It is no CustomResourceDefinition.
    Other,
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

/// Whether an object is a CustomResourceDefinition, of whichever version.
pub(super) fn is_definition(object: &ManifestObject) -> bool {
    text(&object.value, "/kind") == "CustomResourceDefinition"
        && text(&object.value, "/apiVersion").starts_with("apiextensions.k8s.io/")
}

impl Schemas {
    /// Adds the kind that an object defines; `source` is its file.
    pub fn add(&mut self, object: &ManifestObject, source: Option<&Source>, out: &mut Diagnostics) -> Added {
        if !is_definition(object) {
            return Added::Other;
        }
        let before = out.len();
        self.check(object, source).findings.into_iter().for_each(|finding| out.push(finding));
        let sound = out.len() == before;
        let (group, kind) = (text(&object.value, "/spec/group"), text(&object.value, "/spec/names/kind"));
        let place = |pointer: &str| object.places.get(pointer).unwrap_or(object.span);
        let span = place("/spec/names/kind");
        let mut versions = Vec::new();
        if sound {
            named(object, out);
            versions = read_versions(object, out);
        }
        let broken = out.len() != before;
        if group.is_empty() || kind.is_empty() {
            return Added::Broken;
        }
        let served =
            versions.iter().filter(|version| version.served).map(|version| version.name.clone()).collect();
        let added = CustomKind { group: group.to_owned(), kind: kind.to_owned(), versions: served, span };
        match self.custom.get(&(group.to_owned(), kind.to_owned())) {
            Some(first) => {
                let message = format!("kind `{}` of group `{}` is defined twice", clip(kind), clip(group));
                let finding = Diagnostic::new(&codes::SCHEMA_TWICE, message, span, "and again here");
                out.push(finding.label(first.span, "it is defined here").help("leave one of the files out"));
            }
            None => {
                let key = (group.to_owned(), kind.to_owned());
                self.custom.insert(key, Custom { span, versions, broken });
            }
        }
        Added::Kind(added)
    }
}

fn broken(object: &ManifestObject, pointer: &str, message: String, label: &str) -> Diagnostic {
    let places = &object.places;
    let at = places.key(pointer).or_else(|| places.first_key(pointer)).or_else(|| places.get(pointer));
    Diagnostic::new(&codes::SCHEMA_BROKEN, message, at.unwrap_or(object.span), label)
}

/// Kubernetes takes a definition only under the name `PLURAL.GROUP`.
fn named(object: &ManifestObject, out: &mut Diagnostics) {
    let of = |pointer: &str| text(&object.value, pointer);
    let wanted = format!("{}.{}", of("/spec/names/plural"), of("/spec/group"));
    if of("/metadata/name") != wanted {
        let message = format!(
            "CustomResourceDefinition `{}` must be called `{}`, by its plural and its group",
            clip(of("/metadata/name")),
            clip(&wanted)
        );
        out.push(broken(object, "/metadata/name", message, "not its plural and its group"));
    }
}

fn read_versions(object: &ManifestObject, out: &mut Diagnostics) -> Vec<CustomVersion> {
    let name = clip(text(&object.value, "/metadata/name")).into_owned();
    let versions = object.value.pointer("/spec/versions").and_then(Value::as_array);
    let mut found = Vec::new();
    for (index, version) in versions.into_iter().flatten().enumerate() {
        let at = format!("/spec/versions/{index}");
        let own = text(version, "/name").to_owned();
        let Some(schema) = version.pointer("/schema/openAPIV3Schema") else {
            let message =
                format!("version `{}` of CustomResourceDefinition `{name}` has no schema", clip(&own));
            out.push(broken(object, &at, message, "needs `schema.openAPIV3Schema`"));
            continue;
        };
        let at = format!("{at}/schema/openAPIV3Schema");
        match Definition::deserialize(schema) {
            Ok(definition) if refers(&definition) => {
                let message = format!("the schema of version `{}` of `{name}` uses `$ref`", clip(&own));
                out.push(broken(object, &at, message, "Kubernetes takes no `$ref` here"));
            }
            Ok(definition) => {
                let served = version.get("served").and_then(Value::as_bool).unwrap_or(false);
                found.push(CustomVersion { name: own, served, definition });
            }
            Err(problem) => {
                let problem = problem.to_string();
                let message = format!(
                    "the schema of version `{}` of `{name}` is not structural: {}",
                    clip(&own),
                    clip(&problem)
                );
                out.push(broken(object, &at, message, "this schema"));
            }
        }
    }
    if !found.is_empty() && !found.iter().any(|version| version.served) {
        let message = format!("CustomResourceDefinition `{name}` serves none of its versions");
        out.push(broken(object, "/spec/versions", message, "none has `served: true`"));
    }
    found
}

fn refers(definition: &Definition) -> bool {
    let additional = match &definition.additional_properties {
        Some(Additional::Are(each)) => refers(each),
        Some(Additional::May(_)) | None => false,
    };
    let lists = [&definition.all_of, &definition.any_of, &definition.one_of];
    definition.reference.is_some()
        || additional
        || definition.properties.values().any(refers)
        || definition.items.iter().chain(&definition.not).any(|inner| refers(inner))
        || lists.into_iter().flatten().any(refers)
}
