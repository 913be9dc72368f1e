//! Findings of capacity and proof: what is broken, with its arithmetic and every line that contributes.
//!
//! Takes the model and its proof, gives findings. Invariant: what follows from another finding is left out; where
//! reserves exceed their location, that alone is reported of it.

use super::normal::{self, Broken, together};
use crate::diagnostic::{Diagnostic, Diagnostics, registry};
use crate::model::{Boundary, LocationId, Model};
use crate::proof::{
    Demand, DemandOf, Outcome, PoolKind, PoolShare, Proof, Verdict, Witness, WitnessKind, fixes,
};
use crate::span::Span;
use seawall_schema::Resource;
use std::collections::{BTreeSet, HashMap};

/// Turns what the proof found into findings, with repairs where they are wanted.
pub fn check(model: &Model, proof: &Proof, repairs: bool, out: &mut Diagnostics) {
    let broken = Broken::new(model, proof);
    for violations in together(proof.normal.violations.iter().filter(|w| broken.stands_alone(w))) {
        out.push(normal::finding(model, &violations));
    }
    scenario_findings(model, proof, &broken, repairs, out);
    packing_findings(model, proof, out);
    spread_findings(model, out);
}

/// The line that is to blame first: what holds too little, or for reserves the first of them.
pub(super) fn primary_of(witness: &Witness) -> Option<Span> {
    let demands = witness.demands.iter().map(|d| d.span);
    let pools = witness.pools.iter().map(|p| p.span);
    let first = if witness.kind == WitnessKind::Reserves {
        demands.chain(pools).next()
    } else {
        pools.chain(demands).next()
    };
    first.filter(|span| span.is_some())
}

pub(super) fn place_span(model: &Model, witness: &Witness) -> Span {
    witness.locations.first().map_or(model.fleet.span, |location| model[*location].span)
}

/// A label for every line that contributes, each place once.
pub(super) fn with_lines(mut finding: Diagnostic, witness: &Witness, primary: Span) -> Diagnostic {
    let mut seen = BTreeSet::from([primary]);
    let demands = witness.demands.iter().map(|demand| (demand.span, demand_label(witness, demand)));
    let pools = witness.pools.iter().map(|pool| (pool.span, pool_text(witness, pool.pool, pool.amount)));
    let lines: Vec<(Span, String)> = demands.chain(pools).filter(|(span, _)| seen.insert(*span)).collect();
    let more = lines.len().saturating_sub(LINES);
    for (index, (span, text)) in lines.into_iter().take(LINES).enumerate() {
        let last = index + 1 == LINES && more > 0;
        finding = finding.label(span, if last { format!("{text}, and {more} more lines") } else { text });
    }
    finding
}

/// Lines that one finding shows.
const LINES: usize = 40;

/// An amount with the name of its resource: `152 cpu`, `64Gi memory`.
pub(super) fn quantity(resource: &Resource, amount: i128) -> String {
    format!("{} {resource}", resource.format(amount))
}

fn demand_label(witness: &Witness, demand: &Demand) -> String {
    match witness.kind {
        WitnessKind::Data => format!("{} uses it here", demand.name),
        WitnessKind::Destinations => format!("{} {}", demand.name, replicas(demand.amount)),
        _ => demand_text(&witness.resource, demand),
    }
}

fn demand_text(resource: &Resource, demand: &Demand) -> String {
    let amount = quantity(resource, demand.amount);
    let name = &demand.name;
    match demand.of {
        DemandOf::Workload | DemandOf::Standby if demand.replicas > 0 => {
            let kind = if demand.of == DemandOf::Standby { " standbys" } else { "" };
            format!("{name}{kind} {} × {} = {amount}", demand.replicas, quantity(resource, demand.request))
        }
        DemandOf::Reserve => format!("reserve {name} {amount}"),
        DemandOf::Queue => format!("queue {name} {amount}"),
        DemandOf::Lent => format!("of it in lent reserves: {}", quantity(resource, -demand.amount)),
        DemandOf::Workload | DemandOf::Standby => format!("{name} {amount}"),
    }
}

