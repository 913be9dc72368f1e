//! Workloads, queues, jobs, events, declarations, manifests.

use super::{
    ClusterAccess, DatasetId, LaneId, LocationId, ManifestId, QueueId, RegionId, Residency, TenantId, TierId,
    WorkloadId,
};
use crate::span::{FileId, Span, Spanned};
use seawall_schema::name::{ClassName, EventName, JobName, QueueName, WorkloadName};
use seawall_schema::{Duration, Resources, Share};

/// Replicated work.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name.
    pub name: WorkloadName,
    /// Whose it is.
    pub tenant: Spanned<TenantId>,
    /// The class its defaults came from.
    pub class: Option<Spanned<ClassName>>,
    /// Its tier.
    pub tier: Spanned<TierId>,
    /// How much of it Seawall writes.
    pub mode: Mode,
    /// What is deployed.
    pub content: Content,
    /// Of one replica; `pods` is 1.
    pub request: Spanned<Resources>,
    /// Where it runs, in declared order; a target over several cities is one entry each.
    pub targets: Vec<Target>,
    /// How it spreads over zones; absent: not said.
    pub spread: Option<Spread>,
    /// How much of it may be away at once by choice.
    pub disruption: Option<Spanned<MaxUnavailable>>,
    /// Where it may be, by its own line or its class's; its datasets' intersect with it.
    pub residency: Option<Residency>,
    /// Datasets it uses.
    pub uses: Vec<Uses>,
    /// Workloads it needs nearby.
    pub needs: Vec<Needs>,
    /// What happens to it in a failure.
    pub failover: Failover,
    /// What holds while an event is in force.
    pub during_failover: Option<DuringFailover>,
    /// How users reach it.
    pub traffic: Option<Traffic>,
    /// Whether it moves only with evidence that the other side is stopped.
    pub fenced: bool,
    /// Policy findings it is allowed.
    pub allows: Vec<Allow>,
    /// The node.
    pub span: Span,
    /// The name's own place.
    pub name_span: Span,
}

/// How much of a workload Seawall writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Mode {
    /// Whole objects.
    #[default]
    Own,
    /// Only replicas, minima, standbys and placeholders.
    Overlay,
    /// Nothing; it is only proved.
    Observe,
}

/// What is deployed.
#[derive(Clone, Debug)]
pub enum Content {
    /// The team's own objects, from files.
    Manifests {
        /// Files in the order of their paths.
        files: Vec<ManifestId>,
        /// The `manifests` node.
        span: Span,
    },
    /// A container described inline.
    Container(Container),
}

/// A container described inline.
#[derive(Clone, Debug)]
pub struct Container {
    /// Its image.
    pub image: Spanned<String>,
    /// The port it serves on.
    pub port: Option<Spanned<u64>>,
    /// Arguments, in order.
    pub args: Vec<String>,
    /// Environment, in order.
    pub env: Vec<(String, String)>,
    /// The node.
    pub span: Span,
}

/// Replicas at one place.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where.
    pub location: LocationId,
    /// The city it was named by.
    pub city: Spanned<String>,
    /// How many, without an autoscaler.
    pub replicas: Spanned<u64>,
    /// An autoscaler.
    pub autoscale: Option<Autoscale>,
    /// The node.
    pub span: Span,
}

impl Target {
    /// What counts in the proof: the autoscaler's maximum where there is one, else the replicas.
    pub fn proved_replicas(&self) -> u64 {
        self.autoscale.as_ref().map_or(self.replicas.value, |a| a.max.value)
    }
}

/// `autoscale min=40 max=60 cpu="70%"`.
#[derive(Clone, Debug)]
pub struct Autoscale {
    /// At least.
    pub min: Spanned<u64>,
    /// At most.
    pub max: Spanned<u64>,
    /// Target utilisation of the request.
    pub cpu: Option<Spanned<Share>>,
    /// The node.
    pub span: Span,
}

