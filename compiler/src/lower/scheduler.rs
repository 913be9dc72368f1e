//! The region's KubeSchedulerConfiguration: spread over zones by default, a profile for each cell, and one that packs.
//!
//! Pods name a profile only where the policy says that the region runs this configuration (`scheduler=own`).

use super::{LoweredObject, Place};
use crate::model::*;
use seawall_schema::keys;
use serde_json::{Value, json};

/// The profile for work at a location; preemptible work packs, services spread.
pub(crate) fn profile(location: &Location, packs: bool) -> String {
    match (&location.cell, packs) {
        (Some(cell), false) => format!("seawall-{}", cell.value),
        (Some(cell), true) => format!("seawall-{}-pack", cell.value),
        (None, false) => "default-scheduler".to_owned(),
        (None, true) => "seawall-pack".to_owned(),
    }
}

pub(super) fn configuration(model: &Model, place: &Place) -> LoweredObject {
    let region = &model[place.region];
    let resources: Vec<_> = (model.resources.iter())
        .filter(|k| !matches!(k, seawall_schema::Resource::Pods))
        .filter(|k| place.locations.iter().any(|l| model[*l].capacity.get(k) > 0))
        .map(|k| json!({ "name": k.as_str(), "weight": 1 }))
        .collect();
    let make = |name: String, packs: bool, cell: Option<&str>| {
        let mut config = vec![spread(), fit(packs, &resources)];
        config.extend(cell.map(affinity));
        json!({ "schedulerName": name, "pluginConfig": config })
    };
    let mut profiles = vec![make("default-scheduler".to_owned(), false, None)];
    let mut spans = Vec::new();
    for id in &place.locations {
        let location = &model[*id];
        let cell = location.cell.as_ref().map(|c| c.value.as_str());
        for packs in [false, true] {
            if cell.is_some() || packs {
                spans.push((profiles.len(), location.span));
                profiles.push(make(profile(location, packs), packs, cell));
            }
        }
    }
    let value = json!({
        "apiVersion": "kubescheduler.config.k8s.io/v1",
        "kind": "KubeSchedulerConfiguration",
        "profiles": profiles,
    });
    let mut made = LoweredObject::new(value, vec![region.span]);
    for (index, span) in spans {
        made = made.from(&format!("/profiles/{index}"), [span]);
    }
    made
}

/// What says nothing of its own is spread over zones.
fn spread() -> Value {
    json!({
        "name": "PodTopologySpread",
        "args": {
            "defaultingType": "List",
            "defaultConstraints": [{
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
            }],
        },
    })
}

fn fit(packs: bool, resources: &[Value]) -> Value {
    let kind = if packs { "MostAllocated" } else { "LeastAllocated" };
    json!({
        "name": "NodeResourcesFit",
        "args": { "scoringStrategy": { "type": kind, "resources": resources } },
    })
}

fn affinity(cell: &str) -> Value {
    let of_cell = json!({ "key": keys::CELL, "operator": "In", "values": [cell] });
    json!({
        "name": "NodeAffinity",
        "args": {
            "addedAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {
                    "nodeSelectorTerms": [{ "matchExpressions": [of_cell] }],
                },
            },
        },
    })
}
