//! Regions, locations, node pools, reserves.

use super::{LaneId, Lend, LocationId, RegionId};
use crate::span::{Span, Spanned};
use seawall_schema::name::{CellName, CityCode, CountryCode, RegionName, ZoneName};
use seawall_schema::{Resource, Resources, Share};

/// A region.
#[derive(Clone, Debug)]
pub struct Region {
    /// Its name.
    pub name: RegionName,
    /// Its country.
    pub country: Spanned<CountryCode>,
    /// Cities it serves, in declared order.
    pub cities: Vec<Spanned<CityCode>>,
    /// Its zones in declared order; empty: it has none declared.
    pub zones: Vec<Spanned<ZoneName>>,
    /// Its locations in declared order, at least one.
    pub locations: Vec<LocationId>,
    /// Whether it is divided into cells.
    pub has_cells: bool,
    /// How its cluster is reached.
    pub cluster: Option<Cluster>,
    /// When its capacity was read from a live cluster (`observed "2026-01-31"`), where that is said.
    pub observed: Option<Spanned<String>>,
    /// The node.
    pub span: Span,
}

/// Where work runs: a cell, or a region without cells.
#[derive(Clone, Debug)]
pub struct Location {
    /// The region.
    pub region: RegionId,
    /// The cell, where the region has cells.
    pub cell: Option<Spanned<CellName>>,
    /// `R`, or `R/C` where the region has cells.
    pub label: String,
    /// Node pools in declared order.
    pub pools: Vec<Pool>,
    /// What Seawall does not manage there.
    pub occupied: Option<Spanned<Resources>>,
    /// Capacity: sum over the pools of count × (allocatable − overhead), less `occupied`; never negative.
    pub capacity: Resources,
    /// Reserves in declared order.
    pub reserves: Vec<Reserve>,
    /// A cell's own cluster.
    pub cluster: Option<Cluster>,
    /// The node (of the cell, or of the region without cells).
    pub span: Span,
}

/// Nodes of one shape.
#[derive(Clone, Debug)]
pub struct Pool {
    /// Its name, usually an instance type; unique in its location.
    pub name: String,
    /// How many count: `count`, or `min`.
    pub count: Spanned<u64>,
    /// `max`, where an autoscaler may add nodes.
    pub max: Option<u64>,
    /// Of one node.
    pub allocatable: Spanned<Resources>,
    /// What DaemonSets take of one node.
    pub overhead: Option<Spanned<Resources>>,
    /// Node labels.
    pub labels: Vec<(String, String)>,
    /// Node taints.
    pub taints: Vec<Taint>,
    /// The node.
    pub span: Span,
}

impl Pool {
    /// What one node has for work: allocatable less overhead, never negative.
    pub fn usable(&self, resource: &Resource) -> u64 {
        let overhead = self.overhead.as_ref().map_or(0, |o| o.value.get(resource));
        self.allocatable.value.get(resource).saturating_sub(overhead)
    }
}

/// A node taint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Taint {
    /// Its key.
    pub key: String,
    /// Its value, often empty.
    pub value: String,
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
    pub effect: String,
}

/// Capacity held for a lane.
#[derive(Clone, Debug)]
pub struct Reserve {
    /// For whom.
    pub lane: LaneId,
    /// How much, percentages worked out and rounded down.
    pub amount: Resources,
    /// As it was written, by resource.
    pub declared: Vec<(Resource, Spanned<Declared>)>,
    /// To whom it is lent meanwhile.
    pub lend: Option<Lend>,
    /// The node.
    pub span: Span,
}

/// An amount or a share of the location's capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// In the resource's unit.
    Amount(u64),
    /// Of the capacity.
    Share(Share),
}

/// How a cluster is reached.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Which kind.
    pub access: ClusterAccess,
    /// Whether the rendered scheduler configuration is in use there (`scheduler=own`).
    pub own_scheduler: bool,
    /// The node.
    pub span: Span,
}

/// Kinds of access to a cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClusterAccess {
    /// A kubeconfig context.
    Context(String),
    /// Credentials of the pod the agent runs in.
    InCluster,
    /// An embedded cluster in a folder.
    Embedded(String),
}
