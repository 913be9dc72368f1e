//! Failover: that it is said, that it leads elsewhere, and that something is held for it there.

use super::{about, destinations, workloads};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{Failover, LaneId, LocationId, Model, RegionId, TierId, To, Workload};
use crate::resolve::Draft;
use std::collections::{BTreeMap, BTreeSet};

/// Work above the lowest tier says what happens to it in a failure.
pub(super) fn said(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    if draft.notes.absent || draft.notes.orders {
        return;
    }
    let Some(lowest) =
        (0..).map(TierId).take(model.tiers.len()).filter(|id| model[*id].span.is_some()).last()
    else {
        return;
    };
    for (_, workload, doubt) in workloads(draft) {
        let silent = matches!(workload.failover, Failover::Lowest) && !doubt.tier && !doubt.places;
        let (tier, low) = (&model[workload.tier.value], &model[lowest]);
        // Where a tier that gives way is not below all others, or orders are the same, which one is lowest is not settled.
        let unsettled = tier.preemptible && !low.preemptible || tier.order.value == low.order.value;
        if !silent || workload.tier.value == lowest || unsettled {
            continue;
        }
        let message = format!("workload `{}` does not say what happens to it in a failure", workload.name);
        let finding = Diagnostic::new(&codes::FAILOVER_MISSING, message, workload.name_span, "no `failover`");
        let finding = finding.label(
            workload.tier.span,
            format!("tier `{}` is above the lowest, `{}`", tier.name, model[lowest].name),
        );
        out.push(finding.help("add `failover { to REGION lane=… }`, or `failover none reason=\"…\"` if staying down is the decision"));
    }
}

/// A destination is not the only location the work runs in.
pub(super) fn elsewhere(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    for (index, workload, _) in workloads(draft).filter(|(_, _, doubt)| !doubt.places) {
        let runs: BTreeSet<LocationId> = workload.targets.iter().map(|target| target.location).collect();
        let [only] = runs.iter().collect::<Vec<_>>()[..] else { continue };
        for to in destinations(workload).iter().filter(|to| to.location == *only) {
            let place = &model[*only].label;
            let message =
                format!("workload `{}` runs in `{place}` only, and fails over to it", workload.name);
            let mut finding =
                Diagnostic::new(&codes::NO_OTHER_PLACE, message, to.span, "when it has failed, this has too");
            for target in &workload.targets {
                finding = finding.label(target.city.span, "it runs here");
            }
            out.push(about(draft, index, finding.help("name another region, or another cell")));
        }
    }
}

/// A workload's index, the workload, and its way out.
type Way<'m> = (usize, &'m Workload, &'m To);

/// The destination holds a reserve for the lane; one of 0 counts. One finding for each that is missing, naming every `to`.
pub(super) fn held(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    let mut missing: BTreeMap<(LocationId, LaneId), Vec<Way<'_>>> = BTreeMap::new();
    for (index, workload, _) in workloads(draft) {
        for to in super::allowed(model, workload) {
            let location = &model[to.location];
            let doubt = draft.notes.locations.get(to.location.index()).copied().unwrap_or(false);
            if doubt || location.reserves.iter().any(|reserve| reserve.lane == to.lane.value) {
                continue;
            }
            missing.entry((to.location, to.lane.value)).or_default().push((index, workload, to));
        }
    }
    for ((at, lane), all) in missing {
        let Some(((index, workload, to), rest)) = all.split_first() else { continue };
        let (location, lane) = (&model[at], &model[lane].name);
        let message = format!(
            "workload `{}` moves to `{}` by lane `{lane}`, which has no reserve there",
            workload.name, location.label
        );
        let mut finding =
            Diagnostic::new(&codes::NO_RESERVE, message, to.lane.span, "nothing is held for it");
        let mut seen = BTreeSet::from([to.lane.span]);
        for (_, other, to) in rest {
            let text = format!("nor for `{}`", other.name);
            finding =
                finding.label(if seen.insert(to.lane.span) { to.lane.span } else { other.name_span }, text);
        }
        let finding = finding.label(location.span, "the destination");
        out.push(about(draft, *index, finding.help(proposal(model, at, lane.as_str()))));
    }
}

fn proposal(model: &Model, location: LocationId, lane: &str) -> String {
    let at = &model[location];
    let own: Vec<String> = at.reserves.iter().map(|r| format!("`{}`", model[r.lane].name)).collect();
    let region: RegionId = at.region;
    let sibling = model[region].locations.iter().map(|id| &model[*id]);
    let sibling = sibling.filter(|l| l.reserves.iter().any(|r| model[r.lane].name.as_str() == lane));
    if let Some(cell) = sibling.filter_map(|l| l.cell.as_ref()).next() {
        return format!("cell `{}` holds one: `cell={}`; or add `reserve {lane} …`", cell.value, cell.value);
    }
    match own.is_empty() {
        true => format!("add `reserve {lane} …` to `{}`; a reserve of 0 counts", at.label),
        false => {
            format!("add `reserve {lane} …` to `{}`; it holds reserves for {}", at.label, super::words(&own))
        }
    }
}
