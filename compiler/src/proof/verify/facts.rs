//! Capacities, uses and pools derived anew from what the model says of nodes, reserves and targets.

use super::flow::Graph;
use crate::model::{Declared, Failover, LaneId, LocationId, Model, Reserve, To, Workload};
use seawall_schema::{Resource, Share};
use std::collections::BTreeMap;

/// Normal running by location and resource.
pub(super) struct Facts<'m> {
    pub(super) model: &'m Model,
    names: BTreeMap<&'m str, usize>,
    labels: BTreeMap<&'m str, LocationId>,
    /// By location and resource; the last is for a resource that the model does not have.
    at: Vec<Place>,
    /// `n[w][c]` where it is not 0, by workload.
    homes: Vec<BTreeMap<LocationId, i128>>,
    /// Workloads by location, tiers from high to low, then by name.
    here: Vec<Vec<usize>>,
    /// Standbys by where they wait.
    waits: Vec<Vec<Wait>>,
}

/// Standbys of one `to` for one source.
pub(super) struct Wait {
    pub(super) workload: usize,
    pub(super) lane: LaneId,
    pub(super) source: LocationId,
    pub(super) replicas: i128,
}

/// One resource at one location.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) capacity: i128,
    /// Each reserve in declared order.
    pub(super) reserves: Vec<i128>,
    pub(super) steady: i128,
    /// By tier.
    pub(super) preemptible: Vec<i128>,
    pub(super) lent: i128,
    /// Standbys by lane.
    pub(super) standbys: Vec<i128>,
}

impl Place {
    pub(super) fn held(&self) -> i128 {
        self.reserves.iter().sum()
    }

    pub(super) fn evictable(&self) -> i128 {
        self.preemptible.iter().sum::<i128>() - self.lent
    }

    pub(super) fn free(&self) -> i128 {
        (self.capacity - self.held() - self.steady - self.evictable()).max(0)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Source,
    Tier(usize),
    Reserve(usize),
    Sink,
}

impl<'m> Facts<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let names = model.workloads.iter().enumerate().map(|(w, found)| (found.name.as_str(), w)).collect();
        let ids = || (0..model.locations.len()).map(|c| LocationId(c as u32));
        let mut facts = Self {
            model,
            names,
            labels: ids().map(|c| (model[c].label.as_str(), c)).collect(),
            at: Vec::new(),
            homes: model.workloads.iter().map(homes).collect(),
            here: vec![Vec::new(); model.locations.len()],
            waits: model.locations.iter().map(|_| Vec::new()).collect(),
        };
        for (location, resource) in ids().flat_map(|c| model.resources.iter().map(move |k| (c, k))) {
            facts.at.push(facts.derive(location, resource));
        }
        facts.at.push(Place::default());
        facts.add_work();
        facts.add_standbys();
        let each = model.resources.len();
        for (location, at) in ids().zip((0..).step_by(each.max(1))) {
            facts.at[at..at + each].iter_mut().for_each(|place| place.lent = lend(model, location, place));
        }
        facts
    }

    /// The workload of that name, by its index.
    pub(super) fn workload(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// The location of that label.
    pub(super) fn location(&self, label: &str) -> Option<LocationId> {
        self.labels.get(label).copied()
    }

    /// `n[w][c]` where it is not 0.
    pub(super) fn homes(&self, workload: usize) -> &BTreeMap<LocationId, i128> {
        &self.homes[workload]
    }

    /// Workloads that stand at a location, tiers from high to low, then by name.
    pub(super) fn here(&self, location: LocationId) -> &[usize] {
        &self.here[location.index()]
    }

    /// Standbys that wait at a location, in order of workload and `to`.
    pub(super) fn waits(&self, location: LocationId) -> &[Wait] {
        &self.waits[location.index()]
    }

    pub(super) fn place(&self, location: LocationId, resource: &Resource) -> &Place {
        let resources = &self.model.resources;
        let at = resources.iter().position(|k| k == resource);
        &self.at[at.map_or(self.at.len() - 1, |k| location.index() * resources.len() + k)]
    }

    fn index(&self, location: LocationId, resource: &Resource) -> Option<usize> {
        let resources = &self.model.resources;
        Some(location.index() * resources.len() + resources.iter().position(|k| k == resource)?)
    }

    fn derive(&self, location: LocationId, resource: &Resource) -> Place {
        let found = &self.model[location];
        let nodes =
            found.pools.iter().map(|p| i128::from(p.count.value).saturating_mul(one_node(p, resource)));
        let occupied = found.occupied.as_ref().map_or(0, |o| i128::from(o.value.get(resource)));
        let capacity = (nodes.sum::<i128>() - occupied).max(0);
        Place {
            capacity,
            reserves: found.reserves.iter().map(|r| amount(r, resource, capacity)).collect(),
            preemptible: vec![0; self.model.tiers.len()],
            standbys: vec![0; self.model.lanes.len()],
            ..Place::default()
        }
    }

    fn add_work(&mut self) {
        let model = self.model;
        let mut order: Vec<usize> = (0..model.workloads.len()).collect();
        order.sort_by_key(|w| model.workloads[*w].tier.value);
        for w in order {
            let workload = &model.workloads[w];
            for (location, replicas) in self.homes[w].clone() {
                self.here[location.index()].push(w);
                for resource in &model.resources {
                    let amount = replicas.saturating_mul(request(workload, resource));
                    self.add(location, resource, workload.tier.value.index(), amount);
                }
            }
        }
        for queue in &model.queues {
            for quota in &queue.quotas {
                for (resource, amount) in quota.amount.iter() {
                    self.add(quota.location, resource, queue.tier.value.index(), amount.into());
                }
            }
        }
    }

    fn add(&mut self, location: LocationId, resource: &Resource, tier: usize, amount: i128) {
        let preemptible = self.model.tiers[tier].preemptible;
        if let Some(at) = self.index(location, resource) {
            let place = &mut self.at[at];
            let sum = if preemptible { &mut place.preemptible[tier] } else { &mut place.steady };
            *sum = sum.saturating_add(amount).min(i128::MAX >> 20);
        }
    }

    fn add_standbys(&mut self) {
        let model = self.model;
        for (w, workload) in model.workloads.iter().enumerate() {
            let Failover::Moves(moves) = &workload.failover else { continue };
            for to in moves.to.iter().filter(|to| to.warm.value != Share::ZERO) {
                for (source, n) in self.homes[w].clone() {
                    let replicas = waiting(moves.degraded.value, to, source, n);
                    if replicas > 0 {
                        self.wait(to.location, Wait { workload: w, lane: to.lane.value, source, replicas });
                    }
                }
            }
        }
    }

    fn wait(&mut self, location: LocationId, wait: Wait) {
        let model = self.model;
        for resource in &model.resources {
            let amount = wait.replicas.saturating_mul(request(&model.workloads[wait.workload], resource));
            if let Some(at) = self.index(location, resource) {
                let sum = &mut self.at[at].standbys[wait.lane.index()];
                *sum = sum.saturating_add(amount).min(i128::MAX >> 20);
            }
        }
        self.waits[location.index()].push(wait);
    }

    /// What stands in each reserve of a location beside the standbys given by lane.
    pub(super) fn beside(&self, location: LocationId, place: &Place, standbys: &[i128]) -> Vec<i128> {
        beside(&self.model[location].reserves, place, standbys)
    }
}

