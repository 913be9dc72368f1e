//! The pools at surviving destinations and what has been put on them.
//!
//! Takes a day, keeps demand by lane, gives exactly how much more fits. A lane spends its reserve, then `free`, then
//! `preemptible`; the two last are shared, so the closed form below is the maximum-flow condition of that small network.
//! Invariant: what was added always fits.

use super::day::{Choice, Day};
use crate::model::{LaneId, LocationId};

/// Demand put on the pools so far.
pub(super) struct Pools<'d, 't, 'm> {
    day: &'d Day<'t, 'm>,
    /// Demand by location, lane and resource: of tiers that others give way to.
    bold: Vec<i128>,
    /// The same of preemptible tiers.
    meek: Vec<i128>,
    /// Demand by tenant with a burst, region and resource.
    burst: Vec<i128>,
}

/// What the lanes at one place come to, beyond their reserves.
#[derive(Default, Clone, Copy)]
pub(super) struct Spill {
    /// Only `free` can take it.
    pub(super) on_free: i128,
    /// Only `preemptible` can take it.
    pub(super) on_preemptible: i128,
    /// Either can.
    pub(super) on_either: i128,
}

impl Spill {
    fn all(self) -> i128 {
        self.on_free.saturating_add(self.on_preemptible).saturating_add(self.on_either)
    }
}

impl<'d, 't, 'm> Pools<'d, 't, 'm> {
    /// Nothing on them yet.
    pub(super) fn new(day: &'d Day<'t, 'm>) -> Self {
        let size = day.reserve.len();
        let burst = if day.tables.model.tenants.iter().any(|t| t.burst.is_some()) {
            day.tables.model.tenants.len() * day.tables.model.regions.len() * day.tables.k
        } else {
            0
        };
        Self { day, bold: vec![0; size], meek: vec![0; size], burst: vec![0; burst] }
    }

    /// How many more replicas an option takes, at most `wanted`.
    pub(super) fn room(&self, option: &Choice, wanted: i128) -> i128 {
        let mut room = wanted;
        for k in 0..self.day.tables.k {
            let q = self.day.q(option, k);
            if q > 0 && room > 0 {
                room = room
                    .min(self.headroom(option, k) / q)
                    .min(self.burst_left(option, k).map_or(room, |left| left / q));
            }
        }
        room.max(0)
    }

    /// Puts replicas on an option.
    pub(super) fn add(&mut self, option: &Choice, replicas: i128) {
        for k in 0..self.day.tables.k {
            let amount = self.day.q(option, k) * replicas;
            let at = self.day.tables.clk(option.destination, option.lane, k);
            if option.meek {
                self.meek[at] += amount
            } else {
                self.bold[at] += amount
            }
            if !self.burst.is_empty() {
                let at = self.burst_index(option, k);
                self.burst[at] += amount;
            }
        }
    }

    /// A lane's demand at a place: of tiers that others give way to, and of preemptible ones.
    pub(super) fn demand(&self, location: LocationId, lane: LaneId, k: usize) -> (i128, i128) {
        let at = self.day.tables.clk(location, lane, k);
        (self.bold[at], self.meek[at])
    }

    fn burst_index(&self, option: &Choice, k: usize) -> usize {
        let tables = self.day.tables;
        let tenant = tables.model[self.day.displaced[option.of].workload].tenant.value;
        (tenant.index() * tables.model.regions.len() + tables.region(option.destination).index()) * tables.k
            + k
    }

    fn burst_left(&self, option: &Choice, k: usize) -> Option<i128> {
        let model = self.day.tables.model;
        let tenant = model[self.day.displaced[option.of].workload].tenant.value;
        let burst = model[tenant].burst.as_ref()?.value.named(&model.resources[k])?;
        Some(i128::from(burst) - self.burst[self.burst_index(option, k)])
    }

    /// What spills beyond the reserves at a place.
    pub(super) fn spill(&self, location: LocationId, k: usize) -> Spill {
        let mut spill = Spill::default();
        for (l, lane) in self.day.tables.model.lanes.iter().enumerate() {
            let at = self.day.tables.clk(location, LaneId(l as u32), k);
            let held = if lane.reserve { self.day.reserve[at] } else { 0 };
            let all = (self.bold[at] + self.meek[at] - held).max(0);
            let meek = (self.meek[at] - held).max(0);
            match (lane.free, lane.preemptible) {
                (true, true) => {
                    spill.on_free += meek;
                    spill.on_either += all - meek;
                }
                (true, false) => spill.on_free += all,
                (false, true) => spill.on_preemptible += all - meek,
                (false, false) => {}
            }
        }
        spill
    }

    /// How much more of a resource an option's lane can take there.
    fn headroom(&self, option: &Choice, k: usize) -> i128 {
        let tables = self.day.tables;
        let (c, lane) = (option.destination, &tables.model[option.lane]);
        let at = tables.clk(c, option.lane, k);
        let held = if lane.reserve { self.day.reserve[at] } else { 0 };
        let in_reserve = (held - self.bold[at] - self.meek[at]).max(0);
        if !lane.free && !lane.preemptible {
            return in_reserve;
        }
        let spill = self.spill(c, k);
        let (free, evictable) = (tables.free[tables.ck(c, k)], tables.evictable[tables.ck(c, k)]);
        let any = free + evictable - spill.all();
        let meek_first = (held - self.meek[at]).max(0);
        match (lane.free, lane.preemptible, option.meek) {
            (true, true, false) => in_reserve + any,
            (true, true, true) => (in_reserve + any).min(meek_first + free - spill.on_free),
            (true, false, _) => in_reserve + any.min(free - spill.on_free),
            (_, _, false) => in_reserve + any.min(evictable - spill.on_preemptible),
            (_, _, true) => meek_first.min(in_reserve + any.min(evictable - spill.on_preemptible)),
        }
    }
}