/// How a workload spreads over zones.
#[derive(Clone, Debug)]
pub enum Spread {
    /// `spread zone max-skew=1`.
    Zone {
        /// Largest difference between zones.
        max_skew: u64,
        /// The node.
        span: Span,
    },
    /// `spread none reason="…"`.
    None {
        /// Why.
        reason: String,
        /// The node.
        span: Span,
    },
}

/// `disruption max-unavailable="10%"` or a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaxUnavailable {
    /// Of the replicas; whole percents only in what is written.
    Share(Share),
    /// A number of replicas.
    Count(u64),
}

/// `uses ledger rpo="30s"`.
#[derive(Clone, Debug)]
pub struct Uses {
    /// What.
    pub dataset: DatasetId,
    /// How old a copy may be; absent: any copy.
    pub rpo: Option<Spanned<Duration>>,
    /// The node.
    pub span: Span,
}

/// `needs risk-api within="100ms"`.
#[derive(Clone, Debug)]
pub struct Needs {
    /// What.
    pub workload: WorkloadId,
    /// How far away it may be, round trip.
    pub within: Option<Spanned<Duration>>,
    /// The node.
    pub span: Span,
}

/// What happens to a workload in a failure.
#[derive(Clone, Debug)]
pub enum Failover {
    /// Nothing said, which only the lowest tier may: its loss is decided.
    Lowest,
    /// `failover none reason="…"`.
    None {
        /// Why.
        reason: String,
        /// The node.
        span: Span,
    },
    /// It moves.
    Moves(Moves),
}

/// `failover … { to … }`.
#[derive(Clone, Debug)]
pub struct Moves {
    /// `active-passive` or `active-active`.
    pub mode: Spanned<FailoverMode>,
    /// Longest time until it serves again.
    pub rto: Option<Spanned<Duration>>,
    /// Share of its replicas that is enough in a failure; 100% by default.
    pub degraded: Spanned<Share>,
    /// Destinations in declared order.
    pub to: Vec<To>,
    /// The node.
    pub span: Span,
}

/// Modes of failover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailoverMode {
    /// The destination waits.
    ActivePassive,
    /// Both sides serve.
    ActiveActive,
}

/// A destination.
#[derive(Clone, Debug)]
pub struct To {
    /// Where.
    pub location: LocationId,
    /// By which lane.
    pub lane: Spanned<LaneId>,
    /// What waits there.
    pub standby: Spanned<Standby>,
    /// How much of it waits there: 100% for hot, `warm=` for warm, 0% for cold.
    pub warm: Spanned<Share>,
    /// The largest part of the demand it takes; 100% by default.
    pub share: Spanned<Share>,
    /// The node.
    pub span: Span,
}

/// What waits at a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standby {
    /// All of it runs.
    Hot,
    /// Part of it runs.
    Warm,
    /// Nothing runs.
    Cold,
}

/// `during-failover autoscale=hold traffic-step="40%"`.
#[derive(Clone, Debug)]
pub struct DuringFailover {
    /// Whether autoscalers are held.
    pub hold_autoscale: bool,
    /// Share of the traffic that moves first.
    pub traffic_step: Option<Spanned<Share>>,
    /// The node.
    pub span: Span,
}

/// `traffic host="…" ttl="30s" health-check="/readyz"`.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// DNS name.
    pub host: Spanned<String>,
    /// Time to live of its records.
    pub ttl: Option<Spanned<Duration>>,
    /// Path that is probed.
    pub health_check: Option<Spanned<String>>,
    /// The node.
    pub span: Span,
}

/// `allow CODE reason="…" until="…"`.
#[derive(Clone, Debug)]
pub struct Allow {
    /// The policy.
    pub policy: Spanned<String>,
    /// Why.
    pub reason: String,
    /// Last day, `YYYY-MM-DD`.
    pub until: Option<Spanned<String>>,
    /// The node.
    pub span: Span,
}

/// A batch queue.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Its name.
    pub name: QueueName,
    /// Its tier.
    pub tier: Spanned<TierId>,
    /// Its quota at each location.
    pub quotas: Vec<QueueQuota>,
    /// Whether a blocked head holds up those behind it (`strict-fifo`).
    pub strict: bool,
    /// The node.
    pub span: Span,
}

