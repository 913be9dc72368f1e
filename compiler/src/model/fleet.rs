//! The fleet's own settings.

use super::RegionId;
use crate::span::{Span, Spanned};
use seawall_schema::name::{FleetName, WaveName};
use seawall_schema::{Duration, Share};

/// Settings of the `fleet` node.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// Its name.
    pub name: Spanned<FleetName>,
    /// What must be survived.
    pub survive: Vec<Survive>,
    /// Unconfirmed for longer, a new base bundle is not activated.
    pub max_plan_age: Spanned<Duration>,
    /// Time until a hot, warm or cold standby serves.
    pub standby_times: StandbyTimes,
    /// Time until a failure is seen.
    pub detection: Spanned<Duration>,
    /// Time until somebody or something has declared the event.
    pub decision: Spanned<Duration>,
    /// Time until users arrive elsewhere.
    pub traffic_shift: Spanned<Duration>,
    /// Rate of the way back; absent: at once.
    pub failback: Option<Failback>,
    /// Waves in declared order; empty: all regions at once.
    pub rollout: Vec<Wave>,
    /// The version of Kubernetes that manifests are checked for, 36 for 1.36.
    pub kubernetes: Spanned<u8>,
    /// Further dialects to write.
    pub targets: Vec<Spanned<Dialect>>,
    /// The node.
    pub span: Span,
}

/// A demand on the proof: `survive any-region=1`.
#[derive(Clone, Debug)]
pub struct Survive {
    /// Which boundary.
    pub boundary: Boundary,
    /// Up to how many of them at once.
    pub count: u32,
    /// For zones: whether reserves must stay whole.
    pub holding_reserves: bool,
    /// The node.
    pub span: Span,
}

/// A kind of failure boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Boundary {
    /// `any-region`.
    Region,
    /// `any-cell`.
    Cell,
    /// `any-zone`.
    Zone,
}

/// Time until a standby serves.
#[derive(Clone, Debug)]
pub struct StandbyTimes {
    /// `hot=`.
    pub hot: Spanned<Duration>,
    /// `warm=`.
    pub warm: Spanned<Duration>,
    /// `cold=`.
    pub cold: Spanned<Duration>,
}

/// `failback rate="20%" every="5m"`.
#[derive(Clone, Debug)]
pub struct Failback {
    /// Share of the moved work a step.
    pub rate: Share,
    /// Time between steps.
    pub every: Duration,
    /// The node.
    pub span: Span,
}

/// A rollout wave.
#[derive(Clone, Debug)]
pub struct Wave {
    /// Its name.
    pub name: WaveName,
    /// How long those before must have been healthy.
    pub soak: Option<Duration>,
    /// Its regions.
    pub regions: Vec<Spanned<RegionId>>,
    /// The node.
    pub span: Span,
}

/// A further output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dialect {
    /// Karmada hub objects.
    Karmada,
    /// Datum Workloads.
    Datum,
    /// Flux Kustomizations.
    Flux,
    /// Argo CD ApplicationSets.
    Argo,
}
