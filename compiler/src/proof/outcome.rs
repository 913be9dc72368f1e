//! What a proof says, as values: verdicts, assignments, witnesses.
//!
//! Made by this module's solver, read by findings, overlays, drills and `proof.json`. Amounts are in the unit of their
//! resource. Invariant: lists are in a fixed order that does not depend on the order of input.

use super::Certificate;
use crate::model::{EventId, LaneId, LocationId, RegionId, TierId, WorkloadId};
use crate::span::Span;
use seawall_schema::{Resource, Share};

/// Normal running and every scenario.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Normal running.
    pub normal: Normal,
    /// Every scenario: sets of regions by size, cells, zones, events.
    pub scenarios: Vec<Outcome>,
    /// What is outside of it.
    pub not_proved: Vec<&'static str>,
}

/// Normal running.
#[derive(Clone, Debug, Default)]
pub struct Normal {
    /// Every inequality that does not hold; none: feasible.
    pub violations: Vec<Witness>,
}

impl Normal {
    /// Whether every inequality holds.
    pub fn feasible(&self) -> bool {
        self.violations.is_empty()
    }
}

/// One scenario and what was found.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What fails.
    pub scenario: Scenario,
    /// Whether normal running is infeasible, so that this holds on paper only.
    pub on_paper: bool,
    /// What was found.
    pub verdict: Verdict,
}

/// What was found for a scenario.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Whole numbers exist.
    Survivable(Plan),
    /// None exist, and this is why.
    Refuted(Box<Witness>),
    /// The search ran out of its budget.
    Undecided,
}

/// A set of failed locations, plus drains; or a partition; or a zone.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// `region:R`, `regions:R1+R2`, `cell:R/C`, `zone:R/Z`, `event:E`.
    pub name: String,
    /// Which kind.
    pub kind: ScenarioKind,
    /// Failed locations in order.
    pub failed: Vec<LocationId>,
    /// Drained locations in order, and by how much.
    pub drained: Vec<(LocationId, Share)>,
    /// Tiers that may be lost.
    pub may_lose: Vec<TierId>,
    /// The line that asks for it.
    pub span: Span,
}

/// Kinds of scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScenarioKind {
    /// A set of regions.
    Regions,
    /// One cell.
    Cell,
    /// One zone, by its place among its region's.
    Zone {
        /// The region.
        region: RegionId,
        /// Index into the region's zones.
        zone: usize,
        /// Whether the reserves must stay whole.
        holding_reserves: bool,
    },
    /// A named event.
    Event(EventId),
    /// A named event that is a partition.
    Partition(EventId),
}

/// Where everything goes.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// How it was found.
    pub method: Method,
    /// How far it was checked.
    pub level: Level,
    /// Why the replicas do not fit on nodes, where they only fit in sum.
    pub unpacked: Option<Unpacked>,
    /// Whole replicas, in order of tier, workload, source and `to`.
    pub moves: Vec<Move>,
    /// Work that gives way, by location and tier.
    pub evicted: Vec<Evicted>,
    /// Work that stays down, in order of workload, source and reason.
    pub lost: Vec<Lost>,
    /// Work without its data, allowed by `expect degraded`.
    pub impaired: Vec<WorkloadId>,
}

/// Replicas for which no node was found, though the location's sum has room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacked {
    /// Where.
    pub location: LocationId,
    /// Of what.
    pub workload: WorkloadId,
    /// How many.
    pub replicas: i128,
    /// Of which resource no node has enough; none: nodes have enough of each, but not together or not in the right zone.
    pub resource: Option<Resource>,
    /// Of one replica.
    pub request: i128,
    /// On the node that has most left.
    pub largest: i128,
}

impl Unpacked {
    /// As printed: `3 × 8 nvidia.com/gpu pods of train in eu-west/gpu, largest free node 4`.
    pub fn words(&self, model: &crate::model::Model) -> String {
        let (name, place) = (&model[self.workload].name, &model[self.location].label);
        match &self.resource {
            Some(resource) => {
                let (request, largest) = (resource.format(self.request), resource.format(self.largest));
                format!(
                    "{} × {request} {resource} pods of {name} in {place}, largest free node {largest}",
                    self.replicas
                )
            }
            None => {
                format!("{} pods of {name} in {place}, no node within their zones has room", self.replicas)
            }
        }
    }
}

