//! CustomResourceDefinitions as schemas.
//!
//! Takes the objects of files that `schemas` names, gives the kinds they define and findings about them. Invariant: of a
//! definition that has a fault nothing is held against objects of its kind.

use super::Schemas;
use super::definition::{Additional, Definition};
use crate::decode::value::clip;
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::files::Source;
use crate::manifest::text;
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

/// Whether an object is a CustomResourceDefinition, of whichever version.
pub(super) fn is_definition(object: &ManifestObject) -> bool {
    object.kind() == "CustomResourceDefinition"
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
        let span = object.place("/spec/names/kind");
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
        let cluster_scoped = text(&object.value, "/spec/scope") == "Cluster";
        let (group_name, kind_name) = (group.to_owned(), kind.to_owned());
        let added = CustomKind { group: group_name, kind: kind_name, versions: served, cluster_scoped, span };
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
    let name = clip(object.name()).into_owned();
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
            Ok(definition) => {
                if let Some((below, fault)) = fault(&definition) {
                    let of = format!("the schema of version `{}` of `{name}`", clip(&own));
                    out.push(refused(object, &format!("{at}/{below}"), &of, &fault));
                    continue;
                }
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

/// What Kubernetes refuses in a schema.
enum Fault<'d> {
    Reference,
    /// A pattern, and why it is none.
    Pattern(&'d str, &'static str),
}

fn refused(object: &ManifestObject, at: &str, of: &str, fault: &Fault<'_>) -> Diagnostic {
    match fault {
        Fault::Reference => {
            broken(object, at, format!("{of} uses `$ref`"), "Kubernetes takes no `$ref` here")
        }
        Fault::Pattern(pattern, why) => {
            let message = format!("{of} has a pattern that is none, `{}`: {why}", clip(pattern));
            broken(object, at, message, "not a regular expression as Go reads it")
        }
    }
}

/// The first fault of a schema, and where it stands below it.
fn fault(definition: &Definition) -> Option<(String, Fault<'_>)> {
    if definition.reference.is_some() {
        return Some(("$ref".to_owned(), Fault::Reference));
    }
    if let Some(pattern) = definition.pattern.as_deref()
        && let Some(why) = unreadable(pattern)
    {
        return Some(("pattern".to_owned(), Fault::Pattern(pattern, why)));
    }
    let mut within = inner(definition).into_iter();
    within.find_map(|(name, inner)| fault(inner).map(|(below, fault)| (format!("{name}/{below}"), fault)))
}

/// The schemas within a schema, each with where it stands below it.
fn inner(definition: &Definition) -> Vec<(String, &Definition)> {
    let mut found: Vec<(String, &Definition)> = Vec::new();
    let named = definition.properties.iter();
    found.extend(
        named.map(|(name, inner)| (format!("properties/{}", seawall_schema::pointer::step(name)), inner)),
    );
    if let Some(Additional::Are(each)) = &definition.additional_properties {
        found.push(("additionalProperties".to_owned(), each));
    }
    for (word, inner) in [("items", &definition.items), ("not", &definition.not)] {
        found.extend(inner.iter().map(|inner| (word.to_owned(), &**inner)));
    }
    for (word, list) in
        [("allOf", &definition.all_of), ("anyOf", &definition.any_of), ("oneOf", &definition.one_of)]
    {
        found.extend(list.iter().enumerate().map(|(at, inner)| (format!("{word}/{at}"), inner)));
    }
    found
}

/// Why a pattern is certainly no regular expression of Go's RE2 (<https://github.com/google/re2/wiki/Syntax>); where the two
/// syntaxes differ, such as a brace that repeats nothing, nothing is said.
fn unreadable(pattern: &str) -> Option<&'static str> {
    use regex_syntax::ast::ErrorKind;
    match regex_syntax::ast::parse::Parser::new().parse(pattern).err()?.kind() {
        ErrorKind::GroupUnclosed => Some("a group is not closed"),
        ErrorKind::GroupUnopened => Some("a group is closed that is not opened"),
        ErrorKind::ClassUnclosed => Some("a class of characters is not closed"),
        ErrorKind::ClassRangeInvalid => Some("a range of characters is upside down"),
        ErrorKind::RepetitionMissing => Some("nothing stands before a repetition"),
        ErrorKind::EscapeUnexpectedEof => Some("it ends with a backslash"),
        ErrorKind::UnsupportedLookAround => Some("there is no looking ahead or behind"),
        ErrorKind::UnsupportedBackreference => Some("there is no reference back to a group"),
        _ => None,
    }
}
