//! The same sums by the formulas of design page 03, from the model and the proof alone.
//!
//! Only the surge of a rolling update is read off the rendered strategy: it is the team's own number.

use super::{Scene, Sums, add, found};
use crate::lower::Bundle;
use crate::model::*;
use seawall_schema::{Resource, keys};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// All sums of a bundle.
pub(super) fn sums(model: &Model, bundle: &Bundle, objects: &[&Value], scene: &Scene<'_>) -> Sums {
    let mut sums = Sums::new();
    let here = here(model, bundle);
    for (id, workload) in here.iter().copied().filter(|(_, w)| w.mode == Mode::Own) {
        for location in &bundle.locations {
            let here = workload.targets.iter().filter(|t| t.location == *location);
            let own: u64 = here.map(Target::proved_replicas).sum();
            let guests = guests(id, workload, *location, scene);
            let part = if own > 0 || runs_at(workload, *location) { "workload" } else { "standby" };
            for (resource, each) in workload.request.value.iter() {
                let amount = (u128::from(own) + guests) * u128::from(each);
                add(&mut sums, format!("{part} {}", workload.name), resource, amount);
            }
        }
    }
    for location in &bundle.locations {
        placeholders(model, *location, scene, &mut sums);
    }
    let rendered = by_namespace(objects);
    for index in 0..model.tenants.len() {
        quotas(model, bundle, &rendered, &here, scene, TenantId(index as u32), &mut sums);
    }
    sums
}

/// Workloads with a target or a destination in the bundle.
fn here<'m>(model: &'m Model, bundle: &Bundle) -> Vec<(WorkloadId, &'m Workload)> {
    let near = |location: LocationId| bundle.locations.contains(&location);
    let here = |w: &Workload| {
        w.targets.iter().any(|t| near(t.location)) || destinations(w).iter().any(|to| near(to.location))
    };
    let all = model.workloads.iter().enumerate().filter(|(_, w)| here(w));
    all.map(|(index, workload)| (WorkloadId(index as u32), workload)).collect()
}

/// The tenants' own controllers in each rendered namespace, with the replicas they may come to while they are updated.
type Rendered<'o> = BTreeMap<&'o str, Vec<(&'o Value, u64)>>;

fn by_namespace<'o>(objects: &[&'o Value]) -> Rendered<'o> {
    let scaled = found::scaled(objects);
    let namespaces = objects.iter().filter(|object| object["kind"] == "Namespace");
    let name = |object: &&'o Value| object["metadata"]["name"].as_str();
    let mut all: Rendered<'o> = namespaces.filter_map(name).map(|name| (name, Vec::new())).collect();
    let workloads = objects.iter().filter(|object| object["metadata"]["labels"][keys::ROLE] == "workload");
    for object in workloads {
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
        if let (Some(own), Some(most)) = (all.get_mut(namespace), found::most(object, &scaled)) {
            own.push((object, found::with_surge(object, most)));
        }
    }
    all
}

/// A tenant's quotas: what it names and the room of what grows for lanes, else what is rendered and its surge; for lanes
/// their standbys and arrivals; for queues the queue's.
fn quotas(
    model: &Model,
    bundle: &Bundle,
    rendered: &Rendered<'_>,
    workloads: &[(WorkloadId, &Workload)],
    scene: &Scene<'_>,
    id: TenantId,
    sums: &mut Sums,
) {
    let tenant = &model[id];
    let namespace = &tenant.namespace.value;
    let Some(own) = rendered.get(namespace.as_str()) else { return };
    let named = tenant.quotas.iter().find(|q| q.region == bundle.region);
    let uses =
        |q: &Queue| model.jobs.iter().any(|j| j.tenant.value == id && model[j.queue.value].name == q.name);
    for resource in model.resources.iter().filter(|k| !matches!(k, Resource::Extended(_))) {
        let (grown, standing) = of_lanes(bundle, workloads, scene, id, resource);
        let each = |o: &Value| if *resource == Resource::Pods { 1 } else { found::requests(o, resource) };
        let rendered = own.iter().map(|(o, replicas)| u128::from(*replicas) * u128::from(each(o)));
        let tiers = match named.map(|quota| quota.amount.named(resource)) {
            Some(Some(limit)) => share(model, bundle, id, resource, limit) + grown,
            // Unlimited.
            Some(None) => 0,
            None => rendered.sum(),
        };
        add(sums, format!("quota tiers {namespace}"), resource, tiers);
        add(sums, format!("quota lanes {namespace}"), resource, standing);
        let here = model.queues.iter().filter(|q| uses(q)).flat_map(|q| &q.quotas);
        let here = here.filter(|q| bundle.locations.contains(&q.location));
        let queued = here.map(|q| u128::from(q.amount.get(resource))).sum();
        add(sums, format!("quota queues {namespace}"), resource, queued);
    }
}

