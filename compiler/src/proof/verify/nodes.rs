//! The packed level, claimed or not: the replicas of a plan put on nodes anew.
//!
//! The format has no room for where each pod goes, so the packing is made again by the same rules: largest work first,
//! first node that fits, level over the zones where work spreads. Takes a plan, says whether it packs.

use super::facts::{Facts, one_node, request, waiting};
use super::failure::{Assignment, Failure};
use crate::model::{Failover, LocationId, RegionId, Spread};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Nodes of one location beyond which none is packed.
const NODES: u64 = 20_000;

/// What is left on each node of each zone, and the replicas by zone of work that spreads.
#[derive(Clone)]
struct Shelf {
    zones: Vec<Vec<i128>>,
    /// Amounts of one node.
    each: usize,
    spread: BTreeMap<usize, Vec<i128>>,
}

/// Normal running on nodes: what gives way to nothing, and all; nothing where that does not pack.
pub(super) struct Shelves(Vec<Option<[Shelf; 2]>>);

impl Shelves {
    pub(super) fn new(facts: &Facts<'_>) -> Self {
        let one = |c: usize| {
            let at = LocationId(c as u32);
            let mut steady = Shelf::new(facts, at, None)?;
            steady.stand(facts, at, false)?;
            let mut all = steady.clone();
            all.stand(facts, at, true)?;
            Some([steady, all])
        };
        Self((0..facts.model.locations.len()).into_par_iter().map(one).collect())
    }

    /// Whether a plan packs; `evicts` says where preemptible work gives way.
    pub(super) fn packs(
        &self,
        failure: &Failure<'_, '_>,
        assignment: &Assignment,
        evicts: &dyn Fn(LocationId) -> bool,
    ) -> bool {
        let mut arrivals = arrivals(failure, assignment);
        arrivals.sort_by_cached_key(|(at, w, _)| (*at, weight(failure.facts, *at, *w)));
        self.0.iter().enumerate().all(|(c, shelves)| {
            let at = LocationId(c as u32);
            if failure.failed.contains(&at) {
                return true;
            }
            let Some([steady, all]) = shelves else { return false };
            let from = arrivals.partition_point(|(to, _, _)| *to < at);
            let here = &arrivals[from..arrivals.partition_point(|(to, _, _)| *to <= at)];
            let arrive =
                |shelf: &mut Shelf| here.iter().all(|(_, w, n)| shelf.place(failure.facts, *w, *n).is_some());
            if here.is_empty() || !evicts(at) && arrive(&mut all.clone()) {
                return true;
            }
            let mut shelf = steady.clone();
            arrive(&mut shelf) && (evicts(at) || shelf.stand(failure.facts, at, true).is_some())
        })
    }
}

/// Whether what must stand after a zone's loss packs on the other zones.
pub(super) fn zone_packs(facts: &Facts<'_>, region: RegionId, zone: usize) -> bool {
    facts.model[region].locations.iter().all(|at| {
        Shelf::new(facts, *at, Some(zone)).and_then(|mut shelf| shelf.stand(facts, *at, false)).is_some()
    })
}

