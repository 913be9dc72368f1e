//! Why no whole replicas fit where no single sum shows it: cases that cover everything, each closed by a sum of inequalities.
//!
//! Made by the exact solver, written into `proof.json`, re-added by whoever doubts it. Invariant: in every case the sum, with
//! the bounds of the case, leaves fewer replicas placed than must be.

use crate::model::{LaneId, LocationId, Model, RegionId, TenantId, WorkloadId};
use seawall_schema::Resource;
use serde_json::{Value, json};

/// Cases in the order in which they are split: a split, then all that follows from its first half, then from its second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// What is added up, each used somewhere.
    pub inequalities: Vec<Inequality>,
    /// Splits and sums.
    pub cases: Vec<Case>,
}

/// An inequality that every assignment of the witness's work keeps. One of requests is divided by their greatest common
/// divisor, and what is left of the right side rounded down to the largest sum that whole replicas reach, where it is at
/// most 2²⁰.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Inequality {
    /// Of a workload no more leaves a location than is displaced there.
    Displaced(WorkloadId, LocationId),
    /// A tenant's work into a region stays within its burst there.
    Burst(TenantId, RegionId, Resource),
    /// At a location, demand that can only be covered by the reserves of these lanes and these shared pools stays within
    /// them.
    Pools(LocationId, Resource, Vec<LaneId>, Shared),
}

/// Which pools that lanes share count on the right side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shared {
    /// Unused capacity.
    pub free: bool,
    /// What preemptible tiers use.
    pub preemptible: bool,
}

/// One step of the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Case {
    /// First the cases in which at least so many replicas go this way, then those in which fewer do.
    Split {
        /// Which.
        workload: WorkloadId,
        /// From where.
        from: LocationId,
        /// Where to.
        destination: LocationId,
        /// The lane.
        lane: LaneId,
        /// The least of the first half.
        at_least: i128,
    },
    /// So many times each inequality, against so many times what must be placed.
    Sum {
        /// How often each replica counts.
        of: i128,
        /// Indices of inequalities, and how often each is taken.
        times: Vec<(usize, i128)>,
    },
}

impl Certificate {
    /// As `proof.json` writes it; multipliers are text, since they may be larger than a JSON number is read.
    pub(super) fn to_json(&self, model: &Model) -> Value {
        let inequalities: Vec<_> = self.inequalities.iter().map(|i| i.to_json(model)).collect();
        let cases: Vec<_> = self.cases.iter().map(|case| case.to_json(model)).collect();
        json!({ "inequalities": inequalities, "cases": cases })
    }
}

impl Inequality {
    fn to_json(&self, model: &Model) -> Value {
        match self {
            Self::Displaced(workload, from) => {
                json!({ "displaced": model[*workload].name.as_str(), "from": model[*from].label })
            }
            Self::Burst(tenant, region, resource) => json!({
                "burst": model[*tenant].name.as_str(),
                "region": model[*region].name.as_str(),
                "resource": resource.as_str(),
            }),
            Self::Pools(location, resource, lanes, shared) => json!({
                "pools": lanes.iter().map(|lane| model[*lane].name.as_str()).collect::<Vec<_>>(),
                "location": model[*location].label,
                "resource": resource.as_str(),
                "free": shared.free,
                "preemptible": shared.preemptible,
            }),
        }
    }
}

impl Case {
    fn to_json(&self, model: &Model) -> Value {
        match self {
            Self::Split { workload, from, destination, lane, at_least } => json!({
                "workload": model[*workload].name.as_str(),
                "from": model[*from].label,
                "to": model[*destination].label,
                "lane": model[*lane].name.as_str(),
                "at_least": at_least.to_string(),
            }),
            Self::Sum { of, times } => {
                let times: Vec<_> = times.iter().map(|(index, n)| json!([index, n.to_string()])).collect();
                json!({ "of": of.to_string(), "times": times })
            }
        }
    }
}
