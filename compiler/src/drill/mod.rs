//! A drill: one scenario told in full, before it happens: what moves, stays, gives way, is impaired or lost, and why.
//!
//! Takes the model, its proof and a scenario's name; gives a [`Drill`]. Everything in it follows from one assignment, the
//! proof's, which is also what the overlays are made of. Invariant: lists are in a fixed order; every entry names the line
//! of policy behind it.

mod held;
mod json;
mod name;
mod story;
mod usage;

pub use name::{Unknown, names};
pub use usage::{Parts, Pool, Scope, Usage};

use crate::model::{LaneId, LocationId, Model, RegionId, WorkloadId};
use crate::proof::{Evicted, Move, Outcome, Plan, Proof, Verdict, Witness};
use crate::span::Span;
use crate::{check, lower, proof};
use seawall_schema::{Duration, Resource};

/// One scenario, told.
#[derive(Clone, Debug)]
pub struct Drill {
    /// The scenario and its verdict.
    pub outcome: Outcome,
    /// Whether the fleet asks for it; what it does not ask for is decided for this drill only.
    pub asked: bool,
    /// What is to be declared so that the overlays of the day come into force; none: it has no overlay.
    pub declare: Vec<String>,
    /// What moves. Of a scenario that is not survivable: what the reserves hold is started.
    pub moves: Vec<Moved>,
    /// Work in places that still stand.
    pub stays: Vec<Stays>,
    /// Preemptible work that gives way.
    pub evicted: Vec<Why<Evicted>>,
    /// Replicas that stay down.
    pub lost: Vec<Why<Down>>,
    /// Work that reaches no copy of its data in time.
    pub impaired: Vec<Impaired>,
    /// What users reach, by workload and cluster.
    pub traffic: Vec<Traffic>,
    /// What is held, frozen or raised while it lasts.
    pub held: Vec<Held>,
    /// Every region, location and pool, before and after.
    pub usage: Vec<Usage>,
    /// Time until work serves again, by workload and destination that takes it.
    pub rto: Vec<Rto>,
    /// Why it is not survivable.
    pub refusal: Option<Refusal>,
}

/// A thing and the line of policy behind it.
#[derive(Clone, Debug)]
pub struct Why<T> {
    /// The thing.
    pub what: T,
    /// The reason, in words.
    pub why: String,
    /// The line.
    pub span: Span,
}

/// Replicas that stay down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Down {
    /// Which.
    pub workload: WorkloadId,
    /// Where they ran.
    pub from: LocationId,
    /// How many.
    pub replicas: i128,
    /// `decided`, `degraded`, `expected`; `unplaced` where the scenario is not survivable and the reserves hold no more.
    pub reason: &'static str,
}

/// Replicas that move.
#[derive(Clone, Debug)]
pub struct Moved {
    /// From where to where, by which lane, how many.
    pub how: Move,
    /// How many of them stand there already.
    pub standing: i128,
    /// What all of them ask for.
    pub amount: Vec<(Resource, i128)>,
    /// Whether it moves only with evidence that the other side is stopped.
    pub fenced: bool,
    /// The `to`.
    pub span: Span,
}

/// Work that stays where it is.
#[derive(Clone, Debug)]
pub struct Stays {
    /// Which.
    pub workload: WorkloadId,
    /// Where.
    pub location: LocationId,
    /// How many.
    pub replicas: i128,
    /// Whether the place is drained: it keeps running there, its users go elsewhere.
    pub drained: bool,
    /// The target.
    pub span: Span,
}

/// Work without its data.
#[derive(Clone, Debug)]
pub struct Impaired {
    /// Which.
    pub workload: WorkloadId,
    /// The datasets that it does not reach within its rpo.
    pub datasets: Vec<(crate::model::DatasetId, Span)>,
}

/// What users of a workload reach in one cluster.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// Which.
    pub workload: WorkloadId,
    /// The host.
    pub host: String,
    /// The cluster: a region, or a cell with a cluster of its own (`R/C`).
    pub place: String,
    /// Whether that cluster is lost: what it published is withdrawn by health checks alone.
    pub lost: bool,
    /// Weight of its record in normal running, in percent; none: no record.
    pub before: Option<u64>,
    /// The weight that comes first, where it rises and the workload moves in steps.
    pub step: Option<u64>,
    /// Weight once everything has moved.
    pub after: Option<u64>,
    /// The `traffic` node.
    pub span: Span,
}

