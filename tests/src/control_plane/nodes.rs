//! Nodes that kwok plays: plain Node objects with room, zone, region and cell.

use serde_json::{Map, Value, json};

/// Some like nodes.
#[derive(Clone, Debug)]
pub struct NodePool {
    /// Prefix of their names.
    pub name: String,
    /// How many in each zone.
    pub count: usize,
    /// The region.
    pub region: String,
    /// The zones.
    pub zones: Vec<String>,
    /// The cell, where there is one.
    pub cell: Option<String>,
    /// Allocatable and capacity: `("cpu", "32")`.
    pub resources: Vec<(String, String)>,
}

/// A `List` of all nodes of `pools`.
pub(super) fn list(pools: &[NodePool]) -> Value {
    let nodes = pools.iter().flat_map(|pool| {
        pool.zones.iter().flat_map(move |zone| (0..pool.count).map(move |number| node(pool, zone, number)))
    });
    json!({"apiVersion": "v1", "kind": "List", "items": nodes.collect::<Vec<_>>()})
}

fn node(pool: &NodePool, zone: &str, number: usize) -> Value {
    let name = format!("{}-{zone}-{number}", pool.name);
    let room: Map<String, Value> =
        pool.resources.iter().map(|(name, amount)| (name.clone(), json!(amount))).collect();
    let mut labels = json!({
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "topology.kubernetes.io/region": pool.region,
        "topology.kubernetes.io/zone": zone,
        "type": "kwok",
    });
    if let Some(cell) = &pool.cell {
        labels["seawall.dev/cell"] = json!(cell);
    }
    json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "annotations": {"kwok.x-k8s.io/node": "fake"}},
        "status": {"allocatable": room, "capacity": room},
    })
}
