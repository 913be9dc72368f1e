//! What lanes may use and what is left of it, on one day.
//!
//! Takes the proof's tables and an assignment. A lane's own reserve is its own; `free` and `preemptible` are shared, so what
//! one lane spills is gone for the others that draw on them. Locations of a region in which the lane holds a reserve, or in
//! which it takes something, are added up.

use super::Room;
use crate::model::{Failover, LaneId, LocationId, RegionId, WorkloadId};
use crate::proof::{Plan, Scenario, Tables};
use std::collections::{BTreeMap, BTreeSet};

/// One day.
pub(super) struct Rooms<'t, 'm> {
    tables: &'t Tables<'m>,
    /// Locations that have failed or are drained: nothing is left to anybody there, and nobody asks.
    closed: BTreeSet<LocationId>,
    /// Demand by location and lane, a resource each.
    demand: BTreeMap<(LocationId, LaneId), Vec<i128>>,
    /// Standbys that became part of it.
    released: BTreeMap<(LocationId, LaneId), Vec<i128>>,
}

impl<'t, 'm> Rooms<'t, 'm> {
    /// Normal running.
    pub(super) fn still(tables: &'t Tables<'m>) -> Self {
        Self { tables, closed: BTreeSet::new(), demand: BTreeMap::new(), released: BTreeMap::new() }
    }

    /// A scenario with its assignment.
    pub(super) fn of(tables: &'t Tables<'m>, scenario: &Scenario, plan: &Plan) -> Self {
        let mut rooms = Self::still(tables);
        rooms.closed =
            scenario.failed.iter().copied().chain(scenario.drained.iter().map(|(c, _)| *c)).collect();
        for moved in &plan.moves {
            let row = rooms.demand.entry((moved.destination, moved.lane)).or_default();
            row.resize(tables.k, 0);
            for (k, sum) in row.iter_mut().enumerate() {
                *sum = sum.saturating_add(moved.replicas.saturating_mul(tables.q(moved.workload, k)));
            }
        }
        for closed in rooms.closed.clone() {
            for (workload, replicas) in &tables.at[closed.index()] {
                rooms.release(*workload, closed, *replicas);
            }
        }
        rooms
    }

    fn release(&mut self, workload: WorkloadId, from: LocationId, replicas: i128) {
        let Failover::Moves(moves) = &self.tables.model[workload].failover else { return };
        for to in &moves.to {
            let count = Tables::standbys(moves, to, from, replicas);
            if count > 0 {
                let row = self.released.entry((to.location, to.lane.value)).or_default();
                row.resize(self.tables.k, 0);
                for (k, sum) in row.iter_mut().enumerate() {
                    *sum = sum.saturating_add(count.saturating_mul(self.tables.q(workload, k)));
                }
            }
        }
    }

    /// Every lane in every region where it may use anything, by its scarcest resource.
    pub(super) fn all(&self) -> Vec<Room> {
        let model = self.tables.model;
        let mut rooms = Vec::new();
        for region in (0..model.regions.len() as u32).map(RegionId) {
            for lane in (0..model.lanes.len() as u32).map(LaneId) {
                rooms.extend(self.scarcest(region, lane));
            }
        }
        rooms
    }

    fn scarcest(&self, region: RegionId, lane: LaneId) -> Option<Room> {
        let model = self.tables.model;
        let holds = |c: &&LocationId| {
            model[**c].reserves.iter().any(|r| r.lane == lane) || self.demand.contains_key(&(**c, lane))
        };
        let open = model[region].locations.iter().filter(|c| !self.closed.contains(c));
        let open: Vec<LocationId> = open.filter(holds).copied().collect();
        let of = |k: usize| {
            let rooms = open.iter().map(|c| self.room(*c, lane, k));
            let add = i128::saturating_add;
            let (has, left) = rooms.fold((0, 0), |(has, left), room| (add(has, room.0), add(left, room.1)));
            Room { region, lane, resource: model.resources[k].clone(), has, left }
        };
        let rooms = (0..self.tables.k).map(of).filter(|room| room.has > 0);
        rooms.reduce(|least, room| if room.tighter(&least) { room } else { least })
    }

    /// What a lane may use at a location, and what is left of it.
    fn room(&self, c: LocationId, lane: LaneId, k: usize) -> (i128, i128) {
        let (tables, found) = (self.tables, &self.tables.model[lane]);
        let (own, spilt) = self.reserve(c, lane, k);
        let i = tables.ck(c, k);
        let shared = if found.free { tables.free[i] } else { 0 };
        let shared = shared.saturating_add(if found.preemptible { tables.evictable[i] } else { 0 });
        let others = (0..tables.lanes as u32).map(LaneId).filter(|l| *l != lane);
        let others: i128 = others.map(|l| self.reserve(c, l, k).1).sum();
        let has = own.0.saturating_add(shared);
        let pool = (shared - others.min(shared) - spilt).max(0);
        (has, (own.0 - own.1).saturating_add(pool))
    }

    /// A lane's reserve less the standbys that stay in it, what is put on it, and what it spills.
    fn reserve(&self, c: LocationId, lane: LaneId, k: usize) -> ((i128, i128), i128) {
        let tables = self.tables;
        let at = tables.clk(c, lane, k);
        let released = self.released.get(&(c, lane)).map_or(0, |row| row[k]);
        let standing = (tables.standby[at] - released).max(0);
        let size = if tables.model[lane].reserve { tables.reserve[at] } else { 0 };
        let held = (size - standing).max(0);
        let wanted = self.demand.get(&(c, lane)).map_or(0, |row| row[k]);
        ((held, held.min(wanted)), (wanted - held).max(0))
    }
}
