//! Rules over the model, one file a rule, and the static list of them.
//!
//! Takes a draft, gives findings, and the proof where the model is whole. Invariant: a rule reports only what stands on
//! lines that were understood; where the draft has doubts, it is silent.

mod beside;
pub mod capacity;
mod clusters;
mod counted;
mod derived;
mod destinations;
mod extent;
mod follows;
mod health;
mod hosts;
mod jobs;
mod lanes;
mod manifests;
mod namespaces;
mod needs;
mod normal;
mod offered;
mod quotas;
mod references;
mod residency;
mod rpo;
pub(crate) mod rto;
mod selectors;
mod state;
mod survive;
mod tiers;
mod unused;
mod waves;

use crate::diagnostic::{Diagnostic, Diagnostics, Label, registry as codes};
use crate::manifest::scaled;
use crate::model::{Content, Failover, LocationId, ManifestObject, Model, To, Workload};
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
    clusters::check,
    waves::check,
    residency::data,
    residency::work,
    destinations::said,
    destinations::elsewhere,
    destinations::held,
    rto::check,
    rpo::check,
    needs::check,
    health::check,
    hosts::check,
    jobs::check,
    offered::check,
    manifests::twice,
    counted::check,
    beside::autoscalers,
    beside::budgets,
    selectors::check,
    namespaces::check,
    references::check,
    state::zones,
    state::regions,
    derived::stateful,
    derived::services,
    derived::collisions,
    derived::orders,
    unused::check,
];

/// Runs all rules; proves what can be proved, and where repairs are wanted looks for what mends the rest.
pub fn check(draft: &Draft, repairs: bool, out: &mut Diagnostics) -> Option<Proof> {
    let mut ruled = Diagnostics::default();
    for rule in RULES {
        rule(draft, &mut ruled);
    }
    // Sets of more regions than there are would only be counted in vain.
    let countable = !ruled.iter().any(|d| d.code.id == codes::SURVIVE_TOO_MANY.id);
    let provable = draft.notes.whole && countable && extent::check(&draft.model, &mut ruled);
    let proof = provable.then(|| crate::proof::prove(&draft.model));
    quotas::check(draft, proof.as_ref(), &mut ruled);
    if let Some(proof) = &proof {
        let mut proved = Diagnostics::default();
        capacity::check(&draft.model, proof, repairs, &mut proved);
        let explained = follows::Explained::new(&ruled, &draft.notes);
        for finding in proved.into_sorted().into_iter().filter(|finding| !explained.holds(finding)) {
            out.push(finding);
        }
    }
    out.extend(ruled);
    proof
}

/// Workloads with their index and what is not certain about them.
fn workloads(draft: &Draft) -> impl Iterator<Item = (usize, &Workload, Doubt)> {
    let doubts = draft.notes.workloads.iter().copied().chain(std::iter::repeat(Doubt::default()));
    draft
        .model
        .workloads
        .iter()
        .zip(doubts)
        .enumerate()
        .map(|(index, (workload, doubt))| (index, workload, doubt))
}

/// A workload's destinations.
fn destinations(workload: &Workload) -> &[To] {
    match &workload.failover {
        Failover::Moves(moves) => &moves.to,
        Failover::None { .. } | Failover::Lowest => &[],
    }
}

/// The objects of a workload's manifests.
fn objects<'m>(model: &'m Model, workload: &'m Workload) -> impl Iterator<Item = &'m ManifestObject> + Clone {
    let files = match &workload.content {
        Content::Manifests { files, .. } => &files[..],
        Content::Container(_) => &[],
    };
    files.iter().flat_map(|file| &model[*file].objects)
}

/// The object whose replicas a workload's targets count.
fn scaled_of<'m>(model: &'m Model, workload: &'m Workload) -> Option<&'m ManifestObject> {
    scaled(objects(model, workload), workload.name.as_str())
}

/// A workload's destinations that residency allows; of the others that alone is reported.
fn allowed<'m>(model: &'m Model, workload: &'m Workload) -> impl Iterator<Item = &'m To> {
    let inside = residency::inside(model, workload);
    destinations(workload).iter().filter(move |to| inside.holds(model, region(model, to.location)))
}

/// A finding about a workload: where none of its lines is the workload's own, as it is by class, the workload is shown too.
fn about(draft: &Draft, index: usize, finding: Diagnostic) -> Diagnostic {
    let (Some(workload), Some(own)) = (draft.model.workloads.get(index), draft.notes.extents.get(index))
    else {
        return finding;
    };
    let inside = |label: &Label| {
        label.span.file == own.file && own.start <= label.span.start && label.span.end <= own.end
    };
    if finding.labels.iter().any(inside) {
        return finding;
    }
    finding.label(workload.name_span, format!("`{}` takes it from its class", workload.name))
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
