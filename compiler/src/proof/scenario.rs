//! The list of scenarios that a fleet asks to survive, in its fixed order.
//!
//! Takes the model, gives scenarios: sets of regions by size and then by name, cells, zones, events by name. Invariant:
//! no name stands twice; a zone asked for twice is held to the stronger form.

use super::{Scenario, ScenarioKind};
use crate::model::{Boundary, EventId, Model, RegionId, Survive};
use crate::span::Span;

/// Most scenarios that are listed one by one.
const LISTED: usize = 200_000;
/// Steps that all of them together may take, each about a location, a resource there, or work that moves.
const STEPS: usize = 60_000_000;
/// Moves that all of them together may come to.
const MOVES: usize = 4_000_000;

/// The scenarios that are decided, and the demand that asks for more than can be.
pub(super) struct Listed {
    pub(super) scenarios: Vec<Scenario>,
    /// Stands for those beyond, by the line that asks for them.
    pub(super) beyond: Vec<Scenario>,
    steps: usize,
    moves: usize,
    /// Steps that a scenario takes whatever fails.
    each: usize,
    /// Work that moves where a location fails, by location.
    displaced: Vec<usize>,
}

/// All scenarios that can be decided in a bounded number of steps. Each is counted before it is listed: many are asked
/// for in a few words.
pub(super) fn list(model: &Model) -> Listed {
    let mut displaced = vec![0; model.locations.len()];
    for workload in &model.workloads {
        let ways = match &workload.failover {
            crate::model::Failover::Moves(moves) => moves.to.len(),
            _ => 0,
        };
        for target in &workload.targets {
            displaced[target.location.index()] += 1 + ways;
        }
    }
    let each = 8 + model.locations.len() * model.resources.len();
    let mut listed =
        Listed { scenarios: Vec::new(), beyond: Vec::new(), steps: 0, moves: 0, each, displaced };
    regions(model, &mut listed);
    cells(model, &mut listed);
    zones(model, &mut listed);
    events(model, &mut listed);
    listed
}

impl Listed {
    /// Adds a scenario, unless there are too many: then the rest of its kind is left open in one, and no more is added.
    fn add(&mut self, scenario: Scenario) -> bool {
        let touched = scenario.failed.iter().chain(scenario.drained.iter().map(|(location, _)| location));
        let moves: usize = touched.map(|location| self.displaced[location.index()]).sum();
        self.moves += moves;
        self.steps += self.each + moves;
        if self.scenarios.len() < LISTED && self.steps <= STEPS && self.moves <= MOVES {
            self.scenarios.push(scenario);
            return true;
        }
        let name = format!("{}:more-than-{}", kind_word(&scenario), self.scenarios.len());
        self.beyond.push(self::scenario(name, scenario.kind, scenario.span));
        false
    }
}

fn kind_word(scenario: &Scenario) -> &'static str {
    match scenario.kind {
        ScenarioKind::Regions => "regions",
        ScenarioKind::Cell => "cells",
        ScenarioKind::Zone { .. } => "zones",
        ScenarioKind::Event(_) | ScenarioKind::Partition(_) => "events",
    }
}

fn asked(model: &Model, boundary: Boundary) -> impl Iterator<Item = &Survive> {
    model.fleet.survive.iter().filter(move |s| s.boundary == boundary && s.count > 0)
}

fn scenario(name: String, kind: ScenarioKind, span: Span) -> Scenario {
    Scenario { name, kind, failed: Vec::new(), drained: Vec::new(), may_lose: Vec::new(), span }
}

fn regions(model: &Model, out: &mut Listed) {
    let Some(survive) = asked(model, Boundary::Region).max_by_key(|s| s.count) else { return };
    let most = (survive.count as usize).min(model.regions.len().saturating_sub(1));
    for size in 1..=most {
        let mut set: Vec<usize> = (0..size).collect();
        loop {
            if !out.add(region_set(model, &set, survive.span)) {
                return;
            }
            if !advance(&mut set, model.regions.len()) {
                break;
            }
        }
    }
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

fn cells(model: &Model, out: &mut Listed) {
    let Some(survive) = asked(model, Boundary::Cell).next() else { return };
    for region in model.regions.iter().filter(|region| region.has_cells) {
        for location in &region.locations {
            let name = format!("cell:{}", model[*location].label);
            let cell = scenario(name, ScenarioKind::Cell, survive.span);
            if !out.add(Scenario { failed: vec![*location], ..cell }) {
                return;
            }
        }
    }
}

fn zones(model: &Model, out: &mut Listed) {
    let Some(survive) = asked(model, Boundary::Zone).max_by_key(|s| s.holding_reserves) else { return };
    for (r, region) in model.regions.iter().enumerate() {
        for (zone, named) in region.zones.iter().enumerate() {
            let holding_reserves = survive.holding_reserves;
            let kind = ScenarioKind::Zone { region: RegionId(r as u32), zone, holding_reserves };
            // Dealing the pools out is its work.
            let pools: usize = region.locations.iter().map(|l| model[*l].pools.len()).sum();
            out.steps += pools * model.resources.len();
            if !out.add(scenario(format!("zone:{}/{}", region.name, named.value), kind, survive.span)) {
                return;
            }
        }
    }
}

fn events(model: &Model, out: &mut Listed) {
    for (e, event) in model.events.iter().enumerate() {
        let id = EventId(e as u32);
        let kind = if event.sides.is_empty() { ScenarioKind::Event(id) } else { ScenarioKind::Partition(id) };
        let mut may_lose: Vec<_> = event.may_lose.iter().map(|tier| tier.value).collect();
        may_lose.sort();
        may_lose.dedup();
        let added = out.add(Scenario {
            failed: event.failed.iter().map(|location| location.value).collect(),
            drained: event.drained.iter().map(|(location, share)| (*location, share.value)).collect(),
            may_lose,
            ..scenario(format!("event:{}", event.name), kind, event.span)
        });
        if !added {
            return;
        }
    }
}
