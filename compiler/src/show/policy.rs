//! Tiers, lanes, tenants, datasets.

use super::geography::{Residency, residency};
use super::places::Places;
use super::view::{Amounts, At, Source, view, words};
use crate::model;

view! {
    /// How important work is.
    Tier {
        /// Its name.
        name: String,
        /// Higher is more important.
        order: At<u64>,
        /// Whether its work gives way.
        preemptible: At<bool>,
        /// The node.
        source: Source,
    }
    /// A way in during failover.
    Lane {
        /// Its name.
        name: String,
        /// The pools it may use, in the order in which they are spent.
        draws_on: Vec<At<Pool>>,
        /// What opens it.
        opens_on: At<Opener>,
        /// The node.
        source: Source,
    }
    /// Whose work it is.
    Tenant {
        /// Its name.
        name: String,
        /// Its namespace in every cluster.
        namespace: At<String>,
        /// Its limits, by region; a resource that is not named is unlimited.
        quotas: Vec<Quota>,
        /// What it may bring into any one region by failover; `null`: unlimited.
        burst: Option<Amounts>,
        /// The node.
        source: Source,
    }
    /// A tenant's limit in one region.
    Quota {
        /// Where.
        region: At<String>,
        /// How much.
        amount: Amounts,
        /// The node.
        source: Source,
    }
    /// Data that work uses.
    Dataset {
        /// Its name.
        name: String,
        /// Where it may be; `null`: anywhere.
        residency: Option<Residency>,
        /// Where it is written.
        home: At<String>,
        /// Where copies are, in declared order.
        replicas: Vec<Replica>,
        /// The node.
        source: Source,
    }
    /// A copy of a dataset.
    Replica {
        /// Where.
        region: At<String>,
        /// How far behind it may be.
        lag: At<String>,
        /// The node.
        source: Source,
    }
}

words! {
    /// A pool that a lane draws on.
    Pool: "reserve" "free" "preemptible";
    /// What opens a lane.
    Opener: "declaration";
}

/// A tier.
pub(super) fn tier(at: &Places<'_>, tier: &model::Tier) -> Tier {
    let model::Tier { name, order, preemptible, span } = tier;
    Tier {
        name: name.to_string(),
        order: at.at(order, |order| *order),
        preemptible: at.property(*span, "preemptible", *preemptible),
        source: at.source(*span),
    }
}

/// A lane.
pub(super) fn lane(at: &Places<'_>, lane: &model::Lane) -> Lane {
    let model::Lane { name, reserve, free, preemptible, draws_on, span } = lane;
    let pools = [(reserve, "reserve"), (free, "free"), (preemptible, "preemptible")];
    let named = |pool: &str| {
        let line = at.node(*draws_on)?;
        line.arguments().position(|a| matches!(a.value(), crate::syntax::Value::String(text) if text == pool))
    };
    let drawn = pools.iter().filter(|(on, _)| **on);
    Lane {
        name: name.to_string(),
        draws_on: drawn
            .map(|(_, pool)| at.argument(*draws_on, named(pool).unwrap_or(0), Pool(pool)))
            .collect(),
        opens_on: at.child_argument(*span, "opens-on", Opener("declaration")),
        source: at.source(*span),
    }
}

/// A tenant.
pub(super) fn tenant(at: &Places<'_>, tenant: &model::Tenant) -> Tenant {
    let model::Tenant { name, namespace, quotas, burst, span } = tenant;
    let written = at.child(*span, "namespace").map(|_| namespace.span);
    let quota = |quota: &model::Quota| {
        let model::Quota { region, amount, span } = quota;
        Quota {
            region: at.argument(*span, 0, at.model[*region].name.to_string()),
            amount: at.amounts(*span, amount),
            source: at.source(*span),
        }
    };
    Tenant {
        name: name.to_string(),
        namespace: at.placed(namespace.value.clone(), written),
        quotas: quotas.iter().map(quota).collect(),
        burst: burst.as_ref().map(|burst| at.amounts(burst.span, &burst.value)),
        source: at.source(*span),
    }
}

/// A dataset.
pub(super) fn dataset(at: &Places<'_>, dataset: &model::Dataset) -> Dataset {
    let model::Dataset { name, residency: may_be, home, replicas, span } = dataset;
    let replica = |replica: &model::Replica| {
        let model::Replica { region, lag, span } = replica;
        Replica {
            region: at.argument(*span, 0, at.model[*region].name.to_string()),
            lag: at.property(*span, "lag", lag.to_string()),
            source: at.source(*span),
        }
    };
    Dataset {
        name: name.to_string(),
        residency: may_be.as_ref().map(|r| residency(at, r)),
        home: at.at(home, |id| at.model[*id].name.to_string()),
        replicas: replicas.iter().map(replica).collect(),
        source: at.source(*span),
    }
}
