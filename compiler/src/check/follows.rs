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

/// Workloads that rules reported, by what their findings explain.
pub(super) struct Explained {
    /// Extents of workloads in the order of their places, each with its index.
    extents: Vec<(Span, usize)>,
    by: Vec<(&'static [&'static Code], BTreeSet<usize>)>,
}

impl Explained {
    /// From the rules' findings.
    pub(super) fn new(ruled: &Diagnostics, notes: &Notes) -> Self {
        let mut extents: Vec<(Span, usize)> = notes.extents.iter().copied().zip(0..).collect();
        extents.sort_unstable();
        let mut explained = Self { extents, by: Vec::new() };
        for causes in [NO_WAY_OUT, NOTHING_HELD, NO_COPY] {
            let of = ruled.iter().filter(|cause| causes.iter().any(|code| code.id == cause.code.id));
            let about = of.flat_map(|cause| explained.about(cause)).collect();
            explained.by.push((causes, about));
        }
        explained
    }

    /// Whether a finding of the proof follows from findings of the rules.
    pub(super) fn holds(&self, finding: &Diagnostic) -> bool {
        let causes = match finding.code.id {
            id if id == codes::SCENARIO_REFUTED.id => NO_WAY_OUT,
            id if id == codes::DATA_OUT_OF_REACH.id => NO_COPY,
            id if id == codes::STANDBYS_EXCEED.id => NOTHING_HELD,
            _ => return false,
        };
        let Some((_, explained)) = self.by.iter().find(|(of, _)| std::ptr::eq(*of, causes)) else {
            return false;
        };
        let about = self.about(finding);
        !about.is_empty() && about.is_subset(explained)
    }

    /// The workloads whose nodes the labels of a finding lie in.
    fn about(&self, finding: &Diagnostic) -> BTreeSet<usize> {
        finding.labels.iter().filter_map(|label| self.owner(label.span)).collect()
    }

    fn owner(&self, span: Span) -> Option<usize> {
        let after = self
            .extents
            .partition_point(|(extent, _)| (extent.file, extent.start) <= (span.file, span.start));
        let (extent, index) = self.extents.get(after.checked_sub(1)?)?;
        let holds = extent.file == span.file && span.end <= extent.end;
        holds.then_some(*index)
    }
}
