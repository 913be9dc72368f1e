//! The simple plan, derived anew: tiers from high to low, workloads by name, each `to` in order, fill and spill.
//!
//! Takes a scenario, gives its assignment and whether all that must be placed is. What the pools cover is asked of a
//! minimum cut, one place at a time.

use super::facts::request;
use super::failure::{Assignment, Failure, Lanes};
use crate::model::{Failover, LocationId, Moves, RegionId, Workload};
use seawall_schema::Resource;
use std::collections::BTreeMap;

struct Filling<'f, 'm> {
    failure: &'f Failure<'f, 'm>,
    demand: BTreeMap<(LocationId, &'m Resource), Lanes>,
    brought: BTreeMap<(usize, RegionId, &'m Resource), i128>,
}

/// The simple plan; whether it is complete.
pub(super) fn plan(failure: &Failure<'_, '_>) -> (Assignment, bool) {
    let model = failure.facts.model;
    let mut filling = Filling { failure, demand: BTreeMap::new(), brought: BTreeMap::new() };
    let (mut assignment, mut complete) = (Assignment::new(), true);
    for (w, source) in failure.affected() {
        let workload = &model.workloads[w];
        let Failover::Moves(moves) = &workload.failover else { continue };
        let demand = failure.demand(w, source);
        let mut left = demand;
        for to in 0..moves.to.len() {
            let wanted = left.min(failure.cap(moves, to, source, demand));
            let taken = filling.most(workload, moves, to, wanted);
            if taken > 0 {
                filling.add(workload, moves, to, taken);
                assignment.insert((w, source, to), taken);
                left -= taken;
            }
        }
        complete &= left == 0 || failure.losable(workload);
    }
    (assignment, complete)
}

impl Filling<'_, '_> {
    /// The most replicas that still fit, at most `wanted`.
    fn most(&self, workload: &Workload, moves: &Moves, to: usize, wanted: i128) -> i128 {
        let (mut fits, mut fails) = (0, wanted + 1);
        let mut next = wanted;
        while fails - fits > 1 {
            if self.takes(workload, moves, to, next) {
                fits = next
            } else {
                fails = next
            }
            next = fits + (fails - fits) / 2;
        }
        fits
    }

    fn takes(&self, workload: &Workload, moves: &Moves, to: usize, n: i128) -> bool {
        let (to, model) = (&moves.to[to], self.failure.facts.model);
        let class = usize::from(model[workload.tier.value].preemptible);
        model.resources.iter().filter(|k| request(workload, k) > 0).all(|resource| {
            let amount = n.saturating_mul(request(workload, resource));
            let key = (workload.tenant.value.index(), model[to.location].region, resource);
            let burst = model[workload.tenant.value].burst.as_ref().and_then(|b| b.value.named(resource));
            let brought = || self.brought.get(&key).copied().unwrap_or(0) + amount;
            if burst.is_some_and(|most| brought() > most.into()) {
                return false;
            }
            let known = self.demand.get(&(to.location, resource));
            let mut lanes = known.cloned().unwrap_or_else(|| vec![[0; 2]; model.lanes.len()]);
            lanes[to.lane.value.index()][class] += amount;
            self.failure.uncovered(to.location, resource, &lanes) == 0
        })
    }

    fn add(&mut self, workload: &Workload, moves: &Moves, to: usize, n: i128) {
        let (to, model) = (&moves.to[to], self.failure.facts.model);
        let class = usize::from(model[workload.tier.value].preemptible);
        for resource in &model.resources {
            let amount = n.saturating_mul(request(workload, resource));
            let lanes = self.demand.entry((to.location, resource));
            lanes.or_insert_with(|| vec![[0; 2]; model.lanes.len()])[to.lane.value.index()][class] += amount;
            let key = (workload.tenant.value.index(), model[to.location].region, resource);
            *self.brought.entry(key).or_default() += amount;
        }
    }
}
