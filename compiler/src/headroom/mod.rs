//! Headroom: how much of what a lane may use in a region no scenario takes; what two states of a fleet are compared by.
//!
//! Takes the model and its proof, gives [`Headroom`]: by region and lane the scenario that leaves least, by scenario the
//! lane that is left least, and the time of every failover. Invariant: whole amounts only; order is that of the model.

mod json;
mod room;

use crate::check::rto;
use crate::model::{Failover, LaneId, LocationId, Model, RegionId, WorkloadId};
use crate::proof::{Outcome, Plan, Proof, Tables, Verdict, WitnessKind};
use rayon::prelude::*;
use room::Rooms;
use seawall_schema::{Duration, Resource};

/// What two states of a fleet are compared by.
#[derive(Clone, Debug, Default)]
pub struct Headroom {
    /// By region and lane with a reserve there: what the scenario that takes most leaves.
    pub lanes: Vec<Tightest>,
    /// By scenario: the lane that is left least, where anything moves.
    pub scenarios: Vec<(String, Option<Room>)>,
    /// By workload and destination: the sum of its terms, and what it may take.
    pub rto: Vec<Rto>,
}

/// What is left to a lane in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Where.
    pub region: RegionId,
    /// To whom.
    pub lane: LaneId,
    /// Of which resource there is least.
    pub resource: Resource,
    /// What the lane may use: its reserve, and the pools that it draws on.
    pub has: i128,
    /// What nobody takes of it.
    pub left: i128,
}

/// A lane in a region, and the scenario that leaves it least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tightest {
    /// What is left.
    pub room: Room,
    /// By which scenario; none: none of those that hold takes anything.
    pub scenario: Option<String>,
}

/// The time of one failover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rto {
    /// Whose.
    pub workload: WorkloadId,
    /// To where.
    pub destination: LocationId,
    /// By which lane.
    pub lane: LaneId,
    /// Detection, decision, reclaim, standby, traffic.
    pub sum: Duration,
    /// The workload's rto.
    pub limit: Option<Duration>,
}

impl Room {
    /// Whether less of it is left than of another, as a share.
    pub fn tighter(&self, than: &Room) -> bool {
        let (a, b) = (self.left.saturating_mul(than.has), than.left.saturating_mul(self.has));
        a < b
    }
}

/// Works out the headroom of every survivable scenario.
pub fn headroom(model: &Model, proof: &Proof) -> Headroom {
    let tables = Tables::new(model);
    let mut lanes: Vec<Tightest> =
        Rooms::still(&tables).all().into_iter().map(|room| Tightest { room, scenario: None }).collect();
    let mut scenarios = Vec::new();
    let taken: Vec<Vec<Room>> = proof.scenarios.par_iter().map(|outcome| taken(&tables, outcome)).collect();
    for (outcome, rooms) in proof.scenarios.iter().zip(taken) {
        let name = &outcome.scenario.name;
        let mut least: Option<Room> = None;
        for room in rooms {
            let same = |t: &&mut Tightest| (t.room.region, t.room.lane) == (room.region, room.lane);
            if let Some(known) = lanes.iter_mut().find(same).filter(|t| room.tighter(&t.room)) {
                *known = Tightest { room: room.clone(), scenario: Some(name.clone()) };
            }
            if least.as_ref().is_none_or(|known| room.tighter(known)) {
                least = Some(room);
            }
        }
        scenarios.push((name.clone(), least));
    }
    Headroom { lanes, scenarios, rto: times(model) }
}

/// Lanes of which a scenario takes something, and what it leaves of them; of one that is refuted nothing is left where its
/// witness stands.
fn taken(tables: &Tables<'_>, outcome: &Outcome) -> Vec<Room> {
    match &outcome.verdict {
        Verdict::Survivable(plan) => {
            let mut rooms = Rooms::of(tables, &outcome.scenario, plan).all();
            rooms.retain(|room| room.left < room.has);
            rooms
        }
        Verdict::Refuted(witness) => {
            let lanes: Vec<&str> = witness.pools.iter().filter_map(|pool| pool.name.as_deref()).collect();
            let here = |room: &Room| {
                let lane = tables.model[room.lane].name.as_str();
                let pools = matches!(witness.kind, WitnessKind::Pools);
                witness.locations.iter().any(|c| tables.region(*c) == room.region)
                    && if pools { lanes.contains(&lane) } else { witness.kind == WitnessKind::Combined }
            };
            let mut rooms = Rooms::of(tables, &outcome.scenario, &Plan::default()).all();
            rooms.retain(here);
            rooms.into_iter().map(|room| Room { left: 0, ..room }).collect()
        }
        Verdict::Undecided => Vec::new(),
    }
}

fn times(model: &Model) -> Vec<Rto> {
    let mut all = Vec::new();
    for (index, workload) in model.workloads.iter().enumerate() {
        let Failover::Moves(moves) = &workload.failover else { continue };
        for to in &moves.to {
            let terms = rto::terms(model, to);
            all.push(Rto {
                workload: WorkloadId(index as u32),
                destination: to.location,
                lane: to.lane.value,
                sum: terms.iter().fold(Duration::default(), |sum, term| sum.saturating_add(term.time)),
                limit: moves.rto.map(|rto| rto.value),
            });
        }
    }
    all
}