/// What arrives beyond the standbys that wait for it, by tier, workload, source and `to`.
fn arrivals(failure: &Failure<'_, '_>, assignment: &Assignment) -> Vec<(LocationId, usize, i128)> {
    let model = failure.facts.model;
    let mut sums: BTreeMap<(usize, usize), i128> = BTreeMap::new();
    for ((w, _, to), n) in assignment.iter().filter(|(_, n)| **n > 0) {
        *sums.entry((*w, *to)).or_default() += n;
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    // Of one workload in the order of its first source, then of its `to`.
    let first = |w: usize, to: usize| {
        let mine = assignment.range((w, LocationId(0), 0)..=(w, LocationId(u32::MAX), usize::MAX));
        mine.filter(|((_, _, through), n)| *through == to && **n > 0)
            .map(|((_, source, _), _)| *source)
            .next()
    };
    sums.sort_by_key(|((w, to), _)| (model.workloads[*w].tier.value, *w, first(*w, *to), *to));
    let beyond = |((w, to), n): ((usize, usize), i128)| {
        let Failover::Moves(moves) = &model.workloads[w].failover else { return None };
        let gone = failure.facts.homes(w).iter().filter(|(c, _)| failure.closed(**c));
        let waited: i128 = gone.map(|(c, n)| waiting(moves.degraded.value, &moves.to[to], *c, *n)).sum();
        Some((moves.to[to].location, w, (n - waited).max(0)))
    };
    sums.into_iter().filter_map(beyond).collect()
}

/// Larger work first: by the largest share of a location that one replica asks for.
fn weight(facts: &Facts<'_>, at: LocationId, w: usize) -> std::cmp::Reverse<i128> {
    let share = |resource| {
        let asked = request(&facts.model.workloads[w], resource).saturating_mul(1 << 40);
        asked / facts.place(at, resource).capacity.max(1)
    };
    std::cmp::Reverse(facts.model.resources.iter().map(share).max().unwrap_or(0))
}

impl Shelf {
    fn new(facts: &Facts<'_>, at: LocationId, lost: Option<usize>) -> Option<Self> {
        let found = &facts.model[at];
        let total = found.pools.iter().map(|pool| pool.count.value).fold(0, u64::saturating_add);
        let count = facts.model[found.region].zones.len().max(1);
        let mut zones = vec![Vec::new(); if total > NODES { 0 } else { count }];
        for pool in &found.pools {
            let node = |resource| {
                let occupied = found.occupied.as_ref().map_or(0, |o| o.value.get(resource));
                (one_node(pool, resource) - i128::from(occupied.div_ceil(total.max(1)))).max(0)
            };
            let node: Vec<i128> = facts.model.resources.iter().map(node).collect();
            for (z, zone) in zones.iter_mut().enumerate().filter(|(z, _)| Some(*z) != lost) {
                let (n, z, count) = (pool.count.value, z as u64, count as u64);
                (0..n.saturating_sub(z).div_ceil(count)).for_each(|_| zone.extend(&node));
            }
        }
        let each = facts.model.resources.len().max(1);
        (total <= NODES).then_some(Self { zones, each, spread: BTreeMap::new() })
    }

    /// Puts what stands at a location on its nodes: what gives way to nothing with the standbys, or what is preemptible.
    fn stand(&mut self, facts: &Facts<'_>, at: LocationId, preemptible: bool) -> Option<()> {
        let model = facts.model;
        let wanted = |w: &&usize| model[model.workloads[**w].tier.value].preemptible == preemptible;
        let replicas = |w: &usize| (*w, facts.homes(*w).get(&at).copied().unwrap_or(0));
        let mut work: Vec<(usize, i128)> = facts.here(at).iter().filter(wanted).map(replicas).collect();
        // Sources of one `to` follow one another and are put down as one.
        let mut before = None;
        for wait in facts.waits(at).iter().filter(|_| !preemptible) {
            let to = Some((wait.workload, wait.lane));
            match work.last_mut().filter(|_| before == to) {
                Some((_, n)) => *n += wait.replicas,
                None => work.push((wait.workload, wait.replicas)),
            }
            before = to;
        }
        work.sort_by_cached_key(|(w, _)| weight(facts, at, *w));
        work.into_iter().try_for_each(|(w, n)| self.place(facts, w, n))
    }

    fn place(&mut self, facts: &Facts<'_>, w: usize, n: i128) -> Option<()> {
        let workload = &facts.model.workloads[w];
        let asks: Vec<i128> = facts.model.resources.iter().map(|k| request(workload, k)).collect();
        match workload.spread {
            Some(Spread::Zone { max_skew, .. }) if self.zones.len() > 1 => {
                self.level(w, &asks, n, max_skew.into())
            }
            _ => {
                let left = (0..self.zones.len()).fold(n, |left, zone| left - self.fit(zone, &asks, left));
                (left == 0).then_some(())
            }
        }
    }

    /// First nodes that fit within a zone; how many replicas they took.
    fn fit(&mut self, zone: usize, asks: &[i128], wanted: i128) -> i128 {
        let mut taken = 0;
        for node in self.zones[zone].chunks_mut(self.each) {
            let room = node.iter().zip(asks).filter(|(_, q)| **q > 0).map(|(left, q)| left / q).min();
            let here = room.unwrap_or(wanted).min(wanted - taken);
            for (left, q) in node.iter_mut().zip(asks) {
                *left -= here * q;
            }
            taken += here;
            if taken == wanted {
                break;
            }
        }
        taken
    }

    /// Level over the zones that have nodes, and further as long as the skew allows.
    fn level(&mut self, w: usize, asks: &[i128], n: i128, skew: i128) -> Option<()> {
        let used: Vec<usize> = (0..self.zones.len()).filter(|z| !self.zones[*z].is_empty()).collect();
        let mut counts = self.spread.remove(&w).unwrap_or_else(|| vec![0; self.zones.len()]);
        let (mut left, mut open) = (n, used.clone());
        while left > 0 && !open.is_empty() {
            open.sort_by_key(|z| (counts[*z], *z));
            let (zone, lowest) = (open[0], used.iter().map(|z| counts[*z]).min().unwrap_or(0));
            let wanted = if open.len() == used.len() {
                (left / used.len() as i128).max(1)
            } else {
                (lowest + skew - counts[zone]).max(0)
            };
            let wanted = wanted.min(left);
            let placed = if wanted > 0 { self.fit(zone, asks, wanted) } else { 0 };
            counts[zone] += placed;
            left -= placed;
            if wanted == 0 || placed < wanted {
                open.remove(0);
            }
        }
        let span = used.iter().map(|z| counts[*z]).max().unwrap_or(0)
            - used.iter().map(|z| counts[*z]).min().unwrap_or(0);
        self.spread.insert(w, counts);
        (left == 0 && span <= skew).then_some(())
    }
}
