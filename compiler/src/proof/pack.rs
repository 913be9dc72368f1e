//! The packed level: replicas put on nodes one shape at a time; the packing found is its own certificate.
//!
//! Takes the tables and survivable plans, says whether everything that then stands also fits on nodes: requests, pods a
//! node, zone spread. Taints do not count: pods tolerate those of their own cell. Invariant: `packed` only where a packing
//! was made; where none was found, the verdict stays and the level is `aggregate`.

use super::tables::Tables;
use super::*;
use crate::model::{Failover, LocationId, Spread, To, WorkloadId};
use seawall_schema::Resource;
use std::collections::BTreeMap;

/// Nodes of one location beyond which none is packed.
const NODES: u64 = 20_000;
/// Amounts on them, of every resource.
const AMOUNTS: u64 = 400_000;
/// Zones of one region beyond which none is packed: each is packed without it.
const ZONES: usize = 64;
/// Nodes that are passed over at once where none of them has room.
const BLOCK: usize = 32;

/// One location's nodes and what is left on each.
#[derive(Clone)]
struct Rack {
    location: LocationId,
    k: usize,
    zones: usize,
    /// Nodes of each zone, one after another in `left`.
    nodes: Vec<std::ops::Range<usize>>,
    left: Vec<i128>,
    /// Of each zone's nodes, [`BLOCK`] by [`BLOCK`], the most that is left of each resource on any of them, or more.
    most: Vec<Vec<i128>>,
    /// Replicas by zone, of work that spreads.
    spread: BTreeMap<WorkloadId, Vec<i128>>,
}

/// Every location with its own work on its nodes.
pub(super) struct Packing<'t, 'm> {
    tables: &'t Tables<'m>,
    /// By location; `Err` where no packing was found or tried.
    racks: Vec<Result<Racks, Option<Unpacked>>>,
}

/// One location in normal running.
struct Racks {
    /// With what is not preemptible and the standbys.
    steady: Rack,
    /// With what is preemptible as well.
    all: Rack,
}

impl<'t, 'm> Packing<'t, 'm> {
    /// Packs normal running.
    pub(super) fn new(tables: &'t Tables<'m>) -> Self {
        let pack = |location: LocationId| {
            let mut steady = Rack::new(tables, location, None).ok_or(None)?;
            steady.own(tables, false).map_err(Some)?;
            let mut all = steady.clone();
            all.own(tables, true).map_err(Some)?;
            Ok(Racks { steady, all })
        };
        let locations: Vec<_> = tables.locations().collect();
        Self { tables, racks: locations.into_par_iter().map(pack).collect() }
    }

    /// Sets the level of a plan.
    pub(super) fn level(&self, scenario: &Scenario, plan: &mut Plan) {
        let found = match scenario.kind {
            ScenarioKind::Zone { holding_reserves: true, .. } => Err(None),
            ScenarioKind::Zone { region, zone, .. } => self.zone(&self.tables.model[region].locations, zone),
            _ => self.failure(scenario, plan),
        };
        match found {
            Ok(()) => plan.level = Level::Packed,
            Err(unpacked) => plan.unpacked = unpacked,
        }
    }

    fn zone(&self, locations: &[LocationId], zone: usize) -> Result<(), Option<Unpacked>> {
        for location in locations {
            let mut rack = Rack::new(self.tables, *location, Some(zone)).ok_or(None)?;
            rack.own(self.tables, false).map_err(Some)?;
        }
        Ok(())
    }

    fn failure(&self, scenario: &Scenario, plan: &Plan) -> Result<(), Option<Unpacked>> {
        let mut arrivals = self.arrivals(scenario, plan);
        arrivals.sort_by_cached_key(|(location, w, _)| (*location, self.tables.weight(*location, *w)));
        for (location, racks) in
            self.tables.locations().zip(&self.racks).filter(|(c, _)| !scenario.failed.contains(c))
        {
            let racks = racks.as_ref().map_err(Clone::clone)?;
            let from = arrivals.partition_point(|(c, _, _)| *c < location);
            let here = &arrivals[from..arrivals.partition_point(|(c, _, _)| *c <= location)];
            let evicts = plan.evicted.iter().any(|e| e.location == location);
            let beside = |mut rack: Rack| {
                let mut here = here.iter();
                here.try_for_each(|(_, workload, n)| rack.place(self.tables, *workload, *n)).map(|()| rack)
            };
            if here.is_empty() || !evicts && beside(racks.all.clone()).is_ok() {
                continue;
            }
            // What arrives goes first; where some of the preemptible work gives way, the rest finds its own nodes.
            let mut rack = beside(racks.steady.clone()).map_err(Some)?;
            if !evicts {
                rack.own(self.tables, true).map_err(Some)?;
            }
        }
        Ok(())
    }

