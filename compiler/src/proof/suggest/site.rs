//! One resource at one location: the least reserves that cover given loads.
//!
//! Takes what stands there and what arrives in each scenario, gives amounts by reserve and a bound that no amounts beat.
//! Only the first reserve of a lane is resized; further ones of the same lane keep their amount. Invariant: what is given
//! covers every load and breaks no inequality of normal running that held at the smallest reserves.

use super::super::flow::{Network, UNLIMITED};
use super::super::tables::Tables;
use crate::model::{LaneId, LocationId};

/// Splits of a shortage among lanes that are tried before the best one found is taken.
const SPLITS: usize = 2_000;

/// What one scenario brings: by lane, of tiers that others give way to and of preemptible ones, and standbys that stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Load {
    pub(super) arriving: Vec<[i128; 2]>,
    pub(super) standing: Vec<i128>,
}

impl Load {
    fn only(&self, lane: usize) -> Self {
        let keep = |(l, a): (usize, &[i128; 2])| if l == lane { *a } else { [0; 2] };
        Self {
            arriving: self.arriving.iter().enumerate().map(keep).collect(),
            standing: self.standing.clone(),
        }
    }
}

/// One resource at one location in normal running.
pub(super) struct Site<'t, 'm> {
    tables: &'t Tables<'m>,
    location: LocationId,
    k: usize,
    /// Reserves that may be resized, by lane.
    resized: Vec<Option<usize>>,
    /// Most that all reserves may come to with `N` beside them, after the loss of any zone.
    beside_zone: Option<i128>,
}

/// Amounts by reserve, their sum, and a bound that the sum of no amounts beats.
pub(super) struct Least {
    pub(super) amounts: Vec<i128>,
    pub(super) bound: i128,
}

/// The shared pools at some amounts.
struct Shared {
    free: i128,
    evictable: i128,
}

/// What the lanes come to beyond their reserves.
struct Spill {
    by_lane: Vec<i128>,
    /// More than may be covered by anything.
    gap: i128,
}

impl<'t, 'm> Site<'t, 'm> {
    pub(super) fn new(
        tables: &'t Tables<'m>,
        location: LocationId,
        k: usize,
        beside_zone: Option<i128>,
    ) -> Self {
        let reserves = &tables.model[location].reserves;
        let first = |lane: usize| reserves.iter().position(|r| r.lane.index() == lane);
        let mut site =
            Self { tables, location, k, resized: (0..tables.lanes).map(first).collect(), beside_zone };
        // Where not even the smallest fit beside a lost zone, smaller ones do not help.
        let smallest: i128 = site.smallest().iter().sum();
        site.beside_zone = beside_zone.filter(|most| smallest <= *most);
        site
    }

    /// Whether the loss of a zone holds with the reserves as they are.
    pub(super) fn holds_zone(&self) -> bool {
        let held = self.tables.reserves[self.tables.ck(self.location, self.k)];
        self.beside_zone.is_none_or(|most| held <= most)
    }

    /// No longer asks for reserves that stand beside a lost zone.
    pub(super) fn without_zone(&mut self) {
        self.beside_zone = None;
    }

    /// Whether a reserve may get another amount.
    pub(super) fn resizes(&self, reserve: usize) -> bool {
        self.resized.contains(&Some(reserve))
    }

    /// Whether a reserve that holds something stays as it is.
    pub(super) fn keeps(&self) -> bool {
        let reserves = self.tables.model[self.location].reserves.iter().enumerate();
        let resource = &self.tables.model.resources[self.k];
        reserves.into_iter().any(|(p, reserve)| !self.resizes(p) && reserve.amount.get(resource) > 0)
    }

    /// The reserves as they are, those that may be resized at what standbys need.
    fn smallest(&self) -> Vec<i128> {
        let reserves = &self.tables.model[self.location].reserves;
        let resource = &self.tables.model.resources[self.k];
        let mut amounts: Vec<i128> = reserves.iter().map(|r| r.amount.get(resource).into()).collect();
        for (lane, first) in self.resized.iter().enumerate() {
            if let Some(first) = first {
                amounts[*first] = 0;
                amounts[*first] = (self.standbys(lane) - self.of_lane(&amounts, lane)).max(0);
            }
        }
        amounts
    }

