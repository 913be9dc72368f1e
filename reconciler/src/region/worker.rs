//! One region's worker: what it owns, and how it starts.
//!
//! Takes settings, a source and a cluster; gives status. The loop is in `run`, the way from a fetch to a bundle in
//! `intake`, the way from a bundle to the cluster in `reconcile`.

use super::carry::Rollout;
use super::conditions::{Conditions, now};
use super::config::WorkerConfig;
use super::ending::Remembered;
use super::fetcher::Fetcher;
use super::fights::Fights;
use super::inventory::Inventory;
use super::retries::Retries;
use super::view::View;
use crate::bundle::{Bundle, InForce, Store};
use crate::cluster::{Change, Cluster, Extent};
use crate::gate::operator;
use crate::report::Reporter;
use crate::source::Source;
use futures::stream::BoxStream;
use seawall_schema::status::RegionStatus;
use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::sync::Arc;
use tokio::time::Instant;

/// A worker that keeps one cluster true to one bundle.
pub struct Worker {
    pub(super) config: WorkerConfig,
    pub(super) cluster: Arc<dyn Cluster>,
    pub(super) fetcher: Fetcher,
    pub(super) store: Store,
    pub(super) reporter: Reporter,
    /// Held while the worker lives: two on one state folder would undo each other's work.
    _lock: Option<File>,
    /// Verified and not let through yet.
    pub(super) candidate: Option<Arc<Bundle>>,
    /// What the cluster is kept true to.
    pub(super) in_force: Option<Arc<Bundle>>,
    /// What was in force before, in this process or on disk.
    pub(super) previous: Option<Arc<Bundle>>,
    /// The commit against which the next one's ancestry is judged.
    pub(super) accepted: Option<String>,
    pub(super) fetched: Option<String>,
    /// Events in force, and what is ending.
    pub(super) force: InForce,
    pub(super) wanted: Option<Remembered>,
    /// Events declared in the cluster.
    pub(super) local: Vec<String>,
    pub(super) inventory: Inventory,
    pub(super) view: View,
    pub(super) fights: Fights,
    pub(super) retries: Retries,
    /// Whether the cluster was lost in the middle of the last step.
    pub(super) lost: bool,
    pub(super) conditions: Conditions,
    /// Set while a new bundle, or a change of events, is being brought in.
    pub(super) rollout: Option<Rollout>,
    pub(super) watch: Option<(Vec<Extent>, BoxStream<'static, Change>)>,
    pub(super) attended: Option<Instant>,
    pub(super) listed: Option<Instant>,
    pub(super) last_writes: usize,
    pub(super) drift_corrected: u64,
}

/// Why a worker does not start.
#[derive(Debug, thiserror::Error)]
pub enum Opening {
    /// Another worker uses the same state folder.
    #[error("another worker runs on {0}; stop it first, or give this one a state folder of its own")]
    Taken(String),
}

impl Worker {
    /// A worker with what its state folder remembers.
    ///
    /// # Errors
    /// Where another worker runs on the same folder. A folder that cannot be written is no error: the worker says so and
    /// works from memory.
    pub fn new(
        config: WorkerConfig,
        source: Box<dyn Source>,
        cluster: Arc<dyn Cluster>,
    ) -> Result<Self, Opening> {
        let mut conditions = Conditions::default();
        let lock = lock(&config, &mut conditions)?;
        let store = Store::new(&config.state);
        let fetcher = Fetcher::new(source, &config.bundle_path, store.clone(), config.fetch_deadline);
        let reporter = Reporter::new(&config.state);
        let mut worker = Self {
            cluster,
            fetcher,
            store,
            reporter,
            _lock: lock,
            candidate: None,
            in_force: None,
            previous: None,
            accepted: None,
            fetched: None,
            force: InForce::default(),
            wanted: None,
            local: Vec::new(),
            inventory: Inventory::default(),
            view: View::new(),
            fights: Fights::default(),
            retries: Retries::default(),
            lost: false,
            conditions,
            rollout: None,
            watch: None,
            attended: None,
            listed: None,
            last_writes: 0,
            drift_corrected: 0,
            config,
        };
        worker.remember();
        Ok(worker)
    }

    /// Takes up what was in force before the restart.
    fn remember(&mut self) {
        match self.store.load() {
            Ok(Some((bundle, note))) => {
                let message =
                    note.unwrap_or_else(|| format!("commit {} was taken up from disk", bundle.commit));
                self.conditions.set("Staged", true, "FromDisk", message);
                self.previous = self.store.previous().ok().flatten().map(Arc::new);
                self.force = self.store.in_force();
                // Until the cluster says what is declared there: an answer that fails must not end an event. What git
                // declares is git's to end.
                let from_git = |event: &&String| bundle.active_events.contains(event);
                self.local = self.force.events.iter().filter(|event| !from_git(event)).cloned().collect();
                self.accepted = Some(bundle.commit.clone());
                self.rollout = Some(Rollout::default());
                self.in_force = Some(Arc::new(bundle));
            }
            Ok(None) => {}
            Err(error) => {
                let message = format!("{error}; nothing is known until the source answers");
                self.conditions.set("Staged", false, "Damaged", message);
            }
        }
    }

    /// The worker's state as data.
    pub fn status(&self) -> RegionStatus {
        let objects = self.inventory.stored.as_ref().map_or(0, |inventory| inventory.keys.len());
        let unready = self.view.unready.values();
        let words = unready.map(|(key, health)| format!("{key}: {}", health.reason().unwrap_or("ready")));
        RegionStatus {
            region: self.config.region(),
            fetched_commit: self.fetched.clone(),
            applied_commit: self.in_force.as_ref().map(|bundle| bundle.commit.clone()),
            bundle_digest: self.in_force.as_ref().map(|bundle| bundle.digest.clone()),
            active_events: self.force.events.clone(),
            suspended: operator::suspension(&self.config.state).is_some(),
            objects,
            unready: words.take(20).collect(),
            waiting: self.view.going().take(20).collect(),
            last_writes: self.last_writes,
            drift_corrected: self.drift_corrected,
            last_pass: Some(now()),
            conditions: self.conditions.list(),
        }
    }

    /// What operators approved in the state folder.
    pub(super) fn approvals(&self) -> BTreeSet<String> {
        operator::approvals(&self.config.state)
    }
}

/// Takes the state folder for this process.
fn lock(config: &WorkerConfig, conditions: &mut Conditions) -> Result<Option<File>, Opening> {
    let open = || {
        std::fs::create_dir_all(&config.state)?;
        File::options().create(true).truncate(false).write(true).open(config.state.join("lock"))
    };
    let file = match open() {
        Ok(file) => file,
        Err(error) => {
            let message =
                format!("{} cannot be written: {error}; state is in memory only", config.state.display());
            conditions.set("Staged", false, "DiskFailed", message);
            return Ok(None);
        }
    };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Opening::Taken(config.state.display().to_string())),
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(file)),
    }
}
