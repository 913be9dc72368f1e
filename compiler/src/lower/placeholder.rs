//! Placeholders: pause Deployments that hold the room of reserves until a lane needs it.
//!
//! Together they are the reserve less the standbys that stand in it. A lent reserve has none: its room is in use, and the
//! tenants' quotas guard it. While an event is in force they give up what the assignment puts on the reserve.

use super::context::moves_to;
use super::names;
use super::pod::toleration;
use super::shape::{Run, cut, freed};
use super::{Context, LoweredObject, standbys};
use crate::model::*;
use seawall_schema::object::Phase;
use seawall_schema::{Resource, Resources, keys};
use serde_json::{Map, Value, json};

const PAUSE: &str = "registry.k8s.io/pause:3.10";

pub(super) fn placeholders(context: &Context<'_>) -> Vec<LoweredObject> {
    let mut made = Vec::new();
    for (id, location) in context.locations() {
        for (index, reserve) in location.reserves.iter().enumerate() {
            if reserve.lend.is_none() {
                made.extend(of_reserve(context, id, location, index, reserve));
            }
        }
    }
    made
}

fn of_reserve(
    context: &Context<'_>,
    id: LocationId,
    location: &Location,
    index: usize,
    reserve: &Reserve,
) -> Vec<LoweredObject> {
    let runs = cut(&location.pools, &held(context, id, index, &|_| true));
    let gone = freed(&runs, &needed(context, id, index, reserve));
    let name = name(context, location, index, reserve);
    let numbered = runs.iter().zip(gone).enumerate();
    numbered
        .map(|(number, (run, gone))| {
            let name = if number == 0 { name.clone() } else { format!("{name}-{}", number + 1) };
            deployment(context, location, reserve, &name, run, run.count - gone)
        })
        .collect()
}

fn name(context: &Context<'_>, location: &Location, index: usize, reserve: &Reserve) -> String {
    let mut name = format!("reserve-{}", context.model[reserve.lane].name);
    if let Some(cell) = &location.cell {
        name = format!("{name}-{}", cell.value);
    }
    let before = location.reserves[..index].iter().filter(|r| r.lane == reserve.lane).count();
    if before > 0 { format!("{name}-no-{}", before + 1) } else { name }
}

/// Of a reserve what is not taken by standbys of the sources that `counts` lets through. Several reserves of one lane are
/// filled in the order in which they are declared.
fn held(
    context: &Context<'_>,
    id: LocationId,
    index: usize,
    counts: &dyn Fn(LocationId) -> bool,
) -> Resources {
    let reserves = &context.model[id].reserves;
    let reserve = &reserves[index];
    let mut held = Resources::default();
    for (resource, amount) in reserve.amount.iter() {
        let standing = standing(context, id, reserve.lane, resource, counts);
        let earlier = reserves[..index].iter().filter(|r| r.lane == reserve.lane);
        let filled = earlier.map(|r| r.amount.get(resource)).fold(0, u64::saturating_add);
        held.set(resource.clone(), amount.saturating_sub(standing.saturating_sub(filled)));
    }
    held
}

fn standing(
    context: &Context<'_>,
    id: LocationId,
    lane: LaneId,
    resource: &Resource,
    counts: &dyn Fn(LocationId) -> bool,
) -> u64 {
    let of_workload = |w: &Workload| {
        let here = moves_to(w).filter(|to| to.location == id && to.lane.value == lane);
        let replicas: u64 = here.map(|to| standbys(w, to, counts)).sum();
        replicas.saturating_mul(w.request.value.get(resource))
    };
    context.workloads().map(|(_, w)| of_workload(w)).fold(0, u64::saturating_add)
}