fn beside(reserves: &[Reserve], place: &Place, standbys: &[i128]) -> Vec<i128> {
    let mut waiting = standbys.to_vec();
    let mut left = Vec::new();
    for (reserve, amount) in reserves.iter().zip(&place.reserves) {
        let taken = waiting[reserve.lane.index()].min(*amount);
        waiting[reserve.lane.index()] -= taken;
        left.push(amount - taken);
    }
    left
}

fn lend(model: &Model, location: LocationId, place: &Place) -> i128 {
    let reserves = &model[location].reserves;
    let mut graph = Graph::default();
    for (tier, used) in place.preemptible.iter().enumerate() {
        graph.edge(Node::Source, Node::Tier(tier), *used);
    }
    for (p, left) in beside(reserves, place, &place.standbys).into_iter().enumerate() {
        graph.edge(Node::Reserve(p), Node::Sink, left);
        for tier in reserves[p].lend.iter().flat_map(|lend| &lend.tiers) {
            graph.edge(Node::Tier(tier.value.index()), Node::Reserve(p), i128::MAX >> 10);
        }
    }
    graph.send(Node::Source, Node::Sink)
}

/// What one node has for work.
pub(super) fn one_node(pool: &crate::model::Pool, resource: &Resource) -> i128 {
    let overhead = pool.overhead.as_ref().map_or(0, |o| o.value.get(resource));
    (i128::from(pool.allocatable.value.get(resource)) - i128::from(overhead)).max(0)
}

fn amount(reserve: &Reserve, resource: &Resource, capacity: i128) -> i128 {
    match reserve.declared.iter().find(|(name, _)| name == resource) {
        Some((_, declared)) => match declared.value {
            Declared::Amount(amount) => amount.into(),
            Declared::Share(share) => capacity * i128::from(share.thousandths()) / 100_000,
        },
        None => 0,
    }
}

/// `q[w][k]`.
pub(super) fn request(workload: &Workload, resource: &Resource) -> i128 {
    if *resource == Resource::Pods { 1 } else { workload.request.value.get(resource).into() }
}

pub(super) fn homes(workload: &Workload) -> BTreeMap<LocationId, i128> {
    let mut homes = BTreeMap::new();
    for target in &workload.targets {
        let replicas = target.autoscale.as_ref().map_or(target.replicas.value, |a| a.max.value);
        *homes.entry(target.location).or_insert(0) += i128::from(replicas);
    }
    homes.retain(|_, replicas| *replicas > 0);
    homes
}

/// `ceil(n × share)` by the share's thousandths of a percent.
pub(super) fn part(share: Share, of: i128) -> i128 {
    let product = of.saturating_mul(share.thousandths().into());
    product / 100_000 + i128::from(product % 100_000 > 0)
}

/// Standbys of a `to` for one source.
pub(super) fn waiting(degraded: Share, to: &To, source: LocationId, replicas: i128) -> i128 {
    if source == to.location {
        return 0;
    }
    part(to.warm.value, part(to.share.value, part(degraded, replicas)))
}

/// The lane of that name.
pub(super) fn lane(model: &Model, name: &str) -> Option<LaneId> {
    model.lanes.iter().position(|l| l.name.as_str() == name).map(|l| LaneId(l as u32))
}
