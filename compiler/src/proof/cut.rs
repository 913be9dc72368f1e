//! Refutations that a person checks with one sum: demand that must land on a set of pools, against those pools.
//!
//! Takes a day, gives a witness or nothing. Invariant: a witness holds in every assignment, by exact arithmetic: what a
//! workload cannot place elsewhere (its other options' caps) must land here, and more pools than these it may not draw on.

use super::day::{Choice, Day, Displaced};
use super::flow::{Network, UNLIMITED};
use super::*;
use crate::model::{LaneId, LocationId, TenantId};
use crate::span::Span;

/// Demand of one lane at one place; `meek` where its tier is preemptible.
pub(super) type Entry = (LocationId, LaneId, bool);

/// Where an option enters.
pub(super) fn entry(option: &Choice) -> Entry {
    (option.destination, option.lane, option.meek)
}

/// Displaced work whose options together take less than its demand.
pub(super) fn destinations(day: &Day<'_, '_>) -> Option<Witness> {
    let of = (0..day.displaced.len())
        .find(|of| day.required(*of) && caps(day, *of) < day.displaced[*of].demand)?;
    let found = &day.displaced[of];
    let model = day.tables.model;
    let line = |option: &Choice| PoolShare {
        pool: PoolKind::Share,
        location: Some(option.destination),
        name: Some(model[option.lane].name.as_str().to_string()),
        amount: option.cap,
        span: to_span(day, option),
    };
    Some(Witness {
        kind: WitnessKind::Destinations,
        certificate: None,
        place: model[found.from].label.clone(),
        locations: vec![found.from],
        resource: model.resources[day.tables.pods].clone(),
        needs: found.demand,
        has: caps(day, of),
        demands: vec![demand_line(day, found, found.demand, day.tables.pods)],
        pools: day.options[found.options.clone()].iter().map(line).collect(),
    })
}

fn caps(day: &Day<'_, '_>, of: usize) -> i128 {
    day.options[day.displaced[of].options.clone()]
        .iter()
        .fold(0, |sum: i128, option| sum.saturating_add(option.cap))
}

pub(super) fn to_span(day: &Day<'_, '_>, option: &Choice) -> Span {
    match &day.tables.model[day.displaced[option.of].workload].failover {
        crate::model::Failover::Moves(moves) => moves.to[option.to].span,
        _ => Span::NONE,
    }
}

pub(super) fn demand_line(day: &Day<'_, '_>, found: &Displaced, replicas: i128, k: usize) -> Demand {
    let workload = &day.tables.model[found.workload];
    let request = day.tables.q(found.workload, k);
    Demand {
        of: DemandOf::Workload,
        name: workload.name.as_str().to_string(),
        from: Some(found.from),
        replicas,
        request,
        amount: replicas.saturating_mul(request),
        span: workload.targets.iter().find(|t| t.location == found.from).map_or(workload.span, |t| t.span),
    }
}

/// One place and one resource: any set of lanes, any of the shared pools.
pub(super) fn single(day: &Day<'_, '_>) -> Option<Witness> {
    let mut entries: Vec<Entry> = day.options.iter().filter(|o| day.required(o.of)).map(entry).collect();
    entries.sort();
    entries.dedup();
    let mut at = 0;
    while at < entries.len() {
        let here = entries[at..].iter().take_while(|e| e.0 == entries[at].0).count();
        let lanes = &entries[at..at + here];
        at += here;
        let among = works_at(day, lanes[0].0);
        for k in 0..day.tables.k {
            // Few lanes meet at one place; where many do, all together are tried here, the rest is left to flow.
            let sets: Vec<u32> = if here <= 5 { (1..1 << here).collect() } else { vec![u32::MAX] };
            for set in sets {
                let chosen: Vec<_> = lanes
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| set >> (i % 32) & 1 == 1)
                    .map(|(_, e)| *e)
                    .collect();
                if let Some(witness) = witness(day, &among, chosen, k) {
                    return Some(witness);
                }
            }
        }
    }
    None
}

