//! Reads a bundle back from its YAML and compares its sums with the model's.
//!
//! Takes the files as they will be written; counts replicas × requests, placeholders, quotas and weights of traffic in them
//! with the reader that reads the team's manifests, and works out the same from the model by the formulas of design page
//! 03. Shares no code with the lowering but those formulas' inputs. A difference is a bug of the compiler.

mod found;
mod modelled;
mod traffic;

use super::RenderError;
use super::bundle::Tree;
use crate::lower::Bundle;
use crate::manifest;
use crate::model::*;
use crate::proof::{Move, Proof, Verdict};
use crate::span::FileId;
use seawall_schema::bundle::{BundleFile, PhaseFile};
use seawall_schema::{Resource, Share};
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
    let keyed: Vec<(Key, &Value)> = base.iter().map(|object| (key(object), object)).collect();
    compare(model, bundle, "base", &base.iter().collect::<Vec<_>>(), &Scene::default())?;
    for (name, event) in &file.events {
        let changed = read(tree, &event.phases)?;
        let removed = event.removed.iter().map(|path| read_one(tree, path)).collect::<Result<Vec<_>, _>>()?;
        let replaced: BTreeSet<Key> = changed.iter().chain(&removed).map(key).collect();
        let kept = keyed.iter().filter(|(key, _)| !replaced.contains(key)).map(|(_, object)| *object);
        let objects: Vec<&Value> = kept.chain(&changed).collect();
        let filled = bundle.overlays.iter().find(|overlay| overlay.name == *name);
        let scene = Scene::of(proof, &event.scenario, filled.map_or(&[], |overlay| &overlay.moves));
        compare(model, bundle, &format!("event {name}"), &objects, &scene)?;
    }
    Ok(())
}

/// Kind, namespace and name.
type Key = (String, String, String);

/// What is the case, straight from the proof.
#[derive(Default)]
struct Scene<'p> {
    /// Whether an event is in force.
    event: bool,
    away: BTreeSet<LocationId>,
    failed: BTreeSet<LocationId>,
    drained: BTreeMap<LocationId, Share>,
    moves: &'p [Move],
    /// Replicas that arrive, by workload and destination.
    arriving: BTreeMap<(WorkloadId, LocationId), i128>,
}

impl<'p> Scene<'p> {
    fn of(proof: &'p Proof, name: &str, filled: &'p [Move]) -> Self {
        let Some(outcome) = proof.scenarios.iter().find(|o| o.scenario.name == name) else {
            return Self::default();
        };
        let failed: BTreeSet<_> = outcome.scenario.failed.iter().copied().collect();
        let drained: BTreeMap<_, _> = outcome.scenario.drained.iter().copied().collect();
        let moves = match &outcome.verdict {
            Verdict::Survivable(plan) => &plan.moves,
            // Nothing was proved; what is there instead is the lowering's own.
            Verdict::Refuted(_) | Verdict::Undecided => filled,
        };
        let mut arriving = BTreeMap::new();
        for moved in moves {
            *arriving.entry((moved.workload, moved.destination)).or_insert(0) += moved.replicas;
        }
        let away = failed.iter().chain(drained.keys()).copied().collect();
        Self { event: true, away, failed, drained, moves, arriving }
    }
}

fn key(object: &Value) -> Key {
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
    objects: &[&Value],
    scene: &Scene<'_>,
) -> Result<(), RenderError> {
    let rendered = found::sums(model, objects);
    let modelled = modelled::sums(model, bundle, objects, scene);
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
    traffic::compare(model, bundle, when, objects, scene)
}
