//! A scenario by its name, whether the fleet asks for it or not.
//!
//! Takes `region:R`, `regions:A+B`, `cell:R/C`, `zone:R/Z` or `event:E`; gives its outcome: the proof's own where it is
//! there, else one decided by the same code. Invariant: what is found is spelt as `proof.json` spells it.

use crate::diagnostic::nearest::nearest;
use crate::lower;
use crate::model::{Boundary, LocationId, Model, RegionId};
use crate::proof::{Outcome, Proof, Scenario, ScenarioKind, prove_one};
use crate::span::Span;

/// No scenario goes by that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unknown {
    /// What is wrong with it.
    pub message: String,
    /// What may have been meant.
    pub help: String,
}

pub(super) struct Found {
    pub(super) outcome: Outcome,
    pub(super) asked: bool,
}

/// Every name there is, sets of several regions apart: regions, cells, zones, events, and what the fleet asks for beyond.
pub fn names(model: &Model, proof: &Proof) -> Vec<String> {
    let mut names: Vec<String> = model.regions.iter().map(|r| format!("region:{}", r.name)).collect();
    let sets = proof.scenarios.iter().filter(|o| o.scenario.kind == ScenarioKind::Regions);
    names.extend(sets.map(|o| o.scenario.name.clone()).filter(|name| name.starts_with("regions:")));
    let cells = model.locations.iter().filter(|l| l.cell.is_some());
    names.extend(cells.map(|location| format!("cell:{}", location.label)));
    for region in &model.regions {
        names.extend(region.zones.iter().map(|zone| format!("zone:{}/{}", region.name, zone.value)));
    }
    names.extend(model.events.iter().map(|event| format!("event:{}", event.name)));
    names.retain(|name| !name.contains(":more-than-"));
    names
}

pub(super) fn find(model: &Model, proof: &Proof, name: &str) -> Result<Found, Unknown> {
    let of_proof = |name: &str| proof.scenarios.iter().find(|o| o.scenario.name == name);
    if let Some(outcome) = of_proof(name).filter(|o| !o.scenario.name.contains(":more-than-")) {
        return Ok(Found { outcome: outcome.clone(), asked: true });
    }
    let scenario = scenario(model, name).ok_or_else(|| unknown(model, proof, name))?;
    match of_proof(&scenario.name) {
        Some(outcome) => Ok(Found { outcome: outcome.clone(), asked: true }),
        None => Ok(Found { outcome: prove_one(model, scenario), asked: false }),
    }
}

/// The scenario that a name describes.
fn scenario(model: &Model, name: &str) -> Option<Scenario> {
    let (kind, rest) = name.split_once(':')?;
    match kind {
        "region" | "regions" => regions(model, rest),
        "cell" => {
            let at = model.locations.iter().position(|l| l.cell.is_some() && l.label == rest)?;
            let failed = vec![LocationId(at as u32)];
            Some(Scenario { failed, ..blank(name, ScenarioKind::Cell, model.locations[at].span) })
        }
        "zone" => zone(model, name, rest),
        _ => None,
    }
}

fn blank(name: &str, kind: ScenarioKind, span: Span) -> Scenario {
    let (failed, drained, may_lose) = Default::default();
    Scenario { name: name.to_owned(), kind, failed, drained, may_lose, span }
}

fn region(model: &Model, name: &str) -> Option<RegionId> {
    let at = model.regions.iter().position(|region| region.name.as_str() == name)?;
    Some(RegionId(at as u32))
}

/// One region or several, in any order, each counted once.
fn regions(model: &Model, list: &str) -> Option<Scenario> {
    let mut set: Vec<RegionId> = list.split('+').map(|name| region(model, name)).collect::<Option<_>>()?;
    set.sort();
    set.dedup();
    let names: Vec<_> = set.iter().map(|r| model[*r].name.as_str()).collect();
    let word = if set.len() == 1 { "region" } else { "regions" };
    let name = format!("{word}:{}", names.join("+"));
    let mut failed: Vec<_> = set.iter().flat_map(|r| model[*r].locations.iter().copied()).collect();
    failed.sort();
    let span = set.first().map_or(model.fleet.span, |r| model[*r].span);
    Some(Scenario { failed, ..blank(&name, ScenarioKind::Regions, span) })
}

fn zone(model: &Model, name: &str, rest: &str) -> Option<Scenario> {
    let (of, zone) = rest.split_once('/')?;
    let region = region(model, of)?;
    let zone = model[region].zones.iter().position(|z| z.value.as_str() == zone)?;
    let zones = model.fleet.survive.iter().filter(|s| s.boundary == Boundary::Zone && s.count > 0);
    let holding_reserves = zones.into_iter().any(|s| s.holding_reserves);
    let span = model[region].zones[zone].span;
    Some(blank(name, ScenarioKind::Zone { region, zone, holding_reserves }, span))
}

