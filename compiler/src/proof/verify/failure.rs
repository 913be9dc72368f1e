//! A scenario of failed and drained locations worked out anew: demands, caps, pools, what gives way, what loses its data.

use super::facts::{Facts, Place, part, request};
use super::flow::Graph;
use super::standing::Asked;
use crate::model::{Failover, LaneId, LocationId, Moves, RegionId, TierId, Uses, Workload};
use seawall_schema::{Resource, Share};
use std::collections::{BTreeMap, BTreeSet};

/// A scenario worked out anew.
pub(super) struct Failure<'f, 'm> {
    pub(super) facts: &'f Facts<'m>,
    pub(super) failed: BTreeSet<LocationId>,
    pub(super) drained: BTreeMap<LocationId, Share>,
    closed: Vec<bool>,
    may_lose: BTreeSet<TierId>,
    /// Standbys that still stand, by location, resource and lane.
    standing: Vec<i128>,
}

/// Demand by lane, of ordinary and of preemptible tiers.
pub(super) type Lanes = Vec<[i128; 2]>;

/// A tenant, a region that it brings work into, and of what.
pub(super) type Brought<'m> = (usize, RegionId, &'m Resource);

/// Whole replicas by workload, source and index of its `to`.
pub(super) type Assignment = BTreeMap<(usize, LocationId, usize), i128>;

impl<'f, 'm> Failure<'f, 'm> {
    pub(super) fn new(facts: &'f Facts<'m>, asked: &Asked<'_>) -> Self {
        let model = facts.model;
        let mut closed = vec![false; model.locations.len()];
        let drained = asked.drained.iter().map(|(c, _)| c);
        asked.failed.iter().chain(drained).for_each(|c| closed[c.index()] = true);
        let may_lose = asked.event.iter().flat_map(|e| &e.may_lose).map(|tier| tier.value).collect();
        let mut failure = Self {
            facts,
            failed: asked.failed.iter().copied().collect(),
            drained: asked.drained.iter().copied().collect(),
            closed,
            may_lose,
            standing: vec![0; model.locations.len() * model.resources.len() * model.lanes.len()],
        };
        failure.add_standing();
        failure
    }

    fn add_standing(&mut self) {
        let model = self.facts.model;
        for location in (0..model.locations.len()).map(|c| LocationId(c as u32)) {
            for wait in self.facts.waits(location).iter().filter(|wait| !self.closed[wait.source.index()]) {
                let workload = &model.workloads[wait.workload];
                for (k, resource) in model.resources.iter().enumerate() {
                    let at = self.row(location, k) + wait.lane.index();
                    let amount = wait.replicas.saturating_mul(request(workload, resource));
                    self.standing[at] = self.standing[at].saturating_add(amount);
                }
            }
        }
    }

    fn row(&self, location: LocationId, k: usize) -> usize {
        let model = self.facts.model;
        (location.index() * model.resources.len() + k) * model.lanes.len()
    }

    pub(super) fn losable(&self, workload: &Workload) -> bool {
        self.may_lose.contains(&workload.tier.value)
    }

    pub(super) fn closed(&self, location: LocationId) -> bool {
        self.closed[location.index()]
    }

    pub(super) fn region_lost(&self, region: RegionId) -> bool {
        self.facts.model[region].locations.iter().all(|c| self.failed.contains(c))
    }

    /// Work that stands where something failed or is drained, with its source: tiers from high to low, then by name.
    pub(super) fn affected(&self) -> Vec<(usize, LocationId)> {
        let sources = self.failed.iter().chain(self.drained.keys()).collect::<BTreeSet<_>>();
        let here = |c: &LocationId| self.facts.here(*c).iter().map(move |w| (*w, *c)).collect::<Vec<_>>();
        let mut affected: Vec<_> = sources.into_iter().flat_map(here).collect();
        affected.sort_by_key(|(w, source)| (self.facts.model.workloads[*w].tier.value, *w, *source));
        affected
    }

    /// `d[w][c]`; nothing where it does not move.
    pub(super) fn demand(&self, w: usize, source: LocationId) -> i128 {
        let Failover::Moves(moves) = &self.facts.model.workloads[w].failover else { return 0 };
        let n = self.facts.homes(w).get(&source).copied().unwrap_or(0);
        match self.drained.get(&source) {
            Some(share) => part(moves.degraded.value, part(*share, n)),
            None if self.failed.contains(&source) => part(moves.degraded.value, n),
            None => 0,
        }
    }