/// A queue's quota at one location.
#[derive(Clone, Debug)]
pub struct QueueQuota {
    /// Where.
    pub location: LocationId,
    /// How much.
    pub amount: Resources,
    /// The node.
    pub span: Span,
}

/// A batch job.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its name.
    pub name: JobName,
    /// Whose it is.
    pub tenant: Spanned<TenantId>,
    /// The queue it waits in.
    pub queue: Spanned<QueueId>,
    /// Its objects, in the order of the files' paths.
    pub wraps: Vec<ManifestId>,
    /// All of it together.
    pub request: Spanned<Resources>,
    /// Where it may run, in order of preference.
    pub dispatch: Vec<Spanned<LocationId>>,
    /// How often it is tried again.
    pub retry: Option<Retry>,
    /// The node.
    pub span: Span,
}

/// `retry limit=5 pause="30s"`.
#[derive(Clone, Debug)]
pub struct Retry {
    /// At most so often.
    pub limit: u64,
    /// Between tries.
    pub pause: Option<Duration>,
    /// The node.
    pub span: Span,
}

/// A named scenario.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its name.
    pub name: EventName,
    /// Locations that fail, in order of location.
    pub failed: Vec<Spanned<LocationId>>,
    /// Locations that are drained, and by how much, in order of location; one that fails is not here.
    pub drained: Vec<(LocationId, Spanned<Share>)>,
    /// Sides of a partition, each in order of region; empty: none.
    pub sides: Vec<Vec<RegionId>>,
    /// Tiers that may be lost.
    pub may_lose: Vec<Spanned<TierId>>,
    /// The node.
    pub span: Span,
}

/// A scenario that is declared in force in git.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// `E`, `region:R` or `cell:R/C`.
    pub event: Spanned<String>,
    /// Who says so.
    pub by: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Until when, RFC 3339.
    pub until: Option<String>,
    /// The node.
    pub span: Span,
}

/// A file of Kubernetes objects that a workload or job names.
#[derive(Clone, Debug)]
pub struct ManifestFile {
    /// Path relative to the fleet's folder.
    pub path: String,
    /// The source.
    pub file: FileId,
    /// Its objects in order, lists taken apart.
    pub objects: Vec<ManifestObject>,
}

/// A file of CustomResourceDefinitions.
#[derive(Clone, Debug)]
pub struct SchemaFile {
    /// Its path.
    pub path: String,
    /// The kinds that it defines, in order.
    pub kinds: Vec<CustomKind>,
}

/// A kind that a CustomResourceDefinition defines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomKind {
    /// Its API group.
    pub group: String,
    /// Its name.
    pub kind: String,
    /// The versions of it that are served.
    pub versions: Vec<String>,
    /// Whether its objects live outside namespaces.
    pub cluster_scoped: bool,
    /// Where it is named.
    pub span: Span,
}

/// One object of a manifest file.
#[derive(Clone, Debug)]
pub struct ManifestObject {
    /// The object; keys in the order of the file.
    pub value: serde_json::Value,
    /// The document it stands in.
    pub span: Span,
    /// Where each value stands.
    pub places: crate::manifest::Places,
}

impl ManifestObject {
    /// Its kind; empty where none is said.
    pub fn kind(&self) -> &str {
        crate::manifest::text(&self.value, "/kind")
    }

    /// Its name; empty where none is said.
    pub fn name(&self) -> &str {
        crate::manifest::text(&self.value, "/metadata/name")
    }

    /// Where the value at a JSON pointer stands; the document where there is none.
    pub fn place(&self, pointer: &str) -> Span {
        self.places.get(pointer).unwrap_or(self.span)
    }
}

impl Region {
    /// How the cluster is reached, where that is said.
    pub fn access(&self) -> Option<&ClusterAccess> {
        self.cluster.as_ref().map(|cluster| &cluster.access)
    }
}

use super::Region;
