//! Findings of the proof that only follow from a rule's finding: where the rule's is mended, they are too.
//!
//! Takes a finding of the proof and the rules' findings, gives whether it is left out. Invariant: one is left out only if
//! every workload it is about was reported by a rule that explains it.

use crate::diagnostic::{Code, Diagnostic, Diagnostics, registry as codes};
use crate::resolve::Notes;
use crate::span::Span;
use std::collections::BTreeSet;

/// What explains that work has nowhere to go in a failure.
static NO_WAY_OUT: &[&Code] =
    &[&codes::NO_OTHER_PLACE, &codes::NO_RESERVE, &codes::FAILOVER_MISSING, &codes::FAILOVER_OUTSIDE];
/// What explains that standbys find no reserve to stand in.
static NOTHING_HELD: &[&Code] = &[&codes::NO_RESERVE];
/// What explains that work reaches no copy of its data.
static NO_COPY: &[&Code] = &[&codes::RPO_EXCEEDED];

/// Whether a finding of the proof follows from findings of the rules.
pub(super) fn follows(finding: &Diagnostic, ruled: &Diagnostics, notes: &Notes) -> bool {
    let causes = match finding.code.id {
        id if id == codes::SCENARIO_REFUTED.id => NO_WAY_OUT,
        id if id == codes::DATA_OUT_OF_REACH.id => NO_COPY,
        id if id == codes::STANDBYS_EXCEED.id => NOTHING_HELD,
        _ => return false,
    };
    let about: BTreeSet<usize> = finding.labels.iter().filter_map(|label| owner(label.span, notes)).collect();
    let explained: BTreeSet<usize> = ruled
        .iter()
        .filter(|cause| causes.iter().any(|code| code.id == cause.code.id))
        .flat_map(|cause| cause.labels.iter().filter(|label| label.primary))
        .filter_map(|label| owner(label.span, notes))
        .collect();
    !about.is_empty() && about.is_subset(&explained)
}

/// The workload whose node a place lies in.
fn owner(span: Span, notes: &Notes) -> Option<usize> {
    let holds =
        |extent: &Span| extent.file == span.file && extent.start <= span.start && span.end <= extent.end;
    notes.extents.iter().position(holds)
}
