//! Regions, locations, node pools, reserves, clusters.

use super::places::Places;
use super::view::{Amounts, At, Source, view, words};
use crate::model;
use seawall_schema::Resources;
use std::collections::BTreeMap;

view! {
    /// A region.
    Region {
        /// Its name.
        name: String,
        /// Its country, ISO 3166.
        country: At<String>,
        /// Cities it serves, in declared order.
        cities: Vec<At<String>>,
        /// Its zones in declared order.
        zones: Vec<At<String>>,
        /// Its cells in declared order; of a region without cells the one location that it is.
        locations: Vec<Location>,
        /// How its cluster is reached.
        cluster: Option<Cluster>,
        /// The day its capacity was read from a live cluster.
        observed: Option<At<String>>,
        /// The node.
        source: Source,
    }
    /// Where work runs: a cell, or a region without cells.
    Location {
        /// `R`, or `R/C` where the region has cells.
        name: String,
        /// The cell, where the region has cells.
        cell: Option<At<String>>,
        /// Node pools in declared order.
        pools: Vec<Pool>,
        /// What Seawall does not manage there.
        occupied: Option<Amounts>,
        /// Sum over the pools of count × (allocatable − overhead), less `occupied`: worked out, not written.
        capacity: BTreeMap<String, String>,
        /// Reserves in declared order.
        reserves: Vec<Reserve>,
        /// A cell's own cluster.
        cluster: Option<Cluster>,
        /// The node.
        source: Source,
    }
    /// Nodes of one shape.
    Pool {
        /// Its name.
        name: String,
        /// How many count in the proof: `count`, or `min`.
        count: At<u64>,
        /// How many there may be with an autoscaler.
        max: Option<At<u64>>,
        /// What one node has.
        allocatable: Amounts,
        /// What DaemonSets take of one node.
        overhead: Option<Amounts>,
        /// Node labels.
        labels: Vec<Label>,
        /// Node taints.
        taints: Vec<Taint>,
        /// The node.
        source: Source,
    }
    /// A node label.
    Label {
        /// Its key.
        key: String,
        /// Its value.
        value: String,
    }
    /// A node taint.
    Taint {
        /// Its key.
        key: String,
        /// Its value, often empty.
        value: String,
        /// What it does.
        effect: String,
    }
    /// Capacity held for a lane.
    Reserve {
        /// For whom.
        lane: At<String>,
        /// How much, shares worked out and rounded down.
        amount: Amounts,
        /// The shares of the capacity it was written as, by resource.
        shares: BTreeMap<String, String>,
        /// To whom it is lent meanwhile.
        lend: Option<Lend>,
        /// The node.
        source: Source,
    }
    /// A reserve lent to preemptible tiers.
    Lend {
        /// To whom.
        tiers: Vec<At<String>>,
        /// How long it takes to get it back.
        reclaim_within: At<String>,
        /// The node.
        source: Source,
    }
    /// How a cluster is reached.
    Cluster {
        /// Which kind of access.
        access: Access,
        /// The kubeconfig context, or the folder of an embedded cluster.
        name: Option<String>,
        /// Whether the rendered scheduler configuration is in use there.
        scheduler: At<Scheduler>,
        /// The node.
        source: Source,
    }
}

words! {
    /// Kinds of access to a cluster.
    Access: "context" "in-cluster" "embedded";
    /// Whose scheduler configuration a cluster has.
    Scheduler: "own" "default";
}

/// A region.
pub(super) fn region(at: &Places<'_>, region: &model::Region) -> Region {
    let model::Region { name, country, cities, zones, locations, has_cells: _, cluster, observed, span } =
        region;
    Region {
        name: name.to_string(),
        country: at.text(country),
        cities: cities.iter().map(|city| at.text(city)).collect(),
        zones: zones.iter().map(|zone| at.text(zone)).collect(),
        locations: locations.iter().map(|id| location(at, &at.model[*id])).collect(),
        cluster: cluster.as_ref().map(|c| one_cluster(at, c)),
        observed: observed.as_ref().map(|day| at.text(day)),
        source: at.source(*span),
    }
}

fn location(at: &Places<'_>, location: &model::Location) -> Location {
    let model::Location { region: _, cell, label, pools, occupied, capacity, reserves, cluster, span } =
        location;
    Location {
        name: label.clone(),
        cell: cell.as_ref().map(|cell| at.text(cell)),
        pools: pools.iter().map(|p| pool(at, p)).collect(),
        occupied: occupied.as_ref().map(|o| at.amounts(o.span, &o.value)),
        capacity: quantities(capacity),
        reserves: reserves.iter().map(|r| reserve(at, r)).collect(),
        cluster: cluster.as_ref().map(|c| one_cluster(at, c)),
        source: at.source(*span),
    }
}

/// Kubernetes quantities by resource.
fn quantities(resources: &Resources) -> BTreeMap<String, String> {
    resources.iter().map(|(name, amount)| (name.to_string(), name.format(i128::from(amount)))).collect()
}

fn pool(at: &Places<'_>, pool: &model::Pool) -> Pool {
    let model::Pool { name, count, max, allocatable, overhead, labels, taints, span } = pool;
    let taint = |taint: &model::Taint| {
        let model::Taint { key, value, effect } = taint.clone();
        Taint { key, value, effect }
    };
    Pool {
        name: name.clone(),
        count: at.at(count, |count| *count),
        max: max.map(|max| at.property(*span, "max", max)),
        allocatable: at.amounts(allocatable.span, &allocatable.value),
        overhead: overhead.as_ref().map(|o| at.amounts(o.span, &o.value)),
        labels: labels.iter().map(|(key, value)| Label { key: key.clone(), value: value.clone() }).collect(),
        taints: taints.iter().map(taint).collect(),
        source: at.source(*span),
    }
}

fn reserve(at: &Places<'_>, reserve: &model::Reserve) -> Reserve {
    let model::Reserve { lane, amount, declared, lend, span } = reserve;
    let shares = declared.iter().filter_map(|(resource, written)| match written.value {
        model::Declared::Share(share) => Some((resource.to_string(), share.to_string())),
        model::Declared::Amount(_) => None,
    });
    let place = |resource: &_| declared.iter().find(|(name, _)| name == resource).map(|(_, d)| d.span);
    Reserve {
        lane: at.argument(*span, 0, at.model[*lane].name.to_string()),
        amount: at.amounts_of(amount, place),
        shares: shares.collect(),
        lend: lend.as_ref().map(|lend| {
            let model::Lend { tiers, reclaim_within, span } = lend;
            Lend {
                tiers: tiers.iter().map(|tier| at.at(tier, |id| at.model[*id].name.to_string())).collect(),
                reclaim_within: at.property(*span, "reclaim-within", reclaim_within.to_string()),
                source: at.source(*span),
            }
        }),
        source: at.source(*span),
    }
}

fn one_cluster(at: &Places<'_>, cluster: &model::Cluster) -> Cluster {
    let model::Cluster { access, own_scheduler, span } = cluster;
    let (access, name) = match access {
        model::ClusterAccess::Context(name) => ("context", Some(name.clone())),
        model::ClusterAccess::InCluster => ("in-cluster", None),
        model::ClusterAccess::Embedded(folder) => ("embedded", Some(folder.clone())),
    };
    let scheduler = Scheduler(if *own_scheduler { "own" } else { "default" });
    Cluster {
        access: Access(access),
        name,
        scheduler: at.property(*span, "scheduler", scheduler),
        source: at.source(*span),
    }
}
