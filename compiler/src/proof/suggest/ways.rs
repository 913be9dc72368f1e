//! Which way displaced work goes, scenario by scenario, so that the largest load on each reserve stays small.
//!
//! Takes the days of the scenarios, gives replicas by option. Only proposes: amounts are worked out from the loads, and
//! everything is proved again. Invariant: caps and bursts are kept, and all that must be placed is, where there are ways.

use super::super::day::{Choice, Day};
use super::Cost;
use crate::model::LaneId;

/// Passes in which every work may choose again.
const PASSES: usize = 4;

/// Ways by scenario and option, with the loads that they come to.
pub(super) struct Ways<'d, 't, 'm> {
    days: &'d [Day<'t, 'm>],
    cost: &'d Cost,
    /// Replicas by scenario and option.
    pub(super) replicas: Vec<Vec<i128>>,
    /// Load by scenario and by location, lane and resource.
    load: Vec<Vec<i128>>,
    /// By location, lane and resource: the two largest that a reserve must hold, and the scenario of the first.
    peak: Vec<(i128, usize, i128)>,
    /// By location, lane and resource: what shared pools give at the smallest reserves.
    shared: Vec<i128>,
    /// By location and resource: the most that reserves may come to.
    ceiling: Vec<i128>,
    burst: Vec<i128>,
}

impl<'d, 't, 'm> Ways<'d, 't, 'm> {
    /// Chooses ways; scenarios with known replicas keep those.
    pub(super) fn new(days: &'d [Day<'t, 'm>], known: &[Option<Vec<i128>>], cost: &'d Cost) -> Self {
        let size = days.first().map_or(0, |day| day.reserve.len());
        let mut ways = Self {
            days,
            cost,
            replicas: days.iter().map(|day| vec![0; day.options.len()]).collect(),
            load: vec![vec![0; size]; days.len()],
            peak: vec![(0, usize::MAX, 0); size],
            shared: Vec::new(),
            ceiling: Vec::new(),
            burst: Vec::new(),
        };
        ways.pools();
        for (s, known) in known.iter().enumerate() {
            for (o, replicas) in known.iter().flatten().enumerate() {
                ways.put(s, o, *replicas);
            }
            ways.remember(s);
        }
        for pass in 0..PASSES {
            let mut moved = false;
            for s in (0..days.len()).filter(|s| known[*s].is_none()) {
                moved |= ways.scenario(s, pass == 0);
            }
            if !moved {
                break;
            }
        }
        ways
    }

    fn pools(&mut self) {
        let Some(tables) = self.days.first().map(|day| day.tables) else { return };
        for location in tables.locations() {
            for (l, lane) in tables.model.lanes.iter().enumerate() {
                for k in 0..tables.k {
                    let (at, i) = (tables.clk(location, LaneId(l as u32), k), tables.ck(location, k));
                    let used = tables.steady[i].saturating_add(tables.preemptible_use(location, k));
                    let free = if lane.free { (tables.capacity[i] - used).max(0) } else { 0 };
                    let evictable = if lane.preemptible { tables.preemptible_use(location, k) } else { 0 };
                    self.shared.push(free + evictable);
                    self.peak[at] = (tables.standby[at], usize::MAX, tables.standby[at]);
                }
            }
            for k in 0..tables.k {
                let i = tables.ck(location, k);
                self.ceiling.push((tables.capacity[i] - tables.steady[i]).max(0));
            }
        }
    }

    /// Lets the work of one scenario choose; whether anything changed.
    fn scenario(&mut self, s: usize, first: bool) -> bool {
        let day = &self.days[s];
        let bursts = day.tables.model.tenants.iter().any(|t| t.burst.is_some());
        let tenants = if bursts { day.tables.model.tenants.len() } else { 0 };
        self.burst = vec![0; tenants * day.tables.model.regions.len() * day.tables.k];
        for o in 0..day.options.len() {
            self.charge(s, o, self.replicas[s][o]);
        }
        let mut moved = false;
        for of in (0..day.displaced.len()).filter(|of| day.required(*of)) {
            let options = day.displaced[of].options.clone();
            let caps: i128 = day.options[options.clone()].iter().map(|o| o.cap).sum();
            if !first && (options.len() < 2 || caps <= day.displaced[of].demand) {
                continue;
            }
            let before = self.replicas[s][options.clone()].to_vec();
            for o in options.clone() {
                self.put(s, o, -self.replicas[s][o]);
            }
            self.place(s, of);
            moved |= before != self.replicas[s][options];
        }
        self.remember(s);
        moved
    }

    fn put(&mut self, s: usize, o: usize, replicas: i128) {
        let day = &self.days[s];
        let option = &day.options[o];
        for k in 0..day.tables.k {
            let at = day.tables.clk(option.destination, option.lane, k);
            self.load[s][at] += day.q(option, k) * replicas;
        }
        self.replicas[s][o] += replicas;
        self.charge(s, o, replicas);
    }

