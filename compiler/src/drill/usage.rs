//! Utilisation before and after: every region, every location, every pool of a location, resource by resource.
//!
//! Takes the proof's tables and a plan, gives rows. Lanes spend their reserve, then `free`, then `preemptible`, as page 03
//! of the design has it. Invariant: the parts of a row add up to at most what it has, unless normal running does not fit.

use crate::model::{LaneId, LocationId, Model, RegionId};
use crate::proof::{Plan, Scenario, ScenarioKind, Tables, zone_capacity};
use seawall_schema::Resource;
use std::collections::BTreeMap;

/// One line of utilisation.
#[derive(Clone, Debug)]
pub struct Usage {
    /// Of what.
    pub scope: Scope,
    /// Which part of it.
    pub pool: Pool,
    /// The resource.
    pub resource: Resource,
    /// How much there is, before and after.
    pub has: (i128, i128),
    /// How much of it is used, before and after.
    pub used: (i128, i128),
    /// What the whole is made of, before and after; zeros for a pool.
    pub parts: (Parts, Parts),
}

/// A region, or one of its locations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// All of a region that has several locations.
    Region(RegionId),
    /// One location.
    Location(LocationId),
}

/// A part of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pool {
    /// All that it has.
    Whole,
    /// What is held for a lane.
    Reserve(LaneId),
    /// What is not used by anything.
    Free,
    /// What preemptible tiers use outside of lent reserves.
    Preemptible,
}

/// What stands in a location.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Its own work that is not preemptible.
    pub own: i128,
    /// Standbys, and what has arrived.
    pub guests: i128,
    /// Preemptible work.
    pub preemptible: i128,
    /// Reserves that hold nothing yet.
    pub held: i128,
}

impl Parts {
    fn used(self) -> i128 {
        self.own.saturating_add(self.guests).saturating_add(self.preemptible)
    }

    fn plus(self, other: Self) -> Self {
        let add = i128::saturating_add;
        Self {
            own: add(self.own, other.own),
            guests: add(self.guests, other.guests),
            preemptible: add(self.preemptible, other.preemptible),
            held: add(self.held, other.held),
        }
    }
}

pub(super) fn usage(model: &Model, scenario: &Scenario, plan: &Plan) -> Vec<Usage> {
    let tables = Tables::new(model);
    let day = Day::new(&tables, scenario, plan);
    let mut rows = Vec::new();
    for (r, region) in model.regions.iter().enumerate() {
        let of: Vec<Vec<Usage>> = region.locations.iter().map(|location| day.location(*location)).collect();
        if region.locations.len() > 1 {
            rows.extend(sums(RegionId(r as u32), tables.k, &of));
        }
        rows.extend(of.into_iter().flatten());
    }
    rows.retain(|row| row.has != (0, 0) || row.used != (0, 0));
    rows
}

/// The whole of a region: its locations added up.
fn sums(region: RegionId, k: usize, locations: &[Vec<Usage>]) -> Vec<Usage> {
    let mut sums: Vec<Usage> = Vec::with_capacity(k);
    for row in locations.iter().flatten().filter(|row| row.pool == Pool::Whole) {
        match sums.iter_mut().find(|sum| sum.resource == row.resource) {
            None => sums.push(Usage { scope: Scope::Region(region), ..row.clone() }),
            Some(sum) => {
                let add =
                    |a: (i128, i128), b: (i128, i128)| (a.0.saturating_add(b.0), a.1.saturating_add(b.1));
                (sum.has, sum.used) = (add(sum.has, row.has), add(sum.used, row.used));
                sum.parts = (sum.parts.0.plus(row.parts.0), sum.parts.1.plus(row.parts.1));
            }
        }
    }
    sums
}

/// What an assignment puts where.
struct Day<'a, 'm> {
    tables: &'a Tables<'m>,
    scenario: &'a Scenario,
    plan: &'a Plan,
    /// Arriving demand by location and lane, resource by resource; of tiers that others give way to, and of the others.
    arriving: BTreeMap<(LocationId, LaneId), Vec<(i128, i128)>>,
    /// Standbys that are part of what moves, or whose place is gone.
    released: BTreeMap<(LocationId, LaneId), Vec<i128>>,
}

impl<'a, 'm> Day<'a, 'm> {
    fn new(tables: &'a Tables<'m>, scenario: &'a Scenario, plan: &'a Plan) -> Self {
        let model = tables.model;
        let mut arriving: BTreeMap<_, Vec<(i128, i128)>> = BTreeMap::new();
        for moved in &plan.moves {
            let row = arriving.entry((moved.destination, moved.lane)).or_default();
            row.resize(tables.k, (0, 0));
            let meek = model[model[moved.workload].tier.value].preemptible;
            for (k, cell) in row.iter_mut().enumerate() {
                let amount = moved.replicas.saturating_mul(tables.q(moved.workload, k));
                let side = if meek { &mut cell.1 } else { &mut cell.0 };
                *side = side.saturating_add(amount);
            }
        }
        let mut day = Self { tables, scenario, plan, arriving, released: BTreeMap::new() };
        day.release();
        day
    }

