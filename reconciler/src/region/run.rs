//! When what happens: one pass for scripts, and the loop that lives.
//!
//! The loop wakes for a change that the watch sees, for the end of a fetch, and for times: the next fetch, the next look at
//! what operators say, the next try after a failure.

use super::declarations::Declaration;
use super::reconcile::Progress;
use super::worker::Worker;
use super::{declarations, view};
use crate::cluster::{Change, ClusterError};
use crate::gate::operator;
use futures::StreamExt as _;
use seawall_schema::status::RegionStatus;
use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Time between looks while a rollout settles.
const SETTLING: Duration = Duration::from_millis(250);
/// Changes that come within this time are handled together.
const DEBOUNCE: Duration = Duration::from_millis(20);
/// Longest time between tries after failures.
const BACKOFF: Duration = Duration::from_secs(30);

impl Worker {
    /// Fetches once and reconciles until nothing is left to do, or what is left takes longer than the settle deadline after
    /// the last turn of a rollout.
    pub async fn pass(&mut self) -> RegionStatus {
        self.fetcher.start(self.known());
        if self.fetcher.busy() {
            // The connection to the cluster is made meanwhile.
            let cluster = Arc::clone(&self.cluster);
            let (result, declared) =
                tokio::join!(self.fetcher.finished(), declarations::read(cluster.as_ref()));
            self.take_in(result);
            self.hear(declared);
        }
        self.view.stale = true;
        let mut until = Instant::now() + self.config.settle;
        let mut writes = 0;
        loop {
            self.attend().await;
            let progress = self.reconcile().await;
            writes += self.last_writes;
            let waits = progress == Progress::Settling
                || (progress == Progress::Settled && !self.view.unready.is_empty());
            if self.rollout.is_some() {
                // Each turn has a deadline of its own.
                until = Instant::now() + self.config.settle;
            }
            if !waits || Instant::now() >= until {
                break;
            }
            tokio::time::sleep(SETTLING).await;
            self.drain_watch();
        }
        self.last_writes = writes;
        self.report().await
    }

    /// Runs until `stop` says so; gives every new status to `publish`.
    pub async fn run(&mut self, mut stop: watch::Receiver<bool>, publish: impl Fn(RegionStatus)) {
        let mut next_fetch = Instant::now();
        let mut next_step = Instant::now();
        let mut failures = 0;
        while !*stop.borrow() {
            if Instant::now() >= next_fetch {
                self.fetcher.start(self.known());
                next_fetch = Instant::now() + jittered(self.config.interval);
            }
            tokio::select! {
                changed = stop.changed() => if changed.is_err() { break },
                result = self.fetcher.finished() => { self.take_in(result); next_step = Instant::now(); }
                change = next_change(&mut self.watch) => {
                    self.view.changed(change);
                    tokio::time::sleep(DEBOUNCE).await;
                    // After a failure the next try is not brought forward by every change that others make.
                    if failures == 0 { next_step = Instant::now(); }
                }
                () = tokio::time::sleep_until(next_step.min(next_fetch)) => {}
            }
            self.drain_watch();
            if Instant::now() >= next_step {
                self.attend().await;
                let progress = self.reconcile().await;
                failures = if progress == Progress::Failed { failures + 1 } else { 0 };
                next_step = Instant::now() + self.pause(progress, failures);
                publish(self.report().await);
            }
        }
    }

    fn pause(&self, progress: Progress, failures: u32) -> Duration {
        match progress {
            Progress::Settling => SETTLING,
            Progress::Settled if !self.view.unready.is_empty() => {
                self.config.attention.min(Duration::from_secs(1))
            }
            Progress::Settled => self.config.attention,
            Progress::Refused => {
                let next = self.retries.next_in(Instant::now()).unwrap_or_default();
                next.clamp(DEBOUNCE, self.config.attention.max(DEBOUNCE))
            }
            Progress::Failed => jittered(Duration::from_millis(250 << failures.min(8)).min(BACKOFF)),
        }
    }

    /// Takes every change that is already there.
    fn drain_watch(&mut self) {
        let Some((_, stream)) = &mut self.watch else { return };
        while let Some(Some(change)) = futures::FutureExt::now_or_never(stream.next()) {
            view::View::changed(&mut self.view, change);
        }
    }

    /// Looks at what operators say in the cluster, now and then.
    async fn attend(&mut self) {
        if self.attended.is_some_and(|at| at.elapsed() < self.config.attention) {
            return;
        }
        let declared = declarations::read(self.cluster.as_ref()).await;
        self.hear(declared);
    }

    fn hear(&mut self, declared: Result<BTreeMap<String, Declaration>, ClusterError>) {
        self.attended = Some(Instant::now());
        match declared {
            Ok(declared) => self.local = declared.into_keys().collect(),
            Err(error) => {
                tracing::debug!("local declarations are not to be had: {error}; the last ones count");
                if matches!(error, ClusterError::Unreachable(_)) {
                    // A watch whose connection is lost is silent for minutes: look for the cluster, and say so if it is gone.
                    self.watch = None;
                    self.view.stale = true;
                }
            }
        }
        if let Some(suspension) = operator::suspension(&self.config.state) {
            tracing::debug!(by = suspension.by, "suspended");
        }
    }

    async fn report(&mut self) -> RegionStatus {
        let status = self.status();
        let inventory = self.in_force.as_ref().map(|bundle| bundle.file.inventory.clone());
        self.reporter.report(self.cluster.as_ref(), inventory.as_deref(), &status).await;
        status
    }
}

/// The next change; for ever where nothing is watched. Safe to cancel.
async fn next_change(
    watch: &mut Option<(Vec<crate::cluster::Extent>, futures::stream::BoxStream<'static, Change>)>,
) -> Change {
    match watch {
        Some((_, stream)) => match stream.next().await {
            Some(change) => change,
            None => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}

/// `time` give or take a tenth, so that many regions do not ask at the same moment.
fn jittered(time: Duration) -> Duration {
    let random = RandomState::new().hash_one(0_u8) % 200;
    time.mul_f64(0.9 + random as f64 / 1000.0)
}
