//! Names of derived objects, and the bands of priorities (design page 04).
//!
//! Invariant: value and policy of a PriorityClass are immutable, so the name carries the value, and the value decides the
//! policy; a changed order is a new class.

use super::Context;
use crate::model::*;

/// Whether a pod of the class may evict others.
pub(crate) const PREEMPT: &str = "PreemptLowerPriority";
/// The same, not.
pub(crate) const NEVER: &str = "Never";
/// Priority of placeholders.
pub(crate) const PLACEHOLDER_VALUE: i64 = -6;

/// A priority class of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) value: i64,
    pub(crate) policy: &'static str,
}

/// Of a tier.
pub(crate) fn tier_class(tier: &Tier) -> Class {
    let value = tier_value(tier);
    let policy = if tier.preemptible { NEVER } else { PREEMPT };
    Class { name: format!("tier-{}-{value}", tier.name), value, policy }
}

/// Of a queue's pods: its tier's priority, under a name of its own so that the tenants' quotas leave it alone.
pub(crate) fn queue_class(queue: &Queue, tier: &Tier) -> Class {
    let Class { value, policy, .. } = tier_class(tier);
    Class { name: format!("queue-{}-{value}", queue.name), value, policy }
}

fn tier_value(tier: &Tier) -> i64 {
    let order = i64::try_from(tier.order.value).unwrap_or(i64::MAX / 1000);
    if tier.preemptible { (order - 11).clamp(-10, -7) } else { order.saturating_mul(1000) }
}

/// Of placeholders.
pub(crate) fn placeholder_class() -> Class {
    let name = format!("reserve-{PLACEHOLDER_VALUE}");
    Class { name, value: PLACEHOLDER_VALUE, policy: NEVER }
}

/// Of a tier's work in a lane: by rank among the fleet's tiers, so that the more important goes first.
pub(crate) fn lane_class(context: &Context<'_>, lane: LaneId, tier: TierId) -> Class {
    let model = context.model;
    let from_top = i64::from(tier.0);
    let (value, policy) = if may_preempt(context, lane) {
        ((-1 - from_top).max(-5), PREEMPT)
    } else {
        (1_000_000 + model.tiers.len() as i64 - 1 - from_top, NEVER)
    };
    Class { name: format!("lane-{}-{}-{value}", model[lane].name, model[tier].name), value, policy }
}

/// A lane may preempt where it draws on `preemptible`, or where its reserve in this region is lent.
pub(crate) fn may_preempt(context: &Context<'_>, lane: LaneId) -> bool {
    let model = context.model;
    let lent = |l: &LocationId| model[*l].reserves.iter().any(|r| r.lane == lane && r.lend.is_some());
    model[lane].preemptible || context.region().locations.iter().any(lent)
}

/// A name for the same thing at another location of the cluster.
pub(crate) fn at(base: &str, model: &Model, location: LocationId) -> String {
    match &model[location].cell {
        Some(cell) => format!("{base}-{}", cell.value),
        None => base.to_owned(),
    }
}
