//! Fetching, verifying and staging on a thread of its own, so that neither a server that hangs, nor a large bundle, nor a
//! slow disk stops anything else.
//!
//! Takes a source, gives results as they come. A fetch that outlives its deadline is left to itself and a fresh handle is
//! used from then on; of such strays there are never more than a few.

use crate::bundle::{BundleError, Store, StoreError, Verified, verify};
use crate::source::{Ancestry, Fetched, Known, Source, SourceError};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// Fetches that may hang at the same time before the next one has to wait.
const STRAYS: usize = 3;
/// How long it waits then. A server that answers again may never do so on the connections that hang.
const AGAIN: Duration = Duration::from_secs(300);

type Answer = (Box<dyn Source>, Result<Arrival, SourceError>);

/// What a successful fetch brought.
pub(super) struct Arrival {
    pub(super) commit: String,
    pub(super) descends: Ancestry,
    pub(super) confirmed_at: jiff::Timestamp,
    /// Whether the source gave no files, as it does for a commit that the worker holds.
    pub(super) without_files: bool,
    /// The commit's bundle, or what is off with it.
    pub(super) verified: Result<Verified, BundleError>,
    /// Whether the bundle is on disk; `None` where that is still to be decided, because the commit does not descend from
    /// the last accepted one.
    pub(super) staged: Option<Result<(), StoreError>>,
}

impl Arrival {
    fn of(fetched: Fetched, bundle_path: &str, store: &Store) -> Self {
        let (commit, descends, confirmed_at) =
            (fetched.commit.clone(), fetched.descends.clone(), fetched.confirmed_at);
        let without_files = fetched.files.is_empty();
        let verified = verify(fetched, bundle_path);
        let staged = match (&verified, &descends) {
            (Ok(_), Ancestry::Diverged { .. }) | (Err(_), _) => None,
            (Ok(verified), _) => Some(store.stage(verified)),
        };
        Self { commit, descends, confirmed_at, without_files, verified, staged }
    }
}

/// A source and the fetch that is under way.
pub(super) struct Fetcher {
    bundle_path: String,
    store: Store,
    deadline: Duration,
    idle: Option<Box<dyn Source>>,
    spare: Option<Box<dyn Source>>,
    under_way: Option<(oneshot::Receiver<Answer>, Instant)>,
    strays: Arc<AtomicUsize>,
    started: Option<Instant>,
    description: String,
}

impl Fetcher {
    pub(super) fn new(source: Box<dyn Source>, bundle_path: &str, store: Store, deadline: Duration) -> Self {
        Self {
            bundle_path: bundle_path.to_owned(),
            store,
            deadline,
            description: source.describe(),
            idle: Some(source),
            spare: None,
            under_way: None,
            strays: Arc::default(),
            started: None,
        }
    }

    /// Starts a fetch where none is under way.
    pub(super) fn start(&mut self, known: Known) {
        let crowded = self.strays.load(Ordering::Relaxed) >= STRAYS;
        let waits = crowded && self.started.is_some_and(|at| at.elapsed() < AGAIN);
        if self.under_way.is_some() || waits {
            return;
        }
        let Some(mut source) = self.idle.take() else { return };
        self.spare = source.fork();
        self.started = Some(Instant::now());
        let (answer, receiver) = oneshot::channel();
        let (path, store, strays) = (self.bundle_path.clone(), self.store.clone(), Arc::clone(&self.strays));
        strays.fetch_add(1, Ordering::Relaxed);
        let work = move || {
            source.know(known);
            let result = source.fetch(&path).map(|fetched| Arrival::of(fetched, &path, &store));
            strays.fetch_sub(1, Ordering::Relaxed);
            // Nobody listens any more where the deadline has passed.
            drop(answer.send((source, result)));
        };
        match std::thread::Builder::new().name("fetch".to_owned()).spawn(work) {
            Ok(_) => self.under_way = Some((receiver, Instant::now() + self.deadline)),
            Err(error) => {
                self.strays.fetch_sub(1, Ordering::Relaxed);
                tracing::warn!("cannot start a thread to fetch: {error}");
                self.idle = self.spare.take();
            }
        }
    }

    /// Waits for the fetch under way; for ever where there is none. Safe to cancel.
    pub(super) async fn finished(&mut self) -> Result<Arrival, SourceError> {
        let Some((receiver, deadline)) = &mut self.under_way else {
            return std::future::pending().await;
        };
        let answer = tokio::time::timeout_at(*deadline, receiver).await;
        self.under_way = None;
        match answer {
            Ok(Ok((source, result))) => {
                self.idle = Some(source);
                result
            }
            Ok(Err(_)) => {
                self.idle = self.spare.take();
                Err(SourceError::Corrupt(format!(
                    "reading {} failed inside; it is tried again",
                    self.description
                )))
            }
            Err(_) => {
                self.idle = self.spare.take();
                let after = self.deadline.as_secs_f32();
                let what = &self.description;
                Err(SourceError::Unreachable(format!(
                    "{what} did not answer within {after} s; it is tried again"
                )))
            }
        }
    }

    /// Whether a fetch is under way.
    pub(super) fn busy(&self) -> bool {
        self.under_way.is_some()
    }
}
