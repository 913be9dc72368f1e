//! One scenario to its verdict: the simple plan first, then exact solving.
//!
//! Takes the tables and a scenario, gives a verdict. Invariant: `Refuted` only with a witness that holds in every
//! assignment, `Survivable` only with whole replicas that the pools take; anything else is `Undecided`.

use super::certificate::Certificate;
use super::day::Day;
use super::exact::{Searched, search};
use super::fill::{Filled, fill, top_up};
use super::tables::Tables;
use super::*;
use crate::model::{EventId, Failover, LocationId, RegionId, WorkloadId};
use cut::{Entry, Flowed, demand_line};

/// Decides one scenario.
pub(super) fn decide(tables: &Tables<'_>, scenario: &Scenario) -> Verdict {
    match scenario.kind {
        ScenarioKind::Zone { region, zone, holding_reserves } => {
            zone::decide(tables, region, zone, holding_reserves)
        }
        ScenarioKind::Partition(event) => partition(tables, scenario, event),
        ScenarioKind::Regions | ScenarioKind::Cell | ScenarioKind::Event(_) => failure(tables, scenario),
    }
}

/// A partition moves nothing: each side must reach its data.
fn partition(tables: &Tables<'_>, scenario: &Scenario, event: EventId) -> Verdict {
    let mut allowed = Vec::new();
    for side in &tables.model[event].sides {
        let here = |region: RegionId| side.contains(&region);
        let stands =
            |w: WorkloadId| tables.placed[w.index()].iter().find(|(c, _)| here(tables.region(*c))).copied();
        for impaired in data::impaired(tables, &here, &stands) {
            if !scenario.may_lose.contains(&tables.model[impaired.workload].tier.value) {
                return Verdict::Refuted(Box::new(data::witness(tables, &impaired)));
            }
            allowed.push(impaired.workload);
        }
    }
    allowed.sort();
    allowed.dedup();
    Verdict::Survivable(Plan { impaired: allowed, ..Plan::default() })
}

fn failure(tables: &Tables<'_>, scenario: &Scenario) -> Verdict {
    let day = Day::new(tables, scenario);
    let order = 0..day.displaced.len();
    let filled = fill(&day, order.clone());
    if filled.complete(&day) {
        return finish(&day, scenario, filled, Method::FillAndSpill);
    }
    match jointly(&day) {
        Joint::Refuted(witness) => Verdict::Refuted(witness),
        Joint::Undecided => Verdict::Undecided,
        Joint::Found(start) => match top_up(&day, order, &start) {
            Some(filled) => finish(&day, scenario, filled, binds::method(&day)),
            None => Verdict::Undecided,
        },
    }
}

enum Joint {
    Found(Vec<i128>),
    Refuted(Box<Witness>),
    Undecided,
}

/// Looks for places for all that must have one, together.
fn jointly(day: &Day<'_, '_>) -> Joint {
    let simple = cut::destinations(day).or_else(|| cut::single(day)).or_else(|| cut::burst(day));
    if let Some(witness) = simple {
        return Joint::Refuted(Box::new(witness));
    }
    let required = || (0..day.displaced.len()).filter(|of| day.required(*of));
    for k in 0..day.tables.k {
        match cut::flow(day, k) {
            Flowed::Refuted(entries) => {
                if let Some(witness) = cut::witness(day, &cut::everything(day), entries, k) {
                    return Joint::Refuted(Box::new(witness));
                }
            }
            Flowed::Found(start) => {
                if let Some(filled) = top_up(day, required(), &start).filter(|filled| filled.complete(day)) {
                    return Joint::Found(filled.replicas);
                }
            }
        }
    }
    if let Some(replicas) = reordered(day) {
        return Joint::Found(replicas);
    }
    let required: Vec<usize> = required().collect();
    match search(day, &required, day.tables.effort.cells, day.tables.effort.nodes) {
        Searched::Found(replicas) => Joint::Found(replicas),
        Searched::Refuted(why) => Joint::Refuted(Box::new(exhausted(day, required, why))),
        Searched::Undecided => Joint::Undecided,
    }
}

/// Fill and spill in other orders: what has the fewest ways first, what is largest first.
fn reordered(day: &Day<'_, '_>) -> Option<Vec<i128>> {
    let required = (0..day.displaced.len()).filter(|of| day.required(*of));
    let mut order: Vec<usize> = required.collect();
    let attempt = |order: &[usize]| {
        let Filled { replicas, left } = fill(day, order.iter().copied());
        order.iter().all(|of| left[*of] == 0).then_some(replicas)
    };
    order.sort_by_key(|of| day.displaced[*of].options.len());
    if let Some(replicas) = attempt(&order) {
        return Some(replicas);
    }
    for k in 0..day.tables.k {
        order.sort_by_key(|of| std::cmp::Reverse(day.tables.q(day.displaced[*of].workload, k)));
        if let Some(replicas) = attempt(&order) {
            return Some(replicas);
        }
    }
    None
}

