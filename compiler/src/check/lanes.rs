//! Lanes and reserves: one preempting lane a region; reserves are lent to tiers that give way only.

use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{LaneId, RegionId, Reserve};
use crate::resolve::Draft;

/// One region, all its cells together, holds reserves for at most one lane that may preempt.
pub(super) fn preempting(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    for (index, of) in (0..).zip(&model.regions) {
        let region = RegionId(index);
        let reserves = of.locations.iter().flat_map(|location| &model[*location].reserves);
        let mut preempting: Vec<(LaneId, &Reserve)> = Vec::new();
        for reserve in reserves.filter(|r| model[r.lane].preemptible || r.lend.is_some()) {
            if !preempting.iter().any(|(lane, _)| *lane == reserve.lane) {
                preempting.push((reserve.lane, reserve));
            }
        }
        let [(first, one), (second, other), ..] = preempting[..] else { continue };
        let message = format!(
            "region `{}` holds reserves for two lanes that may preempt: `{}` and `{}`",
            model[region].name, model[first].name, model[second].name
        );
        let mut finding =
            Diagnostic::new(&codes::TWO_PREEMPTING_LANES, message, other.span, "this lane may preempt");
        finding = finding.label(one.span, "and so may this one");
        for (lane, reserve) in &preempting[..2] {
            finding = match &reserve.lend {
                Some(lend) => finding.label(lend.span, "its reserve is lent"),
                None => finding.label(model[*lane].draws_on, "it draws on `preemptible`"),
            };
        }
        out.push(finding.help("two lanes that may evict would fight over the same victims: let one of them draw on its reserve only"));
    }
}

/// A reserve may be lent to preemptible tiers only.
pub(super) fn lending(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    // Of a tier that could not be read it is not known whether it gives way.
    if draft.notes.orders {
        return;
    }
    let lends = model.locations.iter().flat_map(|l| &l.reserves).filter_map(|r| Some((r, r.lend.as_ref()?)));
    for (reserve, lend) in lends {
        for tier in lend.tiers.iter().filter(|tier| !model[tier.value].preemptible) {
            let name = &model[tier.value].name;
            let lane = &model[reserve.lane].name;
            let message =
                format!("the reserve for lane `{lane}` is lent to tier `{name}`, which does not give way");
            let finding = Diagnostic::new(&codes::LENT_TO_FIRM_TIER, message, tier.span, "not preemptible");
            let finding = finding.label(model[tier.value].span, "the tier");
            let able: Vec<String> =
                model.tiers.iter().filter(|t| t.preemptible).map(|t| format!("`{}`", t.name)).collect();
            out.push(match able.is_empty() {
                true => finding.help("no tier is preemptible: what is lent could not be reclaimed"),
                false => finding.help(format!("lend it to {}", super::words(&able))),
            });
        }
    }
}
