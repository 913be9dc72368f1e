//! Findings of normal running: which of its broken inequalities are told, and how.
//!
//! Takes violations, gives findings. Invariant: what follows from another one is left out; what is short of several
//! resources at one place is one finding.

use super::capacity::{arithmetic, place_span, primary_of, quantity, with_lines};
use crate::diagnostic::{Diagnostic, plain, registry};
use crate::model::{Declared, LocationId, Model};
use crate::proof::{Proof, Witness, WitnessKind};
use crate::span::Span;
use seawall_schema::Resource;
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

/// Locations where something of normal running is broken.
pub(super) struct Broken {
    /// Resources that no node has: a rule reports them where they are asked for.
    unknown: BTreeSet<Resource>,
    /// Where work exceeds a capacity that reserves are shares of: too little of it makes them too small too.
    shrunk: BTreeSet<(LocationId, Resource)>,
    reserves: BTreeSet<LocationId>,
    any: BTreeSet<LocationId>,
}

impl Broken {
    pub(super) fn new(model: &Model, proof: &Proof) -> Self {
        let of = |wanted: &dyn Fn(WitnessKind) -> bool| {
            let found = proof.normal.violations.iter().filter(|w| wanted(w.kind));
            found.flat_map(|w| w.locations.iter().copied()).collect()
        };
        Self {
            unknown: super::offered::nowhere(model),
            shrunk: shrunk(model, proof),
            reserves: of(&|kind| kind == WitnessKind::Reserves),
            any: of(&|kind| kind != WitnessKind::Quota),
        }
    }

    /// Whether a broken inequality of normal running does not just follow from reserves that exceed their location.
    pub(super) fn stands_alone(&self, witness: &Witness) -> bool {
        let follows = matches!(witness.kind, WitnessKind::Running | WitnessKind::Standbys);
        let known = witness.kind == WitnessKind::Quota || !self.unknown.contains(&witness.resource);
        let too_small = |location| self.shrunk.contains(&(location, witness.resource.clone()));
        let shrinks =
            witness.kind == WitnessKind::Standbys && witness.locations.iter().copied().any(too_small);
        known
            && !shrinks
            && (!follows || witness.locations.iter().all(|location| !self.reserves.contains(location)))
    }

    /// Whether a scenario's witness may be news: nothing of normal running is broken where it stands.
    pub(super) fn is_news(&self, witness: &Witness) -> bool {
        let at_fault = |location| self.any.contains(location);
        let known = witness.kind == WitnessKind::Burst || !self.unknown.contains(&witness.resource);
        witness.kind == WitnessKind::Data || known && !witness.locations.iter().any(at_fault)
    }
}

fn shrunk(model: &Model, proof: &Proof) -> BTreeSet<(LocationId, Resource)> {
    let running = proof.normal.violations.iter().filter(|w| w.kind == WitnessKind::Running);
    let all = running.flat_map(|w| w.locations.iter().map(|location| (*location, w.resource.clone())));
    let by_amount = |(location, resource): &(LocationId, Resource)| {
        let declared = model[*location].reserves.iter().flat_map(|reserve| &reserve.declared);
        declared.into_iter().any(|(of, held)| of == resource && matches!(held.value, Declared::Amount(_)))
    };
    all.filter(|place| !by_amount(place)).collect()
}

/// What is short of several resources at one place is one finding: too few nodes lack cpu, memory and pods alike.
pub(super) fn together<'w>(violations: impl Iterator<Item = &'w Witness>) -> Vec<Vec<&'w Witness>> {
    let mut groups: Vec<Vec<&Witness>> = Vec::new();
    let mut known: HashMap<(u8, &str, Option<&str>), usize> = HashMap::new();
    for witness in violations {
        let whose = match witness.kind {
            WitnessKind::Standbys | WitnessKind::Quota => {
                witness.pools.first().and_then(|p| p.name.as_deref())
            }
            _ => None,
        };
        match known.entry((witness.kind as u8, &witness.place, whose)) {
            Entry::Occupied(group) => groups[*group.get()].push(witness),
            Entry::Vacant(group) => {
                group.insert(groups.len());
                groups.push(vec![witness]);
            }
        }
    }
    groups
}

/// A finding for what is short at one place; the first resource is told in full.
pub(super) fn finding(model: &Model, witnesses: &[&Witness]) -> Diagnostic {
    let Some((witness, rest)) = witnesses.split_first() else {
        return Diagnostic::new(&registry::RUNNING_EXCEEDS, "nothing is short", model.fleet.span, "");
    };
    let mut finding = first_finding(model, witness);
    if rest.is_empty() {
        return finding;
    }
    let names: Vec<&str> = rest.iter().map(|w| w.resource.as_str()).collect();
    let verb = if names.len() == 1 { "is" } else { "are" };
    let more = format!("{}; {} {verb} short as well", finding.message, super::words(&names));
    finding.message = plain::line(more);
    let mut seen: BTreeSet<Span> = finding.labels.iter().map(|label| label.span).collect();
    for other in rest {
        let at = primary_of(other).unwrap_or_else(|| place_span(model, other));
        let [needs, has] = [other.needs, other.has].map(|amount| other.resource.format(amount));
        if seen.insert(at) {
            finding = finding.label(at, format!("{needs} of {has} {}", other.resource));
        }
    }
    finding
}

fn first_finding(model: &Model, witness: &Witness) -> Diagnostic {
    let amount = |amount: i128| quantity(&witness.resource, amount);
    let (needs, has, place) = (amount(witness.needs), amount(witness.has), &witness.place);
    let (code, message) = match witness.kind {
        WitnessKind::Reserves => {
            (&registry::RESERVES_EXCEED, format!("{place} holds {needs} in reserve and has {has}"))
        }
        WitnessKind::Standbys => {
            let lane = witness.pools.first().and_then(|p| p.name.clone()).unwrap_or_default();
            let held = if lane.is_empty() {
                "what is held for them".to_owned()
            } else {
                format!("the reserve for lane {lane}")
            };
            (&registry::STANDBYS_EXCEED, format!("standbys need {needs} in {place}, {held} is {has}"))
        }
        WitnessKind::Quota => {
            let tenant = witness.pools.first().and_then(|p| p.name.clone()).unwrap_or_default();
            (
                &registry::TENANT_OVER_QUOTA,
                format!("tenant {tenant} runs {needs} in {place}, its quota there is {has}"),
            )
        }
        _ => (&registry::RUNNING_EXCEEDS, format!("{place} runs {needs}, its reserves leave {has}")),
    };
    let primary = primary_of(witness).unwrap_or_else(|| place_span(model, witness));
    let finding = Diagnostic::new(code, message, primary, arithmetic(witness)).help(match witness.kind {
        WitnessKind::Reserves => "hold less, or add nodes".to_owned(),
        WitnessKind::Standbys => format!("hold at least {needs}, or let less wait there"),
        WitnessKind::Quota => format!("raise the quota to at least {needs}, or run less there"),
        _ => "run less there, hold less, or add nodes".to_owned(),
    });
    with_lines(finding, witness, primary)
}
