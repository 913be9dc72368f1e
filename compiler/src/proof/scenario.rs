//! The list of scenarios that a fleet asks to survive, in its fixed order.
//!
//! Takes the model, gives scenarios: sets of regions by size and then by name, cells, zones, events by name. Invariant:
//! no name stands twice; a zone asked for twice is held to the stronger form.

use super::{Scenario, ScenarioKind};
use crate::model::{Boundary, EventId, Model, RegionId, Survive};
use crate::span::Span;

/// Most sets of regions that are listed one by one.
const SET_LIMIT: usize = 200_000;

/// All scenarios, and whether there are more sets of regions than are listed.
pub(super) fn list(model: &Model) -> (Vec<Scenario>, Option<Span>) {
    let mut scenarios = Vec::new();
    let too_many = regions(model, &mut scenarios);
    cells(model, &mut scenarios);
    zones(model, &mut scenarios);
    events(model, &mut scenarios);
    (scenarios, too_many)
}

/// Stands for the sets of regions beyond those that are listed.
pub(super) fn unlisted(span: Span) -> Scenario {
    scenario(format!("regions:more-than-{SET_LIMIT}"), ScenarioKind::Regions, span)
}

fn asked(model: &Model, boundary: Boundary) -> impl Iterator<Item = &Survive> {
    model.fleet.survive.iter().filter(move |s| s.boundary == boundary && s.count > 0)
}

fn scenario(name: String, kind: ScenarioKind, span: Span) -> Scenario {
    Scenario { name, kind, failed: Vec::new(), drained: Vec::new(), may_lose: Vec::new(), span }
}

fn regions(model: &Model, out: &mut Vec<Scenario>) -> Option<Span> {
    let survive = asked(model, Boundary::Region).max_by_key(|s| s.count)?;
    let most = (survive.count as usize).min(model.regions.len().saturating_sub(1));
    for size in 1..=most {
        let mut set: Vec<usize> = (0..size).collect();
        loop {
            if out.len() == SET_LIMIT {
                return Some(survive.span);
            }
            out.push(region_set(model, &set, survive.span));
            if !advance(&mut set, model.regions.len()) {
                break;
            }
        }
    }
    None
}

/// The next set of the same size in lexicographic order.
fn advance(set: &mut [usize], of: usize) -> bool {
    let size = set.len();
    let Some(at) = (0..size).rev().find(|at| set[*at] < of - size + at) else { return false };
    set[at] += 1;
    for next in at + 1..size {
        set[next] = set[next - 1] + 1;
    }
    true
}

fn region_set(model: &Model, set: &[usize], span: Span) -> Scenario {
    let names: Vec<_> = set.iter().map(|r| model.regions[*r].name.as_str()).collect();
    let word = if set.len() == 1 { "region" } else { "regions" };
    let mut failed: Vec<_> = set.iter().flat_map(|r| model.regions[*r].locations.iter().copied()).collect();
    failed.sort();
    Scenario { failed, ..scenario(format!("{word}:{}", names.join("+")), ScenarioKind::Regions, span) }
}

fn cells(model: &Model, out: &mut Vec<Scenario>) {
    let Some(survive) = asked(model, Boundary::Cell).next() else { return };
    for region in model.regions.iter().filter(|region| region.has_cells) {
        for location in &region.locations {
            let name = format!("cell:{}", model[*location].label);
            out.push(Scenario {
                failed: vec![*location],
                ..scenario(name, ScenarioKind::Cell, survive.span)
            });
        }
    }
}

fn zones(model: &Model, out: &mut Vec<Scenario>) {
    let Some(survive) = asked(model, Boundary::Zone).max_by_key(|s| s.holding_reserves) else { return };
    for (r, region) in model.regions.iter().enumerate() {
        for (zone, named) in region.zones.iter().enumerate() {
            let holding_reserves = survive.holding_reserves;
            let kind = ScenarioKind::Zone { region: RegionId(r as u32), zone, holding_reserves };
            out.push(scenario(format!("zone:{}/{}", region.name, named.value), kind, survive.span));
        }
    }
}

fn events(model: &Model, out: &mut Vec<Scenario>) {
    for (e, event) in model.events.iter().enumerate() {
        let id = EventId(e as u32);
        let kind = if event.sides.is_empty() { ScenarioKind::Event(id) } else { ScenarioKind::Partition(id) };
        let mut may_lose: Vec<_> = event.may_lose.iter().map(|tier| tier.value).collect();
        may_lose.sort();
        may_lose.dedup();
        out.push(Scenario {
            failed: event.failed.iter().map(|location| location.value).collect(),
            drained: event.drained.iter().map(|(location, share)| (*location, share.value)).collect(),
            may_lose,
            ..scenario(format!("event:{}", event.name), kind, event.span)
        });
    }
}
