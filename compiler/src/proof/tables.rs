//! The model as dense tables of exact integers, indexed by ids and by resource: what every step of the proof computes on.
//!
//! Takes a [`Model`], gives sums of normal running. Invariant: amounts are at least 0; sums saturate far above anything
//! a location can hold, so that a sum too large to count is still too large.

use super::effort::Effort;
use super::flow::{Network, UNLIMITED};
use crate::model::{Failover, LaneId, LocationId, Model, Moves, RegionId, To, WorkloadId};
use seawall_schema::{Resource, Resources, Share};

/// Sums of normal running, by location (`c`), lane (`l`), tier and resource (`k`).
pub(crate) struct Tables<'m> {
    pub(crate) model: &'m Model,
    /// How many resources.
    pub(crate) k: usize,
    /// How many lanes.
    pub(crate) lanes: usize,
    /// Index of `pods`.
    pub(crate) pods: usize,
    /// `C[c][k]`.
    pub(crate) capacity: Vec<i128>,
    /// `Σ A[p][k]` of a lane at a location.
    pub(crate) reserve: Vec<i128>,
    /// `Σ A[p][k]` of a location.
    pub(crate) reserves: Vec<i128>,
    /// `N[c][k]`.
    pub(crate) steady: Vec<i128>,
    /// `P_t[c][k]`, by tier.
    pub(crate) preemptible: Vec<i128>,
    /// `L[c][k]`.
    pub(crate) lent: Vec<i128>,
    /// `Σ v·q` of a lane at a location.
    pub(crate) standby: Vec<i128>,
    /// The pool `free`.
    pub(crate) free: Vec<i128>,
    /// The pool `preemptible`.
    pub(crate) evictable: Vec<i128>,
    /// `q[w][k]`.
    pub(crate) request: Vec<i128>,
    /// Workloads at a location and how many replicas, tiers high to low, then by name.
    pub(crate) at: Vec<Vec<(WorkloadId, i128)>>,
    /// Locations of a workload and how many replicas, in order of location.
    pub(crate) placed: Vec<Vec<(LocationId, i128)>>,
    /// Tiers high to low, then name: the order in which work is placed.
    pub(crate) rank: Vec<u32>,
    /// How much may be searched.
    pub(crate) effort: Effort,
}

impl<'m> Tables<'m> {
    /// Adds up the model.
    pub(crate) fn new(model: &'m Model) -> Self {
        let (k, c, l) = (model.resources.len(), model.locations.len(), model.lanes.len());
        let mut tables = Self {
            model,
            k,
            lanes: l,
            pods: model.resources.iter().position(|r| *r == Resource::Pods).unwrap_or(0),
            capacity: model.locations.iter().flat_map(|c| vector(model, &c.capacity)).collect(),
            reserve: vec![0; c * l * k],
            reserves: vec![0; c * k],
            steady: vec![0; c * k],
            preemptible: vec![0; c * model.tiers.len() * k],
            lent: vec![0; c * k],
            standby: vec![0; c * l * k],
            free: vec![0; c * k],
            evictable: vec![0; c * k],
            request: model.workloads.iter().flat_map(|w| request(model, &w.request.value)).collect(),
            at: vec![Vec::new(); c],
            placed: model.workloads.iter().map(placed).collect(),
            rank: ranks(model),
            effort: Effort::full(),
        };
        tables.add_reserves();
        tables.add_work();
        tables.add_standbys();
        tables.add_lending();
        tables
    }

    /// Index of an amount by location and resource.
    pub(crate) fn ck(&self, location: LocationId, k: usize) -> usize {
        location.index() * self.k + k
    }

    /// Index of an amount by location, lane and resource.
    pub(crate) fn clk(&self, location: LocationId, lane: LaneId, k: usize) -> usize {
        (location.index() * self.lanes + lane.index()) * self.k + k
    }

