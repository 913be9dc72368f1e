//! Objects against their schemas: fields, types, values, quantities.
//!
//! Takes an object, and what of CustomResourceDefinitions was added before; gives findings in its YAML file. What Kubernetes
//! itself serves comes from `schema/kubernetes/`. Invariant: definitions are read when something of their kind is met, so
//! that a fleet pays for the kinds it uses; the same object gives the same findings, whatever was checked before it.

mod builtin;
mod custom;
mod definition;
mod fault;
mod format;
mod kind;
mod quantity;
mod removed;
mod walk;

use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::files::Source;
use crate::model::ManifestObject;
use crate::span::Span;
use builtin::Builtin;
pub(super) use builtin::cluster_scoped;
pub use custom::Added;
use custom::Custom;
use fault::{Fault, Report, What};
use kind::Found;
use regex::Regex;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use walk::Walk;

/// The versions of Kubernetes that objects can be checked for, 36 for 1.36.
pub const SERVED: [u8; 5] = [33, 34, 35, 36, 37];
/// The same as they are written.
pub const WORDS: &[&str] = &["1.33", "1.34", "1.35", "1.36", "1.37"];
/// The minor version of a word such as `1.36`.
pub fn minor(word: &str) -> Option<u8> {
    WORDS.iter().position(|known| *known == word).map(|index| SERVED[index])
}

/// What a fleet that says nothing runs: what the control plane of the tests does.
pub const USUAL: u8 = 36;

/// What may stand in objects.
#[derive(Debug)]
pub struct Schemas {
    minor: u8,
    builtin: Builtin,
    custom: BTreeMap<(String, String), Custom>,
    patterns: RefCell<HashMap<String, Option<Regex>>>,
}

/// What came of an object.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Its faults.
    pub findings: Vec<Diagnostic>,
    /// Whether one of them lies in what the policy reads: requests, replicas, containers.
    pub unsure: bool,
    /// Whether nothing is known of its kind.
    pub unchecked: bool,
}

impl Schemas {
    /// Of Kubernetes 1.`minor`, without custom kinds.
    pub fn new(minor: u8) -> Self {
        Self { minor, builtin: Builtin::new(minor), custom: BTreeMap::new(), patterns: RefCell::default() }
    }

    /// Holds an object against what is known of its kind; `source` is its file.
    pub fn check(&self, object: &ManifestObject, source: Option<&Source>) -> Verdict {
        let faults = match self.find(object) {
            Found::Silent => return Verdict::default(),
            Found::Unknown => return Verdict { unchecked: true, ..Verdict::default() },
            // Of a kind that is misspelt nobody knows what it runs.
            Found::Fault(finding) => {
                return Verdict { findings: vec![*finding], unsure: true, unchecked: false };
            }
            Found::Builtin(name) => self.of_builtin(name, object),
            Found::Custom(definition) => {
                let mut walk = Walk::new(self, false);
                walk.value(definition, &object.value, None);
                let mut faults = walk.faults;
                faults.extend(self.metadata(object));
                faults
            }
        };
        let unsure = faults.iter().any(|fault| is_read(fault, object));
        let report = Report { object, source };
        // What an alias brings in at several places has one cause, and one place.
        let mut seen: HashSet<(&str, Span)> = HashSet::new();
        let mut findings: Vec<Diagnostic> = faults.iter().map(|fault| report.finding(fault)).collect();
        findings.retain(|finding| {
            let place = finding.labels.first().map_or(Span::NONE, |label| label.span);
            let several = finding.code.id == codes::MANIFEST_UNKNOWN_FIELD.id;
            seen.insert((finding.code.id, place)) || (several && object.places.whole() == place)
        });
        Verdict { findings, unsure, unchecked: false }
    }

