//! Claims of survival: assignments, evictions, losses, zones, partitions.

use super::facts::{Facts, Place, homes, lane, location, part, request, waiting};
use super::flow::Graph;
use super::standing::{Asked, zone_sums};
use super::{Refusal, refuse};
use crate::model::{Failover, LaneId, LocationId, Moves, RegionId, TierId, Workload};
use seawall_schema::{Resource, Share};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A scenario worked out anew.
pub(super) struct Failure<'f, 'm> {
    pub(super) facts: &'f Facts<'m>,
    pub(super) failed: BTreeSet<LocationId>,
    pub(super) drained: BTreeMap<LocationId, Share>,
    may_lose: BTreeSet<TierId>,
}

/// Whole replicas by workload, source and index of its `to`.
pub(super) type Assignment = BTreeMap<(usize, LocationId, usize), i128>;

impl<'f, 'm> Failure<'f, 'm> {
    pub(super) fn new(facts: &'f Facts<'m>, asked: &Asked<'_>) -> Self {
        let may_lose = asked.event.iter().flat_map(|e| &e.may_lose).map(|tier| tier.value).collect();
        Self {
            facts,
            failed: asked.failed.iter().copied().collect(),
            drained: asked.drained.iter().copied().collect(),
            may_lose,
        }
    }

    pub(super) fn losable(&self, workload: &Workload) -> bool {
        self.may_lose.contains(&workload.tier.value)
    }

    fn closed(&self, location: LocationId) -> bool {
        self.failed.contains(&location) || self.drained.contains_key(&location)
    }

    pub(super) fn region_lost(&self, region: RegionId) -> bool {
        self.facts.model[region].locations.iter().all(|c| self.failed.contains(c))
    }

