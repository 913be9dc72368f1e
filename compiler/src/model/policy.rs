//! Tiers, lanes, tenants, datasets: the rules that work is under; and what a policy can be about.

use super::{RegionId, Residency, TierId};
use crate::span::{Span, Spanned};
use seawall_schema::name::{DatasetName, LaneName, TenantName, TierName};
use seawall_schema::{Duration, Resources};

/// How important work is.
#[derive(Clone, Debug)]
pub struct Tier {
    /// Its name.
    pub name: TierName,
    /// Unique; higher is more important.
    pub order: Spanned<u64>,
    /// Whether its work gives way.
    pub preemptible: bool,
    /// The node.
    pub span: Span,
}

/// A way in during failover.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Its name.
    pub name: LaneName,
    /// Whether it draws on the reserve of its own.
    pub reserve: bool,
    /// Whether it draws on free capacity.
    pub free: bool,
    /// Whether it draws on what preemptible tiers use.
    pub preemptible: bool,
    /// The `draws-on` node.
    pub draws_on: Span,
    /// The node.
    pub span: Span,
}

/// Whose work it is.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// Its name.
    pub name: TenantName,
    /// Its namespace in every cluster.
    pub namespace: Spanned<String>,
    /// Limits in a region, by region; a resource that is not named is unlimited.
    pub quotas: Vec<Quota>,
    /// What it may bring into any one region by failover; a resource that is not named is unlimited.
    pub burst: Option<Spanned<Resources>>,
    /// The node.
    pub span: Span,
}

/// A tenant's limit in one region.
#[derive(Clone, Debug)]
pub struct Quota {
    /// Where.
    pub region: RegionId,
    /// How much.
    pub amount: Resources,
    /// The node.
    pub span: Span,
}

/// Data that work uses.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Its name.
    pub name: DatasetName,
    /// Where it may be.
    pub residency: Option<Residency>,
    /// Where it is written; its lag is 0.
    pub home: Spanned<RegionId>,
    /// Where copies are, in declared order.
    pub replicas: Vec<Replica>,
    /// The node.
    pub span: Span,
}

/// A copy of a dataset.
#[derive(Clone, Debug)]
pub struct Replica {
    /// Where.
    pub region: RegionId,
    /// How far behind it may be.
    pub lag: Duration,
    /// The node.
    pub span: Span,
}

/// A reserve lent to preemptible tiers.
#[derive(Clone, Debug)]
pub struct Lend {
    /// To whom.
    pub tiers: Vec<Spanned<TierId>>,
    /// How long it takes to get it back.
    pub reclaim_within: Duration,
    /// The node.
    pub span: Span,
}

/// Something that a policy can be about, by its place in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The fleet itself.
    Fleet,
    /// A region.
    Region(u32),
    /// A location.
    Location(u32),
    /// A tier.
    Tier(u32),
    /// A lane.
    Lane(u32),
    /// A link.
    Link(u32),
    /// A tenant.
    Tenant(u32),
    /// A dataset.
    Dataset(u32),
    /// A workload.
    Workload(u32),
    /// A queue.
    Queue(u32),
    /// A job.
    Job(u32),
    /// An event.
    Event(u32),
}

impl Subject {
    /// The word of its kind.
    pub fn kind(self) -> &'static str {
        match self {
            Subject::Fleet => "fleet",
            Subject::Region(_) => "region",
            Subject::Location(_) => "location",
            Subject::Tier(_) => "tier",
            Subject::Lane(_) => "lane",
            Subject::Link(_) => "link",
            Subject::Tenant(_) => "tenant",
            Subject::Dataset(_) => "dataset",
            Subject::Workload(_) => "workload",
            Subject::Queue(_) => "queue",
            Subject::Job(_) => "job",
            Subject::Event(_) => "event",
        }
    }
}
