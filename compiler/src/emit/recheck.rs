//! Reads a bundle back from its YAML and compares its sums with the model's.
//!
//! Takes the files as they will be written; counts replicas × requests, placeholders and quotas in them with the reader
//! that reads the team's manifests, and works out the same sums from the model by the formulas of design page 03. Shares
//! no code with the lowering but those formulas' inputs. A difference is a bug of the compiler.

use super::RenderError;
use super::bundle::Tree;
use crate::lower::Bundle;
use crate::manifest;
use crate::model::*;
use crate::proof::{Move, Proof, Verdict};
use crate::span::FileId;
use seawall_schema::bundle::{BundleFile, PhaseFile};
use seawall_schema::{Resource, keys};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Checks the base and every overlay of a bundle.
pub(super) fn bundle(
    model: &Model,
    proof: &Proof,
    bundle: &Bundle,
    file: &BundleFile,
    tree: &Tree,
) -> Result<(), RenderError> {
    let base = read(tree, &file.phases)?;
    compare(model, bundle, "base", &base, &Scene::default())?;
    for (name, event) in &file.events {
        let mut objects = base.clone();
        for path in &event.removed {
            let gone = read_one(tree, path)?;
            objects.retain(|object| key(object) != key(&gone));
        }
        let changed = read(tree, &event.phases)?;
        let keys: BTreeSet<_> = changed.iter().map(key).collect();
        objects.retain(|object| !keys.contains(&key(object)));
        objects.extend(changed);
        let scene = Scene::of(proof, &event.scenario);
        compare(model, bundle, &format!("event {name}"), &objects, &scene)?;
    }
    Ok(())
}

/// What is the case, straight from the proof.
#[derive(Default)]
struct Scene<'p> {
    away: BTreeSet<LocationId>,
    failed: BTreeSet<LocationId>,
    moves: &'p [Move],
}

impl<'p> Scene<'p> {
    fn of(proof: &'p Proof, name: &str) -> Self {
        let Some(outcome) = proof.scenarios.iter().find(|o| o.scenario.name == name) else {
            return Self::default();
        };
        let failed: BTreeSet<_> = outcome.scenario.failed.iter().copied().collect();
        let drained = outcome.scenario.drained.iter().map(|(location, _)| *location);
        match &outcome.verdict {
            Verdict::Survivable(plan) => {
                Self { away: failed.iter().copied().chain(drained).collect(), failed, moves: &plan.moves }
            }
            // Nothing is placed, so nothing changes.
            Verdict::Refuted(_) | Verdict::Undecided => Self::default(),
        }
    }
}

fn key(object: &Value) -> (String, String, String) {
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    (text("/kind"), text("/metadata/namespace"), text("/metadata/name"))
}

fn read(tree: &Tree, phases: &[PhaseFile]) -> Result<Vec<Value>, RenderError> {
    phases.iter().flat_map(|phase| &phase.objects).map(|path| read_one(tree, path)).collect()
}

fn read_one(tree: &Tree, path: &str) -> Result<Value, RenderError> {
    let text = tree.get(path).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    let (mut objects, findings) = manifest::read(FileId(0), text);
    match (objects.pop(), findings.is_empty()) {
        (Some(object), true) if objects.is_empty() => Ok(object.value),
        _ => Err(bug(format!("objects in {path}"), "1".into(), (objects.len() + 1).to_string())),
    }
}

fn bug(what: String, model: String, rendered: String) -> RenderError {
    RenderError::CompilerBug { bundle: String::new(), what, model, rendered }
}

type Sums = BTreeMap<String, BTreeMap<Resource, u128>>;

fn add(sums: &mut Sums, name: String, resource: &Resource, amount: u128) {
    if amount > 0 {
        *sums.entry(name).or_default().entry(resource.clone()).or_default() += amount;
    }
}

fn compare(
    model: &Model,
    bundle: &Bundle,
    when: &str,
    objects: &[Value],
    scene: &Scene<'_>,
) -> Result<(), RenderError> {
    let rendered = found(model, objects);
    let modelled = expected(model, bundle, scene);
    for name in modelled.keys().chain(rendered.keys()).collect::<BTreeSet<_>>() {
        for resource in &model.resources {
            let of = |sums: &Sums| sums.get(name).and_then(|s| s.get(resource)).copied().unwrap_or(0);
            let (model_sum, rendered_sum) = (of(&modelled), of(&rendered));
            // While an event is in force whole nodes are freed, so that placeholders may hold less than is left.
            let looser = name.starts_with("reserve") && !scene.away.is_empty();
            if model_sum != rendered_sum && !(looser && rendered_sum < model_sum) {
                let show = |sum: u128| resource.format(i128::try_from(sum).unwrap_or(i128::MAX));
                let what = format!("{when}: {resource} of {name}");
                return Err(bug(what, show(model_sum), show(rendered_sum)));
            }
        }
    }
    Ok(())
}

