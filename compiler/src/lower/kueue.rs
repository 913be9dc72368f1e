//! Kueue 0.14 (`kueue.x-k8s.io/v1beta1`): flavors, cohorts, queues, priorities.
//!
//! A queue's quota at a location is a flavor's nominal quota; queues of one tier share a cohort. While an event touches the
//! bundle's locations, admission is held: what is admitted stays, nothing more comes.

use super::names;
use super::pod::toleration;
use super::priority_class::queues;
use super::{Context, LoweredObject};
use crate::model::*;
use seawall_schema::{Resource, keys};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const API: &str = "kueue.x-k8s.io/v1beta1";

pub(super) fn objects(context: &Context<'_>) -> Vec<LoweredObject> {
    let mut made = Vec::new();
    let mut tiers = BTreeMap::new();
    let mut locations = BTreeMap::new();
    for queue in queues(context) {
        tiers.entry(queue.tier.value).or_insert(queue);
        for quota in queue.quotas.iter().filter(|q| context.holds(q.location)) {
            locations.entry(quota.location).or_insert(quota.span);
        }
        made.push(cluster_queue(context, queue));
        made.extend(local_queues(context, queue));
    }
    for (tier, queue) in tiers {
        made.extend(of_tier(context, &context.model[tier], queue));
    }
    made.extend(locations.into_iter().map(|(location, span)| {
        let origin = vec![span, context.model[location].span];
        LoweredObject::new(flavor(context, location), origin)
    }));
    made
}

/// The flavor of a location's nodes.
fn flavor_name(context: &Context<'_>, location: LocationId) -> String {
    match &context.model[location].cell {
        Some(cell) => format!("cell-{}", cell.value),
        None => format!("region-{}", context.region().name),
    }
}

fn flavor(context: &Context<'_>, id: LocationId) -> Value {
    let location = &context.model[id];
    let mut spec = json!({});
    if let Some(cell) = &location.cell {
        spec["nodeLabels"] = json!({ keys::CELL: cell.value.as_str() });
    }
    let taints: BTreeSet<_> = location.pools.iter().flat_map(|p| &p.taints).collect();
    if !taints.is_empty() {
        spec["tolerations"] = taints.into_iter().map(toleration).collect();
    }
    json!({
        "apiVersion": API,
        "kind": "ResourceFlavor",
        "metadata": context.metadata(&flavor_name(context, id), None, &[]),
        "spec": spec,
    })
}

fn cohort_name(tier: &Tier) -> String {
    format!("tier-{}", tier.name)
}

fn of_tier(context: &Context<'_>, tier: &Tier, queue: &Queue) -> [LoweredObject; 2] {
    let class = names::tier_class(tier);
    let labels = [(keys::TIER, tier.name.as_str())];
    let cohort = json!({
        "apiVersion": API,
        "kind": "Cohort",
        "metadata": context.metadata(&cohort_name(tier), None, &labels),
        "spec": {},
    });
    let priority = json!({
        "apiVersion": API,
        "kind": "WorkloadPriorityClass",
        "metadata": context.metadata(&class.name, None, &labels),
        "value": class.value,
        "description": format!("Jobs of tier {}.", tier.name),
    });
    let priority =
        LoweredObject::new(priority, vec![tier.span, queue.span]).from("/value", [tier.order.span]);
    [LoweredObject::new(cohort, vec![tier.span, queue.span]), priority]
}

fn cluster_queue(context: &Context<'_>, queue: &Queue) -> LoweredObject {
    let Queue { name, tier, quotas, strict, span } = queue;
    let model = context.model;
    let here: Vec<_> = quotas.iter().filter(|q| context.holds(q.location)).collect();
    let covered: BTreeSet<&Resource> = here.iter().flat_map(|q| q.amount.iter().map(|(k, _)| k)).collect();
    let flavors: Vec<Value> = here
        .iter()
        .map(|quota| {
            let of = |k: &&Resource| {
                let amount = k.format(quota.amount.get(k).into());
                json!({ "name": k.as_str(), "nominalQuota": amount })
            };
            let resources: Vec<Value> = covered.iter().map(of).collect();
            json!({ "name": flavor_name(context, quota.location), "resources": resources })
        })
        .collect();
    let tenants: Vec<&str> = tenants_of(model, queue).into_iter().map(|t| model[t].name.as_str()).collect();
    let held = context.now.event.is_some() && context.now.touches(&context.place.locations);
    let selector = json!({ "key": keys::TENANT, "operator": "In", "values": tenants });
    let spec = json!({
        "cohort": cohort_name(&model[tier.value]),
        "queueingStrategy": if *strict { "StrictFIFO" } else { "BestEffortFIFO" },
        "namespaceSelector": { "matchExpressions": [selector] },
        "preemption": { "withinClusterQueue": "LowerPriority" },
        "resourceGroups": [{ "coveredResources": covered.iter().map(|k| k.as_str()).collect::<Vec<_>>(), "flavors": flavors }],
        "stopPolicy": if held { "Hold" } else { "None" },
    });
    let value = json!({
        "apiVersion": API,
        "kind": "ClusterQueue",
        "metadata": context.metadata(name.as_str(), None, &[(keys::TIER, model[tier.value].name.as_str())]),
        "spec": spec,
    });
    let spans: Vec<_> = here.iter().map(|q| q.span).collect();
    let mut made = LoweredObject::new(value, vec![*span])
        .from("/spec/resourceGroups", spans)
        .from("/spec/cohort", [tier.span]);
    if held {
        made = made.from("/spec/stopPolicy", context.origin([*span]));
    }
    made
}

fn tenants_of(model: &Model, queue: &Queue) -> BTreeSet<TenantId> {
    let of_queue = model.jobs.iter().filter(|job| model[job.queue.value].name == queue.name);
    of_queue.map(|job| job.tenant.value).collect()
}

fn local_queues(context: &Context<'_>, queue: &Queue) -> Vec<LoweredObject> {
    let model = context.model;
    let made = tenants_of(model, queue).into_iter().map(|id| {
        let tenant = &model[id];
        let labels = [(keys::TENANT, tenant.name.as_str())];
        let value = json!({
            "apiVersion": API,
            "kind": "LocalQueue",
            "metadata": context.metadata(queue.name.as_str(), Some(&tenant.namespace.value), &labels),
            "spec": { "clusterQueue": queue.name.as_str() },
        });
        LoweredObject::new(value, vec![queue.span, tenant.span])
    });
    made.collect()
}
