//! What moves, stays, gives way, is lost and is impaired, each with the line of policy behind it.
//!
//! Takes a scenario and a plan, gives lists in the plan's order. Invariant: no number is worked out here but how many
//! replicas stand already or stay: the rest is the assignment's.

use super::{Down, Impaired, Moved, Stays, Why};
use crate::lower::{proved_replicas, standbys};
use crate::model::*;
use crate::proof::{Evicted, LossReason, Lost, Move, Outcome, Plan, Scenario, ScenarioKind, Verdict};
use crate::span::Span;

pub(super) fn moves(model: &Model, plan: &Plan) -> Vec<Moved> {
    plan.moves.iter().filter_map(|how| moved(model, how)).collect()
}

fn moved(model: &Model, how: &Move) -> Option<Moved> {
    let workload = &model[how.workload];
    let Failover::Moves(found) = &workload.failover else { return None };
    let to = found.to.get(how.to)?;
    let standing = i128::from(standbys(workload, to, |source| source == how.from)).min(how.replicas);
    let each = workload.request.value.iter();
    let amount = each.map(|(k, q)| (k.clone(), how.replicas.saturating_mul(q.into()))).collect();
    Some(Moved { how: *how, standing, amount, fenced: workload.fenced, span: to.span })
}

/// Work at locations that stand; in a zone's region and on both sides of a partition all of it does.
pub(super) fn stays(model: &Model, scenario: &Scenario) -> Vec<Stays> {
    let mut stays = Vec::new();
    for index in 0..model.locations.len() as u32 {
        let location = LocationId(index);
        if scenario.failed.contains(&location) {
            continue;
        }
        let drained = scenario.drained.iter().any(|(l, _)| *l == location);
        for (index, workload) in model.workloads.iter().enumerate() {
            let replicas = i128::from(proved_replicas(workload, location));
            let target = workload.targets.iter().find(|t| t.location == location);
            if let Some(target) = target.filter(|_| replicas > 0) {
                let (workload, span) = (WorkloadId(index as u32), target.span);
                stays.push(Stays { workload, location, replicas, drained, span });
            }
        }
    }
    stays
}

/// Why a tier gives way: the lane whose room its work stood in, or drew on.
pub(super) fn evicted(model: &Model, plan: &Plan) -> Vec<Why<Evicted>> {
    let why = |evicted: &Evicted| {
        let arriving: Vec<_> = plan.moves.iter().filter(|m| m.destination == evicted.location).collect();
        let reserves = model[evicted.location].reserves.iter();
        let lent = reserves.filter(|r| arriving.iter().any(|m| m.lane == r.lane)).find_map(|r| {
            let lend = r.lend.as_ref()?;
            let to = lend.tiers.iter().any(|tier| tier.value == evicted.tier);
            to.then(|| (format!("reserve lent by lane {} is taken back", model[r.lane].name), lend.span))
        });
        let drawn = || {
            let lane = arriving.iter().map(|m| &model[m.lane]).find(|lane| lane.preemptible)?;
            Some((format!("lane {} draws on preemptible", lane.name), lane.draws_on))
        };
        lent.or_else(drawn).unwrap_or((String::from("room is taken"), model[evicted.tier].span))
    };
    let with = |what: &Evicted| {
        let (why, span) = why(what);
        Why { what: what.clone(), why, span }
    };
    plan.evicted.iter().map(with).collect()
}

/// What stays down: as the plan has it; where there is no plan, all that is displaced and not started.
pub(super) fn lost(model: &Model, outcome: &Outcome, plan: &Plan) -> Vec<Why<Down>> {
    let scenario = &outcome.scenario;
    if let Verdict::Survivable(_) = outcome.verdict {
        return plan.lost.iter().map(|lost| loss(model, scenario, lost)).collect();
    }
    let mut all = Vec::new();
    for (index, workload) in model.workloads.iter().enumerate() {
        for from in &scenario.failed {
            let id = WorkloadId(index as u32);
            let n = i128::from(proved_replicas(workload, *from));
            let moved = plan.moves.iter().filter(|m| m.workload == id && m.from == *from);
            let moved: i128 = moved.map(|m| m.replicas).sum();
            let (demand, reason) = match &workload.failover {
                Failover::Moves(moves) => (moves.degraded.value.ceil_of(n), LossReason::Degraded),
                Failover::Lowest | Failover::None { .. } => (0, LossReason::Decided),
            };
            if n > demand {
                let lost = Lost { workload: id, from: *from, replicas: n - demand, reason };
                all.push(loss(model, scenario, &lost));
            }
            if demand > moved {
                let what = Down { workload: id, from: *from, replicas: demand - moved, reason: "unplaced" };
                let why = String::from("the reserves hold no more");
                all.push(Why { what, why, span: workload.name_span });
            }
        }
    }
    all
}

fn loss(model: &Model, scenario: &Scenario, lost: &Lost) -> Why<Down> {
    let workload = &model[lost.workload];
    let (why, span) = match (&workload.failover, lost.reason) {
        (Failover::Moves(moves), LossReason::Degraded) => {
            (format!("degraded={} is enough", moves.degraded.value), given(moves.degraded.span, moves.span))
        }
        (_, LossReason::Expected) => {
            let tier = &model[workload.tier.value].name;
            (format!("tier {tier} may be lost in {}", scenario.name), scenario.span)
        }
        (Failover::None { reason, span }, _) => (format!("failover none: {reason}"), *span),
        _ => (
            format!("tier {} needs no failover", model[workload.tier.value].name),
            given(workload.tier.span, workload.span),
        ),
    };
    let Lost { workload, from, replicas, reason } = *lost;
    Why { what: Down { workload, from, replicas, reason: reason.word() }, why, span }
}

/// What was written, or where it could have been.
fn given(span: Span, other: Span) -> Span {
    if span.is_some() { span } else { other }
}

pub(super) fn impaired(model: &Model, scenario: &Scenario, plan: &Plan) -> Vec<Impaired> {
    let lost = |r: RegionId| model[r].locations.iter().all(|c| scenario.failed.contains(c));
    let sides: Vec<Vec<RegionId>> = match scenario.kind {
        ScenarioKind::Partition(event) => model[event].sides.clone(),
        _ => vec![(0..model.regions.len() as u32).map(RegionId).filter(|r| !lost(*r)).collect()],
    };
    let of = |id: &WorkloadId| {
        let cut_off = |uses: &&Uses| sides.iter().any(|side| !reached(model, uses, side));
        let datasets = model[*id].uses.iter().filter(cut_off).map(|uses| (uses.dataset, uses.span)).collect();
        Impaired { workload: *id, datasets }
    };
    plan.impaired.iter().map(of).collect()
}

fn reached(model: &Model, uses: &Uses, side: &[RegionId]) -> bool {
    let dataset = &model[uses.dataset];
    let recent = |replica: &Replica| uses.rpo.as_ref().is_none_or(|rpo| replica.lag <= rpo.value);
    side.contains(&dataset.home.value)
        || dataset.replicas.iter().any(|r| side.contains(&r.region) && recent(r))
}
