//! Selectors: a controller finds the pods of its own template, which the API insists on; a Service or a budget finds some.

use super::manifests::{Owner, namespace, owners};
use crate::diagnostic::{Diagnostic, Diagnostics, Edit, registry as codes};
use crate::manifest::selector::{self, Requirement};
use crate::manifest::{is_builtin, pod_template};
use crate::model::{ManifestObject, Model};
use crate::resolve::Draft;
use crate::span::Span;
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// How many pod templates with one label in common are looked at for one selector; beyond, it is taken to find one.
const LOOKED_AT: usize = 1000;

/// An object with a pod template.
#[derive(Clone, Copy)]
struct Pods<'m> {
    object: &'m ManifestObject,
    template: &'static str,
}

impl<'m> Pods<'m> {
    fn of(object: &'m ManifestObject) -> Option<Self> {
        pod_template(object.kind()).map(|template| Self { object, template })
    }

    fn labels(self) -> Option<&'m Value> {
        self.object.value.pointer(&self.pointer())
    }

    fn pointer(self) -> String {
        format!("{}/metadata/labels", self.template)
    }

    fn unmet<'r, 's>(self, required: &'r [Requirement<'s>]) -> Vec<&'r Requirement<'s>> {
        let labels = self.labels();
        required.iter().filter(|requirement| !requirement.is_met(labels)).collect()
    }

    /// Why a requirement is not met, where that shows, and what shows there.
    fn lack(self, requirement: &Requirement<'_>) -> (String, Span, String) {
        let places = &self.object.places;
        let key = requirement.key;
        let pointer = format!("{}/{}", self.pointer(), seawall_schema::pointer::step(key));
        let own = self.object.value.pointer(&pointer).and_then(Value::as_str);
        if let (Some(own), Some(place)) = (own, places.get(&pointer)) {
            let why = match requirement.only() {
                Some(wanted) => format!("their label `{key}` is `{own}`, not `{wanted}`"),
                None => format!("`{}` is asked for, and their label `{key}` is `{own}`", requirement.words()),
            };
            return (why, place, "the label of the pods".to_owned());
        }
        let head =
            || places.key(&format!("{}/metadata", self.template)).or_else(|| places.key(self.template));
        let place = places.key(&self.pointer()).or_else(head).unwrap_or(self.object.span);
        let why = format!("`{}` is not among their labels", requirement.words());
        (why, place, "the labels of the pods".to_owned())
    }
}

/// Checks the selectors of all manifests.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    let owners = owners(draft);
    let others = OnceCell::new();
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for owner in &owners {
        let mut findings: Vec<Diagnostic> =
            owner.objects.iter().filter_map(|object| of_own_pods(object)).collect();
        // What a Service or a budget fails to find may be mended there.
        if findings.is_empty() {
            let found = owner.objects.iter().filter_map(|object| {
                finds_none(model, owner, object, || others.get_or_init(|| by_label(model, &owners)))
            });
            findings.extend(found);
        }
        for finding in findings {
            // Who names a manifest too has the same fault.
            if finding.labels.first().is_some_and(|label| told.insert(label.span)) {
                out.push(finding.label(owner.named, "these manifests"));
            }
        }
    }
}

fn title(object: &ManifestObject) -> String {
    format!("{} `{}`", object.kind(), object.name())
}

/// A controller whose selector does not find its own pods is refused by the API.
fn of_own_pods(object: &ManifestObject) -> Option<Diagnostic> {
    let kind = object.kind();
    let pods = Pods::of(object)?;
    let required = selector::of(&object.value)?;
    if required.is_empty() && kind != "ReplicationController" && is_empty(object) {
        let at = object.places.key("/spec/selector").unwrap_or(object.place("/spec/selector"));
        let message = format!("the selector of {} is empty", title(object));
        let finding =
            Diagnostic::new(&codes::SELECTOR_DIFFERS, message, at, "would take every pod for its own");
        return Some(
            finding.help("name labels of its pods under `matchLabels`: the API refuses an empty one"),
        );
    }
    let unmet = *pods.unmet(&required).first()?;
    let (why, at, label) = pods.lack(unmet);
    let message = format!("the selector of {} does not find its own pods: {why}", title(object));
    let finding =
        Diagnostic::new(&codes::SELECTOR_DIFFERS, message, object.place(&unmet.pointer), "asked for here");
    let finding = finding.label(at, label);
    let written = unmet.only().map(yaml);
    let has = pods.labels().is_some_and(|labels| labels.get(unmet.key).is_some());
    Some(match written {
        Some(value) if has => {
            let finding = finding.help("the API refuses it: a controller must find the pods that it makes");
            finding.suggest(
                format!("give the pods the label `{}`", unmet.words()),
                vec![Edit { span: at, replacement: value }],
            )
        }
        _ => finding.help(format!(
            "the API refuses it: give the template the label `{}`, or leave it out of the selector",
            unmet.words()
        )),
    })
}

