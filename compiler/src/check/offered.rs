//! Extended resources that work asks for, or that are held or limited, are those of some node.

use super::{about, words};
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::Model;
use crate::resolve::Draft;
use crate::span::Span;
use seawall_schema::{Resource, Resources};
use std::collections::{BTreeMap, BTreeSet};

/// Extended resources of the fleet that no node has.
pub(super) fn nowhere(model: &Model) -> BTreeSet<Resource> {
    let offered = offered(model);
    let extended = model.resources.iter().filter(|resource| matches!(resource, Resource::Extended(_)));
    extended.filter(|resource| !offered.contains(resource)).cloned().collect()
}

fn offered(model: &Model) -> BTreeSet<&Resource> {
    let pools = model.locations.iter().flat_map(|location| &location.pools);
    pools.flat_map(|pool| pool.allocatable.value.iter().map(|(resource, _)| resource)).collect()
}

/// Checks every place that names a resource, one finding a name.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    let unknown = nowhere(model);
    if unknown.is_empty() || draft.notes.absent || draft.notes.locations.iter().any(|doubt| *doubt) {
        return;
    }
    let mut places: BTreeMap<&Resource, BTreeSet<Span>> = BTreeMap::new();
    let named = |amount: &Resources, at: Span| {
        let known = amount.iter().filter_map(|(resource, _)| unknown.get(resource));
        known.map(|resource| (resource, at)).collect::<Vec<_>>()
    };
    let mut note = |found: Vec<(_, Span)>| {
        for (resource, at) in found {
            places.entry(resource).or_default().insert(at);
        }
    };
    model.workloads.iter().for_each(|w| note(named(&w.request.value, w.request.span)));
    model.jobs.iter().for_each(|j| note(named(&j.request.value, j.request.span)));
    model.queues.iter().flat_map(|q| &q.quotas).for_each(|q| note(named(&q.amount, q.span)));
    model.tenants.iter().flat_map(|t| &t.quotas).for_each(|q| note(named(&q.amount, q.span)));
    model.tenants.iter().filter_map(|t| t.burst.as_ref()).for_each(|b| note(named(&b.value, b.span)));
    for (resource, at) in model.locations.iter().flat_map(|l| &l.reserves).flat_map(|r| &r.declared) {
        note(unknown.get(resource).map(|resource| (resource, at.span)).into_iter().collect());
    }
    let known: Vec<&str> = offered(model)
        .into_iter()
        .filter(|resource| matches!(resource, Resource::Extended(_)))
        .map(Resource::as_str)
        .collect();
    for (resource, spans) in places {
        out.push(finding(draft, resource, &spans, &known));
    }
}

fn finding(draft: &Draft, resource: &Resource, spans: &BTreeSet<Span>, known: &[&str]) -> Diagnostic {
    let mut spans = spans.iter().copied();
    let message = format!("no node has a resource `{resource}`");
    let first = spans.next().unwrap_or(Span::NONE);
    let mut finding = Diagnostic::new(&codes::UNDEFINED_NAME, message, first, "named here");
    for span in spans.take(8) {
        finding = finding.label(span, "and here");
    }
    let help = match nearest(resource.as_str(), known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => {
            format!("add `resource=\"{resource}=…\"` to the `allocatable` of a node pool")
        }
        None => {
            let known: Vec<String> = known.iter().take(8).map(|name| format!("`{name}`")).collect();
            format!("nodes have {}", words(&known))
        }
    };
    let owner = draft.model.workloads.iter().position(|w| w.request.span == first).unwrap_or(usize::MAX);
    about(draft, owner, finding.help(help))
}
