//! Replicas that nothing counts: what a workload's manifests run beside the object that its targets scale. Such pods stand
//! wherever the work runs or may come to, and are in no sum of the proof.

use super::{about, objects, scaled_of, workloads};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::manifest::is_scaled;
use crate::model::{Content, ManifestObject, Mode, Workload};
use crate::resolve::Draft;
use crate::span::Span;
use serde_json::Value;

/// Reports every object with replicas beside the counted one, or that which one is counted is a guess.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    for (index, workload, _) in workloads(draft) {
        let Content::Manifests { span: named, .. } = &workload.content else { continue };
        let Some(main) = scaled_of(model, workload) else { continue };
        let others = || objects(model, workload).filter(|object| !std::ptr::eq(*object, main));
        let rivals: Vec<&ManifestObject> = others().filter(|object| is_scaled(object)).collect();
        if main.name() != workload.name.as_str() && !rivals.is_empty() {
            out.push(about(draft, index, guessed(workload, main, &rivals, *named)));
            continue;
        }
        // What something else deploys is in its own numbers, or in what is `occupied`.
        if workload.mode != Mode::Own {
            continue;
        }
        for other in others() {
            if let Some(replicas) = replicas(other).filter(|replicas| *replicas > 0) {
                out.push(about(draft, index, uncounted(workload, main, other, replicas, *named)));
            }
        }
    }
}

fn place(object: &ManifestObject) -> Span {
    object.place("/metadata/name")
}

/// How many replicas an object says that it runs; `None` for kinds that have none.
fn replicas(object: &ManifestObject) -> Option<u64> {
    let kinds = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];
    let count = || object.value.pointer("/spec/replicas").and_then(Value::as_u64).unwrap_or(1);
    kinds.contains(&object.kind()).then(count)
}

fn guessed(
    workload: &Workload,
    main: &ManifestObject,
    rivals: &[&ManifestObject],
    named: Span,
) -> Diagnostic {
    let name = &workload.name;
    let message = format!(
        "{} objects of workload `{name}` could be the one that its targets count, and none is named `{name}`",
        rivals.len() + 1
    );
    let finding =
        Diagnostic::new(&codes::REPLICAS_UNCOUNTED, message, place(main), "it would be this, the first");
    let mut finding = finding;
    for rival in rivals.iter().take(4) {
        finding = finding.label(place(rival), "or this");
    }
    finding.label(named, "these manifests").help(format!(
        "name the one that is meant `{name}`, and give each other one a workload of its own: else its pods are in no sum of the proof"
    ))
}

fn uncounted(
    workload: &Workload,
    main: &ManifestObject,
    other: &ManifestObject,
    replicas: u64,
    named: Span,
) -> Diagnostic {
    let (kind, own) = (other.kind(), other.name());
    let of = if replicas == 1 { "1 replica".to_owned() } else { format!("{replicas} replicas") };
    let message = format!("{kind} `{own}` of workload `{}` runs {of} that nothing counts", workload.name);
    let finding =
        Diagnostic::new(&codes::REPLICAS_UNCOUNTED, message, place(other), "in no sum of the proof");
    let finding = finding.label(place(main), "the targets count this one").label(named, "these manifests");
    finding.help(format!(
        "give it a workload of its own, `workload {own} {{ manifests … }}`, with targets, a tier and a failover; or `replicas: 0`"
    ))
}