fn replicas(count: i128) -> String {
    format!("{count} replica{}", if count == 1 { "" } else { "s" })
}

fn pool_text(witness: &Witness, pool: PoolKind, amount: i128) -> String {
    match pool {
        PoolKind::Share => format!("share {}", replicas(amount.abs())),
        PoolKind::Copy => "no copy in reach is recent enough".into(),
        _ => format!("{} {}", pool.word(), quantity(&witness.resource, amount.abs())),
    }
}

/// The right side as a person checks it: `reserve 96 + free 15 = 111 cpu; short by 41 cpu`.
pub(super) fn arithmetic(witness: &Witness) -> String {
    let pool = |p: &PoolShare| {
        let sign = if p.amount < 0 { "− " } else { "" };
        format!("{sign}{} {}", p.pool.word(), witness.resource.format(p.amount.abs()))
    };
    let pools = shortened(witness.pools.iter().map(pool).collect()).replace("+ −", "−");
    let counted = witness.kind == WitnessKind::Destinations;
    let quantity = |amount| if counted { replicas(amount) } else { quantity(&witness.resource, amount) };
    let short = quantity(witness.needs - witness.has);
    match witness.pools.as_slice() {
        [] | [_] => format!("short by {short}"),
        _ => format!("{pools} = {}; short by {short}", quantity(witness.has)),
    }
}

/// At most eight parts, then how many more.
fn shortened(parts: Vec<String>) -> String {
    let more = parts.len().saturating_sub(8);
    let text = parts.into_iter().take(8).collect::<Vec<_>>().join(" + ");
    if more > 0 { format!("{text} + {more} more") } else { text }
}

/// One finding for all scenarios that one witness refutes.
fn scenario_findings(model: &Model, proof: &Proof, broken: &Broken, repairs: bool, out: &mut Diagnostics) {
    let mut causes: Vec<(&Witness, Vec<&Outcome>)> = Vec::new();
    let mut known: HashMap<Kin<'_>, Vec<usize>> = HashMap::new();
    for outcome in &proof.scenarios {
        match &outcome.verdict {
            Verdict::Refuted(witness) if broken.is_news(witness) => {
                let alike = known.entry(kin(witness)).or_default();
                match alike.iter().copied().find(|index| same_cause(causes[*index].0, witness)) {
                    Some(index) => {
                        let (told, outcomes) = &mut causes[index];
                        outcomes.push(outcome);
                        if witness.needs - witness.has > told.needs - told.has {
                            *told = witness;
                        }
                    }
                    None => {
                        alike.push(causes.len());
                        causes.push((witness, vec![outcome]));
                    }
                }
            }
            Verdict::Undecided => out.push(undecided(outcome)),
            _ => {}
        }
    }
    for (index, (witness, outcomes)) in causes.into_iter().enumerate() {
        out.push(refuted(model, proof, witness, &outcomes, repairs && index < MENDED));
    }
}

/// Causes for which changes that mend them are looked for: each takes some proofs.
const MENDED: usize = 8;

/// What witnesses of one cause share, by which they are looked up.
type Kin<'w> = (u8, &'w str, &'w Resource, Option<Span>);

fn kin(witness: &Witness) -> Kin<'_> {
    let burst = witness.pools.first().map(|pool| pool.span).filter(|_| witness.kind == WitnessKind::Burst);
    let place = if burst.is_some() { "" } else { witness.place.as_str() };
    (witness.kind as u8, place, &witness.resource, burst)
}

/// Whether two witnesses are of one kin and one cause: one sum (zones of the same size are: which of them is lost does not
/// show in it), one burst, the ways out of one place, or one of them asks the same pools for part of what the other asks.
fn same_cause(a: &Witness, b: &Witness) -> bool {
    let asked =
        |w: &Witness| w.demands.iter().map(|demand| (demand.span, demand.from)).collect::<BTreeSet<_>>();
    let given = |w: &Witness| w.pools.iter().map(|pool| (pool.span, pool.amount)).collect::<Vec<_>>();
    match a.kind {
        WitnessKind::Burst => true,
        WitnessKind::Destinations => asked(a) == asked(b),
        WitnessKind::Pools if given(a) == given(b) => {
            let (asked_a, asked_b) = (asked(a), asked(b));
            asked_a.is_subset(&asked_b) || asked_b.is_subset(&asked_a)
        }
        _ => (a.needs, a.has) == (b.needs, b.has) && a.demands == b.demands,
    }
}