    /// `q[w][k]`.
    pub(crate) fn q(&self, workload: WorkloadId, k: usize) -> i128 {
        self.request[workload.index() * self.k + k]
    }

    /// What a workload asks of each resource.
    pub(crate) fn requests(&self, workload: WorkloadId) -> &[i128] {
        &self.request[workload.index() * self.k..][..self.k]
    }

    /// Use of a tier at a location.
    pub(crate) fn tier_use(&self, location: LocationId, tier: usize, k: usize) -> i128 {
        self.preemptible[(location.index() * self.model.tiers.len() + tier) * self.k + k]
    }

    /// Use of all preemptible tiers at a location.
    pub(crate) fn preemptible_use(&self, location: LocationId, k: usize) -> i128 {
        (0..self.model.tiers.len()).fold(0i128, |sum, t| sum.saturating_add(self.tier_use(location, t, k)))
    }

    /// The region of a location.
    pub(crate) fn region(&self, location: LocationId) -> RegionId {
        self.model[location].region
    }

    /// All locations.
    pub(crate) fn locations(&self) -> impl Iterator<Item = LocationId> + use<> {
        (0..self.capacity.len() / self.k.max(1)).map(|c| LocationId(c as u32))
    }

    /// Standbys of a `to` at its destination for the source at `source`.
    pub(crate) fn standbys(moves: &Moves, to: &To, source: LocationId, replicas: i128) -> i128 {
        if source == to.location { 0 } else { standbys(moves.degraded.value, to, replicas) }
    }

    fn add_reserves(&mut self) {
        for (c, location) in self.model.locations.iter().enumerate() {
            for reserve in &location.reserves {
                for (k, amount) in vector(self.model, &reserve.amount).into_iter().enumerate() {
                    let at = (c * self.lanes + reserve.lane.index()) * self.k + k;
                    self.reserve[at] += amount;
                    self.reserves[c * self.k + k] += amount;
                }
            }
        }
    }

    fn add_work(&mut self) {
        for w in 0..self.model.workloads.len() {
            let (id, tier) = (WorkloadId(w as u32), self.model.workloads[w].tier.value.index());
            for (location, replicas) in self.placed[w].clone() {
                self.at[location.index()].push((id, replicas));
                for k in 0..self.k {
                    let amount = replicas.saturating_mul(self.q(id, k));
                    self.add_use(location, tier, k, amount);
                }
            }
        }
        for queue in &self.model.queues {
            for quota in &queue.quotas {
                for (k, amount) in vector(self.model, &quota.amount).into_iter().enumerate() {
                    self.add_use(quota.location, queue.tier.value.index(), k, amount);
                }
            }
        }
        let rank = &self.rank;
        self.at.iter_mut().for_each(|work| work.sort_by_key(|(w, _)| rank[w.index()]));
    }

    fn add_use(&mut self, location: LocationId, tier: usize, k: usize, amount: i128) {
        let tiers = self.model.tiers.len();
        let sum = if self.model.tiers[tier].preemptible {
            &mut self.preemptible[(location.index() * tiers + tier) * self.k + k]
        } else {
            &mut self.steady[location.index() * self.k + k]
        };
        *sum = capped(sum.saturating_add(amount));
    }

    fn add_standbys(&mut self) {
        for (w, workload) in self.model.workloads.iter().enumerate() {
            let Failover::Moves(moves) = &workload.failover else { continue };
            for to in moves.to.iter().filter(|to| to.warm.value != Share::ZERO) {
                let count =
                    self.placed[w].iter().map(|(c, n)| Self::standbys(moves, to, *c, *n)).sum::<i128>();
                for k in 0..self.k {
                    let at = self.clk(to.location, to.lane.value, k);
                    let amount = count.saturating_mul(self.request[w * self.k + k]);
                    self.standby[at] = capped(self.standby[at].saturating_add(amount));
                }
            }
        }
    }

