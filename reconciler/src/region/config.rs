//! What a worker is told. Takes the bundle's folder, gives times that can be changed.

use std::path::PathBuf;
use std::time::Duration;

/// Settings of one region's worker.
#[derive(Clone, Debug)]
pub struct WorkerConfig {
    /// The bundle's folder in the rendering: `regions/eu-west`, `regions/eu-west/cells/gpu`.
    pub bundle_path: String,
    /// Where the worker keeps its state; nobody else writes there.
    pub state: PathBuf,
    /// Time between fetches.
    pub interval: Duration,
    /// How long a fetch may take; one that takes longer goes on by itself and no longer counts.
    pub fetch_deadline: Duration,
    /// How long a phase of a new bundle may take to get ready before the next one is applied all the same.
    pub settle: Duration,
    /// Time between complete listings of the cluster.
    pub resync: Duration,
    /// Time between looks at what operators say locally: declarations, suspensions, approvals.
    pub attention: Duration,
}

impl WorkerConfig {
    /// The usual times for the bundle in `bundle_path`.
    pub fn new(bundle_path: impl Into<String>, state: impl Into<PathBuf>) -> Self {
        Self {
            bundle_path: bundle_path.into(),
            state: state.into(),
            interval: Duration::from_secs(30),
            fetch_deadline: Duration::from_secs(60),
            settle: Duration::from_secs(60),
            resync: Duration::from_secs(600),
            attention: Duration::from_secs(3),
        }
    }

    /// The region for people: `eu-west`, or `eu-west/gpu`.
    pub fn region(&self) -> String {
        let path = self.bundle_path.strip_prefix("regions/").unwrap_or(&self.bundle_path);
        path.replace("/cells/", "/")
    }
}
