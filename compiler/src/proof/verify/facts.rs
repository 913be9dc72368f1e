//! Capacities, uses and pools derived anew from what the model says of nodes, reserves and targets.

use super::flow::Graph;
use crate::model::{Declared, Failover, LaneId, LocationId, Model, Reserve, To, Workload};
use seawall_schema::{Resource, Share};
use std::collections::BTreeMap;

/// Normal running by location and resource.
pub(super) struct Facts<'m> {
    pub(super) model: &'m Model,
    names: BTreeMap<&'m str, usize>,
    at: BTreeMap<(LocationId, Resource), Place>,
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
        let mut facts = Self { model, names, at: BTreeMap::new() };
        for (c, _) in model.locations.iter().enumerate() {
            for resource in &model.resources {
                let id = LocationId(c as u32);
                facts.at.insert((id, resource.clone()), facts.derive(id, resource));
            }
        }
        facts.add_work();
        facts.add_standbys();
        let lent: Vec<_> = facts.at.iter().map(|((c, _), place)| lend(model, *c, place)).collect();
        facts.at.values_mut().zip(lent).for_each(|(place, lent)| place.lent = lent);
        facts
    }

    /// The workload of that name, by its index.
    pub(super) fn workload(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    pub(super) fn place(&self, location: LocationId, resource: &Resource) -> Place {
        self.at.get(&(location, resource.clone())).cloned().unwrap_or_default()
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
        for workload in &self.model.workloads {
            for (location, replicas) in homes(workload) {
                for resource in &self.model.resources {
                    let amount = replicas.saturating_mul(request(workload, resource));
                    self.add(location, resource, workload.tier.value.index(), amount);
                }
            }
        }
        for queue in &self.model.queues {
            for quota in &queue.quotas {
                for (resource, amount) in quota.amount.iter() {
                    self.add(quota.location, resource, queue.tier.value.index(), amount.into());
                }
            }
        }
    }

    fn add(&mut self, location: LocationId, resource: &Resource, tier: usize, amount: i128) {
        let preemptible = self.model.tiers[tier].preemptible;
        if let Some(place) = self.at.get_mut(&(location, resource.clone())) {
            let sum = if preemptible { &mut place.preemptible[tier] } else { &mut place.steady };
            *sum = sum.saturating_add(amount).min(i128::MAX >> 20);
        }
    }

    fn add_standbys(&mut self) {
        for workload in &self.model.workloads {
            let Failover::Moves(moves) = &workload.failover else { continue };
            for to in &moves.to {
                for (source, replicas) in homes(workload) {
                    let count = waiting(moves.degraded.value, to, source, replicas);
                    for resource in &self.model.resources {
                        if let Some(place) = self.at.get_mut(&(to.location, resource.clone())) {
                            let sum = &mut place.standbys[to.lane.value.index()];
                            *sum = sum
                                .saturating_add(count.saturating_mul(request(workload, resource)))
                                .min(i128::MAX >> 20);
                        }
                    }
                }
            }
        }
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

/// `n[w][c]` where it is not 0.
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

/// The location of that label.
pub(super) fn location(model: &Model, label: &str) -> Option<LocationId> {
    model.locations.iter().position(|c| c.label == label).map(|c| LocationId(c as u32))
}
