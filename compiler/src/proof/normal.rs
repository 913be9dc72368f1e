//! Normal running: reserves, work, standbys and quotas against what there is.
//!
//! Takes the tables, gives every broken inequality with its lines. Invariant: location by location, resource by resource.

use super::tables::Tables;
use super::*;
use crate::model::{Failover, LaneId, LocationId, RegionId, TenantId, WorkloadId};
use crate::span::Span;

/// Checks every inequality of normal running.
pub(super) fn decide(tables: &Tables<'_>) -> Normal {
    let mut violations = Vec::new();
    for location in tables.locations() {
        for k in 0..tables.k {
            violations.extend(reserves(tables, location, k));
            violations.extend(running(tables, location, k));
        }
    }
    for location in tables.locations() {
        for lane in 0..tables.lanes {
            let lane = LaneId(lane as u32);
            violations.extend((0..tables.k).filter_map(|k| standbys(tables, location, lane, k)));
        }
    }
    violations.extend(quotas(tables));
    Normal { violations }
}

fn at(tables: &Tables<'_>, kind: WitnessKind, location: LocationId, k: usize) -> Witness {
    Witness {
        kind,
        certificate: None,
        place: tables.model[location].label.clone(),
        locations: vec![location],
        resource: tables.model.resources[k].clone(),
        needs: 0,
        has: 0,
        demands: Vec::new(),
        pools: Vec::new(),
    }
}

pub(super) fn capacity_line(tables: &Tables<'_>, location: LocationId, k: usize) -> PoolShare {
    PoolShare {
        pool: PoolKind::Capacity,
        location: Some(location),
        name: None,
        amount: tables.capacity[tables.ck(location, k)],
        span: tables.model[location].span,
    }
}

fn reserve_lines(tables: &Tables<'_>, location: LocationId, k: usize) -> Vec<(String, i128, Span)> {
    let resource = &tables.model.resources[k];
    let line = |r: &crate::model::Reserve| {
        let declared = r.declared.iter().find(|(name, _)| name == resource).map_or(r.span, |(_, d)| d.span);
        let name = tables.model[r.lane].name.as_str().to_string();
        (name, i128::from(r.amount.get(resource)), declared)
    };
    tables.model[location].reserves.iter().map(line).filter(|(_, amount, _)| *amount > 0).collect()
}

fn reserves(tables: &Tables<'_>, location: LocationId, k: usize) -> Option<Witness> {
    let (needs, has) = (tables.reserves[tables.ck(location, k)], tables.capacity[tables.ck(location, k)]);
    let demand = |(name, amount, span)| Demand {
        of: DemandOf::Reserve,
        name,
        from: None,
        replicas: 0,
        request: 0,
        amount,
        span,
    };
    (needs > has).then(|| Witness {
        needs,
        has,
        demands: reserve_lines(tables, location, k).into_iter().map(demand).collect(),
        pools: vec![capacity_line(tables, location, k)],
        ..at(tables, WitnessKind::Reserves, location, k)
    })
}

fn running(tables: &Tables<'_>, location: LocationId, k: usize) -> Option<Witness> {
    let i = tables.ck(location, k);
    let needs = tables.steady[i].saturating_add(tables.evictable[i]);
    let has = tables.capacity[i] - tables.reserves[i];
    if needs <= has {
        return None;
    }
    let held = |(name, amount, span): (String, i128, Span)| PoolShare {
        pool: PoolKind::Reserve,
        location: Some(location),
        name: Some(name),
        amount: -amount,
        span,
    };
    let mut pools = vec![capacity_line(tables, location, k)];
    pools.extend(reserve_lines(tables, location, k).into_iter().map(held));
    let mut demands = work_lines(tables, location, k, |_| true);
    if tables.lent[i] > 0 {
        demands.push(lent_line(tables, location, tables.lent[i]));
    }
    Some(Witness { needs, has, demands, pools, ..at(tables, WitnessKind::Running, location, k) })
}

fn lent_line(tables: &Tables<'_>, location: LocationId, lent: i128) -> Demand {
    let lend = tables.model[location].reserves.iter().find_map(|r| r.lend.as_ref());
    Demand {
        of: DemandOf::Lent,
        name: "lent".into(),
        from: None,
        replicas: 0,
        request: 0,
        amount: -lent,
        span: lend.map_or(Span::NONE, |l| l.span),
    }
}

/// What runs at a location, a line for each workload and queue whose tier is wanted.
pub(super) fn work_lines(
    tables: &Tables<'_>,
    location: LocationId,
    k: usize,
    wanted: impl Fn(&crate::model::Tier) -> bool,
) -> Vec<Demand> {
    let model = tables.model;
    let mut lines = Vec::new();
    for (workload, replicas) in &tables.at[location.index()] {
        if tables.q(*workload, k) > 0 && wanted(&model[model[*workload].tier.value]) {
            lines.push(workload_line(tables, *workload, location, *replicas, k));
        }
    }
    for queue in model.queues.iter().filter(|queue| wanted(&model[queue.tier.value])) {
        let amount = |quota: &crate::model::QueueQuota| i128::from(quota.amount.get(&model.resources[k]));
        for quota in queue.quotas.iter().filter(|quota| quota.location == location && amount(quota) > 0) {
            let (of, name) = (DemandOf::Queue, queue.name.as_str().to_string());
            lines.push(Demand {
                of,
                name,
                from: None,
                replicas: 0,
                request: 0,
                amount: amount(quota),
                span: quota.span,
            });
        }
    }
    lines
}