fn is_empty(object: &ManifestObject) -> bool {
    let nothing = |pointer: &str| match object.value.pointer(pointer) {
        Some(Value::Object(map)) => map.is_empty(),
        Some(Value::Array(list)) => list.is_empty(),
        _ => true,
    };
    nothing("/spec/selector/matchLabels") && nothing("/spec/selector/matchExpressions")
}

/// A text as a YAML value.
fn yaml(text: &str) -> String {
    let word = text.len() > 3 && text.starts_with(|c: char| c.is_ascii_alphabetic());
    let plain = word && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    // `yes`, `null` and the like are read as something else.
    let special = ["true", "false", "null"].contains(&text.to_ascii_lowercase().as_str());
    if plain && !special { text.to_owned() } else { Value::from(text).to_string() }
}

/// Labels of pods of all manifests, by namespace and each of their labels.
type ByLabel<'m> = BTreeMap<(&'m str, &'m str, &'m str), Vec<Pods<'m>>>;

fn by_label<'m>(model: &'m Model, owners: &[Owner<'m>]) -> ByLabel<'m> {
    let mut found = ByLabel::new();
    for owner in owners {
        for pods in owner.objects.iter().filter_map(|object| Pods::of(object)) {
            let within = namespace(model, owner, pods.object);
            for (key, value) in pods.labels().and_then(Value::as_object).into_iter().flatten() {
                if let Some(value) = value.as_str() {
                    found.entry((within, key, value)).or_default().push(pods);
                }
            }
        }
    }
    found
}

/// A Service or a budget whose selector finds no pod of the manifests beside it, nor of others in its namespace.
fn finds_none<'m, 'a>(
    model: &'m Model,
    owner: &Owner<'m>,
    object: &'m ManifestObject,
    others: impl Fn() -> &'a ByLabel<'m>,
) -> Option<Diagnostic>
where
    'm: 'a,
{
    if !matches!(object.kind(), "Service" | "PodDisruptionBudget") {
        return None;
    }
    let required = selector::of(&object.value).filter(|required| !required.is_empty())?;
    // Of pods that a controller of another kind makes nobody knows the labels.
    if !owner.objects.iter().all(|object| is_builtin(&object.value)) {
        return None;
    }
    let within = namespace(model, owner, object);
    let own = owner.objects.iter().filter_map(|object| Pods::of(object));
    let own: Vec<Pods<'_>> = own.filter(|pods| namespace(model, owner, pods.object) == within).collect();
    let nearest = own.iter().copied().min_by_key(|pods| pods.unmet(&required).len())?;
    let unmet = *nearest.unmet(&required).first()?;
    let (key, value) = required.iter().find_map(|one| one.only().map(|only| (one.key, only)))?;
    let known = others().get(&(within, key, value)).map(Vec::as_slice).unwrap_or_default();
    if known.len() > LOOKED_AT || known.iter().any(|pods| pods.unmet(&required).is_empty()) {
        return None;
    }
    let (why, at, label) = nearest.lack(unmet);
    let message = format!("{} selects no pod of `{}`: {why}", title(object), owner.name);
    let place = object.place(&unmet.pointer);
    let finding = Diagnostic::new(&codes::SELECTS_NOTHING, message, place, "asked for here").label(at, label);
    let labels = nearest.labels().and_then(|labels| labels.get(unmet.key)).and_then(Value::as_str);
    Some(match labels.filter(|_| unmet.only().is_some()) {
        Some(value) => {
            let edits = vec![Edit { span: place, replacement: yaml(value) }];
            let finding = finding.help(format!("ask for `{}: {value}`, as the pods have it", unmet.key));
            finding.suggest(format!("replace by `{value}`"), edits)
        }
        None => {
            finding.help(format!("leave `{}` out of the selector, or give the pods the label", unmet.words()))
        }
    })
}