    fn standbys(&self, lane: usize) -> i128 {
        self.tables.standby[self.tables.clk(self.location, LaneId(lane as u32), self.k)]
    }

    fn of_lane(&self, amounts: &[i128], lane: usize) -> i128 {
        let reserves = self.tables.model[self.location].reserves.iter().zip(amounts);
        reserves.filter(|(r, _)| r.lane.index() == lane).map(|(_, amount)| amount).sum()
    }

    /// `L` at some amounts.
    fn lent(&self, amounts: &[i128]) -> i128 {
        let reserves = &self.tables.model[self.location].reserves;
        let tiers = self.tables.model.tiers.len();
        if self.tables.preemptible_use(self.location, self.k) == 0
            || reserves.iter().all(|r| r.lend.is_none())
        {
            return 0;
        }
        let (source, sink) = (tiers + reserves.len(), tiers + reserves.len() + 1);
        let mut network = Network::new(sink + 1);
        for tier in 0..tiers {
            network.arc(source, tier, self.tables.tier_use(self.location, tier, self.k));
        }
        let mut waiting: Vec<i128> = (0..self.tables.lanes).map(|lane| self.standbys(lane)).collect();
        for (p, (reserve, amount)) in reserves.iter().zip(amounts).enumerate() {
            let taken = waiting[reserve.lane.index()].min(*amount);
            waiting[reserve.lane.index()] -= taken;
            for tier in reserve.lend.iter().flat_map(|lend| &lend.tiers) {
                network.arc(tier.value.index(), tiers + p, UNLIMITED);
            }
            network.arc(tiers + p, sink, amount - taken);
        }
        network.augment(source, sink)
    }

    fn shared(&self, amounts: &[i128]) -> Shared {
        let at = self.tables.ck(self.location, self.k);
        let evictable = self.tables.preemptible_use(self.location, self.k) - self.lent(amounts);
        let left = self.tables.capacity[at] - amounts.iter().sum::<i128>();
        let free = left.saturating_sub(self.tables.steady[at].saturating_add(evictable)).max(0);
        Shared { free, evictable }
    }

    /// Whether normal running and the loss of a zone hold; more reserve never helps here.
    pub(super) fn stands(&self, amounts: &[i128]) -> bool {
        let at = self.tables.ck(self.location, self.k);
        let held: i128 = amounts.iter().sum();
        let left = self.tables.capacity[at] - held;
        let evictable = self.tables.preemptible_use(self.location, self.k) - self.lent(amounts);
        left >= 0
            && self.tables.steady[at].saturating_add(evictable) <= left
            && self.beside_zone.is_none_or(|most| held <= most)
            && (0..self.tables.lanes).all(|lane| self.standbys(lane) <= self.of_lane(amounts, lane))
    }

    /// Beyond the reserves, by lane, and what no pool covers. More reserve of a lane never opens a gap for it alone.
    fn spill(&self, amounts: &[i128], shared: &Shared, load: &Load) -> Spill {
        let (mut on_free, mut on_evictable, mut on_either, mut lost) = (0i128, 0i128, 0i128, 0i128);
        let mut by_lane = vec![0; self.tables.lanes];
        for (l, lane) in self.tables.model.lanes.iter().enumerate() {
            let [bold, meek] = load.arriving[l];
            if bold + meek == 0 {
                continue;
            }
            let held = (self.of_lane(amounts, l) - load.standing[l]).max(0);
            let held = if lane.reserve { held } else { 0 };
            let (all, only_meek) = ((bold + meek - held).max(0), (meek - held).max(0));
            by_lane[l] = all;
            match (lane.free, lane.preemptible) {
                (true, true) => {
                    on_free += only_meek;
                    on_either += all - only_meek;
                }
                (true, false) => on_free += all,
                (false, true) => {
                    on_evictable += all - only_meek;
                    lost += only_meek;
                }
                (false, false) => lost += all,
            }
        }
        let over = (on_free - shared.free).max(on_evictable - shared.evictable);
        let over = over.max(on_free + on_evictable + on_either - shared.free - shared.evictable);
        Spill { by_lane, gap: over.max(lost).max(0) }
    }