    fn charge(&mut self, s: usize, o: usize, replicas: i128) {
        if !self.burst.is_empty() {
            let (day, option) = (&self.days[s], &self.days[s].options[o]);
            for k in 0..day.tables.k {
                let at = burst_index(day, option, k);
                self.burst[at] += day.q(option, k) * replicas;
            }
        }
    }

    /// First what costs nothing, each `to` in order; then what costs least; what is left goes where it may.
    fn place(&mut self, s: usize, of: usize) {
        let day = &self.days[s];
        let mut left = day.displaced[of].demand;
        let mut order: Vec<usize> = day.displaced[of].options.clone().collect();
        for o in order.clone() {
            left -= self.take(s, o, left, Some(false));
        }
        if left == 0 {
            return;
        }
        order.sort_by_cached_key(|o| self.price(s, *o));
        for o in order.clone() {
            left -= self.take(s, o, left, Some(true));
        }
        for o in order {
            left -= self.take(s, o, left, None);
        }
    }

    fn take(&mut self, s: usize, o: usize, wanted: i128, grow: Option<bool>) -> i128 {
        let (day, option) = (&self.days[s], &self.days[s].options[o]);
        let mut room = wanted.min(option.cap - self.replicas[s][o]);
        for k in 0..day.tables.k {
            let q = day.q(option, k);
            if q == 0 || room <= 0 {
                continue;
            }
            if let Some(left) = self.burst_left(s, option, k) {
                room = room.min(left.max(0) / q);
            }
            if let Some(grow) = grow {
                room = room.min(self.slack(s, option, k, grow).max(0) / q);
            }
        }
        if room > 0 {
            self.put(s, o, room);
        }
        room.max(0)
    }

    fn burst_left(&self, s: usize, option: &Choice, k: usize) -> Option<i128> {
        let day = &self.days[s];
        let model = day.tables.model;
        let tenant = model[day.displaced[option.of].workload].tenant.value;
        let burst = model[tenant].burst.as_ref()?.value.named(&model.resources[k])?;
        Some(i128::from(burst) - self.burst[burst_index(day, option, k)])
    }

    /// What fits under what other scenarios need anyway, or with `grow` under all that may be held.
    fn slack(&self, s: usize, option: &Choice, k: usize, grow: bool) -> i128 {
        let day = &self.days[s];
        let at = day.tables.clk(option.destination, option.lane, k);
        let draws = day.tables.model[option.lane].reserve;
        let held = match (draws, grow) {
            (false, _) => 0,
            (true, true) => self.ceiling[day.tables.ck(option.destination, k)],
            (true, false) => self.others(s, at) - day.standing[at],
        };
        let shared = if grow && draws { 0 } else { self.shared[at] };
        held.max(0) + shared - self.load[s][at]
    }

    /// The largest that a reserve must hold for the other scenarios.
    fn others(&self, s: usize, at: usize) -> i128 {
        let (most, of, second) = self.peak[at];
        if of == s { second } else { most }
    }

    /// What one more replica costs where nothing is left.
    fn price(&self, s: usize, o: usize) -> i128 {
        let (day, option) = (&self.days[s], &self.days[s].options[o]);
        let charged = (0..day.tables.k).filter(|k| self.slack(s, option, *k, false) < day.q(option, *k));
        charged.map(|k| self.cost.of(day.tables.region(option.destination), k, day.q(option, k))).sum()
    }

    /// Takes a scenario's needs into the peaks.
    fn remember(&mut self, s: usize) {
        for at in 0..self.peak.len() {
            let need = |s: usize| match self.load[s][at] {
                0 => 0,
                load => (load + self.days[s].standing[at] - self.shared[at]).max(0),
            };
            let need_here = need(s);
            let (most, of, second) = self.peak[at];
            if of == s {
                // The first may have become smaller than another: look at all of them again.
                let tables = self.days[s].tables;
                let mut found = (tables.standby[at], usize::MAX, tables.standby[at]);
                for other in 0..self.days.len() {
                    found = larger(found, need(other), other);
                }
                self.peak[at] = found;
            } else if need_here > second {
                self.peak[at] = larger((most, of, second), need_here, s);
            }
        }
    }
}

fn larger((most, of, second): (i128, usize, i128), need: i128, s: usize) -> (i128, usize, i128) {
    if need > most { (need, s, most) } else { (most, of, second.max(need)) }
}

fn burst_index(day: &Day<'_, '_>, option: &Choice, k: usize) -> usize {
    let tables = day.tables;
    let tenant = tables.model[day.displaced[option.of].workload].tenant.value;
    (tenant.index() * tables.model.regions.len() + tables.region(option.destination).index()) * tables.k + k
}
