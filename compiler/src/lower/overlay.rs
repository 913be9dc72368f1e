//! Overlays: what a bundle holds while an event is in force, as the objects that differ from the base.
//!
//! Takes a proof's scenarios, gives one overlay for each event, each single region, each single cell and each proved set of
//! regions. The assignment of
//! a survivable scenario is the overlay; of a refuted one what its
//! reserves hold is started, and the bundle says that it was refuted.

use super::fill::fill;
use super::object::ordered;
use super::{
    Clash, Context, Instance, LoweredObject, Normal, Objects, Owner, Place, Situation, by_tenant, footprint,
    of_bundle, of_workloads, put, resource_quota, theirs,
};
use crate::model::{Model, TenantId, WorkloadId};
use crate::proof::{Move, Outcome, Proof, Scenario, ScenarioKind, Verdict};
use seawall_schema::digest;
use seawall_schema::object::ObjectKey;
use std::collections::{BTreeMap, BTreeSet};

/// One event in one bundle.
#[derive(Clone, Debug)]
pub struct Overlay {
    /// `eu-grid`, `region-eu-central`, `cell-eu-west-gpu`.
    pub name: String,
    /// The scenario as `proof.json` names it.
    pub scenario: String,
    /// What was found for it.
    pub verdict: &'static str,
    /// What moves in it: the proof's assignment, or what fills the reserves where there is none.
    pub moves: Vec<Move>,
    /// Objects that differ from the base or exist only now, in order of application.
    pub objects: Vec<LoweredObject>,
    /// Base objects that do not exist while it is in force.
    pub removed: Vec<ObjectKey>,
}

/// A scenario that gets an overlay, and what is the case in it: the same for every bundle.
pub(super) struct Day<'a> {
    pub(super) name: String,
    pub(super) outcome: &'a Outcome,
    now: Situation,
    /// Workloads with a target where work is asked to leave; what is made of all others stays as it is.
    leaving: BTreeSet<WorkloadId>,
}

impl<'a> Day<'a> {
    fn new(model: &Model, name: String, outcome: &'a Outcome) -> Self {
        let now = situation(model, outcome);
        let leaves = |id: &WorkloadId| model[*id].targets.iter().any(|t| now.displaces(t.location));
        let leaving = (0..model.workloads.len() as u32).map(WorkloadId).filter(leaves).collect();
        Day { name, outcome, now, leaving }
    }
}

/// The scenarios that get overlays, in order of the overlays' names.
pub(super) fn days<'a>(model: &Model, proof: &'a Proof) -> Vec<Day<'a>> {
    let named: Vec<_> =
        proof.scenarios.iter().filter_map(|o| name(model, &o.scenario).map(|n| (n, o))).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    named.iter().for_each(|(name, _)| *counts.entry(name).or_default() += 1);
    let twice = |name: &str| counts.get(name).is_some_and(|count| *count > 1);
    let day = |(name, outcome): &(String, &'a Outcome)| {
        let name = if twice(name) { apart(name, &outcome.scenario.name) } else { name.clone() };
        Day::new(model, name, outcome)
    };
    let mut days: Vec<_> = named.iter().map(day).collect();
    days.extend(sets(model, proof, &days));
    days.sort_by(|a, b| a.name.cmp(&b.name));
    days
}

/// Sets of regions that were proved, each by the names of its regions' own overlays: `region-a+region-b`.
fn sets<'a>(model: &Model, proof: &'a Proof, singles: &[Day<'a>]) -> Vec<Day<'a>> {
    let own: BTreeMap<&str, &str> =
        singles.iter().map(|d| (d.outcome.scenario.name.as_str(), d.name.as_str())).collect();
    let set = |outcome: &'a Outcome| {
        let regions = outcome.scenario.name.strip_prefix("regions:")?;
        let Verdict::Survivable(_) = outcome.verdict else { return None };
        let of = |region: &str| own.get(format!("region:{region}").as_str()).copied();
        let mut members = regions.split('+').map(of).collect::<Option<Vec<_>>>()?;
        members.sort_unstable();
        Some((members.join("+"), outcome))
    };
    let named = proof.scenarios.iter().filter_map(set).filter(|(name, _)| name.len() <= NAMED);
    named.take(SETS).map(|(name, outcome)| Day::new(model, name, outcome)).collect()
}

/// Most sets of regions with overlays of their own: each is a part of every bundle.
const SETS: usize = 400;
/// Longest name of such a set: it is that of a folder.
const NAMED: usize = 200;