/// Something that is held, frozen or raised.
#[derive(Clone, Debug)]
pub struct Held {
    /// `queue`, `tier`, `autoscaler`, `lane`, `job`, `rollout`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Where.
    pub place: String,
    /// What happens to it.
    pub effect: String,
    /// The line.
    pub span: Span,
}

/// The time until work serves again at one destination.
#[derive(Clone, Debug)]
pub struct Rto {
    /// Which.
    pub workload: WorkloadId,
    /// Where.
    pub destination: LocationId,
    /// By which lane.
    pub lane: LaneId,
    /// Its terms with their lines.
    pub terms: Vec<(&'static str, Duration, Span)>,
    /// Their sum.
    pub sum: Duration,
    /// What it may take; none: not said.
    pub limit: Option<Duration>,
}

/// Why a scenario is not survivable.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// In a sentence.
    pub cause: String,
    /// The inequality.
    pub witness: Witness,
    /// Changes that mend it, each proved again.
    pub fixes: Vec<String>,
}

/// Tells the scenario of that name.
///
/// # Errors
/// [`Unknown`] where the fleet has no such boundary or event.
pub fn drill(model: &Model, proof: &Proof, name: &str) -> Result<Drill, Unknown> {
    let name::Found { outcome, asked } = name::find(model, proof, name)?;
    let now = lower::situation(model, &outcome);
    let plan = match &outcome.verdict {
        Verdict::Survivable(plan) => plan.clone(),
        Verdict::Refuted(_) | Verdict::Undecided => Plan { moves: now.moves.clone(), ..Plan::default() },
    };
    let moves = story::moves(model, &plan);
    Ok(Drill {
        declare: name::declarations(proof, &outcome),
        stays: story::stays(model, &outcome.scenario),
        evicted: story::evicted(model, &plan),
        lost: story::lost(model, &outcome, &plan),
        impaired: story::impaired(model, &outcome.scenario, &plan),
        traffic: held::traffic(model, &outcome.scenario, &now),
        held: held::held(model, &outcome.scenario, &now),
        usage: usage::usage(model, &outcome.scenario, &plan),
        rto: rto(model, &moves),
        refusal: refusal(model, proof, &outcome, asked),
        moves,
        outcome,
        asked,
    })
}

fn refusal(model: &Model, proof: &Proof, outcome: &Outcome, asked: bool) -> Option<Refusal> {
    let Verdict::Refuted(witness) = &outcome.verdict else { return None };
    let name = outcome.scenario.name.as_str();
    // A change is tried against what the fleet asks for; it says nothing of what it does not.
    let fixes = if asked { proof::fixes::suggest(model, proof, witness, &[name]) } else { Vec::new() };
    Some(Refusal {
        cause: check::capacity::cause(witness),
        witness: (**witness).clone(),
        fixes: fixes.into_iter().map(|repair| repair.words).collect(),
    })
}

fn rto(model: &Model, moves: &[Moved]) -> Vec<Rto> {
    let mut all: Vec<Rto> = Vec::new();
    for moved in moves {
        let Move { workload, to, destination, lane, .. } = moved.how;
        if all.iter().any(|r| (r.workload, r.destination, r.lane) == (workload, destination, lane)) {
            continue;
        }
        let crate::model::Failover::Moves(found) = &model[workload].failover else { continue };
        let terms: Vec<_> = check::rto::terms(model, &found.to[to])
            .into_iter()
            .map(|term| (term.name, term.time, term.span))
            .collect();
        let sum = terms.iter().fold(Duration::default(), |sum, term| sum.saturating_add(term.1));
        let limit = found.rto.map(|rto| rto.value);
        all.push(Rto { workload, destination, lane, terms, sum, limit });
    }
    all
}

/// A duration in the units that people add up in: `5m15s`.
pub fn spoken(duration: Duration) -> String {
    check::rto::spoken(duration)
}

/// Regions none of whose locations failed or are drained away whole: where the day is lived through.
pub fn standing_regions(model: &Model, outcome: &Outcome) -> Vec<RegionId> {
    let failed = &outcome.scenario.failed;
    let regions = (0..model.regions.len() as u32).map(RegionId);
    regions.filter(|r| !model[*r].locations.iter().all(|c| failed.contains(c))).collect()
}
