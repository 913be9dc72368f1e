//! A destination holds a copy of what the work uses that is fresh enough.

use super::{about, region, words, workloads};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{Dataset, Model, RegionId, Replica, To};
use crate::resolve::Draft;
use crate::span::Spanned;
use seawall_schema::Duration;
use std::collections::BTreeSet;

/// Checks every `rpo=` at every destination.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    for (index, workload, _) in workloads(draft) {
        if workload.uses.iter().all(|uses| uses.rpo.is_none()) {
            continue;
        }
        let allowed: Vec<&To> = super::allowed(model, workload).collect();
        for uses in &workload.uses {
            let (Some(rpo), dataset) = (uses.rpo, &model[uses.dataset]) else { continue };
            let mut seen: BTreeSet<RegionId> = BTreeSet::new();
            let vague = draft.notes.datasets.get(uses.dataset.index()).copied().unwrap_or(false);
            if vague || super::residency::misplaced(model, dataset) {
                continue;
            }
            for to in &allowed {
                let at = region(model, to.location);
                let Some(problem) = stale(dataset, at, rpo).filter(|_| seen.insert(at)) else { continue };
                let place = &model[at].name;
                let (message, copy) = match problem {
                    Stale::Absent => (
                        format!(
                            "workload `{}` moves to `{place}`, which holds no copy of `{}` within {}",
                            workload.name, dataset.name, rpo.value
                        ),
                        None,
                    ),
                    Stale::Late(copy) => (
                        format!(
                            "workload `{}` moves to `{place}`, whose copy of `{}` is up to {} behind, and its rpo is {}",
                            workload.name, dataset.name, copy.lag, rpo.value
                        ),
                        Some(copy),
                    ),
                };
                let finding = Diagnostic::new(&codes::RPO_EXCEEDED, message, to.span, "moves here");
                let mut finding = finding.label(rpo.span, format!("{} at most", rpo.value));
                finding = match copy {
                    Some(copy) => finding.label(copy.span, format!("{} behind", copy.lag)),
                    None => finding.label(dataset.span, "the dataset"),
                };
                out.push(about(draft, index, finding.help(fresh(model, dataset, rpo))));
            }
        }
    }
}

enum Stale<'m> {
    Absent,
    Late(&'m Replica),
}

fn stale(dataset: &Dataset, region: RegionId, rpo: Spanned<Duration>) -> Option<Stale<'_>> {
    if dataset.home.value == region {
        return None;
    }
    match dataset.replicas.iter().find(|replica| replica.region == region) {
        Some(replica) if replica.lag <= rpo.value => None,
        Some(replica) => Some(Stale::Late(replica)),
        None => Some(Stale::Absent),
    }
}

fn fresh(model: &Model, dataset: &Dataset, rpo: Spanned<Duration>) -> String {
    let copies =
        dataset.replicas.iter().filter(|replica| replica.lag <= rpo.value).map(|replica| replica.region);
    let names: Vec<String> = std::iter::once(dataset.home.value)
        .chain(copies)
        .map(|region| format!("`{}`", model[region].name))
        .collect();
    format!("fresh enough: {}; or add a `replica` with a lag of at most {}", words(&names), rpo.value)
}