    /// What a `to` may take from a source: 0 where it is closed or the source itself.
    pub(super) fn cap(&self, moves: &Moves, to: usize, source: LocationId, demand: i128) -> i128 {
        let to = &moves.to[to];
        if to.location == source || self.closed(to.location) { 0 } else { part(to.share.value, demand) }
    }

    /// Standbys by lane that still stand at a place.
    fn standing(&self, place: LocationId, resource: &Resource) -> &[i128] {
        let model = self.facts.model;
        let k = model.resources.iter().position(|k| k == resource);
        k.map_or(&[], |k| &self.standing[self.row(place, k)..][..model.lanes.len()])
    }

    /// The pool `reserve` of a lane.
    pub(super) fn reserve(&self, place: LocationId, lane: LaneId, resource: &Resource) -> i128 {
        let held = &self.facts.place(place, resource).reserves;
        let reserves = self.facts.model[place].reserves.iter().zip(held).filter(|(r, _)| r.lane == lane);
        let held: i128 = reserves.map(|(_, amount)| amount).sum();
        (held - self.standing(place, resource).get(lane.index()).unwrap_or(&0)).max(0)
    }

    /// The first constraint that an assignment breaks.
    pub(super) fn breaks(&self, assignment: &Assignment) -> Option<String> {
        let model = self.facts.model;
        if let Some((w, source, _)) = assignment.keys().find(|(_, source, _)| !self.closed(*source)) {
            let (name, at) = (&model.workloads[*w].name, &model[*source].label);
            return Some(format!("{name} from {at}: nothing there has failed or is drained"));
        }
        for (w, source) in self.affected() {
            let workload = &model.workloads[w];
            let Failover::Moves(moves) = &workload.failover else { continue };
            let demand = self.demand(w, source);
            let sent = |to: usize| assignment.get(&(w, source, to)).copied().unwrap_or(0);
            let total: i128 = (0..moves.to.len()).map(sent).sum();
            let name = || format!("{} from {}", workload.name, model[source].label);
            if total > demand || total < demand && !self.losable(workload) {
                return Some(format!("{}: {total} replicas are placed, {demand} are displaced", name()));
            }
            if let Some(to) = (0..moves.to.len()).find(|to| sent(*to) > self.cap(moves, *to, source, demand))
            {
                let cap = self.cap(moves, to, source, demand);
                return Some(format!(
                    "{}: {} replicas go through `to` {}, which may take {cap}",
                    name(),
                    sent(to),
                    to + 1
                ));
            }
        }
        self.bursts(assignment).or_else(|| self.pools(assignment))
    }

    /// Whether what is placed is already more than bursts or pools allow.
    #[cfg(test)]
    pub(super) fn overfull(&self, assignment: &Assignment) -> bool {
        self.bursts(assignment).is_some() || self.pools(assignment).is_some()
    }

    fn bursts(&self, assignment: &Assignment) -> Option<String> {
        let model = self.facts.model;
        self.beyond_bursts(assignment).next().map(|((tenant, region, resource), needs, has)| {
            let (tenant, region) = (&model.tenants[tenant].name, &model[region].name);
            format!(
                "tenant {tenant} brings {} {resource} into {region}, its burst is {}",
                resource.format(needs),
                resource.format(has)
            )
        })
    }

    /// What tenants bring into regions beyond their bursts: how much, and how much they may.
    pub(super) fn beyond_bursts(
        &self,
        assignment: &Assignment,
    ) -> impl Iterator<Item = (Brought<'m>, i128, i128)> {
        let model = self.facts.model;
        let mut sums: BTreeMap<Brought<'m>, i128> = BTreeMap::new();
        for ((w, _, to), n) in assignment {
            let workload = &model.workloads[*w];
            let Failover::Moves(moves) = &workload.failover else { continue };
            for resource in &model.resources {
                let key = (workload.tenant.value.index(), model[moves.to[*to].location].region, resource);
                *sums.entry(key).or_default() += n.saturating_mul(request(workload, resource));
            }
        }
        sums.into_iter().filter_map(|(brought, needs)| {
            let has = model.tenants[brought.0].burst.as_ref()?.value.named(brought.2)?.into();
            (needs > has).then_some((brought, needs, has))
        })
    }