/// Displaced work that may go to a place.
fn works_at(day: &Day<'_, '_>, location: LocationId) -> Vec<usize> {
    let mut works: Vec<usize> =
        day.options.iter().filter(|o| o.destination == location).map(|o| o.of).collect();
    works.dedup();
    works
}

/// All displaced work.
pub(super) fn everything(day: &Day<'_, '_>) -> Vec<usize> {
    (0..day.displaced.len()).collect()
}

/// What must land on the entries, by displaced work of `among`.
fn forced(day: &Day<'_, '_>, among: &[usize], entries: &[Entry], k: usize) -> Vec<(usize, i128)> {
    let must = |of: usize| {
        let found = &day.displaced[of];
        let outside =
            day.options[found.options.clone()].iter().filter(|o| entries.binary_search(&entry(o)).is_err());
        let elsewhere = outside.fold(0i128, |sum, option| sum.saturating_add(option.cap));
        (of, (found.demand - elsewhere).max(0))
    };
    let wanted = |of: &usize| day.required(*of) && day.tables.q(day.displaced[*of].workload, k) > 0;
    among.iter().copied().filter(wanted).map(must).filter(|(_, replicas)| *replicas > 0).collect()
}

/// The pools that the entries may draw on, each once.
pub(super) fn pools(day: &Day<'_, '_>, entries: &[Entry], k: usize) -> Vec<PoolShare> {
    let (tables, model) = (day.tables, day.tables.model);
    let mut shares: Vec<PoolShare> = Vec::new();
    let mut locations: Vec<_> = entries.iter().map(|e| e.0).collect();
    locations.dedup();
    for location in locations {
        let here = || entries.iter().filter(move |e| e.0 == location);
        let mut lanes: Vec<_> = here().map(|e| e.1).filter(|lane| model[*lane].reserve).collect();
        lanes.dedup();
        for lane in lanes {
            let name = Some(model[lane].name.as_str().to_string());
            let reserve = model[location].reserves.iter().find(|r| r.lane == lane);
            let span = reserve.map_or(model[location].span, |r| declared(r, &model.resources[k]));
            let amount = day.reserve[tables.clk(location, lane, k)];
            shares.push(PoolShare { pool: PoolKind::Reserve, location: Some(location), name, amount, span });
        }
        let mut shared = |pool, amount, span| {
            shares.push(PoolShare { pool, location: Some(location), name: None, amount, span })
        };
        if here().any(|e| model[e.1].free) {
            shared(PoolKind::Free, tables.free[tables.ck(location, k)], model[location].span);
        }
        if let Some(e) = here().find(|e| model[e.1].preemptible && !e.2) {
            shared(PoolKind::Preemptible, tables.evictable[tables.ck(location, k)], model[e.1].draws_on);
        }
    }
    shares
}

fn declared(reserve: &crate::model::Reserve, resource: &seawall_schema::Resource) -> Span {
    reserve.declared.iter().find(|(name, _)| name == resource).map_or(reserve.span, |(_, d)| d.span)
}

/// The witness of a set of entries, where they are refuted, reduced until every line is needed.
pub(super) fn witness(
    day: &Day<'_, '_>,
    among: &[usize],
    mut entries: Vec<Entry>,
    k: usize,
) -> Option<Witness> {
    entries.sort();
    let sums = |entries: &[Entry]| {
        let lines = forced(day, among, entries, k);
        let amount = |(of, n): &(usize, i128)| n.saturating_mul(day.tables.q(day.displaced[*of].workload, k));
        let needs = lines.iter().map(amount).fold(0i128, i128::saturating_add);
        // Lines of pools are made only where there is something to put on them.
        let short = needs > 0 && needs > pools(day, entries, k).iter().map(|p| p.amount).sum::<i128>();
        short.then_some(lines)
    };
    let mut lines = sums(&entries)?;
    let mut at = 0;
    while at < entries.len() && entries.len() > 1 {
        let mut fewer = entries.clone();
        fewer.remove(at);
        match sums(&fewer) {
            Some(found) => (entries, lines) = (fewer, found),
            None => at += 1,
        }
    }
    Some(reduced(day, entries, lines, k))
}

