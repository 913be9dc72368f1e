//! Reads a bundle back from its YAML and compares its sums with the model's.
//!
//! Takes the files as they will be written; counts replicas × requests, placeholders, quotas and weights of traffic in them
//! with the reader that reads the team's manifests, and works out the same from the model by the formulas of design page
//! 03. Shares no code with the lowering but those formulas' inputs. A difference is a bug of the compiler.
//! Invariant: of an object that was read back no more is kept than the sums need.

mod found;
mod modelled;
mod traffic;

pub(super) use found::Found;

use super::RenderError;
use crate::lower::Bundle;
use crate::model::*;
use crate::proof::{Move, Proof, Verdict};
use found::Key;
use modelled::Here;
use seawall_schema::Share;
use seawall_schema::bundle::EventFile;
use std::collections::{BTreeMap, BTreeSet};

/// A bundle that is compared: its base, and then one overlay after the other.
pub(super) struct Recheck<'a> {
    model: &'a Model,
    proof: &'a Proof,
    here: Here<'a>,
    base: Vec<Found>,
    /// Of objects of the base, which of them they are.
    by_path: BTreeMap<&'a str, usize>,
}

impl<'a> Recheck<'a> {
    /// Takes the base as it was read back, and its paths.
    pub(super) fn new(
        model: &'a Model,
        proof: &'a Proof,
        bundle: &Bundle<'_>,
        paths: &'a [String],
        base: Vec<Found>,
    ) -> Self {
        let here = Here::new(model, bundle);
        Self { model, proof, here, base, by_path: paths.iter().map(String::as_str).zip(0..).collect() }
    }

    /// Checks the base.
    pub(super) fn base(&self) -> Result<(), RenderError> {
        self.compare("base", &self.base.iter().collect::<Vec<_>>(), &Scene::default())
    }

    /// Checks an overlay over the base; `filled` is what moves in it where nothing was proved.
    pub(super) fn event(
        &self,
        name: &str,
        event: &EventFile,
        changed: &[Found],
        filled: &[Move],
    ) -> Result<(), RenderError> {
        let removed = event.removed.iter().filter_map(|path| self.by_path.get(path.as_str()));
        let replaced: BTreeSet<&Key> =
            changed.iter().chain(removed.map(|at| &self.base[*at])).map(|found| &found.key).collect();
        let kept = self.base.iter().filter(|found| !replaced.contains(&found.key));
        let objects: Vec<&Found> = kept.chain(changed).collect();
        let scene = Scene::of(self.proof, &event.scenario, filled);
        self.compare(&format!("event {name}"), &objects, &scene)
    }

    fn compare(&self, when: &str, objects: &[&Found], scene: &Scene<'_>) -> Result<(), RenderError> {
        let rendered = found::sums(self.model, objects);
        let modelled = modelled::sums(&self.here, objects, scene);
        for name in modelled.keys().chain(rendered.keys()).collect::<BTreeSet<_>>() {
            for (k, resource) in self.model.resources.iter().enumerate() {
                let of = |sums: &Sums<'_>| sums.get(*name).and_then(|s| s.get(k)).copied().unwrap_or(0);
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
        traffic::compare(&self.here, when, objects, scene)
    }
}

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

fn bug(what: String, model: String, rendered: String) -> RenderError {
    RenderError::CompilerBug { bundle: String::new(), what, model, rendered }
}

/// By what is counted, an amount of each resource.
type Sums<'n> = BTreeMap<&'n str, Vec<u128>>;

/// Adds to the sum of a name; nothing is there where all is 0.
fn add<'n>(sums: &mut Sums<'n>, name: &'n str, amounts: impl Iterator<Item = u128>) {
    let amounts: Vec<u128> = amounts.collect();
    if amounts.iter().any(|amount| *amount > 0) {
        let sum = sums.entry(name).or_insert_with(|| vec![0; amounts.len()]);
        sum.iter_mut().zip(amounts).for_each(|(sum, more)| *sum += more);
    }
}
