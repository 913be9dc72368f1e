//! What is started where no assignment was found: reserves are filled by tier, then name, with what they hold.
//!
//! Takes a scenario without a plan, gives moves that stay inside the reserves and the tenants' bursts. A disaster that was
//! not proved survivable is still answered; what is left out is what the proof's witness says is missing.

use super::context::moves_to;
use super::{proved_replicas, standbys};
use crate::model::*;
use crate::proof::{Move, Scenario};
use seawall_schema::Resource;
use std::collections::BTreeMap;

/// Whole replicas by tier from the highest, workload by name, source and `to` in order.
pub(super) fn fill(model: &Model, scenario: &Scenario) -> Vec<Move> {
    let mut room = Room { model, scenario, left: BTreeMap::new(), burst: BTreeMap::new() };
    let mut order: Vec<_> = (0..model.workloads.len() as u32).map(WorkloadId).collect();
    order.sort_by_key(|id| (model[*id].tier.value, *id));
    let mut moves = Vec::new();
    for id in order.into_iter().filter(|id| model[*id].mode != Mode::Observe) {
        let sources = (0..model.locations.len() as u32).map(LocationId);
        for from in sources {
            let displaced = displaced(model, scenario, id, from);
            let mut left = displaced;
            for (to, destination) in moves_to(&model[id]).enumerate() {
                let most = u64::try_from(destination.share.value.ceil_of(displaced.into())).unwrap_or(0);
                let replicas = room.take(id, from, destination, most.min(left));
                left -= replicas;
                if replicas > 0 {
                    let (lane, replicas) = (destination.lane.value, i128::from(replicas));
                    moves.push(Move {
                        workload: id,
                        from,
                        to,
                        destination: destination.location,
                        lane,
                        replicas,
                    });
                }
            }
        }
    }
    moves
}

/// `d` of design page 03.
fn displaced(model: &Model, scenario: &Scenario, id: WorkloadId, from: LocationId) -> u64 {
    let Failover::Moves(moves) = &model[id].failover else { return 0 };
    let n = i128::from(proved_replicas(&model[id], from));
    let drained = scenario.drained.iter().find(|(location, _)| *location == from);
    let leaving = match drained {
        _ if scenario.failed.contains(&from) => n,
        Some((_, share)) => share.ceil_of(n),
        None => 0,
    };
    u64::try_from(moves.degraded.value.ceil_of(leaving)).unwrap_or(0)
}

/// What reserves and bursts have left.
struct Room<'a> {
    model: &'a Model,
    scenario: &'a Scenario,
    left: BTreeMap<(LocationId, LaneId, Resource), u64>,
    burst: BTreeMap<(TenantId, RegionId, Resource), u64>,
}

impl Room<'_> {
    fn is_away(&self, location: LocationId) -> bool {
        self.scenario.failed.contains(&location) || self.scenario.drained.iter().any(|(l, _)| *l == location)
    }

    /// As many replicas as fit, at most so many.
    fn take(&mut self, id: WorkloadId, from: LocationId, to: &To, most: u64) -> u64 {
        if to.location == from || self.is_away(to.location) {
            return 0;
        }
        let workload = &self.model[id];
        let mut count = most;
        for (resource, each) in workload.request.value.iter().filter(|(_, each)| *each > 0) {
            count = count.min(*self.reserve(to, resource) / each);
            if let Some(burst) = self.burst(workload.tenant.value, to, resource) {
                count = count.min(*burst / each);
            }
        }
        for (resource, each) in workload.request.value.iter() {
            *self.reserve(to, resource) -= each * count;
            if let Some(burst) = self.burst(workload.tenant.value, to, resource) {
                *burst -= each * count;
            }
        }
        count
    }

    /// A lane's reserves at a destination, less the standbys whose source stands.
    fn reserve(&mut self, to: &To, resource: &Resource) -> &mut u64 {
        let key = (to.location, to.lane.value, resource.clone());
        if !self.left.contains_key(&key) {
            let standing = self.standing(to, resource);
            let reserves = self.model[to.location].reserves.iter().filter(|r| r.lane == to.lane.value);
            let held = reserves.map(|r| r.amount.get(resource)).fold(0, u64::saturating_add);
            self.left.insert(key.clone(), held.saturating_sub(standing));
        }
        self.left.entry(key).or_default()
    }

    fn standing(&self, to: &To, resource: &Resource) -> u64 {
        let of_workload = |w: &Workload| {
            let here = moves_to(w).filter(|t| t.location == to.location && t.lane.value == to.lane.value);
            let count: u64 = here.map(|t| standbys(w, t, |source| !self.is_away(source))).sum();
            count.saturating_mul(w.request.value.get(resource))
        };
        self.model.workloads.iter().map(of_workload).fold(0, u64::saturating_add)
    }

    fn burst(&mut self, tenant: TenantId, to: &To, resource: &Resource) -> Option<&mut u64> {
        let named = self.model[tenant].burst.as_ref()?.value.named(resource)?;
        let region = self.model[to.location].region;
        Some(self.burst.entry((tenant, region, resource.clone())).or_insert(named))
    }
}