    /// Whether the pools at some amounts cover every load.
    pub(super) fn covers(&self, amounts: &[i128], loads: &[Load]) -> bool {
        let shared = self.shared(amounts);
        loads.iter().all(|load| self.spill(amounts, &shared, load).gap == 0)
    }

    /// The least amounts; `None` where no reserves are enough.
    pub(super) fn least(&self, loads: &[Load]) -> Option<Least> {
        let mut amounts = self.smallest();
        if !self.stands(&amounts) {
            return None;
        }
        if loads.is_empty() || self.covers(&amounts, loads) {
            let bound = amounts.iter().sum();
            return Some(Least { amounts, bound });
        }
        let smallest = amounts.clone();
        for (lane, first) in self.resized.iter().enumerate() {
            let alone: Vec<Load> =
                loads.iter().filter(|l| l.arriving[lane] != [0; 2]).map(|l| l.only(lane)).collect();
            if !alone.is_empty() && !self.covers(&smallest, &alone) {
                amounts[(*first)?] = self.alone(&smallest, (*first)?, lane, &alone)?;
            }
        }
        let shared = self.shared(&amounts);
        let gap = loads.iter().map(|load| self.spill(&amounts, &shared, load).gap).max().unwrap_or(0);
        let bound = amounts.iter().sum::<i128>() + gap;
        let amounts = if gap == 0 { amounts } else { self.jointly(amounts, loads)? };
        self.stands(&amounts).then_some(Least { amounts, bound })
    }

    /// The least amount of one reserve that covers its lane's loads alone: what it covers grows with it.
    fn alone(&self, smallest: &[i128], first: usize, lane: usize, loads: &[Load]) -> Option<i128> {
        let with = |amount: i128| {
            let mut amounts = smallest.to_vec();
            amounts[first] = amount;
            self.covers(&amounts, loads)
        };
        let all = |load: &Load| load.arriving[lane][0] + load.arriving[lane][1] + load.standing[lane];
        let (mut fails, mut works) = (smallest[first] - 1, loads.iter().map(all).max().unwrap_or(0));
        works = works.max(smallest[first]);
        if !with(works) {
            return None;
        }
        while works - fails > 1 {
            let middle = fails + (works - fails) / 2;
            if with(middle) { works = middle } else { fails = middle }
        }
        Some(works)
    }

    /// Gives the lanes of a broken load what it lacks, in every way, and keeps the least.
    fn jointly(&self, amounts: Vec<i128>, loads: &[Load]) -> Option<Vec<i128>> {
        let (mut open, mut best, mut tries) = (vec![amounts], None::<Vec<i128>>, SPLITS);
        while let Some(amounts) = open.pop() {
            let sum = |amounts: &[i128]| amounts.iter().sum::<i128>();
            if tries == 0 || best.as_ref().is_some_and(|best| sum(best) <= sum(&amounts)) {
                continue;
            }
            tries -= 1;
            if !self.stands(&amounts) {
                continue;
            }
            let shared = self.shared(&amounts);
            let spills = loads.iter().map(|load| self.spill(&amounts, &shared, load));
            let Some(spill) = spills.max_by_key(|spill| spill.gap).filter(|spill| spill.gap > 0) else {
                best = Some(amounts);
                continue;
            };
            for (lane, over) in spill.by_lane.iter().enumerate().filter(|(_, over)| **over > 0) {
                let draws = self.tables.model.lanes[lane].reserve;
                if let Some(first) = self.resized[lane].filter(|_| draws) {
                    let mut more = amounts.clone();
                    more[first] += spill.gap.min(*over);
                    open.push(more);
                }
            }
        }
        best
    }

    /// The load that fails with one unit less in a reserve.
    pub(super) fn binding(&self, amounts: &[i128], reserve: usize, loads: &[Load]) -> Option<usize> {
        let mut less = amounts.to_vec();
        less[reserve] = less[reserve].checked_sub(1).filter(|left| *left >= 0)?;
        let shared = self.shared(&less);
        loads.iter().position(|load| self.spill(&less, &shared, load).gap > 0)
    }
}