fn reduced(day: &Day<'_, '_>, mut entries: Vec<Entry>, lines: Vec<(usize, i128)>, k: usize) -> Witness {
    let model = day.tables.model;
    let mut demands: Vec<_> =
        lines.iter().map(|(of, n)| demand_line(day, &day.displaced[*of], *n, k)).collect();
    // Without some of the work some of the pools are not drawn on, and without those less of the work is needed.
    loop {
        let before = (entries.len(), demands.len());
        demands = needed(demands, pools(day, &entries, k).iter().map(|p| p.amount).sum());
        let kept = |found: &Displaced| {
            let name = model[found.workload].name.as_str();
            demands.iter().any(|line| line.name == name && line.from == Some(found.from))
        };
        let works = lines.iter().map(|(of, _)| &day.displaced[*of]).filter(|found| kept(found));
        let drawn: Vec<Entry> =
            works.flat_map(|found| &day.options[found.options.clone()]).map(entry).collect();
        entries.retain(|e| drawn.contains(e));
        if before == (entries.len(), demands.len()) {
            break;
        }
    }
    let pools = pools(day, &entries, k);
    let has = pools.iter().map(|p| p.amount).sum();
    let mut locations: Vec<_> = entries.iter().map(|e| e.0).collect();
    locations.dedup();
    let labels: Vec<_> = locations.iter().map(|c| model[*c].label.as_str()).collect();
    Witness {
        kind: WitnessKind::Pools,
        certificate: None,
        place: labels.join("+"),
        locations,
        resource: model.resources[k].clone(),
        needs: demands.iter().fold(0i128, |sum, d: &Demand| sum.saturating_add(d.amount)),
        has,
        demands,
        pools,
    }
}

/// Leaves out lines, the smallest first, as long as the rest still needs more than there is.
pub(super) fn needed(mut demands: Vec<Demand>, has: i128) -> Vec<Demand> {
    let mut needs = demands.iter().fold(0i128, |sum, d| sum.saturating_add(d.amount));
    let mut order: Vec<usize> = (0..demands.len()).collect();
    order.sort_by_key(|i| (demands[*i].amount, std::cmp::Reverse(*i)));
    let mut keep = vec![true; demands.len()];
    for i in order {
        if needs - demands[i].amount > has {
            needs -= demands[i].amount;
            keep[i] = false;
        }
    }
    let mut keep = keep.into_iter();
    demands.retain(|_| keep.next().unwrap_or(true));
    demands
}

/// A tenant whose work must land in a region beyond its burst there.
pub(super) fn burst(day: &Day<'_, '_>) -> Option<Witness> {
    let model = day.tables.model;
    for (t, tenant) in model.tenants.iter().enumerate() {
        let Some(burst) = &tenant.burst else { continue };
        let id = TenantId(t as u32);
        let works = |of: &usize| model[day.displaced[*of].workload].tenant.value == id;
        let theirs: Vec<usize> = (0..day.displaced.len()).filter(works).collect();
        for region in &model.regions {
            let mut entries: Vec<Entry> = theirs
                .iter()
                .flat_map(|of| &day.options[day.displaced[*of].options.clone()])
                .map(entry)
                .collect();
            entries.retain(|e| region.locations.contains(&e.0));
            entries.sort();
            entries.dedup();
            for k in 0..if entries.is_empty() { 0 } else { day.tables.k } {
                let Some(has) = burst.value.named(&model.resources[k]).map(i128::from) else { continue };
                let lines = forced(day, &theirs, &entries, k).into_iter();
                let demands: Vec<_> =
                    lines.map(|(of, n)| demand_line(day, &day.displaced[of], n, k)).collect();
                if demands.iter().fold(0i128, |sum, d| sum.saturating_add(d.amount)) > has {
                    let name = Some(tenant.name.as_str().to_string());
                    let demands = needed(demands, has);
                    return Some(Witness {
                        kind: WitnessKind::Burst,
                        certificate: None,
                        place: region.name.as_str().to_string(),
                        locations: region.locations.clone(),
                        resource: model.resources[k].clone(),
                        needs: demands.iter().fold(0i128, |sum, d| sum.saturating_add(d.amount)),
                        has,
                        demands,
                        pools: vec![PoolShare {
                            pool: PoolKind::Burst,
                            location: None,
                            name,
                            amount: has,
                            span: burst.span,
                        }],
                    });
                }
            }
        }
    }
    None
}