/// The overlay's own name; sets of several regions go by those of their regions, and zones have none.
fn name(model: &Model, scenario: &Scenario) -> Option<String> {
    match scenario.kind {
        ScenarioKind::Event(id) | ScenarioKind::Partition(id) => Some(model[id].name.to_string()),
        ScenarioKind::Regions | ScenarioKind::Cell => of_scenario(&scenario.name),
        ScenarioKind::Zone { .. } => None,
    }
}

/// `region:R` is `region-R`, `cell:R/C` is `cell-R-C`, `event:E` is `E`.
pub(crate) fn of_scenario(name: &str) -> Option<String> {
    let (kind, rest) = name.split_once(':')?;
    match kind {
        "event" => Some(rest.to_owned()),
        "region" | "cell" => Some(format!("{kind}-{}", rest.replace('/', "-"))),
        _ => None,
    }
}

/// Two scenarios whose names fall together, such as the cells `a-b/c` and `a/b-c`.
fn apart(name: &str, scenario: &str) -> String {
    format!("{name}-{}", &digest::sha256(scenario.as_bytes())["sha256:".len()..][..8])
}

/// What is the case in a scenario.
pub(crate) fn situation(model: &Model, outcome: &Outcome) -> Situation {
    let Outcome { scenario, on_paper: _, verdict } = outcome;
    let moves = match verdict {
        Verdict::Survivable(plan) => plan.moves.clone(),
        Verdict::Refuted(_) | Verdict::Undecided => fill(model, scenario),
    };
    let mut arrivals = BTreeMap::new();
    for Move { workload, destination, lane, replicas, .. } in &moves {
        *arrivals.entry((*workload, *destination, *lane)).or_insert(0) += *replicas;
    }
    Situation {
        event: Some(scenario.span),
        failed: scenario.failed.iter().copied().collect(),
        drained: scenario.drained.iter().copied().collect(),
        moves,
        arrivals,
    }
}

pub(super) fn overlay(
    model: &Model,
    place: &Place,
    day: &Day<'_>,
    normal: &Normal<'_>,
) -> Result<Overlay, Clash> {
    let Day { name, outcome, now, leaving } = day;
    let context = Context { model, place, now };
    let changed = footprint(&context, |id| leaving.contains(&id));
    let tenants: BTreeSet<TenantId> = changed.iter().map(|i| i.workload.tenant.value).collect();
    let mut then = Objects::default();
    put(&context, &mut then, of_bundle(&context))?;
    put(&context, &mut then, quotas(&context, &changed, &tenants, normal))?;
    for instances in changed.chunk_by(|a, b| a.id == b.id) {
        put(&context, &mut then, of_workloads(&context, instances))?;
    }
    let asked = |key: &ObjectKey| match normal.owners.get(key) {
        Some(Owner::Always) => false,
        Some(Owner::Tenant(tenant)) => tenants.contains(tenant),
        Some(Owner::Workload(workload)) => leaving.contains(workload),
        Some(Owner::Bundle) | None => true,
    };
    let gone = |b: &&LoweredObject| asked(&b.key) && then.get(&b.key).is_none();
    let removed: Vec<_> = normal.objects.iter().filter(gone).map(|b| b.key.clone()).collect();
    let differs =
        |object: &LoweredObject| normal.objects.get(&object.key).is_none_or(|b| b.value != object.value);
    let objects = ordered(then.into_iter().filter(differs).collect());
    let (scenario, verdict) = (outcome.scenario.name.clone(), outcome.verdict.word());
    let (name, moves) = (name.clone(), now.moves.clone());
    Ok(Overlay { name, scenario, verdict, moves, objects, removed })
}

/// Quotas of the tenants whose work changes, and what freezes all tenants' preemptible work.
fn quotas<'a>(
    context: &Context<'a>,
    changed: &[Instance<'a>],
    tenants: &BTreeSet<TenantId>,
    normal: &Normal<'a>,
) -> Vec<LoweredObject> {
    // Both are in the order of workloads, and the same ones are in both.
    let mut then = changed.iter().peekable();
    let now = normal.instances.iter().map(|base| then.next_if(|i| i.id == base.id).unwrap_or(base));
    let by_tenant = by_tenant(now);
    let of_tenant = |id: &TenantId| resource_quota::of_tenant(context, theirs(&by_tenant, *id), *id);
    let mut made: Vec<_> =
        context.place.tenants.iter().filter(|id| tenants.contains(*id)).flat_map(of_tenant).collect();
    made.extend(resource_quota::frozen(context, |id| theirs(&by_tenant, id)));
    made
}
