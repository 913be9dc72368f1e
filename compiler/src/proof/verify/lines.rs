//! The lines of inequalities in which nothing moves, as a proof must write them: what stands at a place, and what it has.

use super::facts::{Facts, Place, homes, request, waiting};
use crate::model::{Failover, LocationId, RegionId, Workload};
use seawall_schema::Resource;
use serde_json::{Value, json};

/// A line of replicas.
pub(super) fn replicas(
    word: &str,
    workload: &Workload,
    from: Option<&str>,
    n: i128,
    resource: &Resource,
) -> Value {
    let q = request(workload, resource);
    let mut line = json!({
        word: workload.name.as_str(),
        "replicas": u64::try_from(n).unwrap_or(u64::MAX),
        "request": resource.format(q),
        "amount": resource.format(n.saturating_mul(q)),
    });
    if let Some(from) = from {
        line["from"] = json!(from);
    }
    line
}

/// Work and queues at a place, of tiers that are wanted by whether they are preemptible.
pub(super) fn work(
    facts: &Facts<'_>,
    location: LocationId,
    resource: &Resource,
    preemptible: &[bool],
) -> Vec<Value> {
    let model = facts.model;
    let mut lines = Vec::new();
    for workload in model.workloads.iter().filter(|w| request(w, resource) > 0) {
        let n = homes(workload).get(&location).copied().unwrap_or(0);
        if n > 0 && preemptible.contains(&model[workload.tier.value].preemptible) {
            lines.push(replicas("workload", workload, None, n, resource));
        }
    }
    for queue in model.queues.iter().filter(|q| preemptible.contains(&model[q.tier.value].preemptible)) {
        for quota in queue.quotas.iter().filter(|quota| quota.location == location) {
            let amount = quota.amount.get(resource);
            if amount > 0 {
                let amount = resource.format(amount.into());
                lines.push(json!({ "queue": queue.name.as_str(), "amount": amount }));
            }
        }
    }
    lines
}

/// Standbys at a place, of one lane by its index or of all.
pub(super) fn standbys(
    facts: &Facts<'_>,
    location: LocationId,
    lane: Option<usize>,
    resource: &Resource,
) -> Vec<Value> {
    let mut lines = Vec::new();
    for workload in facts.model.workloads.iter().filter(|w| request(w, resource) > 0) {
        let Failover::Moves(moves) = &workload.failover else { continue };
        let here = moves.to.iter().filter(|to| to.location == location);
        for to in here.filter(|to| lane.is_none_or(|lane| lane == to.lane.value.index())) {
            let waits = |(source, n)| waiting(moves.degraded.value, to, source, n);
            let n: i128 = homes(workload).into_iter().map(waits).sum();
            if n > 0 {
                lines.push(replicas("standby", workload, None, n, resource));
            }
        }
    }
    lines
}

fn reserved(facts: &Facts<'_>, location: LocationId, place: &Place) -> Vec<(usize, i128)> {
    let reserves = facts.model[location].reserves.iter().zip(&place.reserves);
    reserves.map(|(r, amount)| (r.lane.index(), *amount)).filter(|(_, amount)| *amount > 0).collect()
}

/// Reserves at a place as what it must hold.
pub(super) fn held(
    facts: &Facts<'_>,
    location: LocationId,
    place: &Place,
    resource: &Resource,
) -> Vec<Value> {
    let name = |lane: usize| facts.model.lanes[lane].name.as_str();
    let reserves = reserved(facts, location, place).into_iter();
    reserves.map(|(lane, n)| json!({ "reserve": name(lane), "amount": resource.format(n) })).collect()
}

/// Reserves at a place as what it has, or with a sign what is taken off; of one lane or of all.
pub(super) fn reserve_pools(
    facts: &Facts<'_>,
    location: LocationId,
    place: &Place,
    resource: &Resource,
    (lane, sign): (Option<usize>, i128),
) -> Vec<Value> {
    let model = facts.model;
    let wanted = reserved(facts, location, place).into_iter().filter(|(l, _)| lane.is_none_or(|w| w == *l));
    let line = |(l, n): (usize, i128)| {
        let (lane, at) = (model.lanes[l].name.as_str(), &model[location].label);
        json!({ "pool": "reserve", "location": at, "lane": lane, "amount": resource.format(sign * n) })
    };
    wanted.map(line).collect()
}

/// All of a place.
pub(super) fn capacity(facts: &Facts<'_>, location: LocationId, place: &Place, resource: &Resource) -> Value {
    let (label, amount) = (&facts.model[location].label, resource.format(place.capacity));
    json!({ "pool": "capacity", "location": label, "amount": amount })
}

/// A tenant's work in a region.
pub(super) fn quota_work(
    facts: &Facts<'_>,
    tenant: usize,
    region: RegionId,
    resource: &Resource,
) -> Vec<Value> {
    let model = facts.model;
    let theirs = model.workloads.iter().filter(|w| w.tenant.value.index() == tenant);
    let mut lines = Vec::new();
    for workload in theirs.filter(|w| request(w, resource) > 0) {
        let here = homes(workload).into_iter().filter(|(c, _)| model[*c].region == region);
        lines.extend(here.map(|(_, n)| replicas("workload", workload, None, n, resource)));
    }
    lines
}
