//! Residency: where work and data may be, in normal running and in every failover. Nothing overrides it.

use super::{about, destinations, region, words, workloads};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{Dataset, Link, Model, RegionId, Residency, Standby, To, Workload};
use crate::resolve::Draft;
use crate::span::Span;
use seawall_schema::Duration;
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
            let allowed = regions(model, |at| allows(model, residency, at));
            let finding = finding.label(residency.span, "must stay here").label(
                model[region].country.span,
                format!("`{}` lies in {}", model[region].name, model[region].country.value),
            );
            out.push(help(model, finding, &allowed));
        }
    }
}

/// Placement, standbys and destinations of workloads.
pub(super) fn work(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    for (index, workload, _) in workloads(draft).filter(|(_, _, doubt)| !doubt.data) {
        let bounds = bounds(model, workload);
        if bounds.is_empty() || nowhere(model, workload, &bounds, out) {
            continue;
        }
        let inside = inside(model, workload);
        for target in &workload.targets {
            let at = region(model, target.location);
            if inside.holds(model, at) {
                continue;
            }
            let message = format!("workload `{}` runs in {}", workload.name, placed(model, at));
            let finding = Diagnostic::new(&codes::PLACEMENT_OUTSIDE, message, target.city.span, "runs here");
            let finding = outside(model, at, &bounds, finding);
            out.push(about(draft, index, elsewhere(model, workload, &inside, None, finding)));
        }
        for to in destinations(workload) {
            let at = region(model, to.location);
            if inside.holds(model, at) {
                continue;
            }
            let (verb, label) = match to.standby.value {
                Standby::Cold => ("may fail over to", "may move here"),
                Standby::Hot | Standby::Warm => ("has standbys in", "waits here"),
            };
            let message = format!("workload `{}` {verb} {}", workload.name, placed(model, at));
            let finding = Diagnostic::new(&codes::FAILOVER_OUTSIDE, message, to.span, label);
            let finding = outside(model, at, &bounds, finding);
            out.push(about(draft, index, elsewhere(model, workload, &inside, Some(to), finding)));
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

/// Where a workload may be: countries, `None` where nothing binds it.
pub(super) struct Inside<'m>(Option<BTreeSet<&'m CountryCode>>);

impl Inside<'_> {
    /// Whether a region lies there.
    pub(super) fn holds(&self, model: &Model, region: RegionId) -> bool {
        lies_in(model, region, |country| self.0.as_ref().is_none_or(|all| all.contains(country)))
    }
}

/// Where all of a workload's residencies together let it be.
pub(super) fn inside<'m>(model: &'m Model, workload: &'m Workload) -> Inside<'m> {
    let mut bounds = bounds(model, workload).into_iter();
    let Some(first) = bounds.next() else { return Inside(None) };
    let mut common: BTreeSet<&CountryCode> = first.residency.countries.iter().collect();
    for bound in bounds {
        common.retain(|country| bound.residency.countries.contains(*country));
    }
    Inside(Some(common))
}

/// A residency whose names are all known.
fn known(residency: Option<&Residency>) -> Option<&Residency> {
    residency.filter(|residency| !residency.countries.is_empty())
}

fn allows(model: &Model, residency: &Residency, region: RegionId) -> bool {
    lies_in(model, region, |country| residency.countries.contains(country))
}

/// Whether a region's country is one of some; a region whose own was not understood is not judged.
fn lies_in(model: &Model, region: RegionId, holds: impl Fn(&CountryCode) -> bool) -> bool {
    let country = &model[region].country;
    !country.span.is_some() || holds(&country.value)
}

/// The regions that are allowed, in order.
fn regions(model: &Model, allowed: impl Fn(RegionId) -> bool) -> Vec<RegionId> {
    (0..).map(RegionId).take(model.regions.len()).filter(|region| allowed(*region)).collect()
}

/// Says which residencies are broken, and by which lines they bind.
fn outside(model: &Model, at: RegionId, bounds: &[Bound<'_>], mut finding: Diagnostic) -> Diagnostic {
    let broken: Vec<&Bound<'_>> = bounds.iter().filter(|bound| !allows(model, bound.residency, at)).collect();
    let Some(first) = broken.first() else { return finding };
    let reason = match first.dataset {
        Some((dataset, _)) => {
            format!("its dataset `{dataset}` must stay in {}", named(model, first.residency))
        }
        None => format!("it must stay in {}", named(model, first.residency)),
    };
    finding.message = format!("{}, and {reason}", finding.message);
    for bound in broken.iter().take(8) {
        finding = finding.label(bound.residency.span, "must stay here");
        if let Some((dataset, uses)) = bound.dataset {
            finding = finding.label(uses, format!("uses `{dataset}`"));
        }
    }
    finding.label(model[at].country.span, format!("`{}` lies in {}", model[at].name, model[at].country.value))
}

/// Proposes a region that is allowed: for a `to` one that holds a reserve for its lane and is not named yet, the nearest
/// to where the work runs.
fn elsewhere(
    model: &Model,
    workload: &Workload,
    inside: &Inside<'_>,
    to: Option<&To>,
    finding: Diagnostic,
) -> Diagnostic {
    let allowed = regions(model, |at| inside.holds(model, at));
    let Some(to) = to else { return help(model, finding, &allowed) };
    let named = |at: RegionId| destinations(workload).iter().any(|to| region(model, to.location) == at);
    let held = |at: RegionId| {
        let locations = model[at].locations.iter().map(|id| &model[*id]);
        locations.flat_map(|l| &l.reserves).any(|reserve| reserve.lane == to.lane.value)
    };
    let homes: BTreeSet<RegionId> = workload.targets.iter().map(|t| region(model, t.location)).collect();
    let far = |at: RegionId| {
        let joins =
            |link: &&Link| link.a == at && homes.contains(&link.b) || link.b == at && homes.contains(&link.a);
        model.links.iter().filter(joins).map(|link| link.rtt).min().unwrap_or(Duration::from_millis(u64::MAX))
    };
    let free = allowed.iter().copied().filter(|at| !named(*at) && !homes.contains(at));
    let Some(best) = free.min_by_key(|at| (!held(*at), far(*at))) else {
        return help(model, finding, &allowed);
    };
    let (name, lane) = (&model[best].name, &model[to.lane.value].name);
    finding.help(match held(best) {
        true => format!("did you mean `{name}`? it lies there, and holds a reserve for lane `{lane}`"),
        false => format!("`{name}` lies there, and would need a `reserve {lane} …`"),
    })
}

/// Residencies that have no country in common leave a workload nowhere to be.
fn nowhere(model: &Model, workload: &Workload, bounds: &[Bound<'_>], out: &mut Diagnostics) -> bool {
    if inside(model, workload).0.is_none_or(|common| !common.is_empty()) {
        return false;
    }
    let message =
        format!("workload `{}` may be nowhere: its residencies have no country in common", workload.name);
    let mut finding = Diagnostic::new(&codes::RESIDENCY_EMPTY, message, workload.name_span, "may be nowhere");
    for bound in bounds.iter().take(8) {
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
    match names.len() {
        0..=8 => names.join(" or "),
        more => format!("{} or {} others", names[..8].join(", "), more - 8),
    }
}

fn help(model: &Model, finding: Diagnostic, allowed: &[RegionId]) -> Diagnostic {
    let mut names: Vec<String> =
        allowed.iter().take(8).map(|region| format!("`{}`", model[*region].name)).collect();
    if allowed.len() > names.len() {
        names.push(format!("{} more", allowed.len() - names.len()));
    }
    if names.is_empty() {
        return finding.help("no region lies there");
    }
    finding.help(format!("allowed: {}; no declaration overrides residency", words(&names)))
}
