//! References of pods: the ConfigMaps, Secrets, ServiceAccounts and claims that they name are wherever the work runs or may
//! fail over to.

use super::manifests::{Cluster, Owner, label, namespace, owners};
use super::words;
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::manifest::{pod_template, text};
use crate::model::{ManifestObject, Model};
use crate::resolve::Draft;
use crate::span::Span;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What pods refer to.
const KINDS: [&str; 4] = ["ConfigMap", "Secret", "ServiceAccount", "PersistentVolumeClaim"];
/// Objects that bring a Secret of another name, and the field that says which: cert-manager, External Secrets.
const MAKERS: [(&str, &str); 3] = [
    ("Certificate", "/spec/secretName"),
    ("ExternalSecret", "/spec/target/name"),
    ("SealedSecret", "/spec/template/metadata/name"),
];

/// How many names a missing one is compared with.
const LIKENED: usize = 100;

/// An object's kind, namespace and name.
type Key<'m> = (&'static str, &'m str, &'m str);

/// Who brings an object: to which clusters, and where it is described.
struct Brought<'m> {
    clusters: &'m BTreeMap<Cluster, Span>,
    place: Span,
    certain: bool,
}

/// Reports what is among nobody's manifests, and what is missing at a place.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    let owners = owners(draft);
    let mut known: BTreeMap<Key<'_>, Vec<Brought<'_>>> = BTreeMap::new();
    for owner in &owners {
        for object in &owner.objects {
            let namespace = namespace(model, owner, object);
            let place = object.place("/metadata/name");
            let brought = || Brought { clusters: &owner.clusters, place, certain: owner.certain };
            for (kind, name) in brings(&object.value) {
                known.entry((kind, namespace, name)).or_default().push(brought());
            }
        }
    }
    let mut told: BTreeSet<Key<'_>> = BTreeSet::new();
    for owner in &owners {
        let mut own: BTreeSet<Key<'_>> = BTreeSet::new();
        for object in &owner.objects {
            for (kind, name, pointer) in referred(object) {
                let key = (kind, namespace(model, owner, object), name);
                let place = object.place(&pointer);
                match known.get(&key) {
                    None if told.insert(key) => {
                        let (kind, within, _) = key;
                        let beside = known.range((kind, within, "")..).take(LIKENED);
                        let beside =
                            beside.map(|(key, _)| *key).filter(|other| (other.0, other.1) == (kind, within));
                        let near = nearest(name, beside.map(|(.., name)| name).collect::<Vec<_>>());
                        out.push(nowhere(model, owner, key, place, near));
                    }
                    Some(all) if own.insert(key) => elsewhere(model, owner, key, place, all, out),
                    None | Some(_) => {}
                }
            }
        }
    }
}

/// What of the kinds that pods refer to an object is, or makes.
fn brings(value: &Value) -> Vec<(&'static str, &str)> {
    let (kind, name) = (text(value, "/kind"), text(value, "/metadata/name"));
    let is = |known: &&&str| **known == kind;
    let mut found: Vec<_> = KINDS.iter().find(is).map(|kind| (*kind, name)).into_iter().collect();
    if let Some((_, field)) = MAKERS.iter().find(|(maker, _)| *maker == kind) {
        let made = text(value, field);
        found.push(("Secret", if made.is_empty() { name } else { made }));
    }
    found
}

fn nowhere(
    model: &Model,
    owner: &Owner<'_>,
    (kind, _, name): Key<'_>,
    place: Span,
    near: Option<&str>,
) -> Diagnostic {
    let message =
        format!("{kind} `{name}` is not among the manifests of tenant `{}`", model[owner.tenant].name);
    let finding = Diagnostic::new(&codes::REFERENCE_MISSING, message, place, "referred to here");
    let finding = finding.label(owner.named, "these manifests");
    let help =
        "wherever the work may move, it must be there first: add it, or make sure that somebody else does";
    finding.help(match near {
        Some(near) => {
            format!("did you mean `{near}`? what pods refer to must be there wherever the work may move")
        }
        None => help.to_owned(),
    })
}