    fn of_builtin(&self, name: &str, object: &ManifestObject) -> Vec<Fault> {
        let Some(definition) = self.builtin.definition(name) else { return Vec::new() };
        let mut walk = Walk::new(self, true);
        walk.value(&definition, &object.value, None);
        let mut faults = walk.faults;
        faults.extend(misnamed(object));
        faults
    }

    /// The metadata of a custom object is Kubernetes' own.
    fn metadata(&self, object: &ManifestObject) -> Vec<Fault> {
        let metadata = self.builtin.definition("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
        let (Some(definition), Some(value)) = (metadata, object.value.get("metadata")) else {
            return Vec::new();
        };
        let mut walk = Walk::new(self, true);
        walk.field(&definition, "metadata", value);
        let mut faults = walk.faults;
        faults.extend(misnamed(object));
        faults
    }

    /// Whether a text matches a pattern of a CustomResourceDefinition; one that cannot be read matches everything.
    fn matches(&self, pattern: &str, text: &str) -> bool {
        if let Some(known) = self.patterns.borrow().get(pattern) {
            return known.as_ref().is_none_or(|regex| regex.is_match(text));
        }
        let regex =
            regex::RegexBuilder::new(pattern).size_limit(1 << 20).dfa_size_limit(1 << 20).build().ok();
        let matches = regex.as_ref().is_none_or(|regex| regex.is_match(text));
        self.patterns.borrow_mut().insert(pattern.to_owned(), regex);
        matches
    }
}

/// What a reference to a definition names.
fn name_of(reference: &str) -> &str {
    reference.strip_prefix("#/$defs/").unwrap_or(reference)
}

/// An object's own name: a DNS name, a label where it becomes one in DNS; roles take any.
fn misnamed(object: &ManifestObject) -> Option<Fault> {
    let text = |pointer: &str| super::text(&object.value, pointer);
    let (name, kind) = (text("/metadata/name"), text("/kind"));
    let format = match (super::group_of(text("/apiVersion")), kind) {
        ("rbac.authorization.k8s.io", _) => return None,
        ("", "Namespace" | "Service") => "dns-label",
        _ => "dns-subdomain",
    };
    let fault = || Fault { pointer: "/metadata/name".to_owned(), what: What::Format(format.to_owned()) };
    (!format::holds(format, name)).then(fault)
}

/// Whether a fault makes it unsure what an object asks for and runs: then what follows from that is silent.
fn is_read(fault: &Fault, object: &ManifestObject) -> bool {
    const READ: [&str; 13] = [
        "spec",
        "template",
        "jobTemplate",
        "containers",
        "initContainers",
        "resources",
        "requests",
        "limits",
        "overhead",
        "replicas",
        "parallelism",
        "completions",
        "restartPolicy",
    ];
    let kind = object.value.get("kind").and_then(Value::as_str).unwrap_or("");
    let Some(template) = super::pod_template(kind) else { return false };
    let pod = format!("{template}/spec");
    let around = |pointer: &str| pod.starts_with(pointer);
    let asked = |pointer: &str| {
        pointer.strip_prefix(&pod).is_some_and(|inner| {
            let names: Vec<&str> = inner.split('/').skip(1).collect();
            matches!(names.as_slice(), [] | ["overhead", ..] | ["containers" | "initContainers"])
                || matches!(names.as_slice(), ["containers" | "initContainers", _])
                || matches!(names.as_slice(), ["containers" | "initContainers", _, "resources", ..])
        })
    };
    let Fault { pointer, what } = fault;
    match what {
        What::Unknown { name, .. } => {
            (around(pointer) || asked(pointer))
                && (READ.contains(&name.as_str()) || nearest(name, READ).is_some())
        }
        What::Missing(names) => {
            (around(pointer) || asked(pointer)) && names.iter().any(|name| READ.contains(&name.as_str()))
        }
        What::TooMuch => true,
        _ => {
            around(pointer)
                || asked(pointer)
                || ["/spec/replicas", "/spec/parallelism", "/spec/completions"].contains(&pointer.as_str())
        }
    }
}
