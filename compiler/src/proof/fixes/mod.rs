//! Changes that mend a refuted scenario, each proved again before it is offered.
//!
//! Takes the model, its proof and a witness with the scenarios it refutes, gives changes in words and, where they have one
//! place, as edits. Invariant: with any one of them made, those scenarios are survivable, and nothing that held before is
//! broken.

mod data;
mod nodes;
mod pools;
mod work;

pub(super) use nodes::with_nodes;
pub(super) use pools::reserve_edits;

use super::effort::Effort;
use super::{DemandOf, Proof, Verdict, Witness, WitnessKind, prove_within};
use crate::diagnostic::Edit;
use crate::model::{Model, WorkloadId};
use seawall_schema::Resource;
use std::cell::Cell;

/// Scenarios × workloads beyond which no fixes are looked for: each candidate is a whole proof.
const LIMIT: usize = 40_000;
/// Scenarios × workloads that may be proved again for one witness.
const WORK: usize = 400_000;
/// Steps of the exact solver after which nothing more is tried for one witness.
const STEPS: u64 = 30_000_000;
/// Fixes that are offered for one witness.
const OFFERED: usize = 4;

/// A change that mends what a witness refutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// As a person makes it: what to write, and where.
    pub words: String,
    /// The same as edits; none where it is written in more places than one.
    pub edits: Vec<Edit>,
    /// How much of a location, or of work, it takes, in thousandths: smaller ones come first among their like.
    size: i128,
}

/// Up to four repairs: what a destination gives first, then other ways for the work, then less of it; of each kind the
/// smallest first.
pub fn suggest(model: &Model, proof: &Proof, witness: &Witness, scenarios: &[&str]) -> Vec<Repair> {
    searched(model, proof, witness, scenarios).0
}

/// The repairs, and the steps that their proofs took.
pub(super) fn searched(
    model: &Model,
    proof: &Proof,
    witness: &Witness,
    scenarios: &[&str],
) -> (Vec<Repair>, u64) {
    let size = proof.scenarios.len().saturating_mul(model.workloads.len()).max(1);
    if size > LIMIT {
        return (Vec::new(), 0);
    }
    let left = Cell::new((WORK / size).clamp(16, 200));
    let search = Search { model, proof, witness, scenarios, left, steps: Cell::new(0) };
    let kinds: [&dyn Fn() -> Vec<Repair>; 8] = [
        &|| search.data(),
        &|| search.reserves(),
        &|| search.burst().into_iter().collect(),
        &|| search.lends(),
        &|| search.shares(),
        &|| search.destinations(),
        &|| search.degraded(),
        &|| search.nodes(),
    ];
    let mut found: Vec<Repair> = Vec::new();
    for kind in kinds {
        if found.len() < OFFERED {
            let mut more = kind();
            more.sort_by_key(|repair| repair.size);
            // Two of a kind are a choice; more would hide the other kinds, of which data have one alone.
            let most = if witness.kind == WitnessKind::Data { OFFERED } else { 2 };
            found.extend(more.into_iter().take(most));
        }
    }
    found.truncate(OFFERED);
    (found, search.steps.get())
}

struct Search<'a> {
    model: &'a Model,
    proof: &'a Proof,
    witness: &'a Witness,
    scenarios: &'a [&'a str],
    /// Proofs that may still be made.
    left: Cell<usize>,
    /// Steps that their searches took.
    steps: Cell<u64>,
}

impl Search<'_> {
    /// Whether a changed model mends all the scenarios and breaks nothing; else the first witness among them.
    fn mends(&self, changed: &Model) -> Result<(), Option<Box<Witness>>> {
        self.left.set(self.left.get().checked_sub(1).ok_or(None)?);
        if self.steps.get() > STEPS {
            return Err(None);
        }
        let (after, steps) = prove_within(changed, Effort::trial());
        self.steps.set(self.steps.get().saturating_add(steps));
        if after.normal.violations.len() > self.proof.normal.violations.len() {
            return Err(None);
        }
        for (before, after) in self.proof.scenarios.iter().zip(&after.scenarios) {
            let wanted = self.scenarios.contains(&after.scenario.name.as_str());
            match &after.verdict {
                Verdict::Survivable(_) => {}
                Verdict::Refuted(witness) if wanted => return Err(Some(witness.clone())),
                _ if wanted || matches!(before.verdict, Verdict::Survivable(_)) => return Err(None),
                _ => {}
            }
        }
        Ok(())
    }

    /// The least number between `fails` and `works` with which the change mends; what lies above a number that does is
    /// taken to do as well.
    fn least(&self, most: u64, change: &dyn Fn(u64) -> Model) -> Option<u64> {
        let (mut fails, mut works) = (0, most);
        self.mends(&change(works)).ok()?;
        while works - fails > 1 {
            let middle = fails.midpoint(works);
            if self.mends(&change(middle)).is_ok() { works = middle } else { fails = middle }
        }
        Some(works)
    }

    /// Workloads of the witness, those with the largest demand first.
    fn workloads(&self) -> Vec<WorkloadId> {
        let mut lines: Vec<_> = self.witness.demands.iter().filter(|d| d.of == DemandOf::Workload).collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.amount));
        let id = |name: &str| self.model.workloads.iter().position(|w| w.name.as_str() == name);
        let mut found: Vec<WorkloadId> = Vec::new();
        for w in lines.iter().filter_map(|line| id(&line.name)).map(|w| WorkloadId(w as u32)) {
            if !found.contains(&w) {
                found.push(w);
            }
        }
        found.truncate(4);
        found
    }
}

/// `cpu=137`, `memory="64Gi"`, `resource="nvidia.com/gpu=8"`.
pub(super) fn amount_words(resource: &Resource, amount: u64) -> String {
    let amount = resource.format(amount.into());
    match resource {
        Resource::Extended(name) => format!("resource=\"{name}={amount}\""),
        _ if amount.bytes().all(|b| b.is_ascii_digit()) => format!("{resource}={amount}"),
        _ => format!("{resource}=\"{amount}\""),
    }
}