fn elsewhere(
    model: &Model,
    owner: &Owner<'_>,
    (kind, _, name): Key<'_>,
    place: Span,
    all: &[Brought<'_>],
    out: &mut Diagnostics,
) {
    // What something else deploys has its objects from there.
    if !owner.writes || !owner.certain || all.iter().any(|brought| !brought.certain) {
        return;
    }
    let has = |cluster: &Cluster| all.iter().any(|brought| brought.clusters.contains_key(cluster));
    let missing: Vec<(&Cluster, &Span)> =
        owner.clusters.iter().filter(|(cluster, _)| !has(cluster)).collect();
    if missing.is_empty() {
        return;
    }
    let names = |clusters: &mut dyn Iterator<Item = Cluster>| {
        let all: BTreeSet<&str> = clusters.map(|cluster| label(model, cluster)).collect();
        words(&all.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>())
    };
    let lacking = names(&mut missing.iter().map(|(cluster, _)| **cluster));
    let holding = names(&mut all.iter().flat_map(|brought| brought.clusters.keys().copied()));
    let message =
        format!("{kind} `{name}` is missing in {lacking}, where `{}` runs or may fail over to", owner.name);
    let mut finding = Diagnostic::new(&codes::REFERENCE_ELSEWHERE, message, place, "referred to here");
    for (cluster, span) in missing.iter().take(4) {
        finding = finding.label(**span, format!("runs or may run in `{}`", label(model, **cluster)));
    }
    if let Some(first) = all.first() {
        finding = finding.label(first.place, format!("it is described here, and is in {holding}"));
    }
    let help = format!(
        "describe it among the manifests of `{}`, under a name of its own: an object goes where the work goes whose manifests hold it",
        owner.name
    );
    out.push(finding.help(help));
}

/// What an object's pod template refers to and does not call optional: kind, name, pointer.
fn referred(object: &ManifestObject) -> Vec<(&'static str, &str, String)> {
    let template = pod_template(object.kind()).unwrap_or("/spec/template");
    let template = format!("{template}/spec");
    let mut found = Vec::new();
    let Some(spec) = object.value.pointer(&template) else { return found };
    let account = text(spec, "/serviceAccountName");
    if !matches!(account, "" | "default") {
        found.push(("ServiceAccount", account, format!("{template}/serviceAccountName")));
    }
    let kinds: [(&str, &str, &'static str); 8] = [
        ("configMapRef", "name", "ConfigMap"),
        ("configMapKeyRef", "name", "ConfigMap"),
        ("configMap", "name", "ConfigMap"),
        ("secretRef", "name", "Secret"),
        ("secretKeyRef", "name", "Secret"),
        ("secret", "secretName", "Secret"),
        ("secret", "name", "Secret"),
        ("persistentVolumeClaim", "claimName", "PersistentVolumeClaim"),
    ];
    walk(spec, &mut template.clone(), 0, &mut |key, value, pointer| {
        for (parent, field, kind) in kinds {
            let name = value.get(field).and_then(Value::as_str);
            let optional = value.get("optional").and_then(Value::as_bool).unwrap_or(false);
            if let Some(name) = name.filter(|_| key == parent && !optional) {
                found.push((kind, name, format!("{pointer}/{field}")));
            }
        }
    });
    let pulls = spec.get("imagePullSecrets").and_then(Value::as_array);
    for (index, secret) in pulls.into_iter().flatten().enumerate() {
        let name = text(secret, "/name");
        if !name.is_empty() {
            found.push(("Secret", name, format!("{template}/imagePullSecrets/{index}/name")));
        }
    }
    found
}

fn walk<'v>(
    value: &'v Value,
    pointer: &mut String,
    depth: usize,
    see: &mut dyn FnMut(&str, &'v Value, &str),
) {
    let mut step = |key: &str, inner: &'v Value, pointer: &mut String| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&seawall_schema::pointer::step(key));
        see(key, inner, pointer);
        if depth < 64 {
            walk(inner, pointer, depth + 1, see);
        }
        pointer.truncate(length);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| step(key, inner, pointer)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| step(&index.to_string(), inner, pointer));
        }
        _ => {}
    }
}
