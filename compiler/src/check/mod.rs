//! Rules over the model, one file a rule, and the static list of them.
//!
//! Takes a draft, gives findings, and the proof where the model is whole. Invariant: a rule reports only what stands on
//! lines that were understood; where the draft has doubts, it is silent.

pub mod capacity;
mod destinations;
mod follows;
mod health;
mod lanes;
mod manifests;
mod needs;
mod quotas;
mod residency;
mod rpo;
mod rto;
mod state;
mod survive;
mod tiers;
mod unused;

use crate::diagnostic::{Diagnostics, registry as codes};
use crate::model::{Failover, LocationId, Model, To, Workload};
use crate::proof::Proof;
use crate::resolve::{Doubt, Draft};

/// A rule.
pub type Rule = fn(&Draft, &mut Diagnostics);

/// Every rule, in the order in which they run; adding one is adding a file and a line.
pub static RULES: &[Rule] = &[
    tiers::check,
    lanes::preempting,
    lanes::lending,
    survive::check,
    residency::data,
    residency::work,
    destinations::said,
    destinations::elsewhere,
    destinations::held,
    rto::check,
    rpo::check,
    needs::check,
    health::check,
    manifests::twice,
    manifests::references,
    state::check,
    state::names,
    quotas::check,
    unused::check,
];

/// Runs all rules; proves what can be proved.
pub fn check(draft: &Draft, out: &mut Diagnostics) -> Option<Proof> {
    let mut ruled = Diagnostics::default();
    for rule in RULES {
        rule(draft, &mut ruled);
    }
    // Sets of more regions than there are would only be counted in vain.
    let countable = !ruled.iter().any(|d| d.code.id == codes::SURVIVE_TOO_MANY.id);
    let proof = (draft.notes.whole && countable).then(|| crate::proof::prove(&draft.model));
    if let Some(proof) = &proof {
        let mut proved = Diagnostics::default();
        capacity::check(&draft.model, proof, &mut proved);
        for finding in proved.into_sorted() {
            if !follows::follows(&finding, &ruled, &draft.notes) {
                out.push(finding);
            }
        }
    }
    out.extend(ruled);
    proof
}

/// Workloads and what is not certain about them.
fn workloads(draft: &Draft) -> impl Iterator<Item = (&Workload, Doubt)> {
    let doubts = draft.notes.workloads.iter().copied().chain(std::iter::repeat(Doubt::default()));
    draft.model.workloads.iter().zip(doubts)
}

/// A workload's destinations.
fn destinations(workload: &Workload) -> &[To] {
    match &workload.failover {
        Failover::Moves(moves) => &moves.to,
        Failover::None { .. } | Failover::Lowest => &[],
    }
}

/// A workload's destinations that residency allows; of the others that alone is reported.
fn allowed<'m>(model: &'m Model, workload: &'m Workload) -> impl Iterator<Item = &'m To> {
    let binds = residency::binds(model, workload);
    let legal = move |to: &&To| !binds || !residency::forbids(model, workload, region(model, to.location));
    destinations(workload).iter().filter(legal)
}

/// Names in words: `a`, `a and b`, `a, b and c`.
fn words<T: AsRef<str>>(names: &[T]) -> String {
    match names {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first = first.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", ");
            format!("{first} and {}", last.as_ref())
        }
    }
}

/// The region of a location.
fn region(model: &Model, location: LocationId) -> crate::model::RegionId {
    model[location].region
}