    /// What arrives beyond the standbys that wait for it.
    fn arrivals(&self, scenario: &Scenario, plan: &Plan) -> Vec<(LocationId, WorkloadId, i128)> {
        let mut sums: Vec<((WorkloadId, usize), LocationId, i128)> = Vec::new();
        for moved in &plan.moves {
            let key = (moved.workload, moved.to);
            // Moves are in order of workload: another source of the same `to` is among the last.
            let mut last = sums.iter_mut().rev().take_while(|((workload, _), _, _)| *workload == key.0);
            match last.find(|(known, _, _)| *known == key) {
                Some((_, _, sum)) => *sum += moved.replicas,
                None => sums.push((key, moved.destination, moved.replicas)),
            }
        }
        let waited = |(workload, to): (WorkloadId, usize)| {
            let Failover::Moves(moves) = &self.tables.model[workload].failover else { return 0 };
            let drained = |c| scenario.drained.iter().any(|(drained, _)| drained == c);
            let homes = self.tables.placed[workload.index()].iter();
            let gone = homes.filter(|(c, _)| scenario.failed.contains(c) || drained(c));
            gone.map(|(c, n)| Tables::standbys(moves, &moves.to[to], *c, *n)).sum::<i128>()
        };
        sums.into_iter().map(|(key, location, n)| (location, key.0, (n - waited(key)).max(0))).collect()
    }
}

impl Tables<'_> {
    /// Larger work first: the largest share of a location's capacity that one replica asks for, negated for sorting.
    fn weight(&self, location: LocationId, workload: WorkloadId) -> i128 {
        let share = |k: usize| {
            self.q(workload, k).saturating_mul(1 << 40) / self.capacity[self.ck(location, k)].max(1)
        };
        -(0..self.k).map(share).max().unwrap_or(0)
    }
}

impl Rack {
    fn new(tables: &Tables<'_>, location: LocationId, without: Option<usize>) -> Option<Self> {
        let model = tables.model;
        let found = &model[location];
        let total = found.pools.iter().fold(0u64, |sum, pool| sum.saturating_add(pool.count.value));
        let zones = model[found.region].zones.len().max(1);
        if total > NODES || total.saturating_mul(tables.k as u64) > AMOUNTS || zones > ZONES {
            return None;
        }
        let (nodes, left, tops, spread) = (Vec::new(), Vec::new(), Vec::new(), BTreeMap::new());
        let mut rack = Self { location, k: tables.k, zones, nodes, left, most: tops, spread };
        // Nobody says which nodes carry what is occupied: an even part on each.
        let occupied =
            |resource| found.occupied.as_ref().map_or(0, |o| o.value.get(resource)).div_ceil(total.max(1));
        let even: Vec<i128> = model.resources.iter().map(|resource| occupied(resource).into()).collect();
        for zone in 0..zones {
            let first = rack.left.len();
            for pool in found.pools.iter().filter(|_| Some(zone) != without) {
                let usable = |(resource, taken): (&Resource, &i128)| {
                    (i128::from(pool.usable(resource)) - taken).max(0)
                };
                let node: Vec<i128> = model.resources.iter().zip(&even).map(usable).collect();
                (zone as u64..pool.count.value).step_by(zones).for_each(|_| rack.left.extend(&node));
            }
            rack.nodes.push(first..rack.left.len());
            let blocks = rack.left[first..].chunks(BLOCK * tables.k);
            rack.most.push(blocks.flat_map(|block| most(block, tables.k)).collect());
        }
        Some(rack)
    }

    /// Puts the location's own work on its nodes: what is not preemptible with the standbys, or what is.
    fn own(&mut self, tables: &Tables<'_>, preemptible: bool) -> Result<(), Unpacked> {
        let model = tables.model;
        let mut work: Vec<_> = tables.at[self.location.index()].clone();
        work.retain(|(w, _)| model[model[*w].tier.value].preemptible == preemptible);
        if !preemptible {
            work.extend(self.standbys(tables));
        }
        work.sort_by_cached_key(|(w, _)| tables.weight(self.location, *w));
        work.into_iter().try_for_each(|(workload, replicas)| self.place(tables, workload, replicas))
    }