/// The sums in the objects: replicas × requests by workload and part, placeholders by lane, quotas by tenant.
fn found(model: &Model, objects: &[Value]) -> Sums {
    let mut sums = Sums::new();
    let scaled: BTreeMap<_, _> = objects.iter().filter_map(autoscaled).collect();
    for object in objects {
        let label = |name: &str| object["metadata"]["labels"][name].as_str().unwrap_or_default().to_owned();
        let replicas = object.pointer("/spec/replicas").and_then(Value::as_u64);
        let (kind, namespace, name) = key(object);
        let replicas = replicas.or_else(|| scaled.get(&(namespace, kind.clone(), name)).copied());
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

fn requests(object: &Value, resource: &Resource) -> u64 {
    let spec = &object["spec"]["template"]["spec"];
    let list = |name: &str| spec[name].as_array().cloned().unwrap_or_default();
    let sidecars = list("initContainers").into_iter().filter(|c| c["restartPolicy"] == "Always");
    let amount = |container: &Value| match &container["resources"]["requests"][resource.as_str()] {
        Value::String(text) => resource.parse(text).unwrap_or(0),
        Value::Number(number) => resource.parse(&number.to_string()).unwrap_or(0),
        _ => 0,
    };
    list("containers").into_iter().chain(sidecars).map(|container| amount(&container)).sum()
}

/// The same sums from the model.
fn expected(model: &Model, bundle: &Bundle, scene: &Scene<'_>) -> Sums {
    let mut sums = Sums::new();
    for (index, workload) in model.workloads.iter().enumerate().filter(|(_, w)| w.mode == Mode::Own) {
        for location in &bundle.locations {
            let here = workload.targets.iter().filter(|t| t.location == *location);
            let own: u64 = here.map(Target::proved_replicas).sum();
            let guests = guests(model, WorkloadId(index as u32), workload, *location, scene);
            let part = if own > 0 || runs_at(workload, *location) { "workload" } else { "standby" };
            for (resource, each) in workload.request.value.iter() {
                let amount = (u128::from(own) + guests) * u128::from(each);
                add(&mut sums, format!("{part} {}", workload.name), resource, amount);
            }
        }
    }
    for location in &bundle.locations {
        placeholders(model, *location, scene, &mut sums);
    }
    sums
}

fn runs_at(workload: &Workload, location: LocationId) -> bool {
    workload.targets.iter().any(|t| t.location == location)
}

fn destinations(workload: &Workload) -> &[To] {
    match &workload.failover {
        Failover::Moves(moves) => &moves.to,
        Failover::Lowest | Failover::None { .. } => &[],
    }
}

/// Standbys of sources that stand, and what arrives.
fn guests(
    model: &Model,
    id: WorkloadId,
    workload: &Workload,
    location: LocationId,
    scene: &Scene<'_>,
) -> u128 {
    let waiting: u128 = destinations(workload)
        .iter()
        .filter(|to| to.location == location)
        .map(|to| standing(model, workload, to, &scene.away))
        .sum();
    let arriving: i128 = scene
        .moves
        .iter()
        .filter(|m| m.workload == id && m.destination == location)
        .map(|m| m.replicas)
        .sum();
    waiting + u128::try_from(arriving).unwrap_or(0)
}

/// `v` of page 03: `ceil(warm × ceil(share × ceil(n × degraded)))`, summed over the other locations that stand.
fn standing(model: &Model, workload: &Workload, to: &To, away: &BTreeSet<LocationId>) -> u128 {
    let Failover::Moves(moves) = &workload.failover else { return 0 };
    let mut sum = 0;
    for index in 0..model.locations.len() {
        let source = LocationId(index as u32);
        if source == to.location || away.contains(&source) {
            continue;
        }
        let here = workload.targets.iter().filter(|t| t.location == source);
        let n: u64 = here.map(Target::proved_replicas).sum();
        let share = to.share.value.ceil_of(moves.degraded.value.ceil_of(i128::from(n)));
        sum += u128::try_from(to.warm.value.ceil_of(share)).unwrap_or(0);
    }
    sum
}

/// Reserves that are not lent, less the standbys in them, less what arrives on them; by lane, since reserves of one lane
/// at one location are filled in order.
fn placeholders(model: &Model, location: LocationId, scene: &Scene<'_>, sums: &mut Sums) {
    let failed = scene.failed.contains(&location);
    let none = BTreeSet::new();
    let away = if failed { &none } else { &scene.away };
    let mut taken: BTreeMap<(LaneId, Resource), u128> = BTreeMap::new();
    for reserve in &model[location].reserves {
        for (resource, amount) in reserve.amount.iter().filter(|(k, _)| **k != Resource::Pods) {
            let key = (reserve.lane, resource.clone());
            let taken = taken
                .entry(key)
                .or_insert_with(|| demand(model, location, reserve.lane, resource, scene, away));
            let here = u128::from(amount).min(*taken);
            *taken -= here;
            if reserve.lend.is_none() {
                add(
                    sums,
                    format!("reserve {}", model[reserve.lane].name),
                    resource,
                    u128::from(amount) - here,
                );
            }
        }
    }
}

fn demand(
    model: &Model,
    location: LocationId,
    lane: LaneId,
    resource: &Resource,
    scene: &Scene<'_>,
    away: &BTreeSet<LocationId>,
) -> u128 {
    let mut total = 0;
    for workload in &model.workloads {
        let each = u128::from(workload.request.value.get(resource));
        let here =
            destinations(workload).iter().filter(|to| to.location == location && to.lane.value == lane);
        total += here.map(|to| standing(model, workload, to, away)).sum::<u128>() * each;
    }
    if !scene.failed.contains(&location) {
        for moved in scene.moves.iter().filter(|m| m.destination == location && m.lane == lane) {
            let each = u128::from(model[moved.workload].request.value.get(resource));
            total += u128::try_from(moved.replicas).unwrap_or(0) * each;
        }
    }
    total
}
