//! Residency: where work and data may be, in normal running and in every failover. Nothing overrides it.

use super::{destinations, region, words, workloads};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{Dataset, Model, RegionId, Residency, Standby, Workload};
use crate::resolve::Draft;
use crate::span::Span;
use seawall_schema::name::CountryCode;
use std::collections::BTreeSet;

/// A dataset's own home and copies.
pub(super) fn data(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    for dataset in &model.datasets {
        let Some(residency) = known(dataset.residency.as_ref()) else { continue };
        let home = std::iter::once((dataset.home.value, dataset.home.span, "home"));
        let copies = dataset.replicas.iter().map(|r| (r.region, r.span, "copy"));
        for (region, span, what) in
            home.chain(copies).filter(|(region, ..)| !allows(model, residency, *region))
        {
            let message = format!(
                "dataset `{}` has a {what} in {}, and must stay in {}",
                dataset.name,
                placed(model, region),
                named(model, residency)
            );
            let finding = Diagnostic::new(
                &codes::DATA_OUTSIDE,
                message,
                span,
                format!("in {}", model[region].country.value),
            );
            out.push(help(model, finding.label(residency.span, "must stay here"), &[residency]));
        }
    }
}

/// Placement, standbys and destinations of workloads.
pub(super) fn work(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    for (workload, _) in workloads(draft).filter(|(_, doubt)| !doubt.data) {
        let bounds = bounds(model, workload);
        if bounds.is_empty() || nowhere(model, workload, &bounds, out) {
            continue;
        }
        for target in &workload.targets {
            let at = region(model, target.location);
            let message = format!("workload `{}` runs in {}", workload.name, placed(model, at));
            let finding = Diagnostic::new(&codes::PLACEMENT_OUTSIDE, message, target.city.span, "runs here");
            outside(model, at, &bounds, finding, out);
        }
        for to in destinations(workload) {
            let at = region(model, to.location);
            let (verb, label) = match to.standby.value {
                Standby::Cold => ("may fail over to", "may move here"),
                Standby::Hot | Standby::Warm => ("has standbys in", "waits here"),
            };
            let message = format!("workload `{}` {verb} {}", workload.name, placed(model, at));
            let finding = Diagnostic::new(&codes::FAILOVER_OUTSIDE, message, to.span, label);
            outside(model, at, &bounds, finding, out);
        }
    }
}

/// A residency that binds a workload, and by which dataset where not by its own line.
struct Bound<'m> {
    residency: &'m Residency,
    dataset: Option<(&'m str, Span)>,
}

fn bounds<'m>(model: &'m Model, workload: &'m Workload) -> Vec<Bound<'m>> {
    let own = known(workload.residency.as_ref()).map(|residency| Bound { residency, dataset: None });
    let data = workload.uses.iter().filter_map(|uses| {
        let dataset = &model[uses.dataset];
        let residency = known(dataset.residency.as_ref())?;
        Some(Bound { residency, dataset: Some((dataset.name.as_str(), uses.span)) })
    });
    own.into_iter().chain(data).collect()
}

/// Whether a dataset has a copy outside its residency: where its copies will be is then not known.
pub(super) fn misplaced(model: &Model, dataset: &Dataset) -> bool {
    let Some(residency) = known(dataset.residency.as_ref()) else { return false };
    let copies = dataset.replicas.iter().map(|replica| replica.region);
    std::iter::once(dataset.home.value).chain(copies).any(|region| !allows(model, residency, region))
}

/// Whether any residency binds a workload.
pub(super) fn binds(model: &Model, workload: &Workload) -> bool {
    !bounds(model, workload).is_empty()
}

/// Whether a region is outside what any of a workload's residencies allows.
pub(super) fn forbids(model: &Model, workload: &Workload, region: RegionId) -> bool {
    bounds(model, workload).iter().any(|bound| !allows(model, bound.residency, region))
}

/// A residency whose names are all known.
fn known(residency: Option<&Residency>) -> Option<&Residency> {
    residency.filter(|residency| !residency.countries.is_empty())
}

/// A region whose own country was not understood is not judged.
fn allows(model: &Model, residency: &Residency, region: RegionId) -> bool {
    let country = &model[region].country;
    !country.span.is_some() || residency.countries.contains(&country.value)
}

fn outside(model: &Model, at: RegionId, bounds: &[Bound<'_>], finding: Diagnostic, out: &mut Diagnostics) {
    let broken: Vec<&Bound<'_>> = bounds.iter().filter(|bound| !allows(model, bound.residency, at)).collect();
    let Some(first) = broken.first() else { return };
    let mut finding = finding;
    let reason = match first.dataset {
        Some((dataset, _)) => {
            format!("its dataset `{dataset}` must stay in {}", named(model, first.residency))
        }
        None => format!("it must stay in {}", named(model, first.residency)),
    };
    finding.message = format!("{}, and {reason}", finding.message);
    for bound in &broken {
        finding = finding.label(bound.residency.span, "must stay here");
        if let Some((dataset, uses)) = bound.dataset {
            finding = finding.label(uses, format!("uses `{dataset}`"));
        }
    }
    finding = finding
        .label(model[at].country.span, format!("`{}` lies in {}", model[at].name, model[at].country.value));
    let residencies: Vec<&Residency> = bounds.iter().map(|bound| bound.residency).collect();
    out.push(help(model, finding, &residencies));
}

/// Residencies that have no country in common leave a workload nowhere to be.
fn nowhere(model: &Model, workload: &Workload, bounds: &[Bound<'_>], out: &mut Diagnostics) -> bool {
    let mut common: BTreeSet<&CountryCode> = bounds[0].residency.countries.iter().collect();
    for bound in &bounds[1..] {
        common.retain(|country| bound.residency.countries.contains(*country));
    }
    if !common.is_empty() {
        return false;
    }
    let message =
        format!("workload `{}` may be nowhere: its residencies have no country in common", workload.name);
    let mut finding = Diagnostic::new(&codes::RESIDENCY_EMPTY, message, workload.name_span, "may be nowhere");
    for bound in bounds {
        finding = finding.label(bound.residency.span, format!("only in {}", named(model, bound.residency)));
        if let Some((dataset, uses)) = bound.dataset {
            finding = finding.label(uses, format!("uses `{dataset}`"));
        }
    }
    out.push(finding.help("the residencies of a workload and of its datasets all hold at once"));
    true
}

fn placed(model: &Model, region: RegionId) -> String {
    format!("`{}` ({})", model[region].name, model[region].country.value)
}

fn named(model: &Model, residency: &Residency) -> String {
    let names: Vec<&str> = residency.jurisdictions.iter().map(|j| model[j.value].name.as_str()).collect();
    names.join(" or ")
}

fn help(model: &Model, finding: Diagnostic, residencies: &[&Residency]) -> Diagnostic {
    let inside = (0..).map(RegionId).take(model.regions.len());
    let inside =
        inside.filter(|region| residencies.iter().all(|residency| allows(model, residency, *region)));
    let names: Vec<String> = inside.map(|region| format!("`{}`", model[region].name)).collect();
    if names.is_empty() {
        return finding.help("no region lies there");
    }
    finding.help(format!("allowed: {}; no declaration overrides residency", words(&names)))
}