/// What maximum flow says of one resource.
pub(super) enum Flowed {
    /// Too little, and these entries show it.
    Refuted(Vec<Entry>),
    /// Enough of this resource; replicas by option, rounded down.
    Found(Vec<i128>),
}

/// Sends the demand for one resource to the pools.
pub(super) fn flow(day: &Day<'_, '_>, k: usize) -> Flowed {
    let mut entries: Vec<Entry> = day.options.iter().map(entry).collect();
    entries.sort();
    entries.dedup();
    let works = day.displaced.len();
    let (source, first) = (0, 1 + works);
    let mut network = Network::new(first + entries.len());
    let mut arcs = vec![None; day.options.len()];
    let mut wanted = 0i128;
    for of in (0..works).filter(|of| day.required(*of)) {
        let found = &day.displaced[of];
        let q = day.tables.q(found.workload, k);
        let demand = clamp(found.demand.saturating_mul(q));
        wanted = wanted.saturating_add(demand);
        network.arc(source, 1 + of, demand);
        for o in found.options.clone() {
            let at = entries.binary_search(&entry(&day.options[o])).unwrap_or(0);
            arcs[o] = Some(network.arc(1 + of, first + at, clamp(day.options[o].cap.saturating_mul(q))));
        }
    }
    let sink = connect(day, &mut network, &entries, first, k);
    if network.augment(source, sink) < wanted {
        let side = entries.iter().enumerate().filter(|(i, _)| network.on_source_side(first + i));
        return Flowed::Refuted(side.map(|(_, e)| *e).collect());
    }
    let replicas = |(o, arc): (usize, &Option<usize>)| {
        let q = day.q(&day.options[o], k);
        arc.map_or(0, |arc| if q > 0 { network.flow(arc) / q } else { 0 })
    };
    Flowed::Found(arcs.iter().enumerate().map(replicas).collect())
}

/// Connects entries to their pools and those to the sink, which is given back.
pub(super) fn connect(
    day: &Day<'_, '_>,
    network: &mut Network,
    entries: &[Entry],
    first: usize,
    k: usize,
) -> usize {
    let (tables, model) = (day.tables, day.tables.model);
    let sink = network.node();
    let mut shared: Option<(LocationId, usize, usize)> = None;
    let mut held: Option<((LocationId, LaneId), usize)> = None;
    for (i, (location, lane, meek)) in entries.iter().enumerate() {
        let (_, free, evictable) = match shared {
            Some(known) if known.0 == *location => known,
            _ => {
                let (free, evictable) = (network.node(), network.node());
                network.arc(free, sink, tables.free[tables.ck(*location, k)]);
                network.arc(evictable, sink, tables.evictable[tables.ck(*location, k)]);
                *shared.insert((*location, free, evictable))
            }
        };
        if model[*lane].free {
            network.arc(first + i, free, UNLIMITED);
        }
        if model[*lane].preemptible && !meek {
            network.arc(first + i, evictable, UNLIMITED);
        }
        if model[*lane].reserve {
            let (_, reserve) = match held {
                Some(known) if known.0 == (*location, *lane) => known,
                _ => {
                    let reserve = network.node();
                    network.arc(reserve, sink, day.reserve[tables.clk(*location, *lane, k)]);
                    *held.insert(((*location, *lane), reserve))
                }
            };
            network.arc(first + i, reserve, UNLIMITED);
        }
    }
    sink
}

pub(super) fn clamp(amount: i128) -> i128 {
    amount.min(UNLIMITED >> 40)
}