    fn standbys(&self, tables: &Tables<'_>) -> Vec<(WorkloadId, i128)> {
        let here = |to: &&To| to.location == self.location;
        let mut waiting = Vec::new();
        for (w, workload) in tables.model.workloads.iter().enumerate() {
            let Failover::Moves(moves) = &workload.failover else { continue };
            for to in moves.to.iter().filter(here) {
                let replicas: i128 =
                    tables.placed[w].iter().map(|(c, n)| Tables::standbys(moves, to, *c, *n)).sum();
                waiting.push((WorkloadId(w as u32), replicas));
            }
        }
        waiting.retain(|(_, replicas)| *replicas > 0);
        waiting
    }

    fn place(&mut self, tables: &Tables<'_>, workload: WorkloadId, replicas: i128) -> Result<(), Unpacked> {
        let request = tables.requests(workload);
        let left = match tables.model[workload].spread {
            Some(Spread::Zone { max_skew, .. }) if self.zones > 1 => {
                self.spread(workload, request, replicas, max_skew.into())
            }
            _ => (0..self.zones).fold(replicas, |left, zone| left - self.fill(request, zone, left)),
        };
        if left == 0 { Ok(()) } else { Err(self.unpacked(tables, workload, left)) }
    }

    /// First fit within a zone; gives how many found a node.
    fn fill(&mut self, request: &[i128], zone: usize, wanted: i128) -> i128 {
        let mut left = wanted;
        let fits = |room: &[i128]| room.iter().zip(request).all(|(room, q)| *q <= 0 || room >= q);
        let blocks = self.left[self.nodes[zone].clone()].chunks_mut(BLOCK * self.k);
        for (block, most_left) in blocks.zip(self.most[zone].chunks_mut(self.k)) {
            if left == 0 {
                break;
            }
            if !fits(most_left) {
                continue;
            }
            for room in block.chunks_mut(self.k).filter(|room| fits(room)) {
                let each = room.iter().zip(request).filter(|(_, q)| **q > 0).map(|(room, q)| room / q).min();
                let taken = each.unwrap_or(left).min(left);
                room.iter_mut().zip(request).for_each(|(room, q)| *room -= taken * q);
                left -= taken;
                if left == 0 {
                    break;
                }
            }
            most_left.copy_from_slice(&most(block, self.k));
        }
        wanted - left
    }

    /// Level over the zones that have nodes, then as far as the skew allows; gives how many found no node.
    fn spread(&mut self, workload: WorkloadId, request: &[i128], replicas: i128, skew: i128) -> i128 {
        let zones: Vec<usize> = (0..self.zones).filter(|zone| !self.nodes[*zone].is_empty()).collect();
        let known = self.spread.get(&workload).cloned();
        let mut counts = known.unwrap_or_else(|| vec![0; self.zones]);
        let mut left = replicas;
        let mut open = zones.clone();
        while left > 0 && !open.is_empty() {
            let lowest = zones.iter().map(|zone| counts[*zone]).min().unwrap_or(0);
            open.sort_by_key(|zone| (counts[*zone], *zone));
            let zone = open[0];
            // To the level of the next zone and an even part of the rest at once, one by one where zones are full.
            let room = lowest + skew - counts[zone];
            let even =
                if open.len() == zones.len() { (left / zones.len() as i128).max(1) } else { room.max(0) };
            let wanted = even.min(left);
            let placed = if wanted > 0 { self.fill(request, zone, wanted) } else { 0 };
            counts[zone] += placed;
            left -= placed;
            if placed < wanted || wanted == 0 {
                open.remove(0);
            }
        }
        let used = || zones.iter().map(|zone| counts[*zone]);
        if used().max().unwrap_or(0) - used().min().unwrap_or(0) > skew {
            left = left.max(1);
        }
        self.spread.insert(workload, counts);
        left
    }

    fn unpacked(&self, tables: &Tables<'_>, workload: WorkloadId, replicas: i128) -> Unpacked {
        let largest = |k: usize| self.left.chunks(self.k).map(|room| room[k]).max().unwrap_or(0);
        let short = (0..self.k).find(|k| largest(*k) < tables.q(workload, *k));
        let k = short.unwrap_or(0);
        Unpacked {
            location: self.location,
            workload,
            replicas,
            resource: short.map(|k| tables.model.resources[k].clone()),
            request: tables.q(workload, k),
            largest: largest(k),
        }
    }
}

/// Of each resource the most that is left on any of some nodes.
fn most(nodes: &[i128], k: usize) -> Vec<i128> {
    let mut most = vec![i128::MIN; k];
    for node in nodes.chunks(k.max(1)) {
        most.iter_mut().zip(node).for_each(|(most, left)| *most = (*most).max(*left));
    }
    most
}
