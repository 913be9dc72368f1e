//! The sums in the objects of a bundle, as they were read back.

use super::{Sums, add, key};
use crate::model::Model;
use seawall_schema::{Resource, keys};
use serde_json::Value;
use std::collections::BTreeMap;

/// The sums in the objects: replicas × requests by workload and part, placeholders by lane, quotas by tenant.
pub(super) fn sums(model: &Model, objects: &[&Value]) -> Sums {
    let mut sums = Sums::new();
    let scaled = scaled(objects);
    for object in objects {
        quota(model, object, &mut sums);
        let label = |name: &str| object["metadata"]["labels"][name].as_str().unwrap_or_default().to_owned();
        let replicas = most(object, &scaled);
        let role = label(keys::ROLE);
        let who = match role.as_str() {
            "placeholder" => format!("reserve {}", label(keys::LANE)),
            "workload" | "standby" => format!("{role} {}", label(keys::WORKLOAD)),
            _ => continue,
        };
        let Some(replicas) = replicas else { continue };
        for resource in &model.resources {
            let each = match (resource, role.as_str()) {
                (Resource::Pods, "placeholder") => 0,
                (Resource::Pods, _) => 1,
                _ => requests(object, resource),
            };
            add(&mut sums, who.clone(), resource, u128::from(replicas) * u128::from(each));
        }
    }
    sums
}

/// The namespace, kind and name an autoscaler scales, and how far.
fn autoscaled(object: &Value) -> Option<((String, String, String), u64)> {
    if object["kind"] != "HorizontalPodAutoscaler" {
        return None;
    }
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let target = (
        text("/metadata/namespace")?,
        text("/spec/scaleTargetRef/kind")?,
        text("/spec/scaleTargetRef/name")?,
    );
    Some((target, object.pointer("/spec/maxReplicas")?.as_u64()?))
}

/// Of one pod.
pub(super) fn requests(object: &Value, resource: &Resource) -> u64 {
    let spec = &object["spec"]["template"]["spec"];
    let list = |name: &str| spec[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let sidecars = list("initContainers").iter().filter(|c| c["restartPolicy"] == "Always");
    let amount = |container: &Value| match &container["resources"]["requests"][resource.as_str()] {
        Value::String(text) => resource.parse(text).unwrap_or(0),
        Value::Number(number) => resource.parse(&number.to_string()).unwrap_or(0),
        _ => 0,
    };
    list("containers").iter().chain(sidecars).map(amount).sum()
}

/// A quota's limits, under the quota's own name.
fn quota(model: &Model, object: &Value, sums: &mut Sums) {
    let (kind, namespace, name) = key(object);
    let counted =
        name == "seawall-tiers" || name.starts_with("seawall-lane-") || name.starts_with("seawall-queue-");
    if kind != "ResourceQuota" || !counted {
        return;
    }
    let part = if name == "seawall-tiers" {
        "tiers"
    } else if name.starts_with("seawall-lane-") {
        "lanes"
    } else {
        "queues"
    };
    for resource in &model.resources {
        let field =
            if *resource == Resource::Pods { "pods".to_owned() } else { format!("requests.{resource}") };
        let amount = object["spec"]["hard"][field].as_str().and_then(|text| resource.parse(text).ok());
        add(sums, format!("quota {part} {namespace}"), resource, amount.unwrap_or(0).into());
    }
}

/// The replicas an object may come to and how many more a rolling update of it may start, by its own strategy.
pub(super) fn with_surge(object: &Value, most: u64) -> u64 {
    if object["kind"] != "Deployment" || object["spec"]["strategy"]["type"] == "Recreate" {
        return most;
    }
    let surge = match &object["spec"]["strategy"]["rollingUpdate"]["maxSurge"] {
        Value::Number(count) => count.as_u64().unwrap_or(0),
        Value::String(share) => {
            let percent: u64 = share.trim_end_matches('%').parse().unwrap_or(0);
            (most * percent).div_ceil(100)
        }
        _ => most.div_ceil(4),
    };
    most + surge
}

/// The replicas an object may come to: what an autoscaler allows, else what it says.
pub(super) fn most(object: &Value, scaled: &Scaled) -> Option<u64> {
    let (kind, namespace, name) = key(object);
    let said = object.pointer("/spec/replicas").and_then(Value::as_u64);
    said.or_else(|| scaled.get(&(namespace, kind, name)).copied())
}

/// How far autoscalers scale, by namespace, kind and name.
pub(super) type Scaled = BTreeMap<(String, String, String), u64>;

/// All autoscalers' bounds.
pub(super) fn scaled(objects: &[&Value]) -> Scaled {
    objects.iter().filter_map(|object| autoscaled(object)).collect()
}