    /// Standbys of sources that have failed or are drained.
    fn release(&mut self) {
        let tables = self.tables;
        let away = |c: &LocationId| {
            self.scenario.failed.contains(c) || self.scenario.drained.iter().any(|(d, _)| d == c)
        };
        for (w, workload) in tables.model.workloads.iter().enumerate() {
            let crate::model::Failover::Moves(moves) = &workload.failover else { continue };
            for (source, replicas) in tables.placed[w].iter().filter(|(c, _)| away(c)) {
                for to in &moves.to {
                    let count = Tables::standbys(moves, to, *source, *replicas);
                    let row = self.released.entry((to.location, to.lane.value)).or_default();
                    row.resize(tables.k, 0);
                    for (k, sum) in row.iter_mut().enumerate() {
                        let q = tables.q(crate::model::WorkloadId(w as u32), k);
                        *sum = sum.saturating_add(count.saturating_mul(q));
                    }
                }
            }
        }
    }

    fn lanes(&self) -> impl Iterator<Item = LaneId> + use<> {
        (0..self.tables.lanes).map(|lane| LaneId(lane as u32))
    }

    fn location(&self, c: LocationId) -> Vec<Usage> {
        (0..self.tables.k).flat_map(|k| self.resource(c, k)).collect()
    }

    /// The whole and the pools of one location.
    fn resource(&self, c: LocationId, k: usize) -> Vec<Usage> {
        let (tables, model) = (self.tables, self.tables.model);
        let down = self.scenario.failed.contains(&c);
        let i = tables.ck(c, k);
        let row = |pool, has, used| Usage {
            scope: Scope::Location(c),
            pool,
            resource: model.resources[k].clone(),
            has,
            used,
            parts: Default::default(),
        };
        let after = |amount: i128| if down { 0 } else { amount };
        let mut rows = Vec::new();
        let mut spill = Spill::default();
        let (mut standing_before, mut guests) = (0i128, 0i128);
        for lane in self.lanes() {
            let at = tables.clk(c, lane, k);
            let (size, stood) = (tables.reserve[at], tables.standby[at]);
            let stands = (stood - self.released.get(&(c, lane)).map_or(0, |row| row[k])).max(0);
            let (bold, meek) = self.arriving.get(&(c, lane)).map_or((0, 0), |row| row[k]);
            let held = if model[lane].reserve { (size - stands).max(0) } else { 0 };
            let on_reserve = held.min(bold.saturating_add(meek));
            spill.add(&model[lane], bold, meek, held);
            standing_before = standing_before.saturating_add(stood);
            guests = guests.saturating_add(stands).saturating_add(bold).saturating_add(meek);
            let used = (stood.min(size), after(stands.saturating_add(on_reserve).min(size)));
            rows.push(row(Pool::Reserve(lane), (size, after(size)), used));
        }
        let (free, preempted) = spill.split(tables.free[i]);
        rows.push(row(Pool::Free, (tables.free[i], after(tables.free[i])), (0, after(free))));
        let evictable = tables.evictable[i];
        rows.push(row(Pool::Preemptible, (evictable, after(evictable)), (0, after(preempted))));
        let preemptible = tables.preemptible_use(c, k);
        let parts = |guests, preemptible, free: i128| {
            let own = tables.steady[i];
            let rest = Parts { own, guests, preemptible, held: 0 };
            Parts { held: (tables.capacity[i] - rest.used() - free).max(0), ..rest }
        };
        let before = parts(standing_before, preemptible, tables.free[i]);
        let left = preemptible - self.evicted(c, k);
        let then = if down { Parts::default() } else { parts(guests, left, tables.free[i] - free) };
        let has = (tables.capacity[i], after(tables.capacity[i] - self.zone(c, k)));
        let whole = row(Pool::Whole, has, (before.used(), then.used()));
        rows.insert(0, Usage { parts: (before, then), ..whole });
        rows
    }

    fn evicted(&self, c: LocationId, k: usize) -> i128 {
        let resource = &self.tables.model.resources[k];
        let here = self.plan.evicted.iter().filter(|e| e.location == c).flat_map(|e| &e.amount);
        here.filter(|(of, _)| of == resource).map(|(_, amount)| amount).sum()
    }

    /// What a lost zone takes along.
    fn zone(&self, c: LocationId, k: usize) -> i128 {
        match self.scenario.kind {
            ScenarioKind::Zone { region, zone, .. } if self.tables.region(c) == region => {
                zone_capacity(self.tables, c, zone, k)
            }
            _ => 0,
        }
    }
}

/// What lanes need beyond their reserves.
#[derive(Default)]
struct Spill {
    on_free: i128,
    on_preemptible: i128,
    on_either: i128,
}

impl Spill {
    fn add(&mut self, lane: &crate::model::Lane, bold: i128, meek: i128, held: i128) {
        let all = (bold.saturating_add(meek) - held).max(0);
        let meek = (meek - held).max(0);
        match (lane.free, lane.preemptible) {
            (true, true) => {
                self.on_free += meek;
                self.on_either += all - meek;
            }
            (true, false) => self.on_free += all,
            (false, true) => self.on_preemptible += all,
            (false, false) => {}
        }
    }

    /// How much of `free` and of `preemptible` is spent, `free` before `preemptible`.
    fn split(&self, free: i128) -> (i128, i128) {
        let beyond = (self.on_either - (free - self.on_free).max(0)).max(0);
        (self.on_free + self.on_either - beyond, self.on_preemptible + beyond)
    }
}