/// What is wrong with a name, and what is near it.
fn unknown(model: &Model, proof: &Proof, name: &str) -> Unknown {
    let names = names(model, proof);
    let bare = name.split_once(':').map_or(name, |(_, rest)| rest);
    let ends = |known: &&String| known.split_once(':').is_some_and(|(_, rest)| rest == bare);
    let near = names.iter().find(ends).map(String::as_str);
    let near = near.or_else(|| nearest(name, names.iter().map(String::as_str)));
    let near = near.map(str::to_owned).or_else(|| near_set(model, name)).or_else(|| near_part(&names, bare));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "names: region:R, regions:A+B, cell:R/C, zone:R/Z, event:E; `seawall drill` alone lists them"
            .into(),
    };
    let message = match wrong(model, name) {
        Some(part) => format!("no scenario is called `{name}`: {part}"),
        None => format!("no scenario is called `{name}`"),
    };
    Unknown { message, help }
}

/// Which part of a name is wrong, where the rest is right.
fn wrong(model: &Model, name: &str) -> Option<String> {
    let (kind, rest) = name.split_once(':')?;
    let unknown = |one: &&str| region(model, one).is_none();
    if matches!(kind, "region" | "regions") {
        let wrong: Vec<_> = rest.split('+').filter(unknown).map(|one| format!("`{one}`")).collect();
        return (!wrong.is_empty()).then(|| format!("no region is called {}", wrong.join(" or ")));
    }
    if kind == "event" {
        let known: Vec<_> = model.events.iter().map(|event| event.name.as_str()).collect();
        return Some(listed("the fleet", "events", &known));
    }
    if !matches!(kind, "cell" | "zone") {
        return Some(format!("`{kind}` is no kind of scenario"));
    }
    let (of, _) = rest.split_once('/').unwrap_or((rest, ""));
    let Some(id) = region(model, of) else { return Some(format!("no region is called `{of}`")) };
    let whose = format!("region {of}");
    let cells =
        model[id].locations.iter().filter_map(|c| model[*c].cell.as_ref()).map(|cell| cell.value.as_str());
    let zones = model[id].zones.iter().map(|zone| zone.value.as_str());
    Some(match kind {
        "cell" => listed(&whose, "cells", &cells.collect::<Vec<_>>()),
        _ => listed(&whose, "zones", &zones.collect::<Vec<_>>()),
    })
}

fn listed(whose: &str, what: &str, names: &[&str]) -> String {
    match names {
        [] => format!("{whose} has no {what}"),
        _ if names.len() > 8 => format!("{whose} has {} {what}, and none of that name", names.len()),
        _ => format!("{whose} has the {what} {}", names.join(", ")),
    }
}

/// A set of regions of which some are misspelt.
fn near_set(model: &Model, name: &str) -> Option<String> {
    let known = || model.regions.iter().map(|r| r.name.as_str());
    let list = name.strip_prefix("regions:").or_else(|| name.strip_prefix("region:"))?;
    let meant = |one: &str| known().find(|r| *r == one).or_else(|| nearest(one, known().collect::<Vec<_>>()));
    let all = list.split('+').map(meant).collect::<Option<Vec<_>>>()?;
    regions(model, &all.join("+")).map(|scenario| scenario.name)
}

/// A bare name that is near the part behind the kind.
fn near_part(names: &[String], bare: &str) -> Option<String> {
    let parts: Vec<&str> = names.iter().filter_map(|name| Some(name.split_once(':')?.1)).collect();
    let part = nearest(bare, parts.iter().copied())?;
    names.iter().find(|name| name.ends_with(&format!(":{part}"))).cloned()
}

/// What is declared to bring the overlays of a scenario into force.
pub(super) fn declarations(proof: &Proof, outcome: &Outcome) -> Vec<String> {
    let name = &outcome.scenario.name;
    let has = |name: &str| proof.scenarios.iter().any(|o| o.scenario.name == name);
    match name.split_once(':') {
        Some(("regions", list)) if has(name) => {
            let each: Vec<_> = list.split('+').map(|r| format!("region:{r}")).collect();
            if each.iter().all(|one| has(one)) { each } else { Vec::new() }
        }
        Some(("event", event)) => vec![event.to_owned()],
        Some(("region" | "cell", _)) if has(name) && lower::of_scenario(name).is_some() => vec![name.clone()],
        // A zone's loss is its scheduler's affair: nothing is declared.
        _ => Vec::new(),
    }
}
