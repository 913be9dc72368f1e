//! State that stays behind: volumes that a lost zone takes with it, and volumes of work that moves to another region.

use super::{about, objects, workloads};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::manifest::text;
use crate::model::{Boundary, Model, Spread, Workload};
use crate::resolve::Draft;
use crate::span::Span;
use serde_json::Value;

/// Whether a claim can be mounted from several zones: file systems over the network, not disks.
fn is_shared(claim: &Value) -> bool {
    let modes = claim.pointer("/spec/accessModes").and_then(Value::as_array);
    modes.is_some_and(|modes| {
        modes.iter().any(|m| matches!(m.as_str(), Some("ReadWriteMany" | "ReadOnlyMany")))
    })
}

/// Where the pods of a workload keep state on disks of a zone: claim templates, and claims among its manifests.
fn volumes(model: &Model, workload: &Workload) -> Vec<Span> {
    let mut found = Vec::new();
    for object in objects(model, workload) {
        let list = |pointer: &str| {
            object.value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
        };
        match object.kind() {
            "StatefulSet" => {
                let templates = list("/spec/volumeClaimTemplates");
                if templates.iter().any(|claim| !is_shared(claim)) {
                    found.push(object.place("/spec/volumeClaimTemplates"));
                }
            }
            "Deployment" => {}
            _ => continue,
        }
        for (index, volume) in list("/spec/template/spec/volumes").iter().enumerate() {
            let name = text(volume, "/persistentVolumeClaim/claimName");
            let claim = objects(model, workload)
                .find(|object| object.kind() == "PersistentVolumeClaim" && object.name() == name);
            if claim.is_some_and(|claim| !is_shared(&claim.value)) {
                found.push(
                    object.place(&format!(
                        "/spec/template/spec/volumes/{index}/persistentVolumeClaim/claimName"
                    )),
                );
            }
        }
    }
    found
}

/// Volumes of work that spreads over zones stay behind in a lost zone.
pub(super) fn zones(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    let survives = model.fleet.survive.iter().find(|s| s.boundary == Boundary::Zone && s.count > 0);
    let Some(survive) = survives else { return };
    for (index, workload, _) in workloads(draft) {
        let Some(Spread::Zone { span, .. }) = &workload.spread else { continue };
        for place in volumes(model, workload) {
            let message = format!(
                "workload `{}` spreads over zones, and its volumes stay behind in a lost one",
                workload.name
            );
            let finding = Diagnostic::new(&codes::ZONAL_STATE, message, place, "a volume lies in one zone");
            let finding =
                finding.label(*span, "spreads over zones").label(survive.span, "whose loss must be survived");
            out.push(about(draft, index, finding.help("a pod waits for its volume: say `spread none reason=\"…\"` if that is the decision, or keep the data in a dataset")));
        }
    }
}

/// Volumes of work that moves to another region stay behind in the lost one, unless a dataset says where copies are.
pub(super) fn regions(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    for (index, workload, doubt) in workloads(draft) {
        let homes: Vec<_> = workload.targets.iter().map(|target| model[target.location].region).collect();
        let away = super::allowed(model, workload).find(|to| !homes.contains(&model[to.location].region));
        let Some(to) = away.filter(|_| workload.uses.is_empty() && !doubt.data && !doubt.places) else {
            continue;
        };
        let Some(place) = volumes(model, workload).first().copied() else { continue };
        let message = format!(
            "workload `{}` moves to `{}`, and its volumes stay behind",
            workload.name, model[to.location].label
        );
        let finding = Diagnostic::new(&codes::ZONAL_STATE, message, place, "a volume lies in one region");
        let finding = finding.label(to.span, "moves here, with empty volumes");
        out.push(about(draft, index, finding.help("say where copies of the data are: a `dataset` with its `replica`s, and `uses` it here; or `failover none reason=\"…\"`")));
    }
}