/// What standbys and arrivals take: where the workload runs already, and elsewhere.
fn of_lanes(
    bundle: &Bundle,
    workloads: &[(WorkloadId, &Workload)],
    scene: &Scene<'_>,
    tenant: TenantId,
    resource: &Resource,
) -> (u128, u128) {
    let (mut grown, mut standing) = (0, 0);
    let written = |w: &Workload| w.tenant.value == tenant && w.mode != Mode::Observe;
    for (workload_id, workload) in workloads.iter().filter(|(_, w)| written(w)) {
        let each = u128::from(workload.request.value.get(resource));
        for location in &bundle.locations {
            let amount = guests(*workload_id, workload, *location, scene) * each;
            *(if runs_at(workload, *location) { &mut grown } else { &mut standing }) += amount;
        }
    }
    (grown, standing)
}

/// Of a region's quota what is this bundle's: a cell with a cluster of its own takes what runs there.
fn share(model: &Model, bundle: &Bundle, tenant: TenantId, resource: &Resource, limit: u64) -> u128 {
    let proved = |location: &LocationId| -> u128 {
        let of_tenant = model.workloads.iter().filter(|w| w.tenant.value == tenant);
        let here = of_tenant.flat_map(|w| {
            let each = u128::from(w.request.value.get(resource));
            let targets = w.targets.iter().filter(|t| t.location == *location);
            targets.map(move |t| u128::from(t.proved_replicas()) * each)
        });
        here.sum()
    };
    if bundle.cell.is_some() {
        return bundle.locations.iter().map(proved).sum();
    }
    let others = model[bundle.region].locations.iter().filter(|l| !bundle.locations.contains(l));
    u128::from(limit).saturating_sub(others.map(proved).sum())
}

fn runs_at(workload: &Workload, location: LocationId) -> bool {
    workload.targets.iter().any(|t| t.location == location)
}

fn destinations(workload: &Workload) -> &[To] {
    match &workload.failover {
        Failover::Moves(moves) => &moves.to,
        Failover::Lowest | Failover::None { .. } => &[],
    }
}

/// Standbys of sources that stand, and what arrives.
fn guests(id: WorkloadId, workload: &Workload, location: LocationId, scene: &Scene<'_>) -> u128 {
    let none = BTreeSet::new();
    let away = if scene.failed.contains(&location) { &none } else { &scene.away };
    let here = destinations(workload).iter().filter(|to| to.location == location);
    let waiting: u128 = here.map(|to| standing(workload, to, away)).sum();
    let arriving = scene.arriving.get(&(id, location)).copied().unwrap_or(0);
    waiting + u128::try_from(arriving).unwrap_or(0)
}

/// `v` of page 03: `ceil(warm × ceil(share × ceil(n × degraded)))`, summed over the other locations that stand.
fn standing(workload: &Workload, to: &To, away: &BTreeSet<LocationId>) -> u128 {
    let Failover::Moves(moves) = &workload.failover else { return 0 };
    let mut sum = 0;
    let sources: BTreeSet<LocationId> = workload.targets.iter().map(|t| t.location).collect();
    for source in sources {
        if source == to.location || away.contains(&source) {
            continue;
        }
        let here = workload.targets.iter().filter(|t| t.location == source);
        let n: u64 = here.map(Target::proved_replicas).sum();
        let share = to.share.value.ceil_of(moves.degraded.value.ceil_of(i128::from(n)));
        sum += u128::try_from(to.warm.value.ceil_of(share)).unwrap_or(0);
    }
    sum
}

/// Reserves that are not lent, less the standbys in them, less what arrives on them where the lane draws on its reserve; by
/// lane, since reserves of one lane at one location are filled in order.
fn placeholders(model: &Model, location: LocationId, scene: &Scene<'_>, sums: &mut Sums) {
    let failed = scene.failed.contains(&location);
    let none = BTreeSet::new();
    let away = if failed { &none } else { &scene.away };
    let mut taken: BTreeMap<(LaneId, Resource), u128> = BTreeMap::new();
    for reserve in &model[location].reserves {
        for (resource, amount) in reserve.amount.iter().filter(|(k, _)| **k != Resource::Pods) {
            let key = (reserve.lane, resource.clone());
            let taken = taken
                .entry(key)
                .or_insert_with(|| demand(model, location, reserve.lane, resource, scene, away));
            let here = u128::from(amount).min(*taken);
            *taken -= here;
            if reserve.lend.is_none() {
                add(
                    sums,
                    format!("reserve {}", model[reserve.lane].name),
                    resource,
                    u128::from(amount) - here,
                );
            }
        }
    }
}

fn demand(
    model: &Model,
    location: LocationId,
    lane: LaneId,
    resource: &Resource,
    scene: &Scene<'_>,
    away: &BTreeSet<LocationId>,
) -> u128 {
    let mut total = 0;
    for workload in &model.workloads {
        let each = u128::from(workload.request.value.get(resource));
        let here =
            destinations(workload).iter().filter(|to| to.location == location && to.lane.value == lane);
        total += here.map(|to| standing(workload, to, away)).sum::<u128>() * each;
    }
    if !scene.failed.contains(&location) && model[lane].reserve {
        for moved in scene.moves.iter().filter(|m| m.destination == location && m.lane == lane) {
            let each = u128::from(model[moved.workload].request.value.get(resource));
            total += u128::try_from(moved.replicas).unwrap_or(0) * each;
        }
    }
    total
}