fn workload_line(
    tables: &Tables<'_>,
    workload: WorkloadId,
    location: LocationId,
    replicas: i128,
    k: usize,
) -> Demand {
    let found = &tables.model[workload];
    let request = tables.q(workload, k);
    Demand {
        of: DemandOf::Workload,
        name: found.name.as_str().to_string(),
        from: None,
        replicas,
        request,
        amount: replicas.saturating_mul(request),
        span: found.targets.iter().find(|t| t.location == location).map_or(found.span, |t| t.span),
    }
}

fn standbys(tables: &Tables<'_>, location: LocationId, lane: LaneId, k: usize) -> Option<Witness> {
    let i = tables.clk(location, lane, k);
    let (needs, has) = (tables.standby[i], tables.reserve[i]);
    (needs > has).then(|| Witness {
        needs,
        has,
        demands: standby_lines(tables, location, Some(lane), k),
        pools: lane_lines(tables, location, lane, k),
        ..at(tables, WitnessKind::Standbys, location, k)
    })
}

/// Standbys at a location, of one lane or of all, a line for each `to`.
pub(super) fn standby_lines(
    tables: &Tables<'_>,
    location: LocationId,
    lane: Option<LaneId>,
    k: usize,
) -> Vec<Demand> {
    let mut lines = Vec::new();
    for (w, workload) in tables.model.workloads.iter().enumerate() {
        let Failover::Moves(moves) = &workload.failover else { continue };
        let request = tables.q(WorkloadId(w as u32), k);
        for to in
            moves.to.iter().filter(|to| to.location == location && lane.is_none_or(|l| l == to.lane.value))
        {
            let replicas: i128 =
                tables.placed[w].iter().map(|(c, n)| Tables::standbys(moves, to, *c, *n)).sum();
            let (of, name) = (DemandOf::Standby, workload.name.as_str().to_string());
            let amount = replicas.saturating_mul(request);
            lines.push(Demand { of, name, from: None, replicas, request, amount, span: to.span });
        }
    }
    lines.retain(|line| line.amount > 0);
    lines
}

/// A lane's reserves at a location, a line for each.
pub(super) fn lane_lines(
    tables: &Tables<'_>,
    location: LocationId,
    lane: LaneId,
    k: usize,
) -> Vec<PoolShare> {
    let name = tables.model[lane].name.as_str();
    let lines = reserve_lines(tables, location, k).into_iter().filter(|(of, _, _)| of == name);
    let line = |(name, amount, span)| PoolShare {
        pool: PoolKind::Reserve,
        location: Some(location),
        name: Some(name),
        amount,
        span,
    };
    lines.map(line).collect()
}

fn quotas(tables: &Tables<'_>) -> Vec<Witness> {
    let model = tables.model;
    let regions = model.regions.len();
    let used = quota_use(tables);
    let mut broken = Vec::new();
    for (tenant, found) in model.tenants.iter().enumerate() {
        for quota in &found.quotas {
            for (k, resource) in model.resources.iter().enumerate() {
                let needs = used[(tenant * regions + quota.region.index()) * tables.k + k];
                let Some(has) = quota.amount.named(resource).map(i128::from).filter(|has| needs > *has)
                else {
                    continue;
                };
                broken.push(quota_witness(
                    tables,
                    TenantId(tenant as u32),
                    quota.region,
                    k,
                    (needs, has, quota.span),
                ));
            }
        }
    }
    broken
}

/// `Σ n·q` by tenant, region and resource.
fn quota_use(tables: &Tables<'_>) -> Vec<i128> {
    let (regions, k) = (tables.model.regions.len(), tables.k);
    let mut used = vec![0i128; tables.model.tenants.len() * regions * k];
    for (w, workload) in tables.model.workloads.iter().enumerate() {
        for (location, replicas) in &tables.placed[w] {
            let row = (workload.tenant.value.index() * regions + tables.region(*location).index()) * k;
            for (sum, q) in used[row..row + k].iter_mut().zip(tables.requests(WorkloadId(w as u32))) {
                *sum = sum.saturating_add(replicas.saturating_mul(*q));
            }
        }
    }
    used
}

fn quota_witness(
    tables: &Tables<'_>,
    tenant: TenantId,
    region: RegionId,
    k: usize,
    (needs, has, span): (i128, i128, Span),
) -> Witness {
    let model = tables.model;
    let mut demands = Vec::new();
    for (w, _) in model.workloads.iter().enumerate().filter(|(_, w)| w.tenant.value == tenant) {
        for (location, replicas) in tables.placed[w].iter().filter(|(c, _)| tables.region(*c) == region) {
            demands.push(workload_line(tables, WorkloadId(w as u32), *location, *replicas, k));
        }
    }
    demands.retain(|line| line.amount > 0);
    let name = Some(model[tenant].name.as_str().to_string());
    Witness {
        kind: WitnessKind::Quota,
        certificate: None,
        place: model[region].name.as_str().to_string(),
        locations: model[region].locations.clone(),
        resource: model.resources[k].clone(),
        needs,
        has,
        demands,
        pools: vec![PoolShare { pool: PoolKind::Quota, location: None, name, amount: has, span }],
    }
}