/// The witness where no single sum shows it: the smallest work found that has no whole-number assignment by itself.
fn exhausted(day: &Day<'_, '_>, mut works: Vec<usize>, mut why: Certificate) -> Witness {
    let mut at = 0;
    while day.tables.effort.reduced && works.len() <= 80 && at < works.len() && works.len() > 1 {
        let mut fewer = works.clone();
        fewer.remove(at);
        match search(day, &fewer, day.tables.effort.cells / 200, day.tables.effort.nodes / 10) {
            Searched::Refuted(found) => (works, why) = (fewer, found),
            _ => at += 1,
        }
    }
    let model = day.tables.model;
    let demands: Vec<_> = works
        .iter()
        .map(|of| demand_line(day, &day.displaced[*of], day.displaced[*of].demand, day.tables.pods))
        .collect();
    let needs = demands.iter().fold(0i128, |sum, d| sum.saturating_add(d.amount));
    let mut entries: Vec<Entry> = works
        .iter()
        .flat_map(|of| &day.options[day.displaced[*of].options.clone()])
        .map(cut::entry)
        .collect();
    entries.sort();
    entries.dedup();
    let mut locations: Vec<_> = entries.iter().map(|e| e.0).collect();
    locations.dedup();
    Witness {
        kind: if why.cases.len() == 1 { WitnessKind::Combined } else { WitnessKind::Exhausted },
        certificate: Some(why),
        place: locations.iter().map(|c| model[*c].label.as_str()).collect::<Vec<_>>().join("+"),
        locations,
        resource: model.resources[day.tables.pods].clone(),
        needs,
        has: needs - 1,
        demands,
        pools: vec![PoolShare {
            pool: PoolKind::WholeReplicas,
            location: None,
            name: None,
            amount: needs - 1,
            span: crate::span::Span::NONE,
        }],
    }
}

/// Completes a plan: what is evicted, lost and impaired; refuted after all where work reaches no data.
fn finish(day: &Day<'_, '_>, scenario: &Scenario, filled: Filled, method: Method) -> Verdict {
    let allowed = match impairment(day, scenario, &filled) {
        Ok(allowed) => allowed,
        Err(witness) => return Verdict::Refuted(witness),
    };
    let mut moves = Vec::new();
    for (option, replicas) in day.options.iter().zip(&filled.replicas).filter(|(_, n)| **n > 0) {
        let from = &day.displaced[option.of];
        moves.push(Move {
            workload: from.workload,
            from: from.from,
            to: option.to,
            destination: option.destination,
            lane: option.lane,
            replicas: *replicas,
        });
    }
    let evicted = evict::evictions(day, &filled.replicas);
    Verdict::Survivable(Plan {
        method,
        moves,
        evicted,
        lost: losses(day, &filled),
        impaired: allowed,
        ..Plan::default()
    })
}

/// Work that stands or arrives in a surviving region without its data: allowed, or the reason why not.
fn impairment(
    day: &Day<'_, '_>,
    scenario: &Scenario,
    filled: &Filled,
) -> Result<Vec<WorkloadId>, Box<Witness>> {
    if !day.region_lost.contains(&true) {
        return Ok(Vec::new());
    }
    let tables = day.tables;
    let alive = |region: RegionId| !day.region_lost[region.index()];
    let stands = |w: WorkloadId| {
        let home = tables.placed[w.index()].iter().find(|(c, _)| !scenario.failed.contains(c)).copied();
        home.or_else(|| arrival(day, filled, w))
    };
    let mut allowed = Vec::new();
    for impaired in data::impaired(tables, &alive, &stands) {
        if !scenario.may_lose.contains(&tables.model[impaired.workload].tier.value) {
            return Err(Box::new(data::witness(tables, &impaired)));
        }
        allowed.push(impaired.workload);
    }
    Ok(allowed)
}

fn arrival(day: &Day<'_, '_>, filled: &Filled, workload: WorkloadId) -> Option<(LocationId, i128)> {
    let options = day.options.iter().zip(&filled.replicas);
    let mut arriving = options.filter(|(o, n)| **n > 0 && day.displaced[o.of].workload == workload);
    arriving.next().map(|(option, n)| (option.destination, *n))
}

fn losses(day: &Day<'_, '_>, filled: &Filled) -> Vec<Lost> {
    let mut lost = Vec::new();
    for (found, left) in day.displaced.iter().zip(&filled.left).filter(|(found, _)| !found.drained) {
        let moves = matches!(day.tables.model[found.workload].failover, Failover::Moves(_));
        let reason = if moves { LossReason::Degraded } else { LossReason::Decided };
        for (replicas, reason) in [(found.replicas - found.demand, reason), (*left, LossReason::Expected)] {
            if replicas > 0 {
                lost.push(Lost { workload: found.workload, from: found.from, replicas, reason });
            }
        }
    }
    lost.sort_by_key(|l| (l.workload, l.from, l.reason));
    lost
}
