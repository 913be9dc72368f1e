//! One scenario's day: what is displaced, where it may go, and what is left there.
//!
//! Takes the tables and a scenario, gives demands with their options and the pools' sizes. Invariant: an option's
//! destination is neither failed nor drained nor its source; demands are ordered by tier, name and source.

use super::tables::Tables;
use super::*;
use crate::model::{Failover, LaneId, LocationId, Moves, WorkloadId};
use std::ops::Range;

/// Replicas that must find a place.
pub(super) struct Displaced {
    pub(super) workload: WorkloadId,
    pub(super) from: LocationId,
    /// `n[w][c]`.
    pub(super) replicas: i128,
    /// `d[w][c]`.
    pub(super) demand: i128,
    /// Whether the source is drained, so that nothing is lost there.
    pub(super) drained: bool,
    /// Whether any part may be left out.
    pub(super) losable: bool,
    /// Its options.
    pub(super) options: Range<usize>,
}

/// A way to go.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    /// Which displaced replicas.
    pub(super) of: usize,
    /// Index into the workload's `to`.
    pub(super) to: usize,
    pub(super) destination: LocationId,
    pub(super) lane: LaneId,
    /// `ceil(share × d)`.
    pub(super) cap: i128,
    /// Whether the workload's tier is preemptible, so that nobody gives way to it.
    pub(super) meek: bool,
}

/// A scenario made concrete.
pub(super) struct Day<'t, 'm> {
    pub(super) tables: &'t Tables<'m>,
    pub(super) closed: Vec<bool>,
    pub(super) region_lost: Vec<bool>,
    pub(super) displaced: Vec<Displaced>,
    pub(super) options: Vec<Choice>,
    /// The pool `reserve`, by location, lane and resource.
    pub(super) reserve: Vec<i128>,
    /// Standbys that still stand, by location, lane and resource.
    pub(super) standing: Vec<i128>,
}

impl<'t, 'm> Day<'t, 'm> {
    /// Works out a scenario of failed and drained locations.
    pub(super) fn new(tables: &'t Tables<'m>, scenario: &Scenario) -> Self {
        let model = tables.model;
        let mut closed = vec![false; model.locations.len()];
        let mut failed = closed.clone();
        scenario.failed.iter().for_each(|c| failed[c.index()] = true);
        let sources = scenario.failed.iter().chain(scenario.drained.iter().map(|(c, _)| c));
        sources.for_each(|c| closed[c.index()] = true);
        let region_lost =
            model.regions.iter().map(|r| r.locations.iter().all(|c| failed[c.index()])).collect();
        let (displaced, options) = (Vec::new(), Vec::new());
        let (reserve, standing) = (tables.reserve.clone(), tables.standby.clone());
        let mut day = Self { tables, closed, region_lost, displaced, options, reserve, standing };
        day.displace(scenario);
        for (pool, standing) in day.reserve.iter_mut().zip(&day.standing) {
            *pool = (*pool - standing).max(0);
        }
        day
    }

    fn displace(&mut self, scenario: &Scenario) {
        let tables = self.tables;
        let mut sources: Vec<_> = scenario.failed.iter().map(|c| (*c, None)).collect();
        sources.extend(scenario.drained.iter().map(|(c, share)| (*c, Some(*share))));
        let work = |(c, share): (LocationId, Option<_>)| {
            tables.at[c.index()].iter().map(move |(workload, replicas)| (*workload, c, share, *replicas))
        };
        let mut work: Vec<_> = sources.into_iter().flat_map(work).collect();
        work.sort_by_key(|(workload, from, _, _)| (tables.rank[workload.index()], *from));
        for (workload, from, share, replicas) in work {
            let found = &tables.model[workload];
            let losable = scenario.may_lose.contains(&found.tier.value);
            let leaving = share.map_or(replicas, |share| share.ceil_of(replicas));
            let start = self.options.len();
            let demand = match &found.failover {
                Failover::Moves(moves) => {
                    let demand = moves.degraded.value.ceil_of(leaving);
                    self.release_standbys(moves, workload, from, replicas);
                    self.offer(moves, workload, from, demand);
                    demand
                }
                Failover::Lowest | Failover::None { .. } => 0,
            };
            let (drained, options) = (share.is_some(), start..self.options.len());
            self.displaced.push(Displaced { workload, from, replicas, demand, drained, losable, options });
        }
    }

    /// Standbys whose source is gone are part of what moves; they no longer stand beside it.
    fn release_standbys(&mut self, moves: &Moves, workload: WorkloadId, from: LocationId, replicas: i128) {
        for to in &moves.to {
            let count = Tables::standbys(moves, to, from, replicas);
            for k in 0..if count == 0 { 0 } else { self.tables.k } {
                let at = self.tables.clk(to.location, to.lane.value, k);
                self.standing[at] =
                    (self.standing[at] - count.saturating_mul(self.tables.q(workload, k))).max(0);
            }
        }
    }

    fn offer(&mut self, moves: &Moves, workload: WorkloadId, from: LocationId, demand: i128) {
        let meek = self.tables.model[self.tables.model[workload].tier.value].preemptible;
        for (to, found) in moves.to.iter().enumerate() {
            let cap = found.share.value.ceil_of(demand);
            if found.location != from && !self.closed[found.location.index()] && cap > 0 {
                let (of, destination, lane) = (self.displaced.len(), found.location, found.lane.value);
                self.options.push(Choice { of, to, destination, lane, cap, meek });
            }
        }
    }

    /// What one replica of an option's workload asks of a resource.
    pub(super) fn q(&self, option: &Choice, k: usize) -> i128 {
        self.tables.q(self.displaced[option.of].workload, k)
    }

    /// Whether a demand must be placed in full.
    pub(super) fn required(&self, of: usize) -> bool {
        !self.displaced[of].losable && self.displaced[of].demand > 0
    }
}
