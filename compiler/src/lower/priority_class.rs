//! PriorityClasses: what the scheduler may evict is what the proof lets a lane spend.

use super::names::{self, Class};
use super::{Context, LoweredObject};
use crate::model::*;
use crate::span::Span;
use seawall_schema::keys;
use serde_json::json;

pub(super) fn priority_classes(context: &Context<'_>) -> Vec<LoweredObject> {
    let model = context.model;
    let mut made = Vec::new();
    for tier in &model.tiers {
        let Tier { name, order, preemptible, span } = tier;
        let what = if *preemptible { "gives way to everything else" } else { "is never evicted by a lane" };
        let about = format!("Tier {name}: {what}.");
        let labels = [(keys::TIER, name.as_str())];
        made.push(
            class(context, &names::tier_class(tier), &about, &labels, *span).from("/value", [order.span]),
        );
    }
    if context.locations().any(|(_, l)| !l.reserves.is_empty()) {
        let about = "Placeholders: hold the room of reserves, take none.";
        let labels = [(keys::ROLE, "placeholder")];
        made.push(class(context, &names::placeholder_class(), about, &labels, context.region().span));
    }
    for &(lane, tier) in &context.place.carried {
        let (lane_of, tier_of) = (&model[lane], &model[tier]);
        let about = format!("Work of tier {} that comes by the lane {}.", tier_of.name, lane_of.name);
        let labels = [(keys::LANE, lane_of.name.as_str()), (keys::TIER, tier_of.name.as_str())];
        let made_class =
            class(context, &names::lane_class(context, lane, tier), &about, &labels, lane_of.span);
        made.push(made_class.from("/value", [lane_of.draws_on, tier_of.order.span]));
    }
    for queue in queues(context) {
        let tier = &model[queue.tier.value];
        let about = format!("Pods of the queue {}: the priority of tier {}.", queue.name, tier.name);
        let labels = [(keys::TIER, tier.name.as_str())];
        let made_class = class(context, &names::queue_class(queue, tier), &about, &labels, queue.span);
        made.push(made_class.from("/value", [tier.order.span]));
    }
    made
}

fn class(
    context: &Context<'_>,
    class: &Class,
    description: &str,
    labels: &[(&str, &str)],
    span: Span,
) -> LoweredObject {
    let Class { name, value, policy } = class;
    let object = json!({
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": context.metadata(name, None, labels),
        "value": value,
        "preemptionPolicy": policy,
        "globalDefault": false,
        "description": description,
    });
    LoweredObject::new(object, vec![span])
}

/// Queues with a quota in this bundle.
pub(super) fn queues<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Queue> {
    let locations = context.place.locations.clone();
    context
        .model
        .queues
        .iter()
        .filter(move |q| q.quotas.iter().any(|quota| locations.contains(&quota.location)))
}
