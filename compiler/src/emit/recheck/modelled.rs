//! The same sums by the formulas of design page 03, from the model and the proof alone.
//!
//! Only the surge of a rolling update is read off the rendered strategy: it is the team's own number.

use super::found::{self, Found};
use super::{Scene, Sums, add};
use crate::lower::Bundle;
use crate::model::*;
use seawall_schema::Resource;
use std::collections::{BTreeMap, BTreeSet};

/// What of the model is in a bundle: worked out once for all its overlays.
pub(super) struct Here<'m> {
    pub(super) model: &'m Model,
    region: RegionId,
    /// Whether the bundle is for a cell's own cluster.
    cell: bool,
    pub(super) locations: Vec<LocationId>,
    /// Work with a target or a destination here.
    pub(super) work: Vec<Work<'m>>,
    /// Of `work` what is a tenant's, by index.
    of_tenant: BTreeMap<TenantId, Vec<usize>>,
    /// All work of a tenant, here or not.
    everywhere: BTreeMap<TenantId, Vec<&'m Workload>>,
    /// Names of the quotas of each tenant.
    quotas: Vec<[String; 3]>,
    /// Names of the reserves of each lane.
    reserves: Vec<String>,
}

pub(super) struct Work<'m> {
    pub(super) id: WorkloadId,
    pub(super) workload: &'m Workload,
    own: String,
    standby: String,
}

impl<'m> Here<'m> {
    pub(super) fn new(model: &'m Model, bundle: &Bundle<'_>) -> Self {
        let locations = bundle.locations().to_vec();
        let near = |location: LocationId| locations.contains(&location);
        let mut work = Vec::new();
        let (mut of_tenant, mut everywhere) = (BTreeMap::new(), BTreeMap::new());
        for (index, workload) in model.workloads.iter().enumerate() {
            everywhere.entry(workload.tenant.value).or_insert_with(Vec::new).push(workload);
            let targets = workload.targets.iter().any(|t| near(t.location));
            if targets || destinations(workload).iter().any(|to| near(to.location)) {
                of_tenant.entry(workload.tenant.value).or_insert_with(Vec::new).push(work.len());
                let (own, standby) =
                    (format!("workload {}", workload.name), format!("standby {}", workload.name));
                work.push(Work { id: WorkloadId(index as u32), workload, own, standby });
            }
        }
        let names = |tenant: &Tenant| {
            ["tiers", "lanes", "queues"].map(|part| format!("quota {part} {}", tenant.namespace.value))
        };
        Self {
            model,
            region: bundle.region(),
            cell: bundle.cell().is_some(),
            locations,
            work,
            of_tenant,
            everywhere,
            quotas: model.tenants.iter().map(names).collect(),
            reserves: model.lanes.iter().map(|lane| format!("reserve {}", lane.name)).collect(),
        }
    }
}

/// All sums of a bundle.
pub(super) fn sums<'h>(here: &'h Here<'_>, objects: &[&Found], scene: &Scene<'_>) -> Sums<'h> {
    let mut sums = Sums::new();
    let resources = &here.model.resources;
    for work in here.work.iter().filter(|work| work.workload.mode == Mode::Own) {
        for location in &here.locations {
            let targets = work.workload.targets.iter().filter(|t| t.location == *location);
            let own: u64 = targets.map(Target::proved_replicas).sum();
            let all = u128::from(own) + guests(work, *location, scene);
            let runs = own > 0 || runs_at(work.workload, *location);
            let request = &work.workload.request.value;
            let amounts = resources.iter().map(|k| all * u128::from(request.get(k)));
            add(&mut sums, if runs { &work.own } else { &work.standby }, amounts);
        }
    }
    for location in &here.locations {
        placeholders(here, *location, scene, &mut sums);
    }
    let rendered = by_namespace(objects, resources.len());
    for index in 0..here.model.tenants.len() {
        quotas(here, &rendered, scene, TenantId(index as u32), &mut sums);
    }
    sums
}

/// In each rendered namespace, what the tenant's own controllers may come to while they are updated.
type Rendered<'o> = BTreeMap<&'o str, Vec<u128>>;