/// How an assignment was found, and which question it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Method {
    /// Each `to` in order: the simple plan, wherever that fits.
    #[default]
    FillAndSpill,
    /// Jointly where no more than one resource binds: a maximum flow of it, in whole replicas.
    MaxFlow,
    /// Jointly where several resources bind: an integer program.
    Integer,
}

/// How far an assignment was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Level {
    /// By each location's sum.
    #[default]
    Aggregate,
    /// Node by node.
    Packed,
}

/// Replicas of one workload from one location through one `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which.
    pub workload: WorkloadId,
    /// From where.
    pub from: LocationId,
    /// Index into its `to`.
    pub to: usize,
    /// The destination.
    pub destination: LocationId,
    /// The lane.
    pub lane: LaneId,
    /// How many.
    pub replicas: i128,
}

/// Work of a preemptible tier that gives way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evicted {
    /// Where.
    pub location: LocationId,
    /// Whose.
    pub tier: TierId,
    /// How much of each resource, none of them 0.
    pub amount: Vec<(Resource, i128)>,
}

/// Replicas that stay down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Which.
    pub workload: WorkloadId,
    /// From where.
    pub from: LocationId,
    /// How many.
    pub replicas: i128,
    /// Why.
    pub reason: LossReason,
}

/// Why replicas stay down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LossReason {
    /// `failover none`, or the lowest tier.
    Decided,
    /// `degraded=`.
    Degraded,
    /// `expect degraded`.
    Expected,
}

/// An inequality that does not hold, with its arithmetic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Which inequality.
    pub kind: WitnessKind,
    /// The place as printed: a location, several joined by `+`, or a region.
    pub place: String,
    /// The locations it is about.
    pub locations: Vec<LocationId>,
    /// The resource; `pods` where replicas themselves are counted.
    pub resource: Resource,
    /// The left side.
    pub needs: i128,
    /// The right side.
    pub has: i128,
    /// What the left side is made of.
    pub demands: Vec<Demand>,
    /// What the right side is made of.
    pub pools: Vec<PoolShare>,
    /// Where no single sum shows it: what shows it.
    pub certificate: Option<Certificate>,
}

/// Which inequality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WitnessKind {
    /// Normal: reserves within the capacity.
    Reserves,
    /// Normal: what runs within what the reserves leave.
    Running,
    /// Normal: standbys within their lane's reserve.
    Standbys,
    /// Normal: a tenant within its quota in a region.
    Quota,
    /// Failover: demand within the pools that it may draw on.
    Pools,
    /// Failover: a tenant within its burst in a region.
    Burst,
    /// Failover: a source whose destinations together take too little.
    Destinations,
    /// A zone's loss: what must stand within what is left.
    Zone,
    /// Work that reaches no copy of its data.
    Data,
    /// A sum of inequalities, each taken so many times.
    Combined,
    /// No whole numbers exist, by exhaustive search.
    Exhausted,
}

/// A line on the left side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// What it is.
    pub of: DemandOf,
    /// Its name.
    pub name: String,
    /// Where it comes from, in a failover.
    pub from: Option<LocationId>,
    /// How many replicas; 0 where it has none.
    pub replicas: i128,
    /// Of one replica.
    pub request: i128,
    /// All of it; negative where it is taken off.
    pub amount: i128,
    /// Where it was written.
    pub span: Span,
}

/// What a line on the left side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemandOf {
    /// Replicas of a workload.
    Workload,
    /// Standbys of a workload.
    Standby,
    /// A queue's quota.
    Queue,
    /// A reserve, by its lane.
    Reserve,
    /// What a reserve holds for a tier meanwhile (taken off).
    Lent,
}

/// A line on the right side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolShare {
    /// Which pool.
    pub pool: PoolKind,
    /// Where, where that is a location.
    pub location: Option<LocationId>,
    /// A lane, tenant, zone or other name it goes by.
    pub name: Option<String>,
    /// How much; negative where it is taken off.
    pub amount: i128,
    /// Where it was written.
    pub span: Span,
}

/// What a line on the right side is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PoolKind {
    /// A lane's reserve.
    Reserve,
    /// Unused capacity.
    Free,
    /// What preemptible tiers use.
    Preemptible,
    /// All of a location.
    Capacity,
    /// A zone's nodes (taken off).
    Zone,
    /// A tenant's quota.
    Quota,
    /// A tenant's burst.
    Burst,
    /// What one `to` may take.
    Share,
    /// A copy of a dataset.
    Copy,
    /// The most whole replicas that any assignment places.
    WholeReplicas,
}
