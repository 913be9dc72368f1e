//! What is derived from names and numbers must be what Kubernetes takes: names of Services and StatefulSets, names that two
//! workloads come to, values of priority classes. A finding at the line, never an error of the API later.

use super::{about, destinations, scaled_of, workloads};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{Content, ManifestObject, Model, RegionId, TenantId, Workload};
use crate::resolve::Draft;
use crate::span::Span;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Longest name of a StatefulSet whose pods can be labelled with its revision: 63 less a hyphen and ten characters.
const STATEFUL_LIMIT: usize = 52;
/// Highest order of a tier whose priority, 1,000 × order, stays below those of the lanes (design page 04).
const ORDER_LIMIT: u64 = 1000;

fn is_stateful(object: &ManifestObject) -> bool {
    object.value.get("kind").and_then(Value::as_str) == Some("StatefulSet")
}

/// StatefulSets and their standbys have names that fit into the label of their pods' revision.
pub(super) fn stateful(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    for (index, workload, _) in workloads(draft) {
        let Some(object) = scaled_of(model, workload).filter(|object| is_stateful(object)) else { continue };
        let (name, place) = (object.name(), object.place("/metadata/name"));
        let too_long = |name: &str| {
            format!("the StatefulSet `{name}` has {} characters, {STATEFUL_LIMIT} are the limit", name.len())
        };
        let help = "its pods carry the name with a revision in a label of 63 characters: shorten it";
        if name.len() > STATEFUL_LIMIT {
            let label = format!("{} too many", name.len() - STATEFUL_LIMIT);
            let finding = Diagnostic::new(&codes::NAME_TOO_LONG, too_long(name), place, label);
            out.push(about(draft, index, finding.help(help)));
            continue;
        }
        for to in destinations(workload) {
            let derived = format!("{name}-{}", model[to.lane.value].name);
            if derived.len() <= STATEFUL_LIMIT {
                continue;
            }
            let finding = Diagnostic::new(
                &codes::NAME_TOO_LONG,
                format!("as a standby {}", too_long(&derived)),
                to.span,
                "derived here",
            );
            let finding = finding.label(place, "from this name").help(format!("{help}, or the lane's"));
            out.push(about(draft, index, finding));
        }
    }
}

/// A Service is named after its workload, and Services start with a letter (RFC 1035).
pub(super) fn services(draft: &Draft, out: &mut Diagnostics) {
    for (_, workload, _) in workloads(draft) {
        let Content::Container(container) = &workload.content else { continue };
        let digit = workload.name.as_str().starts_with(|c: char| c.is_ascii_digit());
        let Some(port) = container.port.as_ref().filter(|_| digit) else { continue };
        let message = format!("the Service of workload `{}` would start with a digit", workload.name);
        let finding = Diagnostic::new(&codes::BAD_NAME, message, workload.name_span, "starts with a digit");
        let finding = finding.label(port.span, "the port that its Service is for");
        out.push(
            finding.help(format!("names of Services start with a letter: such as `w{}`", workload.name)),
        );
    }
}

/// What a workload puts into a region: a controller of its own name where it runs, of name and lane where it only waits.
fn controllers(model: &Model, workload: &Workload) -> BTreeSet<(RegionId, String)> {
    let base = scaled_of(model, workload).map_or(workload.name.as_str(), ManifestObject::name);
    let homes: BTreeSet<RegionId> = workload.targets.iter().map(|t| model[t.location].region).collect();
    let mut made: BTreeSet<(RegionId, String)> = homes.iter().map(|home| (*home, base.to_owned())).collect();
    for to in destinations(workload) {
        made.insert((model[to.location].region, format!("{base}-{}", model[to.lane.value].name)));
    }
    made
}

/// Two workloads of one tenant whose objects would have one name in one region.
pub(super) fn collisions(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    let mut seen: BTreeMap<(TenantId, RegionId, String), &Workload> = BTreeMap::new();
    let mut told: BTreeSet<(Span, Span)> = BTreeSet::new();
    for (_, workload, doubt) in workloads(draft) {
        if doubt.places || draft.notes.absent {
            continue;
        }
        for (region, name) in controllers(model, workload) {
            let tenant = workload.tenant.value;
            let Some(other) = seen.insert((tenant, region, name.clone()), workload) else { continue };
            // The same object in two manifests is told where it stands.
            let both = |w: &Workload| scaled_of(model, w).is_some_and(|object| object.name() == name);
            if both(workload) && both(other) || !told.insert((other.name_span, workload.name_span)) {
                continue;
            }
            let message = format!(
                "workloads `{}` and `{}` both come to an object `{name}` in `{}`",
                other.name, workload.name, model[region].name
            );
            let finding =
                Diagnostic::new(&codes::OBJECT_TWICE, message, workload.name_span, "comes to the same name");
            out.push(
                finding.label(other.name_span, "and so does this").help(
                    "work that waits in a region is named after itself and its lane: rename one of them",
                ),
            );
        }
    }
}

/// A tier's priority is 1,000 × its order, below what lanes have, which nobody may evict.
pub(super) fn orders(draft: &Draft, out: &mut Diagnostics) {
    let high = draft.model.tiers.iter().filter(|tier| tier.order.span.is_some() && !tier.preemptible);
    for tier in high.filter(|tier| tier.order.value > ORDER_LIMIT) {
        let message =
            format!("tier `{}` has order {}, {ORDER_LIMIT} is the highest", tier.name, tier.order.value);
        let finding = Diagnostic::new(&codes::BAD_COUNT, message, tier.order.span, "too high");
        out.push(finding.help(
            "priorities are 1,000 × order, and those of lanes, which nobody may evict, start at 1,000,000",
        ));
    }
}