fn by_namespace<'o>(objects: &[&'o Found], resources: usize) -> Rendered<'o> {
    let scaled = found::scaled(objects);
    let namespaces = objects.iter().filter(|object| object.key.0 == "Namespace");
    let mut all: Rendered<'o> =
        namespaces.map(|object| (object.key.2.as_str(), vec![0; resources])).collect();
    for object in objects.iter().filter(|object| object.own) {
        let amounts = object.with_surge(&scaled);
        if let (Some(sum), Some(amounts)) = (all.get_mut(object.key.1.as_str()), amounts) {
            sum.iter_mut().zip(amounts).for_each(|(sum, more)| *sum += more);
        }
    }
    all
}

/// A tenant's quotas: what it names and the room of what grows for lanes, else what is rendered and its surge; for lanes
/// their standbys and arrivals; for queues the queue's.
fn quotas<'h>(
    here: &'h Here<'_>,
    rendered: &Rendered<'_>,
    scene: &Scene<'_>,
    id: TenantId,
    sums: &mut Sums<'h>,
) {
    let (model, tenant) = (here.model, &here.model[id]);
    let Some(own) = rendered.get(tenant.namespace.value.as_str()) else { return };
    let named = tenant.quotas.iter().find(|q| q.region == here.region);
    let (grown, standing) = of_lanes(here, scene, id);
    let counted = |k: usize| !matches!(model.resources[k], Resource::Extended(_));
    let only = |k: usize, amount: u128| if counted(k) { amount } else { 0 };
    let tiers = model.resources.iter().enumerate().map(|(k, resource)| {
        let amount = match named.map(|quota| quota.amount.named(resource)) {
            Some(Some(limit)) => share(here, id, resource, limit) + grown[k],
            // Unlimited.
            Some(None) => 0,
            None => own[k],
        };
        only(k, amount)
    });
    let [of_tiers, of_lanes, of_queues] = &here.quotas[id.index()];
    add(sums, of_tiers, tiers);
    add(sums, of_lanes, standing.into_iter().enumerate().map(|(k, amount)| only(k, amount)));
    let uses =
        |q: &Queue| model.jobs.iter().any(|j| j.tenant.value == id && model[j.queue.value].name == q.name);
    let quotas = model.queues.iter().filter(|q| uses(q)).flat_map(|q| &q.quotas);
    let quotas: Vec<_> = quotas.filter(|q| here.locations.contains(&q.location)).collect();
    let queued = |resource| quotas.iter().map(|q| u128::from(q.amount.get(resource))).sum::<u128>();
    add(sums, of_queues, model.resources.iter().enumerate().map(|(k, r)| only(k, queued(r))));
}

/// What standbys and arrivals take, of each resource: where the workload runs already, and elsewhere.
fn of_lanes(here: &Here<'_>, scene: &Scene<'_>, tenant: TenantId) -> (Vec<u128>, Vec<u128>) {
    let resources = &here.model.resources;
    let (mut grown, mut standing) = (vec![0; resources.len()], vec![0; resources.len()]);
    let theirs = here.of_tenant.get(&tenant).into_iter().flatten().map(|index| &here.work[*index]);
    for work in theirs.filter(|work| work.workload.mode != Mode::Observe) {
        for location in &here.locations {
            let guests = guests(work, *location, scene);
            let sums = if runs_at(work.workload, *location) { &mut grown } else { &mut standing };
            if guests > 0 {
                let request = &work.workload.request.value;
                sums.iter_mut().zip(resources).for_each(|(s, k)| *s += guests * u128::from(request.get(k)));
            }
        }
    }
    (grown, standing)
}

