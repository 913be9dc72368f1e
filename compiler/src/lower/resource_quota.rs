//! ResourceQuotas: the tenants' own, one for each lane, one for each queue, and for extended resources.
//!
//! Scoped by PriorityClass. Where a tenant has no quota in the region, the compiler makes one of the proved use and the
//! surge of a rolling update; in a quota of its own, what is not named is unlimited; standbys and lane work that grow a Deployment of the tenant's own tier are added, because the lane is
//! the grant. Kubernetes scopes no extended resources, so those have one quota over all classes.

use super::names;
use super::priority_class::queues;
use super::{Context, Instance, LoweredObject, Role, manifests};
use crate::model::*;
use crate::span::Span;
use seawall_schema::{Resource, Resources, keys};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// All of a tenant's, for what runs here of its work.
pub(super) fn of_tenant(
    context: &Context<'_>,
    of_this: &[&Instance<'_>],
    id: TenantId,
) -> Vec<LoweredObject> {
    let model = context.model;
    let mut made = vec![tiers(context, of_this, id)];
    let lanes: BTreeSet<_> = lanes(context);
    made.extend(lanes.into_iter().map(|lane| of_lane(context, of_this, id, lane)));
    made.extend(queues(context).filter(|q| uses(model, id, q)).map(|queue| of_queue(context, id, queue)));
    made.extend(extended(context, of_this, id));
    made
}

/// Lanes into this bundle, by their reserves and by what comes through them.
fn lanes(context: &Context<'_>) -> BTreeSet<LaneId> {
    let held = context.locations().flat_map(|(_, l)| l.reserves.iter().map(|r| r.lane));
    held.chain(context.place.carried.iter().copied().map(|(lane, _)| lane)).collect()
}

fn uses(model: &Model, tenant: TenantId, queue: &Queue) -> bool {
    model.jobs.iter().any(|job| job.tenant.value == tenant && model[job.queue.value].name == queue.name)
}

/// A tenant's limit here: what its quota names, else what is used and the surge; and what grows for lanes.
pub(crate) fn tenant_limit(context: &Context<'_>, of_this: &[&Instance<'_>], id: TenantId) -> Resources {
    let mut limit = Resources::default();
    let has_quota = context.model[id].quotas.iter().any(|q| q.region == context.place.region);
    for resource in &context.model.resources {
        let sum = |count: &dyn Fn(&Instance<'_>) -> u64| {
            let own = of_this.iter().filter(|i| i.role == Role::Own);
            own.map(|i| i.times(count(i), resource)).fold(0, u64::saturating_add)
        };
        let grown = sum(&|i| i.grown);
        let surge = |i: &Instance<'_>| manifests::surge(context.model, i.workload, i.most());
        let used = sum(&|i| i.most().saturating_add(surge(i)));
        if !has_quota {
            limit.set(resource.clone(), used);
        } else if let Some(named) = named_limit(context, id, resource) {
            limit.set(resource.clone(), named.saturating_add(grown));
        }
    }
    limit
}

/// The part of the region's quota that is this bundle's: cells with clusters of their own take what is proved there.
fn named_limit(context: &Context<'_>, id: TenantId, resource: &Resource) -> Option<u64> {
    let model = context.model;
    let named = |q: &Quota| if q.region == context.place.region { q.amount.named(resource) } else { None };
    let limit = model[id].quotas.iter().find_map(named)?;
    let proved = |location: &LocationId| {
        let of_workload =
            |w: &Workload| super::proved_replicas(w, *location).saturating_mul(w.request.value.get(resource));
        let all = context.place.quota_work.get(&id).into_iter().flatten();
        all.map(|w| of_workload(&model[*w])).fold(0, u64::saturating_add)
    };
    if context.place.cell.is_some() {
        return Some(context.place.locations.iter().map(proved).fold(0, u64::saturating_add));
    }
    let elsewhere = context.region().locations.iter().filter(|l| !context.holds(**l));
    Some(limit.saturating_sub(elsewhere.map(proved).fold(0, u64::saturating_add)))
}

fn tiers(context: &Context<'_>, of_this: &[&Instance<'_>], id: TenantId) -> LoweredObject {
    let tenant = &context.model[id];
    let limit = tenant_limit(context, of_this, id);
    let classes: Vec<_> = context.model.tiers.iter().map(|t| names::tier_class(t).name).collect();
    let quotas = tenant.quotas.iter().filter(|q| q.region == context.place.region);
    let mut spans: Vec<_> = quotas.map(|q| q.span).collect();
    spans.extend(of_this.iter().filter(|i| i.role == Role::Own).flat_map(|i| i.spans.iter().copied()));
    if spans.is_empty() {
        spans.push(tenant.span);
    }
    quota(context, tenant, "seawall-tiers", &limit, Some(classes), &[], spans)
}

/// What its standbys hold, and while an event is in force what its lane work holds.
fn of_lane(context: &Context<'_>, of_this: &[&Instance<'_>], id: TenantId, lane: LaneId) -> LoweredObject {
    let model = context.model;
    let (tenant, name) = (&model[id], model[lane].name.as_str());
    let by_lane: Vec<_> = of_this.iter().filter(|i| i.role == Role::Standby(lane)).collect();
    let mut limit = Resources::default();
    for resource in &model.resources {
        let amounts = by_lane.iter().map(|i| i.times(i.replicas, resource));
        limit.set(resource.clone(), amounts.fold(0, u64::saturating_add));
    }
    let carried = context.place.carried.iter().copied().filter(|(l, _)| *l == lane);
    let mut classes: Vec<_> = carried.map(|(l, tier)| names::lane_class(context, l, tier).name).collect();
    if classes.is_empty() {
        // A scope needs a value; a lane that nothing comes by yet is shut for every tier.
        classes =
            (0..model.tiers.len() as u32).map(|t| names::lane_class(context, lane, TierId(t)).name).collect();
    }
    let mut spans = vec![model[lane].span];
    spans.extend(by_lane.iter().flat_map(|i| i.spans.iter().copied()));
    quota(
        context,
        tenant,
        &format!("seawall-lane-{name}"),
        &limit,
        Some(classes),
        &[(keys::LANE, name)],
        spans,
    )
}

