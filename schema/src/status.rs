//! What a region's worker says of itself: the same data in the cluster, on disk, in `seawall status` and on the page.

use serde::{Deserialize, Serialize};

/// The state of one region, as its worker last saw it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RegionStatus {
    /// Region, or `region/cell`.
    pub region: String,
    /// Commit that was last fetched.
    pub fetched_commit: Option<String>,
    /// Commit whose bundle is in force.
    pub applied_commit: Option<String>,
    /// Digest of the bundle in force.
    pub bundle_digest: Option<String>,
    /// Events in force.
    pub active_events: Vec<String>,
    /// Whether reconciling is suspended.
    pub suspended: bool,
    /// Objects in the inventory.
    pub objects: usize,
    /// Objects that are not ready, with their reason, at most 20.
    pub unready: Vec<String>,
    /// Objects that are being deleted and still there, with what holds them, at most 20.
    #[serde(default)]
    pub waiting: Vec<String>,
    /// Writes of the last pass.
    pub last_writes: usize,
    /// Drift corrections since the worker started.
    pub drift_corrected: u64,
    /// End of the last pass, RFC 3339.
    pub last_pass: Option<String>,
    /// Conditions in the order of the stages.
    pub conditions: Vec<Condition>,
}

/// One condition of a region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Condition {
    /// Stage or aspect: `Fetched`, `Verified`, `Staged`, `Gated`, `Applied`, `Ready`.
    pub kind: String,
    /// Whether it holds.
    pub ok: bool,
    /// A word for machines.
    pub reason: String,
    /// A sentence for people: what was tried, where, and what happens next.
    pub message: String,
    /// Since when, RFC 3339.
    pub since: String,
}
