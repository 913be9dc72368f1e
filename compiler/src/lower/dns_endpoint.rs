//! DNSEndpoints (`externaldns.k8s.io/v1alpha1`): this region's own weighted record of each host, and no other region's.
//!
//! The record points at `<region>.<host>`, which the region's own ingress publishes. The weight is the share of the
//! workload's replicas that serve here; where none serve, there is no record.

use super::{Context, Instance, LoweredObject, Situation, context, proved_replicas};
use crate::model::*;
use seawall_schema::keys;
use serde_json::json;

/// Of the workload whose instances these are.
pub(super) fn records(context: &Context<'_>, instances: &[Instance<'_>]) -> Option<LoweredObject> {
    let first = instances.first().filter(|i| i.workload.mode == Mode::Own)?;
    record(context, first.id, first.workload)
}

fn record(context: &Context<'_>, id: WorkloadId, workload: &Workload) -> Option<LoweredObject> {
    let Traffic { host, ttl, health_check, span } = workload.traffic.as_ref()?;
    let model = context.model;
    let weight = weight(model, context.now, id, &context.place.locations)?;
    let tenant = &model[workload.tenant.value];
    let labels = [(keys::WORKLOAD, workload.name.as_str()), (keys::TENANT, tenant.name.as_str())];
    let mut metadata = context.metadata(workload.name.as_str(), Some(&tenant.namespace.value), &labels);
    if let Some(path) = health_check {
        metadata["annotations"] = json!({ keys::HEALTH_CHECK: path.value });
    }
    let first = step(model, context.now, id, &context.place.locations);
    if let Some(first) = first {
        super::pod::merge(
            &mut metadata["annotations"],
            [(keys::TRAFFIC_STEPS.to_owned(), json!(format!("{first},{weight}")))].into_iter().collect(),
        );
    }
    let region = context.region().name.as_str();
    let mut endpoint = json!({
        "dnsName": host.value,
        "recordType": "CNAME",
        "targets": [format!("{region}.{}", host.value)],
        "setIdentifier": context.place.inventory,
    });
    if let Some(ttl) = ttl {
        endpoint["recordTTL"] = json!(ttl.value.millis() / 1000);
    }
    endpoint["providerSpecific"] = json!([{ "name": keys::WEIGHT_PROPERTY, "value": weight.to_string() }]);
    let value = json!({
        "apiVersion": "externaldns.k8s.io/v1alpha1",
        "kind": "DNSEndpoint",
        "metadata": metadata,
        "spec": { "endpoints": [endpoint] },
    });
    let targets = workload.targets.iter().filter(|t| context.holds(t.location)).map(|t| t.span);
    let to = context::moves_to(workload).filter(|to| context.holds(to.location)).map(|to| to.span);
    let weight = context.origin(targets.chain(to).chain([*span]));
    let mut made = LoweredObject::new(value, vec![*span]).from("/spec/endpoints/0/providerSpecific", weight);
    if let Some(during) = workload.during_failover.as_ref().filter(|_| first.is_some()) {
        made = made.from("/metadata/annotations", context.origin([during.span]));
    }
    Some(made)
}

/// The weight that comes first where an event raises it and the workload moves in steps: what was there, and the declared
/// share of the rest, rounded down.
pub(crate) fn step(model: &Model, now: &Situation, id: WorkloadId, here: &[LocationId]) -> Option<u64> {
    let share = model[id].during_failover.as_ref()?.traffic_step.as_ref()?.value;
    now.event?;
    let before = weight(model, &Situation::default(), id, here).unwrap_or(0);
    let more = weight(model, now, id, here)?.checked_sub(before).filter(|more| *more > 0)?;
    Some(before + more * u64::from(share.thousandths()) / 100_000)
}

/// A workload's weight at some locations: its share of the replicas that serve, in whole percent rounded up; none where
/// none serve.
pub(crate) fn weight(model: &Model, now: &Situation, id: WorkloadId, here: &[LocationId]) -> Option<u64> {
    let serving = |location: LocationId| serving(now, id, &model[id], location);
    let own: u64 = here.iter().copied().map(serving).sum();
    let everywhere: u64 = (0..model.locations.len() as u32).map(LocationId).map(serving).sum();
    (own > 0).then(|| (own * 100).div_ceil(everywhere))
}

/// Replicas that users reach at a location: what runs there and is not asked to leave, and what has arrived.
fn serving(now: &Situation, id: WorkloadId, workload: &Workload, location: LocationId) -> u64 {
    let own = proved_replicas(workload, location);
    let stays = match now.drained.get(&location) {
        _ if now.failed.contains(&location) => 0,
        Some(share) => own - u64::try_from(share.ceil_of(own.into())).unwrap_or(own).min(own),
        None => own,
    };
    let to_here = context::moves_to(workload).filter(|to| to.location == location);
    let arrived: u64 = to_here.map(|to| now.arriving(id, location, to.lane.value)).sum();
    stays + arrived
}
