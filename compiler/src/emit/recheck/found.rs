//! What is found in the objects of a bundle when they are read back, and its sums.

use super::{RenderError, Sums, add, bug};
use crate::manifest::{self, Manifests};
use crate::model::Model;
use crate::span::FileId;
use seawall_schema::{Resource, keys};
use serde_json::Value;
use std::collections::BTreeMap;

/// Kind, namespace and name.
pub(super) type Key = (String, String, String);

/// Of an object what the sums need.
pub(in super::super) struct Found {
    pub(super) key: Key,
    /// What its replicas count for: `reserve L`, `workload W`, `standby W`.
    counts_for: Option<String>,
    /// Of one replica, each resource.
    each: Vec<u64>,
    replicas: Option<u64>,
    /// What it scales, and how far.
    scales: Option<(Key, u64)>,
    /// Whose limit it is, and each resource.
    limits: Option<(String, Vec<u64>)>,
    surge: Surge,
    /// Whether it is a tenant's own controller.
    pub(super) own: bool,
    /// Of a traffic record.
    pub(super) record: Option<Record>,
}

/// A traffic record.
pub(super) struct Record {
    pub(super) workload: String,
    pub(super) weighs: Weighs,
}

/// The weights that a record's endpoints add up to, and its steps.
pub(super) type Weighs = (String, Option<String>);

/// How many more replicas a rolling update may start.
enum Surge {
    Count(u64),
    Percent(u64),
}

impl Found {
    /// Reads an object back.
    pub(in super::super) fn read(model: &Model, path: &str, text: &str) -> Result<Self, RenderError> {
        let Manifests { mut objects, diagnostics, .. } = manifest::read(FileId(0), text);
        match (objects.pop(), diagnostics.is_empty()) {
            (Some(object), true) if objects.is_empty() => Ok(Self::of(model, &object.value)),
            _ => Err(bug(format!("objects in {path}"), "1".into(), (objects.len() + 1).to_string())),
        }
    }

    fn of(model: &Model, object: &Value) -> Self {
        let label = |name: &str| object["metadata"]["labels"][name].as_str().unwrap_or_default();
        let role = label(keys::ROLE);
        let counts_for = match role {
            "placeholder" => Some(format!("reserve {}", label(keys::LANE))),
            "workload" | "standby" => Some(format!("{role} {}", label(keys::WORKLOAD))),
            _ => None,
        };
        let each = |resource: &Resource| match (resource, role) {
            (Resource::Pods, "placeholder") => 0,
            (Resource::Pods, _) => 1,
            _ => requests(object, resource),
        };
        Found {
            key: key(object),
            each: match counts_for {
                Some(_) => model.resources.iter().map(each).collect(),
                None => Vec::new(),
            },
            counts_for,
            replicas: object.pointer("/spec/replicas").and_then(Value::as_u64),
            scales: autoscaled(object),
            limits: limits(model, object),
            surge: surge(object),
            own: role == "workload",
            record: (object["kind"] == "DNSEndpoint")
                .then(|| Record { workload: label(keys::WORKLOAD).to_owned(), weighs: weighs(object) }),
        }
    }

    /// The replicas it may come to: what an autoscaler allows, else what it says.
    fn most(&self, scaled: &Scaled<'_>) -> Option<u64> {
        self.replicas.or_else(|| scaled.get(&self.key).copied())
    }

    /// The same with what a rolling update of it may start, times what each replica asks for; in a tenant's quota.
    pub(super) fn with_surge(&self, scaled: &Scaled<'_>) -> Option<impl Iterator<Item = u128>> {
        let most = self.most(scaled)?;
        let surge = match self.surge {
            Surge::Count(count) => count,
            Surge::Percent(percent) => (most * percent).div_ceil(100),
        };
        Some(self.each.iter().map(move |each| u128::from(most + surge) * u128::from(*each)))
    }
}

fn key(object: &Value) -> Key {
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    (text("/kind"), text("/metadata/namespace"), text("/metadata/name"))
}

/// The sums in the objects: replicas × requests by workload and part, placeholders by lane, quotas by tenant.
pub(super) fn sums<'o>(model: &Model, objects: &[&'o Found]) -> Sums<'o> {
    let mut sums = Sums::new();
    let scaled = scaled(objects);
    for object in objects {
        if let Some((whose, amounts)) = &object.limits {
            add(&mut sums, whose, amounts.iter().map(|amount| u128::from(*amount)));
        }
        if let (Some(what), Some(replicas)) = (&object.counts_for, object.most(&scaled)) {
            add(&mut sums, what, object.each.iter().map(|each| u128::from(replicas) * u128::from(*each)));
        }
    }
    debug_assert!(sums.values().all(|sum| sum.len() == model.resources.len()));
    sums
}

/// The kind, namespace and name an autoscaler scales, and how far.
fn autoscaled(object: &Value) -> Option<(Key, u64)> {
    if object["kind"] != "HorizontalPodAutoscaler" {
        return None;
    }
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let target = (
        text("/spec/scaleTargetRef/kind")?,
        text("/metadata/namespace")?,
        text("/spec/scaleTargetRef/name")?,
    );
    Some((target, object.pointer("/spec/maxReplicas")?.as_u64()?))
}

fn weighs(record: &Value) -> Weighs {
    let endpoints = record["spec"]["endpoints"].as_array().into_iter().flatten();
    let weights = endpoints.flat_map(|endpoint| endpoint["providerSpecific"].as_array()).flatten();
    let weights = weights.filter(|property| property["name"] == keys::WEIGHT_PROPERTY);
    let weights: Vec<&str> = weights.filter_map(|property| property["value"].as_str()).collect();
    let steps = record["metadata"]["annotations"][keys::TRAFFIC_STEPS].as_str().map(str::to_owned);
    (weights.join("+"), steps)
}

/// Of one pod.
fn requests(object: &Value, resource: &Resource) -> u64 {
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
fn limits(model: &Model, object: &Value) -> Option<(String, Vec<u64>)> {
    let (kind, namespace, name) = key(object);
    if kind != "ResourceQuota" {
        return None;
    }
    let part = if name == "seawall-tiers" {
        "tiers"
    } else if name.starts_with("seawall-lane-") {
        "lanes"
    } else if name.starts_with("seawall-queue-") {
        "queues"
    } else {
        return None;
    };
    let limit = |resource: &Resource| {
        let field =
            if *resource == Resource::Pods { "pods".to_owned() } else { format!("requests.{resource}") };
        let amount = object["spec"]["hard"][field].as_str().and_then(|text| resource.parse(text).ok());
        amount.unwrap_or(0)
    };
    Some((format!("quota {part} {namespace}"), model.resources.iter().map(limit).collect()))
}

/// By its own strategy.
fn surge(object: &Value) -> Surge {
    if object["kind"] != "Deployment" || object["spec"]["strategy"]["type"] == "Recreate" {
        return Surge::Count(0);
    }
    match &object["spec"]["strategy"]["rollingUpdate"]["maxSurge"] {
        Value::Number(count) => Surge::Count(count.as_u64().unwrap_or(0)),
        Value::String(share) => Surge::Percent(share.trim_end_matches('%').parse().unwrap_or(0)),
        _ => Surge::Percent(25),
    }
}

/// How far autoscalers scale, by kind, namespace and name.
pub(super) type Scaled<'o> = BTreeMap<&'o Key, u64>;

/// All autoscalers' bounds.
pub(super) fn scaled<'o>(objects: &[&'o Found]) -> Scaled<'o> {
    objects.iter().filter_map(|object| object.scales.as_ref()).map(|(key, most)| (key, *most)).collect()
}