/// Of a region's quota what is this bundle's: a cell with a cluster of its own takes what runs there.
fn share(here: &Here<'_>, tenant: TenantId, resource: &Resource, limit: u64) -> u128 {
    let proved = |location: &LocationId| -> u128 {
        let of_tenant = here.everywhere.get(&tenant).into_iter().flatten();
        let there = of_tenant.flat_map(|w| {
            let each = u128::from(w.request.value.get(resource));
            let targets = w.targets.iter().filter(|t| t.location == *location);
            targets.map(move |t| u128::from(t.proved_replicas()) * each)
        });
        there.sum()
    };
    if here.cell {
        return here.locations.iter().map(proved).sum();
    }
    let others = here.model[here.region].locations.iter().filter(|l| !here.locations.contains(l));
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
fn guests(work: &Work<'_>, location: LocationId, scene: &Scene<'_>) -> u128 {
    let none = BTreeSet::new();
    let away = if scene.failed.contains(&location) { &none } else { &scene.away };
    let to_here = destinations(work.workload).iter().filter(|to| to.location == location);
    let waiting: u128 = to_here.map(|to| standing(work.workload, to, away)).sum();
    let arriving = scene.arriving.get(&(work.id, location)).copied().unwrap_or(0);
    waiting + u128::try_from(arriving).unwrap_or(0)
}

/// `v` of page 03: `ceil(warm × ceil(share × ceil(n × degraded)))`, summed over the other locations that stand.
fn standing(workload: &Workload, to: &To, away: &BTreeSet<LocationId>) -> u128 {
    let Failover::Moves(moves) = &workload.failover else { return 0 };
    let mut sum = 0;
    for (index, target) in workload.targets.iter().enumerate() {
        let source = target.location;
        // Targets of one location are one source.
        let counted = workload.targets[..index].iter().any(|t| t.location == source);
        if counted || source == to.location || away.contains(&source) {
            continue;
        }
        let there = workload.targets.iter().filter(|t| t.location == source);
        let n: u64 = there.map(Target::proved_replicas).sum();
        let share = to.share.value.ceil_of(moves.degraded.value.ceil_of(i128::from(n)));
        sum += u128::try_from(to.warm.value.ceil_of(share)).unwrap_or(0);
    }
    sum
}

/// Reserves that are not lent, less the standbys in them, less what arrives on them where the lane draws on its reserve; by
/// lane, since reserves of one lane at one location are filled in order.
fn placeholders<'h>(here: &'h Here<'_>, location: LocationId, scene: &Scene<'_>, sums: &mut Sums<'h>) {
    let model = here.model;
    let failed = scene.failed.contains(&location);
    let none = BTreeSet::new();
    let away = if failed { &none } else { &scene.away };
    let mut taken: BTreeMap<LaneId, Vec<u128>> = BTreeMap::new();
    for reserve in &model[location].reserves {
        let taken =
            taken.entry(reserve.lane).or_insert_with(|| demand(here, location, reserve.lane, scene, away));
        let left = model.resources.iter().zip(taken).map(|(resource, taken)| {
            if *resource == Resource::Pods {
                return 0;
            }
            let amount = u128::from(reserve.amount.get(resource));
            let filled = amount.min(*taken);
            *taken -= filled;
            amount - filled
        });
        let left: Vec<u128> = left.collect();
        if reserve.lend.is_none() {
            add(sums, &here.reserves[reserve.lane.index()], left.into_iter());
        }
    }
}

/// Of each resource what standbys and arrivals take of a lane's reserves.
fn demand(
    here: &Here<'_>,
    location: LocationId,
    lane: LaneId,
    scene: &Scene<'_>,
    away: &BTreeSet<LocationId>,
) -> Vec<u128> {
    let mut total = vec![0; here.model.resources.len()];
    let mut take = |workload: &Workload, replicas: u128| {
        if replicas > 0 {
            let each = here.model.resources.iter().map(|k| u128::from(workload.request.value.get(k)));
            total.iter_mut().zip(each).for_each(|(total, each)| *total += replicas * each);
        }
    };
    for Work { workload, .. } in &here.work {
        let to_here =
            destinations(workload).iter().filter(|to| to.location == location && to.lane.value == lane);
        take(workload, to_here.map(|to| standing(workload, to, away)).sum());
    }
    if !scene.failed.contains(&location) && here.model[lane].reserve {
        for moved in scene.moves.iter().filter(|m| m.destination == location && m.lane == lane) {
            take(&here.model[moved.workload], u128::try_from(moved.replicas).unwrap_or(0));
        }
    }
    total
}