    fn pools(&self, assignment: &Assignment) -> Option<String> {
        for (location, resource, demand) in self.arrivals(assignment) {
            let needs: i128 = demand.iter().flatten().sum();
            let covered = needs - self.uncovered(location, resource, &demand);
            if covered < needs {
                let label = &self.facts.model[location].label;
                return Some(format!(
                    "{label}: {} {resource} arrive, pools cover {}",
                    resource.format(needs),
                    resource.format(covered)
                ));
            }
        }
        None
    }

    /// Demand by place and resource: for each lane, of ordinary and of preemptible tiers.
    pub(super) fn arrivals(&self, assignment: &Assignment) -> Vec<(LocationId, &'m Resource, Lanes)> {
        let model = self.facts.model;
        let mut sums: BTreeMap<(LocationId, &Resource), Lanes> = BTreeMap::new();
        for ((w, _, to), n) in assignment.iter().filter(|(_, n)| **n > 0) {
            let workload = &model.workloads[*w];
            let Failover::Moves(moves) = &workload.failover else { continue };
            let to = &moves.to[*to];
            for resource in &model.resources {
                let lanes =
                    sums.entry((to.location, resource)).or_insert_with(|| vec![[0; 2]; model.lanes.len()]);
                let class = usize::from(model[workload.tier.value].preemptible);
                lanes[to.lane.value.index()][class] += n.saturating_mul(request(workload, resource));
            }
        }
        sums.into_iter().map(|((location, resource), lanes)| (location, resource, lanes)).collect()
    }

    /// How much of a demand no pool covers, by the theorem of minimum cuts: of the demand that is confined to some of the
    /// two shared pools and its lanes' reserves, what those do not hold, for the worst choice of them.
    pub(super) fn uncovered(&self, location: LocationId, resource: &Resource, demand: &[[i128; 2]]) -> i128 {
        let place = self.facts.place(location, resource);
        let lanes = &self.facts.model.lanes;
        let mut worst = 0;
        for (free, evictable) in [(false, false), (true, false), (false, true), (true, true)] {
            let mut short =
                -(if free { place.free() } else { 0 } + if evictable { place.evictable() } else { 0 });
            for (l, [ordinary, gentle]) in demand.iter().enumerate() {
                let confined = |amount: &i128, preempts: bool| {
                    if lanes[l].free && !free || preempts && !evictable { 0 } else { *amount }
                };
                let confined = confined(ordinary, lanes[l].preemptible) + confined(gentle, false);
                if confined > 0 {
                    let held =
                        if lanes[l].reserve { self.reserve(location, LaneId(l as u32), resource) } else { 0 };
                    short += (confined - held).max(0);
                }
            }
            worst = worst.max(short);
        }
        worst
    }

    /// How much of a demand the pools cover, and of it: by each lane's reserve, and what must come from preemptible work.
    fn covered(
        &self,
        location: LocationId,
        resource: &Resource,
        demand: &[[i128; 2]],
    ) -> (i128, Vec<i128>, i128) {
        let place = self.facts.place(location, resource);
        let mut graph = Graph::default();
        let lanes = &self.facts.model.lanes;
        for (l, amounts) in demand.iter().enumerate() {
            for (class, amount) in amounts.iter().enumerate() {
                let node = Pool::Demand(l, class);
                graph.edge(Pool::Source, node, *amount);
                for (open, pool) in [
                    (lanes[l].reserve, Pool::Reserve(l)),
                    (lanes[l].free, Pool::Free),
                    (lanes[l].preemptible && class == 0, Pool::Evictable),
                ] {
                    if open {
                        graph.edge(node, pool, i128::MAX >> 10);
                    }
                }
            }
        }
        let mut on_reserve = Vec::new();
        for l in 0..lanes.len() {
            graph.edge(Pool::Reserve(l), Pool::Sink, self.reserve(location, LaneId(l as u32), resource));
            on_reserve.push(graph.send(Pool::Source, Pool::Sink));
        }
        graph.edge(Pool::Free, Pool::Sink, place.free());
        let on_free = graph.send(Pool::Source, Pool::Sink);
        graph.edge(Pool::Evictable, Pool::Sink, place.evictable());
        let evicted = graph.send(Pool::Source, Pool::Sink);
        (on_reserve.iter().sum::<i128>() + on_free + evicted, on_reserve, evicted)
    }

