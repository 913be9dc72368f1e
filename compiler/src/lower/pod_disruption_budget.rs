//! PodDisruptionBudgets: one a workload. None for preemptible tiers: preemption prefers victims without one over victims
//! of low priority.

use super::{Context, Instance, LoweredObject, manifests};
use crate::manifest::covers;
use crate::model::*;
use seawall_schema::keys;
use serde_json::{Value, json};

pub(super) fn budgets(context: &Context<'_>, instances: &[Instance<'_>]) -> Vec<LoweredObject> {
    let mut made = Vec::new();
    let mut last = None;
    for instance in instances {
        if last.replace(instance.id) != Some(instance.id) {
            made.extend(budget(context, instance.workload));
        }
    }
    made
}

fn budget(context: &Context<'_>, workload: &Workload) -> Option<LoweredObject> {
    let model = context.model;
    let disruption = workload.disruption.as_ref()?;
    if workload.mode != Mode::Own || model[workload.tier.value].preemptible || has_own(model, workload) {
        return None;
    }
    let unavailable = match disruption.value {
        MaxUnavailable::Count(count) => json!(count),
        // Budgets know whole percents; fewer is the safe side.
        MaxUnavailable::Share(share) => json!(format!("{}%", share.thousandths() / 1000)),
    };
    let tenant = &model[workload.tenant.value];
    let labels = [(keys::WORKLOAD, workload.name.as_str()), (keys::TENANT, tenant.name.as_str())];
    let value = json!({
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": context.metadata(workload.name.as_str(), Some(&tenant.namespace.value), &labels),
        "spec": { "maxUnavailable": unavailable, "selector": selector(model, workload) },
    });
    Some(LoweredObject::new(value, vec![workload.span]).from("/spec/maxUnavailable", [disruption.span]))
}

/// The team's selector finds standbys too, since theirs only adds to it.
fn selector(model: &Model, workload: &Workload) -> Value {
    let own = manifests::main(model, workload).and_then(|m| m.value.pointer("/spec/selector")).cloned();
    own.unwrap_or_else(|| json!({ "matchLabels": { keys::WORKLOAD: workload.name.as_str() } }))
}

/// Two budgets on one pod forbid every eviction.
fn has_own(model: &Model, workload: &Workload) -> bool {
    let (Content::Manifests { files, .. }, Some(main)) =
        (&workload.content, manifests::main(model, workload))
    else {
        return false;
    };
    manifests::objects(model, files).any(|object| covers(object, main))
}