    /// `d[w][c]`; nothing where it does not move.
    pub(super) fn demand(&self, workload: &Workload, source: LocationId) -> i128 {
        let Failover::Moves(moves) = &workload.failover else { return 0 };
        let n = homes(workload).get(&source).copied().unwrap_or(0);
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
    fn standing(&self, place: LocationId, resource: &Resource) -> Vec<i128> {
        let mut sums = vec![0i128; self.facts.model.lanes.len()];
        for workload in &self.facts.model.workloads {
            let Failover::Moves(moves) = &workload.failover else { continue };
            for to in moves.to.iter().filter(|to| to.location == place) {
                for (source, n) in homes(workload).into_iter().filter(|(c, _)| !self.closed(*c)) {
                    let amount = waiting(moves.degraded.value, to, source, n)
                        .saturating_mul(request(workload, resource));
                    sums[to.lane.value.index()] = sums[to.lane.value.index()].saturating_add(amount);
                }
            }
        }
        sums
    }

    /// The pool `reserve` of a lane.
    pub(super) fn reserve(&self, place: LocationId, lane: LaneId, resource: &Resource) -> i128 {
        let held = self.facts.place(place, resource);
        let reserves =
            self.facts.model[place].reserves.iter().zip(held.reserves).filter(|(r, _)| r.lane == lane);
        let held: i128 = reserves.map(|(_, amount)| amount).sum();
        (held - self.standing(place, resource)[lane.index()]).max(0)
    }

    /// The first constraint that an assignment breaks.
    pub(super) fn breaks(&self, assignment: &Assignment) -> Option<String> {
        let model = self.facts.model;
        for (w, workload) in model.workloads.iter().enumerate() {
            let Failover::Moves(moves) = &workload.failover else { continue };
            for source in self.failed.iter().chain(self.drained.keys()) {
                let demand = self.demand(workload, *source);
                let sent = |to: usize| assignment.get(&(w, *source, to)).copied().unwrap_or(0);
                let total: i128 = (0..moves.to.len()).map(sent).sum();
                let name = format!("{} from {}", workload.name, model[*source].label);
                if total > demand || total < demand && !self.losable(workload) {
                    return Some(format!("{name}: {total} replicas are placed, {demand} are displaced"));
                }
                if let Some(to) =
                    (0..moves.to.len()).find(|to| sent(*to) > self.cap(moves, *to, *source, demand))
                {
                    let cap = self.cap(moves, to, *source, demand);
                    return Some(format!(
                        "{name}: {} replicas go through `to` {}, which may take {cap}",
                        sent(to),
                        to + 1
                    ));
                }
            }
        }
        self.bursts(assignment).or_else(|| self.pools(assignment))
    }

    /// Whether what is placed is already more than bursts or pools allow.
    pub(super) fn overfull(&self, assignment: &Assignment) -> bool {
        self.bursts(assignment).is_some() || self.pools(assignment).is_some()
    }

    fn bursts(&self, assignment: &Assignment) -> Option<String> {
        let model = self.facts.model;
        let mut sums: BTreeMap<(usize, RegionId, &Resource), i128> = BTreeMap::new();
        for ((w, _, to), n) in assignment {
            let workload = &model.workloads[*w];
            let Failover::Moves(moves) = &workload.failover else { continue };
            for resource in &model.resources {
                let key = (workload.tenant.value.index(), model[moves.to[*to].location].region, resource);
                *sums.entry(key).or_default() += n.saturating_mul(request(workload, resource));
            }
        }
        sums.into_iter().find_map(|((tenant, region, resource), needs)| {
            let has = model.tenants[tenant].burst.as_ref()?.value.named(resource)?;
            let (tenant, region) = (&model.tenants[tenant].name, &model[region].name);
            (needs > has.into()).then(|| {
                format!(
                    "tenant {tenant} brings {} {resource} into {region}, its burst is {}",
                    resource.format(needs),
                    resource.format(has.into())
                )
            })
        })
    }

    fn pools(&self, assignment: &Assignment) -> Option<String> {
        for (location, resource, demand) in self.arrivals(assignment) {
            let needs: i128 = demand.iter().flatten().sum();
            let covered = self.covered(location, &resource, &demand).0;
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
    fn arrivals(&self, assignment: &Assignment) -> Vec<(LocationId, Resource, Vec<[i128; 2]>)> {
        let model = self.facts.model;
        let mut sums: BTreeMap<(LocationId, &Resource), Vec<[i128; 2]>> = BTreeMap::new();
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
        sums.into_iter().map(|((location, resource), lanes)| (location, resource.clone(), lanes)).collect()
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
    fn evictions(&self, assignment: &Assignment) -> BTreeMap<(LocationId, usize, Resource), i128> {
        let mut all = BTreeMap::new();
        for (location, resource, demand) in self.arrivals(assignment) {
            let place = self.facts.place(location, &resource);
            let (_, on_reserve, evicted) = self.covered(location, &resource, &demand);
            for (tier, amount) in
                self.give_way(location, &resource, &place, &on_reserve, evicted).into_iter().enumerate()
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
        let left = self.facts.beside(location, place, &self.standing(location, resource));
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
        graph.edge(Pool::Evictable, Pool::Sink, place.evictable() - evicted);
        graph.send(Pool::Source, Pool::Sink);
        let mut given = Vec::new();
        for (tier, used) in place.preemptible.iter().enumerate() {
            graph.edge(Pool::Tier(tier), Pool::Evictable, i128::MAX >> 10);
            graph.edge(Pool::Source, Pool::Tier(tier), *used);
            given.push(used - graph.send(Pool::Source, Pool::Sink));
        }
        given
    }

    /// Work that stands or arrives without a copy of its data in reach.
    fn impaired(&self, assignment: &Assignment) -> BTreeSet<usize> {
        let model = self.facts.model;
        let alive = |region: RegionId| !self.region_lost(region);
        let stands = |w: usize| {
            let home = homes(&model.workloads[w]).keys().any(|c| !self.failed.contains(c));
            home || assignment.iter().any(|((of, _, _), n)| *of == w && *n > 0)
        };
        (0..model.workloads.len()).filter(|w| stands(*w) && out_of_reach(self.facts, *w, &alive)).collect()
    }
}

/// Whether a workload uses a dataset of which no copy recent enough is in a region that is wanted.
pub(super) fn out_of_reach(facts: &Facts<'_>, w: usize, wanted: &dyn Fn(RegionId) -> bool) -> bool {
    let model = facts.model;
    model.workloads[w].uses.iter().any(|uses| {
        let dataset = &model[uses.dataset];
        let mut copies = vec![(dataset.home.value, 0)];
        copies.extend(dataset.replicas.iter().map(|r| (r.region, r.lag.millis())));
        let limit = uses.rpo.as_ref().map_or(u64::MAX, |rpo| rpo.value.millis());
        !copies.iter().any(|(region, lag)| wanted(*region) && *lag <= limit)
    })
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
    Sink,
}

/// Checks a claim of survival.
pub(super) fn survivable(facts: &Facts<'_>, asked: &Asked<'_>, claim: &Value) -> Result<(), Refusal> {
    let name = &asked.name;
    if let Some((region, zone, holding)) = asked.zone {
        for location in &facts.model[region].locations {
            for resource in &facts.model.resources {
                let (needs, has) = zone_sums(facts, *location, zone, holding, resource);
                if needs > 0 && needs > has {
                    let label = &facts.model[*location].label;
                    let (needs, has) = (resource.format(needs), resource.format(has));
                    return refuse(
                        name,
                        format!("{label} must hold {needs} {resource}, the other zones have {has}"),
                    );
                }
            }
        }
    }
    let failure = Failure::new(facts, asked);
    let assignment = read(facts, name, claim)?;
    if let Some(broken) = failure.breaks(&assignment) {
        return refuse(name, broken);
    }
    impairments(&failure, asked, claim, &assignment)?;
    if evicted(facts, claim) != Some(failure.evictions(&assignment)) {
        return refuse(name, "evicted is not what the assignment takes");
    }
    let lost = losses(&failure, &assignment);
    if read_lost(claim) != lost {
        return refuse(name, "lost is not what stays down");
    }
    Ok(())
}

fn impairments(
    failure: &Failure<'_, '_>,
    asked: &Asked<'_>,
    claim: &Value,
    assignment: &Assignment,
) -> Result<(), Refusal> {
    let model = failure.facts.model;
    let sides = asked.event.map_or(&[][..], |event| &event.sides);
    let mut found = BTreeSet::new();
    for side in sides {
        let here = |region: RegionId| side.contains(&region);
        let stands = |w: &usize| homes(&model.workloads[*w]).keys().any(|c| here(model[*c].region));
        found.extend(
            (0..model.workloads.len()).filter(stands).filter(|w| out_of_reach(failure.facts, *w, &here)),
        );
    }
    if sides.is_empty() && asked.zone.is_none() {
        found = failure.impaired(assignment);
    }
    if let Some(w) = found.iter().find(|w| !failure.losable(&model.workloads[**w])) {
        return refuse(
            &asked.name,
            format!("{} reaches no copy of its data in time", model.workloads[*w].name),
        );
    }
    let listed: BTreeSet<_> =
        claim["impaired"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if listed != found.iter().map(|w| model.workloads[*w].name.as_str()).collect() {
        return refuse(&asked.name, "impaired is not the work without its data");
    }
    Ok(())
}

/// Reads an assignment; an entry that names what does not exist is refused.
fn read(facts: &Facts<'_>, name: &str, claim: &Value) -> Result<Assignment, Refusal> {
    let mut assignment = Assignment::new();
    for line in claim["assignment"].as_array().into_iter().flatten() {
        let Some((key, replicas)) = read_move(facts, line) else {
            return refuse(name, format!("{line} is no way that the workload has"));
        };
        *assignment.entry(key).or_default() += replicas;
    }
    Ok(assignment)
}

fn read_move(facts: &Facts<'_>, line: &Value) -> Option<((usize, LocationId, usize), i128)> {
    let model = facts.model;
    let w = model.workloads.iter().position(|w| line["workload"] == w.name.as_str())?;
    let source = location(model, line["from"].as_str()?)?;
    let destination = location(model, line["to"].as_str()?)?;
    let lane = lane(model, line["lane"].as_str()?)?;
    let Failover::Moves(moves) = &model.workloads[w].failover else { return None };
    let to = moves.to.iter().position(|to| to.location == destination && to.lane.value == lane)?;
    homes(&model.workloads[w]).get(&source)?;
    Some(((w, source, to), line["replicas"].as_u64()?.into()))
}

type Losses = BTreeMap<(String, String, String), i128>;

fn losses(failure: &Failure<'_, '_>, assignment: &Assignment) -> Losses {
    let model = failure.facts.model;
    let mut lost = Losses::new();
    for (w, workload) in model.workloads.iter().enumerate() {
        for (source, n) in homes(workload).into_iter().filter(|(c, _)| failure.failed.contains(c)) {
            let demand = failure.demand(workload, source);
            let placed: i128 = assignment
                .iter()
                .filter(|((of, from, _), _)| *of == w && *from == source)
                .map(|(_, n)| n)
                .sum();
            let moves = matches!(workload.failover, Failover::Moves(_));
            let reason = if moves { "degraded" } else { "decided" };
            for (replicas, reason) in [(n - demand, reason), (demand - placed, "expected")] {
                if replicas > 0 {
                    lost.insert(
                        (workload.name.as_str().into(), model[source].label.clone(), reason.into()),
                        replicas,
                    );
                }
            }
        }
    }
    lost
}

fn read_lost(claim: &Value) -> Losses {
    let text = |v: &Value| v.as_str().unwrap_or("").to_string();
    let lines = claim["lost"].as_array().into_iter().flatten();
    lines
        .map(|l| {
            (
                (text(&l["workload"]), text(&l["from"]), text(&l["reason"])),
                l["replicas"].as_u64().unwrap_or(0).into(),
            )
        })
        .collect()
}

fn evicted(facts: &Facts<'_>, claim: &Value) -> Option<BTreeMap<(LocationId, usize, Resource), i128>> {
    let mut all = BTreeMap::new();
    for line in claim["evicted"].as_array()? {
        let at = location(facts.model, line["location"].as_str()?)?;
        let tier = facts.model.tiers.iter().position(|t| line["tier"] == t.name.as_str())?;
        for (name, amount) in line["amount"].as_object()? {
            let resource = Resource::from_name(name);
            let amount = resource.parse(amount.as_str()?).ok()?;
            all.insert((at, tier, resource), amount.into());
        }
    }
    Some(all)
}

/// Whether a scenario is survivable, by trying every assignment.
#[cfg(test)]
pub(super) fn enumerate(facts: &Facts<'_>, asked: &Asked<'_>) -> Option<bool> {
    let model = facts.model;
    if let Some((region, zone, holding)) = asked.zone {
        let fits = |location: &LocationId| {
            let sums = model.resources.iter().map(|k| zone_sums(facts, *location, zone, holding, k));
            sums.into_iter().all(|(needs, has)| needs == 0 || needs <= has)
        };
        return Some(model[region].locations.iter().all(fits));
    }
    let failure = Failure::new(facts, asked);
    let mut works = Vec::new();
    let mut arriving = Assignment::new();
    for (w, workload) in model.workloads.iter().enumerate().filter(|(_, w)| !failure.losable(w)) {
        for source in homes(workload).into_keys().filter(|c| failure.demand(workload, *c) > 0) {
            works.push((w, source));
            arriving.insert((w, source, 0), 1);
        }
    }
    let claim = serde_json::json!({ "impaired": [] });
    let reached = match impairments(&failure, asked, &claim, &arriving) {
        Ok(()) => true,
        Err(refusal) => !refusal.what.contains("reaches no copy"),
    };
    if !reached {
        return Some(false);
    }
    super::refutation::fits(&failure, &works, &mut Assignment::new(), &mut 2_000_000)
}