    /// What each tier gives up, from the lowest.
    pub(super) fn evictions(&self, assignment: &Assignment) -> BTreeMap<(LocationId, usize, Resource), i128> {
        let mut all = BTreeMap::new();
        for (location, resource, demand) in self.arrivals(assignment) {
            let place = self.facts.place(location, resource);
            if place.preemptible.iter().all(|used| *used == 0) {
                continue;
            }
            let (_, on_reserve, evicted) = self.covered(location, resource, &demand);
            for (tier, amount) in
                self.give_way(location, resource, place, &on_reserve, evicted).into_iter().enumerate()
            {
                if amount > 0 {
                    all.insert((location, tier, resource.clone()), amount);
                }
            }
        }
        all
    }

    fn give_way(
        &self,
        location: LocationId,
        resource: &Resource,
        place: &Place,
        on_reserve: &[i128],
        evicted: i128,
    ) -> Vec<i128> {
        let reserves = &self.facts.model[location].reserves;
        let left = self.facts.beside(location, place, self.standing(location, resource));
        let mut graph = Graph::default();
        for (p, reserve) in reserves.iter().enumerate() {
            graph.edge(Pool::Held(p), Pool::Sink, left[p]);
            graph.edge(Pool::Reserve(reserve.lane.index()), Pool::Held(p), i128::MAX >> 10);
            for tier in reserve.lend.iter().flat_map(|lend| &lend.tiers) {
                graph.edge(Pool::Tier(tier.value.index()), Pool::Held(p), i128::MAX >> 10);
            }
        }
        for (l, amount) in on_reserve.iter().enumerate() {
            graph.edge(Pool::Source, Pool::Reserve(l), *amount);
        }
        let outside = place.evictable() - evicted;
        graph.edge(Pool::Evictable, Pool::Sink, outside);
        graph.send(Pool::Source, Pool::Sink);
        // Nothing evicted is placed again, so no more is lent than was, whatever standbys leave behind.
        let lenders: BTreeSet<LaneId> =
            reserves.iter().filter(|r| r.lend.is_some()).map(|r| r.lane).collect();
        let of_lenders = reserves.iter().zip(&left).filter(|(r, _)| lenders.contains(&r.lane));
        let room = of_lenders.map(|(_, left)| left).sum::<i128>()
            - lenders.iter().map(|lane| on_reserve[lane.index()]).sum::<i128>();
        graph.edge(Pool::Source, Pool::Stays, outside + place.lent.min(room));
        let mut given = Vec::new();
        for (tier, used) in place.preemptible.iter().enumerate() {
            graph.edge(Pool::Tier(tier), Pool::Evictable, i128::MAX >> 10);
            graph.edge(Pool::Stays, Pool::Tier(tier), *used);
            given.push(used - graph.send(Pool::Source, Pool::Sink));
        }
        given
    }

    /// Work that stands or arrives without a copy of its data in reach.
    pub(super) fn impaired(&self, assignment: &Assignment) -> BTreeSet<usize> {
        let model = self.facts.model;
        let alive = |region: RegionId| !self.region_lost(region);
        if model.datasets.iter().all(|dataset| alive(dataset.home.value)) {
            return BTreeSet::new();
        }
        let arriving: BTreeSet<usize> =
            assignment.iter().filter(|(_, n)| **n > 0).map(|((w, _, _), _)| *w).collect();
        let stands =
            |w: usize| arriving.contains(&w) || self.facts.homes(w).keys().any(|c| !self.failed.contains(c));
        (0..model.workloads.len()).filter(|w| out_of_reach(self.facts, *w, &alive) && stands(*w)).collect()
    }
}

/// Whether a workload uses a dataset of which no copy recent enough is in a region that is wanted.
pub(super) fn out_of_reach(facts: &Facts<'_>, w: usize, wanted: &dyn Fn(RegionId) -> bool) -> bool {
    facts.model.workloads[w].uses.iter().any(|uses| !within_reach(facts, uses, wanted))
}

/// Whether a copy that is recent enough is in a region that is wanted.
pub(super) fn within_reach(facts: &Facts<'_>, uses: &Uses, wanted: &dyn Fn(RegionId) -> bool) -> bool {
    let dataset = &facts.model[uses.dataset];
    let mut copies = vec![(dataset.home.value, 0)];
    copies.extend(dataset.replicas.iter().map(|r| (r.region, r.lag.millis())));
    let limit = uses.rpo.as_ref().map_or(u64::MAX, |rpo| rpo.value.millis());
    copies.iter().any(|(region, lag)| wanted(*region) && *lag <= limit)
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pool {
    Source,
    Demand(usize, usize),
    Tier(usize),
    Reserve(usize),
    Held(usize),
    Free,
    Evictable,
    Stays,
    Sink,
}