/// A queue's pods charge no tenant's quota; what holds them is the queue's own.
fn of_queue(context: &Context<'_>, id: TenantId, queue: &Queue) -> LoweredObject {
    let model = context.model;
    let class = names::queue_class(queue, &model[queue.tier.value]).name;
    let here: Vec<_> = queue.quotas.iter().filter(|q| context.holds(q.location)).collect();
    let limit = sum_named(here.iter().map(|q| &q.amount));
    let spans = here.iter().map(|q| q.span).collect();
    quota(
        context,
        &model[id],
        &format!("seawall-queue-{}", queue.name),
        &limit,
        Some(vec![class]),
        &[],
        spans,
    )
}

fn sum_named<'a>(amounts: impl Iterator<Item = &'a Resources>) -> Resources {
    let mut sum = Resources::default();
    for amount in amounts {
        for (resource, more) in amount.iter() {
            sum.set(resource.clone(), sum.get(resource).saturating_add(more));
        }
    }
    sum
}

fn extended(context: &Context<'_>, of_this: &[&Instance<'_>], id: TenantId) -> Option<LoweredObject> {
    let model = context.model;
    let mut limit = Resources::default();
    let own = tenant_limit(context, of_this, id);
    for resource in model.resources.iter().filter(|r| matches!(r, Resource::Extended(_))) {
        let lanes = of_this.iter().filter(|i| i.role != Role::Own).map(|i| i.times(i.replicas, resource));
        let queues = queues(context).filter(|q| uses(model, id, q)).flat_map(|q| &q.quotas);
        let queued = queues.filter(|q| context.holds(q.location)).map(|q| q.amount.get(resource));
        if let Some(own) = own.named(resource) {
            limit.set(resource.clone(), lanes.chain(queued).fold(own, u64::saturating_add));
        }
    }
    let tenant = &model[id];
    let mut object =
        quota(context, tenant, "seawall-extended", &Resources::default(), None, &[], vec![tenant.span]);
    let hard = limit.iter().map(|(k, amount)| (format!("requests.{k}"), json!(k.format(amount.into()))));
    let hard: Map<String, Value> = hard.collect();
    if hard.is_empty() {
        return None;
    }
    object.value["spec"]["hard"] = Value::Object(hard);
    Some(object)
}

/// While an event is in force, preemptible tiers do not grow beyond what is proved of them, whoever's they are.
pub(super) fn frozen<'f, 'i: 'f, 'a: 'i>(
    context: &Context<'_>,
    theirs: impl Fn(TenantId) -> &'f [&'i Instance<'a>],
) -> Vec<LoweredObject> {
    let model = context.model;
    let event = context.now.span().filter(|_| context.now.touches(&context.place.locations));
    let classes: Vec<_> =
        model.tiers.iter().filter(|t| t.preemptible).map(|t| names::tier_class(t).name).collect();
    let Some(event) = event.filter(|_| !classes.is_empty()) else { return Vec::new() };
    let preemptible = |i: &&&Instance<'_>| i.role == Role::Own && model[i.workload.tier.value].preemptible;
    let of_tenant = |id: &TenantId| {
        let mut limit = Resources::default();
        for resource in &model.resources {
            let amounts = theirs(*id).iter().filter(preemptible).map(|i| i.times(i.most(), resource));
            limit.set(resource.clone(), amounts.fold(0, u64::saturating_add));
        }
        quota(context, &model[*id], "seawall-frozen", &limit, Some(classes.clone()), &[], vec![event])
    };
    context.place.tenants.iter().map(of_tenant).collect()
}

fn quota(
    context: &Context<'_>,
    tenant: &Tenant,
    name: &str,
    limit: &Resources,
    classes: Option<Vec<String>>,
    labels: &[(&str, &str)],
    mut spans: Vec<Span>,
) -> LoweredObject {
    let mut hard = Map::new();
    for (resource, amount) in limit.iter() {
        let key = match resource {
            Resource::Cpu | Resource::Memory => format!("requests.{resource}"),
            Resource::Pods => "pods".to_owned(),
            Resource::Extended(_) => continue,
        };
        hard.insert(key, json!(resource.format(amount.into())));
    }
    let mut spec = json!({ "hard": hard });
    if let Some(classes) = classes {
        let scope = json!({ "scopeName": "PriorityClass", "operator": "In", "values": classes });
        spec["scopeSelector"] = json!({ "matchExpressions": [scope] });
    }
    let labels: Vec<_> = [(keys::TENANT, tenant.name.as_str())].iter().chain(labels).copied().collect();
    let value = json!({
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": context.metadata(name, Some(&tenant.namespace.value), &labels),
        "spec": spec,
    });
    spans.sort_unstable();
    spans.dedup();
    LoweredObject::new(value, vec![tenant.span]).from("/spec/hard", context.origin(spans))
}
