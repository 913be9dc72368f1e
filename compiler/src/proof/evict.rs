//! What gives way: work of preemptible tiers on the room that an assignment takes.
//!
//! Takes a day and replicas by option, gives amounts by location and tier. Reserves are spent first, then `free`, then
//! what preemptible tiers use, from the lowest tier. Invariant: what stays is a maximum flow that prefers higher tiers,
//! within what stood in lent reserves and outside of them before, so that nothing evicted is placed again.

use super::Evicted;
use super::day::Day;
use super::flow::{Network, UNLIMITED};
use super::pools::Pools;
use crate::model::{LaneId, LocationId, Reserve, TierId};

/// Evictions of an assignment, in order of location and tier.
pub(super) fn evictions(day: &Day<'_, '_>, replicas: &[i128]) -> Vec<Evicted> {
    let mut pools = Pools::new(day);
    let mut touched: Vec<LocationId> = Vec::new();
    for (option, n) in day.options.iter().zip(replicas).filter(|(_, n)| **n > 0) {
        pools.add(option, *n);
        touched.push(option.destination);
    }
    touched.sort();
    touched.dedup();
    touched.into_iter().flat_map(|location| at(day, &pools, location)).collect()
}

fn at(day: &Day<'_, '_>, pools: &Pools<'_, '_, '_>, location: LocationId) -> Vec<Evicted> {
    let (tables, model) = (day.tables, day.tables.model);
    let empty = |t: usize| Evicted { location, tier: TierId(t as u32), amount: Vec::new() };
    let mut evicted: Vec<Evicted> = (0..model.tiers.len()).map(empty).collect();
    for k in (0..tables.k).filter(|k| tables.preemptible_use(location, *k) > 0) {
        for (tier, amount) in by_tier(day, pools, location, k).into_iter().enumerate().filter(|(_, a)| *a > 0)
        {
            evicted[tier].amount.push((model.resources[k].clone(), amount));
        }
    }
    evicted.retain(|e| !e.amount.is_empty());
    evicted
}

/// How much of one resource each tier gives up.
fn by_tier(day: &Day<'_, '_>, pools: &Pools<'_, '_, '_>, location: LocationId, k: usize) -> Vec<i128> {
    let (tables, model) = (day.tables, day.tables.model);
    let (tiers, reserves) = (model.tiers.len(), &model[location].reserves);
    // Nodes: tiers, lanes, reserves, what stands outside of reserves, all that stays, source, sink.
    let (lane_node, reserve_node) = (tiers, tiers + tables.lanes);
    let outside = reserve_node + reserves.len();
    let (stays, source, sink) = (outside + 1, outside + 2, outside + 3);
    let mut network = Network::new(sink + 1);
    let left = tables.left_beside_standbys(location, k, |lane| day.standing[tables.clk(location, lane, k)]);
    for (p, reserve) in reserves.iter().enumerate() {
        network.arc(reserve_node + p, sink, left[p]);
        network.arc(lane_node + reserve.lane.index(), reserve_node + p, UNLIMITED);
        for tier in reserve.lend.iter().flat_map(|lend| &lend.tiers) {
            network.arc(tier.value.index(), reserve_node + p, UNLIMITED);
        }
    }
    let left_outside = tables.evictable[tables.ck(location, k)] - preempted(day, pools, location, k);
    network.arc(outside, sink, left_outside);
    let taken: Vec<i128> = (0..tables.lanes).map(|lane| on_reserve(day, pools, location, lane, k)).collect();
    for (lane, taken) in taken.iter().enumerate() {
        network.arc(source, lane_node + lane, *taken);
    }
    network.augment(source, sink);
    let in_reserves = tables.lent[tables.ck(location, k)].min(lendable(reserves, &left, &taken));
    network.arc(source, stays, left_outside + in_reserves);
    let stay = |tier: usize| {
        network.arc(tier, outside, UNLIMITED);
        let used = tables.tier_use(location, tier, k);
        network.arc(stays, tier, used);
        used - network.augment(source, sink)
    };
    (0..tiers).map(stay).collect()
}

/// What is left in the reserves of lanes that lend, of which standbys that stop may leave more than was lent before.
fn lendable(reserves: &[Reserve], left: &[i128], taken: &[i128]) -> i128 {
    let of = |lane: usize| reserves.iter().zip(left).filter(move |(r, _)| r.lane.index() == lane);
    let lends = |lane: &usize| of(*lane).any(|(reserve, _)| reserve.lend.is_some());
    let room = |lane: usize| of(lane).map(|(_, left)| left).sum::<i128>() - taken[lane];
    (0..taken.len()).filter(lends).map(room).sum()
}

/// How much of a lane's demand its reserve takes.
fn on_reserve(
    day: &Day<'_, '_>,
    pools: &Pools<'_, '_, '_>,
    location: LocationId,
    lane: usize,
    k: usize,
) -> i128 {
    let id = LaneId(lane as u32);
    let (bold, meek) = pools.demand(location, id, k);
    let held = if day.tables.model[id].reserve { day.reserve[day.tables.clk(location, id, k)] } else { 0 };
    held.min(bold + meek)
}

/// How much must come from what preemptible tiers use, `free` being spent before it.
fn preempted(day: &Day<'_, '_>, pools: &Pools<'_, '_, '_>, location: LocationId, k: usize) -> i128 {
    let spill = pools.spill(location, k);
    let free = day.tables.free[day.tables.ck(location, k)];
    spill.on_preemptible + (spill.on_either - (free - spill.on_free)).max(0)
}
