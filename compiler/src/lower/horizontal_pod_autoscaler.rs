//! HorizontalPodAutoscalers. While an event is in force: where work arrives the bounds are raised by it; where it fails or
//! is drained and `autoscale=hold` stands, scaling up is disabled.

use super::{Context, Instance, LoweredObject, manifests};
use crate::model::*;
use seawall_schema::{Share, keys};
use serde_json::json;

pub(super) fn autoscalers(context: &Context<'_>, instances: &[Instance<'_>]) -> Vec<LoweredObject> {
    instances.iter().filter_map(|instance| autoscaler(context, instance)).collect()
}

fn autoscaler(context: &Context<'_>, instance: &Instance<'_>) -> Option<LoweredObject> {
    let scale = instance.autoscale?;
    let workload = instance.workload;
    if workload.mode != Mode::Own {
        return None;
    }
    let tenant = &context.model[workload.tenant.value];
    let labels = [(keys::WORKLOAD, workload.name.as_str()), (keys::TENANT, tenant.name.as_str())];
    let main = manifests::main(context.model, workload);
    let text = |pointer, other: &str| {
        main.map_or(other.to_owned(), |m| manifests::text(&m.value, pointer).to_owned())
    };
    let target = json!({
        "apiVersion": text("/apiVersion", "apps/v1"),
        "kind": text("/kind", "Deployment"),
        "name": instance.name,
    });
    let mut spec =
        json!({ "scaleTargetRef": target, "minReplicas": scale.min.max(1), "maxReplicas": scale.max.max(1) });
    if let Some(cpu) = scale.cpu {
        let target = json!({ "type": "Utilization", "averageUtilization": whole_percent(cpu) });
        spec["metrics"] = json!([{ "type": "Resource", "resource": { "name": "cpu", "target": target } }]);
    }
    let held = workload.during_failover.as_ref().filter(|d| d.hold_autoscale);
    let holds = held.filter(|_| context.now.displaces(instance.location));
    if holds.is_some() {
        spec["behavior"] = json!({ "scaleUp": { "selectPolicy": "Disabled" } });
    }
    let value = json!({
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": context.metadata(&instance.name, Some(&tenant.namespace.value), &labels),
        "spec": spec,
    });
    let bounds = context.origin(instance.spans.iter().copied().chain([scale.span]));
    let mut made = LoweredObject::new(value, vec![workload.span])
        .from("/spec/minReplicas", bounds.clone())
        .from("/spec/maxReplicas", bounds)
        .from("/spec/metrics", [scale.span]);
    if let Some(held) = holds {
        made = made.from("/spec/behavior", context.origin([held.span]));
    }
    Some(made)
}

fn whole_percent(share: Share) -> u32 {
    (share.thousandths() / 1000).max(1)
}