/// What the placeholders of a reserve must give up now, of what they hold in normal running: the room of the work that
/// arrives, less the room of standbys whose place it takes. A lane that does not draw on its reserve puts nothing there.
fn needed(context: &Context<'_>, id: LocationId, index: usize, reserve: &Reserve) -> Resources {
    let model = context.model;
    let mut needed = Resources::default();
    let untouched = context.now.failed.contains(&id) || !model[reserve.lane].reserve;
    if context.now.event.is_none() || untouched {
        return needed;
    }
    let stands = |source: LocationId| !context.now.displaces(source);
    for (resource, normal) in held(context, id, index, &|_| true).iter() {
        let available = held(context, id, index, &stands).get(resource);
        let arriving: u64 = (context.now.moves.iter())
            .filter(|m| m.destination == id && m.lane == reserve.lane)
            .map(|m| {
                let replicas = u64::try_from(m.replicas).unwrap_or(u64::MAX);
                replicas.saturating_mul(model[m.workload].request.value.get(resource))
            })
            .fold(0, u64::saturating_add);
        let earlier = model[id].reserves[..index].iter().enumerate().filter(|(_, r)| r.lane == reserve.lane);
        let spent =
            earlier.map(|(i, _)| held(context, id, i, &stands).get(resource)).fold(0, u64::saturating_add);
        let left = available - available.min(arriving.saturating_sub(spent));
        needed.set(resource.clone(), normal.saturating_sub(left));
    }
    needed
}

fn deployment(
    context: &Context<'_>,
    location: &Location,
    reserve: &Reserve,
    name: &str,
    run: &Run,
    replicas: u64,
) -> LoweredObject {
    let lane = context.model[reserve.lane].name.as_str();
    let pool = &location.pools[run.pool];
    let mut labels = vec![(keys::ROLE, "placeholder"), (keys::LANE, lane)];
    if let Some(cell) = &location.cell {
        labels.push((keys::CELL, cell.value.as_str()));
    }
    let selector =
        json!({ "matchLabels": { "app.kubernetes.io/instance": name, keys::ROLE: "placeholder" } });
    let mut pod_labels = context.pod_labels(&labels);
    pod_labels.insert("app.kubernetes.io/instance".into(), json!(name));
    let pod_labels = super::context::sorted(pod_labels);
    let value = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": context.metadata(name, Some(keys::RESERVES_NAMESPACE), &labels),
        "spec": {
            "replicas": replicas,
            "revisionHistoryLimit": 1,
            "selector": selector,
            // A new shape replaces the old one inside the room it holds.
            "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 0, "maxUnavailable": "25%" } },
            "template": {
                "metadata": { "labels": pod_labels },
                "spec": pod(location, pool, &selector, &run.shape),
            },
        },
    });
    let mut spans = vec![reserve.span];
    if context.now.moves.iter().any(|m| m.lane == reserve.lane) {
        spans.extend(context.now.span());
    }
    LoweredObject::new(value, vec![reserve.span])
        .in_phase(Phase::Reserves)
        .from("/spec/replicas", spans)
        .from("/spec/template/spec/containers/0/resources", [reserve.span, pool.span])
        .from("/spec/template/spec/priorityClassName", [reserve.span])
}

fn pod(location: &Location, pool: &Pool, selector: &Value, shape: &Resources) -> Value {
    let amounts = |wanted: &dyn Fn(&Resource) -> bool| -> Map<String, Value> {
        let some = shape.iter().filter(|(k, _)| wanted(k));
        some.map(|(k, amount)| (k.as_str().to_owned(), json!(k.format(amount.into())))).collect()
    };
    let mut resources = json!({ "requests": amounts(&|_| true) });
    let limits = amounts(&|k| matches!(k, Resource::Extended(_)));
    if !limits.is_empty() {
        resources["limits"] = Value::Object(limits);
    }
    let mut node: Map<_, _> = pool.labels.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    if let Some(cell) = &location.cell {
        node.insert(keys::CELL.into(), json!(cell.value.as_str()));
    }
    let mut spec = json!({
        "priorityClassName": names::placeholder_class().name,
        "terminationGracePeriodSeconds": 0,
        "automountServiceAccountToken": false,
        "enableServiceLinks": false,
    });
    if !node.is_empty() {
        spec["nodeSelector"] = Value::Object(super::context::sorted(node));
    }
    if !pool.taints.is_empty() {
        spec["tolerations"] = pool.taints.iter().map(toleration).collect();
    }
    // Held anywhere is better than not held.
    spec["topologySpreadConstraints"] = json!([{
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": selector,
        "nodeTaintsPolicy": "Honor",
    }]);
    spec["containers"] = json!([{ "name": "pause", "image": PAUSE, "resources": resources }]);
    spec
}