    fn add_lending(&mut self) {
        for c in self.locations() {
            for k in 0..self.k {
                let (at, used) = (self.ck(c, k), self.preemptible_use(c, k));
                self.lent[at] = if used == 0 { 0 } else { self.lend(c, k) };
                self.evictable[at] = used - self.lent[at];
                let taken = self.steady[at].saturating_add(self.evictable[at]);
                self.free[at] = (self.capacity[at] - self.reserves[at]).saturating_sub(taken).max(0);
            }
        }
    }

    /// `L`: the largest amount that preemptible tiers can have in reserves lent to them.
    fn lend(&self, location: LocationId, k: usize) -> i128 {
        let reserves = &self.model[location].reserves;
        let tiers = self.model.tiers.len();
        let (source, sink) = (tiers + reserves.len(), tiers + reserves.len() + 1);
        let mut network = Network::new(sink + 1);
        for tier in 0..tiers {
            network.arc(source, tier, self.tier_use(location, tier, k));
        }
        let left = self.left_beside_standbys(location, k, |lane| self.standby[self.clk(location, lane, k)]);
        for (p, reserve) in reserves.iter().enumerate() {
            for tier in reserve.lend.iter().flat_map(|lend| &lend.tiers) {
                network.arc(tier.value.index(), tiers + p, UNLIMITED);
            }
            network.arc(tiers + p, sink, left[p]);
        }
        network.augment(source, sink)
    }

    /// `A[p] − S[p]` of each reserve at a location, standbys standing in their lane's reserves in declared order.
    pub(crate) fn left_beside_standbys(
        &self,
        location: LocationId,
        k: usize,
        standing: impl Fn(LaneId) -> i128,
    ) -> Vec<i128> {
        let mut waiting: Vec<i128> = (0..self.lanes).map(|lane| standing(LaneId(lane as u32))).collect();
        let resource = &self.model.resources[k];
        let take = |reserve: &crate::model::Reserve| {
            let amount = i128::from(reserve.amount.get(resource));
            let taken = amount.min(waiting[reserve.lane.index()]);
            waiting[reserve.lane.index()] -= taken;
            amount - taken
        };
        self.model[location].reserves.iter().map(take).collect()
    }
}

/// `ceil(warm × ceil(share × ceil(n × degraded)))`.
fn standbys(degraded: Share, to: &To, replicas: i128) -> i128 {
    to.warm.value.ceil_of(to.share.value.ceil_of(degraded.ceil_of(replicas)))
}

/// Far above any capacity, far below where sums of it would overflow.
fn capped(amount: i128) -> i128 {
    amount.min(UNLIMITED / 1024)
}

fn vector(model: &Model, amounts: &Resources) -> Vec<i128> {
    model.resources.iter().map(|resource| i128::from(amounts.get(resource))).collect()
}

fn request(model: &Model, amounts: &Resources) -> Vec<i128> {
    let of =
        |resource: &Resource| if *resource == Resource::Pods { 1 } else { i128::from(amounts.get(resource)) };
    model.resources.iter().map(of).collect()
}

fn placed(workload: &crate::model::Workload) -> Vec<(LocationId, i128)> {
    let mut placed: Vec<(LocationId, i128)> = Vec::new();
    for target in &workload.targets {
        let replicas = i128::from(target.proved_replicas());
        match placed.iter_mut().find(|(location, _)| *location == target.location) {
            Some((_, sum)) => *sum += replicas,
            None => placed.push((target.location, replicas)),
        }
    }
    placed.retain(|(_, replicas)| *replicas > 0);
    placed.sort_by_key(|(location, _)| *location);
    placed
}

fn ranks(model: &Model) -> Vec<u32> {
    let mut order: Vec<usize> = (0..model.workloads.len()).collect();
    order.sort_by_key(|w| (model.workloads[*w].tier.value, *w));
    let mut ranks = vec![0; order.len()];
    for (rank, w) in order.into_iter().enumerate() {
        ranks[w] = rank as u32;
    }
    ranks
}
