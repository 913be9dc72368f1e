//! Manifests: each object once in its namespace, and what they refer to is among them.

use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{Content, ManifestId, ManifestObject, Model, TenantId};
use crate::resolve::Draft;
use crate::span::Span;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Whose manifests, in which files, named at which line.
fn owners(model: &Model) -> Vec<(TenantId, &[ManifestId], Span)> {
    let work = model.workloads.iter().filter_map(|workload| match &workload.content {
        Content::Manifests { files, span } => Some((workload.tenant.value, &files[..], *span)),
        Content::Container(_) => None,
    });
    let jobs = model.jobs.iter().map(|job| (job.tenant.value, &job.wraps[..], job.span));
    work.chain(jobs).collect()
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

/// The API group, kind and name of an object.
fn key(object: &ManifestObject) -> (String, String, String) {
    let of = |pointer: &str| text(&object.value, pointer).to_owned();
    let version = of("/apiVersion");
    let group = version.rsplit_once('/').map_or("", |(group, _)| group).to_owned();
    (group, of("/kind"), of("/metadata/name"))
}

/// Two objects of one kind and name in one namespace are one object to Kubernetes.
pub(super) fn twice(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    let mut seen: BTreeMap<(TenantId, (String, String, String)), Span> = BTreeMap::new();
    for (tenant, files, named) in owners(model) {
        for object in files.iter().flat_map(|file| &model[*file].objects) {
            let key = key(object);
            let place = object.places.get("/metadata/name").copied().unwrap_or(object.span);
            let (kind, name) = (key.1.clone(), key.2.clone());
            let Some(first) = seen.insert((tenant, key), place) else { continue };
            let message = format!(
                "{kind} `{name}` is described twice in namespace `{}`",
                model[tenant].namespace.value
            );
            let finding = Diagnostic::new(&codes::OBJECT_TWICE, message, place, "and again here");
            let finding = if first == place { finding } else { finding.label(first, "it is described here") };
            out.push(finding.label(named, "these manifests").help("rename one of them"));
        }
    }
}

/// ConfigMaps, Secrets and ServiceAccounts that pods refer to are among the tenant's manifests, so that they are there
/// wherever the work may move.
pub(super) fn references(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    let mut known: BTreeSet<(TenantId, &'static str, String)> = BTreeSet::new();
    for (tenant, files, _) in owners(model) {
        for object in files.iter().flat_map(|file| &model[*file].objects) {
            let kinds = ["ConfigMap", "Secret", "ServiceAccount", "PersistentVolumeClaim"];
            if let Some(kind) = kinds.into_iter().find(|kind| *kind == text(&object.value, "/kind")) {
                known.insert((tenant, kind, text(&object.value, "/metadata/name").to_owned()));
            }
        }
    }
    for (tenant, files, named) in owners(model) {
        for object in files.iter().flat_map(|file| &model[*file].objects) {
            for (kind, name, pointer) in referred(object) {
                if !known.insert((tenant, kind, name.clone())) {
                    continue;
                }
                let place = object.places.get(&pointer).copied().unwrap_or(object.span);
                let message =
                    format!("{kind} `{name}` is not among the manifests of tenant `{}`", model[tenant].name);
                let finding = Diagnostic::new(&codes::REFERENCE_MISSING, message, place, "referred to here");
                let finding = finding.label(named, "these manifests");
                out.push(finding.help("wherever the work may move, it must be there first: add it, or make sure that somebody else does"));
            }
        }
    }
}

/// What an object's pod template refers to and does not call optional: kind, name, pointer.
fn referred(object: &ManifestObject) -> Vec<(&'static str, String, String)> {
    let template = match text(&object.value, "/kind") {
        "Pod" => "/spec",
        "CronJob" => "/spec/jobTemplate/spec/template/spec",
        _ => "/spec/template/spec",
    };
    let mut found = Vec::new();
    let Some(spec) = object.value.pointer(template) else { return found };
    let account = text(spec, "/serviceAccountName");
    if !matches!(account, "" | "default") {
        found.push(("ServiceAccount", account.to_owned(), format!("{template}/serviceAccountName")));
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
    walk(spec, &mut template.to_owned(), 0, &mut |key, value, pointer| {
        for (parent, field, kind) in kinds {
            let name = value.get(field).and_then(Value::as_str);
            let optional = value.get("optional").and_then(Value::as_bool).unwrap_or(false);
            if let Some(name) = name.filter(|_| key == parent && !optional) {
                found.push((kind, name.to_owned(), format!("{pointer}/{field}")));
            }
        }
    });
    found
}

fn walk(value: &Value, pointer: &mut String, depth: usize, see: &mut dyn FnMut(&str, &Value, &str)) {
    let mut step = |key: &str, inner: &Value, pointer: &mut String| {
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
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
