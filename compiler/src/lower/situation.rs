//! What is the case: normal running, or an event in force with the assignment that was proved for it.

use crate::model::{LaneId, LocationId, WorkloadId};
use crate::proof::Move;
use crate::span::Span;
use seawall_schema::Share;
use std::collections::{BTreeMap, BTreeSet};

/// Normal running is the default one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Situation {
    /// Whether an event is in force, and the line that asks for it.
    pub(crate) event: Option<Span>,
    /// Locations that failed.
    pub(crate) failed: BTreeSet<LocationId>,
    /// Locations that are drained.
    pub(crate) drained: BTreeMap<LocationId, Share>,
    /// What moves where.
    pub(crate) moves: Vec<Move>,
    /// The same, summed by workload, destination and lane.
    pub(crate) arrivals: BTreeMap<(WorkloadId, LocationId, LaneId), i128>,
}

/// Normal running.
pub(super) static NORMAL: Situation = Situation {
    event: None,
    failed: BTreeSet::new(),
    drained: BTreeMap::new(),
    moves: Vec::new(),
    arrivals: BTreeMap::new(),
};

impl Situation {
    /// Whether work at a location is asked to leave.
    pub(crate) fn displaces(&self, location: LocationId) -> bool {
        self.failed.contains(&location) || self.drained.contains_key(&location)
    }

    /// Replicas of a workload that arrive at a location through a lane.
    pub(crate) fn arriving(&self, workload: WorkloadId, to: LocationId, lane: LaneId) -> u64 {
        let sum = self.arrivals.get(&(workload, to, lane)).copied().unwrap_or(0);
        u64::try_from(sum).unwrap_or(0)
    }

    /// Whether anything arrives at or leaves one of these locations.
    pub(crate) fn touches(&self, locations: &[LocationId]) -> bool {
        locations.iter().any(|l| self.displaces(*l) || self.moves.iter().any(|m| m.destination == *l))
    }

    /// The line that asks for the event, where one is in force.
    pub(crate) fn span(&self) -> Option<Span> {
        self.event
    }
}