fn undecided(outcome: &Outcome) -> Diagnostic {
    let name = &outcome.scenario.name;
    if let Some((kind, count)) = name.split_once(":more-than-") {
        let message =
            format!("{kind} beyond the first {count} scenarios are undecided: so many are not proved");
        let finding =
            Diagnostic::new(&registry::SCENARIO_UNDECIDED, message, outcome.scenario.span, "asks for more");
        return finding.help("ask for fewer at once, and name the larger failures that matter as events");
    }
    let message = format!("{name} is undecided: the search for an assignment ran out of its budget");
    Diagnostic::new(
        &registry::SCENARIO_UNDECIDED,
        message,
        outcome.scenario.span,
        "neither proved nor refuted",
    )
    .help("more reserve at the destinations usually makes it easy to decide")
}

fn refuted(model: &Model, proof: &Proof, witness: &Witness, outcomes: &[&Outcome], mend: bool) -> Diagnostic {
    let names: Vec<_> = outcomes.iter().map(|o| o.scenario.name.as_str()).collect();
    // The sum that is told is that of the worst; milder scenarios of the same cause are shown by their lines.
    let worst = |o: &&&Outcome| match &o.verdict {
        Verdict::Refuted(own) => (own.needs, own.has) == (witness.needs, witness.has),
        _ => false,
    };
    let told: Vec<_> = outcomes.iter().filter(worst).map(|o| o.scenario.name.as_str()).collect();
    let code = if witness.kind == WitnessKind::Data {
        &registry::DATA_OUT_OF_REACH
    } else {
        &registry::SCENARIO_REFUTED
    };
    let primary = outcomes.iter().find(worst).map_or(model.fleet.span, |o| o.scenario.span);
    let message = format!("{}: {}", listed(&told), cause(witness));
    let short = format!("{}, in every assignment", arithmetic(witness));
    let label = if witness.kind == WitnessKind::Data { "asked for here".to_string() } else { short };
    let mut finding = Diagnostic::new(code, message, primary, label);
    let mut seen = BTreeSet::from([primary]);
    for outcome in outcomes.iter().filter(|o| seen.insert(o.scenario.span)).take(8) {
        finding = finding.label(outcome.scenario.span, format!("{} as well", outcome.scenario.name));
    }
    finding = with_lines(finding, witness, primary);
    let fixes = if mend { fixes::suggest(model, proof, witness, &names) } else { Vec::new() };
    if fixes.is_empty() {
        return match way_out(model, witness, outcomes) {
            Some(help) => finding.help(help),
            None => finding,
        };
    }
    let words: Vec<&str> = fixes.iter().map(|repair| repair.words.as_str()).collect();
    finding = finding.help(format!("one of these mends it, each proved again: {}", words.join(" | ")));
    fixes.into_iter().fold(finding, |finding, repair| finding.suggest(repair.words, repair.edits))
}

/// What there is to do where no number mends it: nowhere to go, or one zone.
fn way_out(model: &Model, witness: &Witness, outcomes: &[&Outcome]) -> Option<String> {
    let zones = |at: LocationId| model[model[at].region].zones.len();
    let event = outcomes.iter().all(|outcome| outcome.scenario.name.starts_with("event:"));
    match witness.kind {
        WitnessKind::Destinations if event => Some(
            "add a `to` that stands in this event, or `expect degraded { lose tier=… }` to it: then the loss is decided"
                .to_owned(),
        ),
        WitnessKind::Destinations => {
            Some("add a `to` to another location, or `failover none reason=\"…\"`: then the loss is decided".to_owned())
        }
        WitnessKind::Zone if witness.locations.first().is_some_and(|at| zones(*at) == 1) => {
            Some("name a second `zone` of the region: the nodes of its only one are all lost".to_owned())
        }
        _ => None,
    }
}

