//! How many resources bind in a scenario, which is what `method` says of a plan that the simple one is not.
//!
//! Takes a day, gives the method. A resource binds where the work that must be placed could ask a place, or a tenant's burst,
//! for more of it than there is, were every `to` to take all it may. Invariant: one that does not bind is kept by every
//! assignment, so where one binds alone, what is left is a maximum flow of it, in whole replicas.

use super::Method;
use super::cut::{Entry, clamp, connect, entry};
use super::day::{Choice, Day};
use super::flow::Network;
use crate::model::RegionId;
use std::collections::BTreeMap;

/// Maximum flow where no more than one resource binds, an integer program otherwise.
pub(super) fn method(day: &Day<'_, '_>) -> Method {
    let binding = (0..day.tables.k).filter(|k| crowds(day, *k) || bursts(day, *k));
    if binding.take(2).count() > 1 { Method::Integer } else { Method::MaxFlow }
}

/// The most that each option may take, of work that must be placed.
fn most<'d>(day: &'d Day<'_, '_>, k: usize) -> impl Iterator<Item = (&'d Choice, i128)> {
    let required = day.options.iter().filter(|option| day.required(option.of));
    required.map(move |option| (option, option.cap.saturating_mul(day.q(option, k))))
}

fn crowds(day: &Day<'_, '_>, k: usize) -> bool {
    let mut sums: BTreeMap<Entry, i128> = BTreeMap::new();
    for (option, amount) in most(day, k) {
        let sum = sums.entry(entry(option)).or_default();
        *sum = clamp(sum.saturating_add(amount));
    }
    let entries: Vec<Entry> = sums.keys().copied().collect();
    let mut network = Network::new(1 + entries.len());
    for (at, amount) in sums.values().enumerate() {
        network.arc(0, 1 + at, *amount);
    }
    let sink = connect(day, &mut network, &entries, 1, k);
    network.augment(0, sink) < sums.values().sum()
}

fn bursts(day: &Day<'_, '_>, k: usize) -> bool {
    let model = day.tables.model;
    let mut sums: BTreeMap<(usize, RegionId), i128> = BTreeMap::new();
    for (option, amount) in most(day, k) {
        let tenant = model[day.displaced[option.of].workload].tenant.value.index();
        let sum = sums.entry((tenant, day.tables.region(option.destination))).or_default();
        *sum = sum.saturating_add(amount);
    }
    sums.into_iter().any(|((tenant, _), sum)| {
        let burst = model.tenants[tenant].burst.as_ref().and_then(|b| b.value.named(&model.resources[k]));
        burst.is_some_and(|most| sum > most.into())
    })
}
