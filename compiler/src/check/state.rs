//! State that a zone takes with it: volumes of StatefulSets, and names of StatefulSets that do not fit once derived.

use super::{destinations, workloads};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{Boundary, Content, ManifestObject, Model, Spread, Workload};
use crate::resolve::Draft;
use serde_json::Value;

/// Longest name of a StatefulSet whose pods can be labelled with its revision: 63 less a hyphen and ten characters.
const STATEFUL_LIMIT: usize = 52;

fn objects<'m>(model: &'m Model, workload: &'m Workload) -> impl Iterator<Item = &'m ManifestObject> {
    let files = match &workload.content {
        Content::Manifests { files, .. } => &files[..],
        Content::Container(_) => &[],
    };
    files.iter().flat_map(|file| &model[*file].objects)
}

fn is_stateful(object: &ManifestObject) -> bool {
    object.value.get("kind").and_then(Value::as_str) == Some("StatefulSet")
}

/// Volumes of work that spreads over zones stay behind in a lost zone.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    let survives = model.fleet.survive.iter().find(|s| s.boundary == Boundary::Zone && s.count > 0);
    let Some(survive) = survives else { return };
    for (_, workload, _) in workloads(draft) {
        let Some(Spread::Zone { span, .. }) = &workload.spread else { continue };
        for object in objects(model, workload).filter(|object| is_stateful(object)) {
            let pointer = "/spec/volumeClaimTemplates";
            let claims = object.value.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
            if claims == 0 {
                continue;
            }
            let place = object.places.get(pointer).copied().unwrap_or(object.span);
            let message = format!(
                "workload `{}` spreads over zones, and its volumes stay behind in a lost one",
                workload.name
            );
            let finding = Diagnostic::new(&codes::ZONAL_STATE, message, place, "a volume lies in one zone");
            let finding =
                finding.label(*span, "spreads over zones").label(survive.span, "whose loss must be survived");
            out.push(finding.help("a pod waits for its volume: say `spread none reason=\"…\"` if that is the decision, or keep the data in a dataset"));
        }
    }
}

/// Standbys of StatefulSets have names of their own, which must fit.
pub(super) fn names(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    for (_, workload, _) in workloads(draft) {
        for object in objects(model, workload).filter(|object| is_stateful(object)) {
            let name = object.value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or("");
            for to in destinations(workload) {
                let derived = format!("{name}-{}", model[to.lane.value].name);
                if derived.len() <= STATEFUL_LIMIT {
                    continue;
                }
                let message = format!(
                    "the standby's StatefulSet is called `{derived}`: {} characters, {STATEFUL_LIMIT} are the limit",
                    derived.len()
                );
                let finding = Diagnostic::new(&codes::NAME_TOO_LONG, message, to.span, "derived here");
                let place = object.places.get("/metadata/name").copied().unwrap_or(object.span);
                out.push(
                    finding.label(place, "from this name").help(
                        "its pods carry the name in a label of 63 characters: shorten it, or the lane's",
                    ),
                );
            }
        }
    }
}