/// Names of scenarios: `region:R lost`, `event:E`.
fn listed(names: &[&str]) -> String {
    let list = match names {
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, {third} and {} more", rest.len())
        }
        _ => names.join(", "),
    };
    if names.iter().all(|name| name.starts_with("event:")) { list } else { format!("{list} lost") }
}

/// A witness in a sentence: `3 workloads need 152 cpu in eu-west, lane recovery may use 111`.
pub fn cause(witness: &Witness) -> String {
    let (needs, place) = (quantity(&witness.resource, witness.needs), &witness.place);
    let has = witness.resource.format(witness.has);
    let who = match witness.demands.as_slice() {
        [one] => format!("{} needs", one.name),
        many => format!("{} workloads need", many.iter().map(|d| &d.name).collect::<BTreeSet<_>>().len()),
    };
    let lanes: BTreeSet<_> = witness
        .pools
        .iter()
        .filter(|p| p.pool == PoolKind::Reserve)
        .filter_map(|p| p.name.as_deref())
        .collect();
    let lanes = lanes.into_iter().collect::<Vec<_>>().join(", ");
    match witness.kind {
        WitnessKind::Burst => format!("{who} {needs} in {place}, the tenant's burst there is {has}"),
        WitnessKind::Destinations => {
            let moved = replicas(witness.needs);
            format!("{who} to move {moved} out of {place}, its surviving destinations may take {has}")
        }
        WitnessKind::Zone if witness.has < 0 => {
            let short = quantity(&witness.resource, -witness.has);
            format!("what is occupied in {place} is {short} more than the other zones have")
        }
        WitnessKind::Zone => format!("{place} must hold {needs}, the other zones have {has}"),
        WitnessKind::Data => format!(
            "{} in {place} reaches no copy of its data in time",
            witness.demands.first().map_or("work", |d| &d.name)
        ),
        WitnessKind::Combined | WitnessKind::Exhausted => {
            format!("{who} {needs} in {place}, no whole replicas place more than {has}")
        }
        _ if lanes.is_empty() => format!("{who} {needs} in {place}, which may give {has}"),
        _ => format!("{who} {needs} in {place}, lane {lanes} may use {has}"),
    }
}

/// A warning for each workload and location where the sum has room and no nodes were found.
fn packing_findings(model: &Model, proof: &Proof, out: &mut Diagnostics) {
    let mut seen = BTreeSet::new();
    for outcome in proof.scenarios.iter().filter(|outcome| !outcome.on_paper) {
        let Verdict::Survivable(plan) = &outcome.verdict else { continue };
        let Some(unpacked) = plan.unpacked.as_ref().filter(|u| seen.insert((u.location, u.workload))) else {
            continue;
        };
        let message = format!("fits in sum, not on nodes: {}", unpacked.words(model));
        let finding = Diagnostic::new(
            &registry::NOT_PACKED,
            message,
            model[unpacked.workload].name_span,
            "found no node",
        )
        .label(model[unpacked.location].span, "by the node shapes declared here")
        .label(outcome.scenario.span, format!("in {}", outcome.scenario.name));
        out.push(finding);
    }
}

/// Work in a region with zones must say how it spreads, where a zone's loss must be survived.
fn spread_findings(model: &Model, out: &mut Diagnostics) {
    let Some(survive) = model.fleet.survive.iter().find(|s| s.boundary == Boundary::Zone && s.count > 0)
    else {
        return;
    };
    for workload in model.workloads.iter().filter(|w| w.spread.is_none()) {
        let zoned = |target: &&crate::model::Target| !model[model[target.location].region].zones.is_empty();
        let Some(target) = workload.targets.iter().filter(|t| t.proved_replicas() > 0).find(zoned) else {
            continue;
        };
        let message = format!("workload {} does not say how it spreads over zones", workload.name);
        let finding = Diagnostic::new(&registry::SPREAD_NOT_SAID, message, workload.name_span, "no `spread`")
            .label(target.span, "runs in a region with zones")
            .label(survive.span, "whose loss must be survived")
            .help("add `spread zone max-skew=1`, or `spread none reason=\"…\"`");
        out.push(finding);
    }
}
