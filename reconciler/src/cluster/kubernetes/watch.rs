//! Watches that never end: one a kind, or one a kind and namespace where no more is allowed, merged into one stream.
//!
//! Takes an inventory and extents, gives changes. Invariants: a broken watch goes on from the last version seen, after a
//! pause that grows; where versions were lost (410), where it could not start, and once at the start, it says
//! [`Change::Restarted`], so that whoever lists then misses nothing.

use super::call::Attempt;
use super::connect::Connection;
use super::observe::{Page, PartialObject};
use crate::cluster::{Change, ClusterError, Extent, Kind};
use futures::stream::{self, BoxStream, StreamExt};
use futures::{AsyncBufRead, AsyncBufReadExt};
use kube::api::{ListParams, WatchParams};
use kube::core::Request;
use serde::Deserialize;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// How long a watch lives before the server ends it, in seconds; it sends a bookmark just before.
const LIFE_SECONDS: u32 = 120;
/// How much longer than that a silent connection is believed.
const GRACE: Duration = Duration::from_secs(10);
/// The pause after the first failure, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(30));

type Lines = futures::io::Lines<Pin<Box<dyn AsyncBufRead + Send>>>;

/// The merged stream of all kinds.
pub(super) fn changes(
    connection: Arc<Connection>,
    inventory: &str,
    extents: &[Extent],
) -> BoxStream<'static, Change> {
    let (extents, selector) = (extents.to_vec(), super::selector(inventory));
    let start = async move {
        // All start before the first word, so that one listing after it covers every kind.
        let starts = extents.iter().map(|extent| Watch::of(&connection, &selector, extent));
        let watches = futures::future::join_all(starts).await.into_iter().flatten();
        let watched = watches.map(|watch| stream::unfold(watch, Watch::step).boxed());
        // With nothing to watch the stream is quiet, not over.
        let watched: Vec<_> = watched.chain([stream::pending().boxed()]).collect();
        stream::once(async { Change::Restarted }).chain(stream::select_all(watched))
    };
    stream::once(start).flatten().boxed()
}

/// The watch of one kind, in one namespace or in all.
struct Watch {
    connection: Arc<Connection>,
    selector: String,
    kind: Kind,
    namespace: Option<String>,
    /// The last version seen; `None` where it is lost.
    version: Option<String>,
    /// Whether somebody must be told to list again.
    missed: bool,
    open: Option<Open>,
    failures: u32,
}

/// A watch under way.
struct Open {
    lines: Lines,
    until: Instant,
}

/// One line of a watch.
#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    object: serde_json::Value,
}

impl Watch {
    /// The started watches of an extent: one, or one a namespace where more is forbidden.
    async fn of(connection: &Arc<Connection>, selector: &str, extent: &Extent) -> Vec<Self> {
        let new = |namespace| Self::new(Arc::clone(connection), selector.to_owned(), &extent.kind, namespace);
        let mut whole = new(None);
        let result = whole.start().await;
        if !matches!(result, Err(ClusterError::Forbidden(_))) || extent.namespaces.is_empty() {
            return vec![whole];
        }
        let mut each: Vec<Self> = extent.namespaces.iter().map(|name| new(Some(name.clone()))).collect();
        futures::future::join_all(each.iter_mut().map(Self::start)).await;
        each
    }

    fn new(connection: Arc<Connection>, selector: String, kind: &Kind, namespace: Option<String>) -> Self {
        Self {
            connection,
            selector,
            kind: kind.clone(),
            namespace,
            version: None,
            missed: false,
            open: None,
            failures: 0,
        }
    }

    /// The first attempt; where it fails, the stream makes the others.
    async fn start(&mut self) -> Result<(), ClusterError> {
        let result = self.open().await;
        // Where it has started, the stream says so for all kinds.
        self.missed = result.is_err();
        if let Err(error) = &result {
            self.failed(error);
        }
        result
    }

    /// The next change, however long it takes.
    async fn step(mut self) -> Option<(Change, Self)> {
        loop {
            if self.open.is_none() {
                tokio::time::sleep(pause(self.failures)).await;
                match self.open().await {
                    Ok(()) if self.missed => {
                        self.missed = false;
                        return Some((Change::Restarted, self));
                    }
                    Ok(()) => {}
                    Err(error) => self.failed(&error),
                }
                continue;
            }
            if let Some(change) = self.read().await {
                return Some((change, self));
            }
        }
    }

    /// Opens the watch at the last version, or at the present one where that is lost.
    async fn open(&mut self) -> Result<(), ClusterError> {
        let connection = Arc::clone(&self.connection);
        let attempt = Attempt::of_kind("watch", &self.kind, connection.place());
        let resource = connection.resource(&attempt, &self.kind).await?;
        let version = match self.version.take() {
            Some(version) => version,
            None => {
                self.missed = true;
                let params = ListParams::default().labels(&self.selector).limit(1);
                let request = Request::new(resource.path(self.namespace.as_deref())).list_metadata(&params);
                let page: Page = connection.call(&attempt, request).await?;
                page.resource_version().to_owned()
            }
        };
        let params = WatchParams::default().labels(&self.selector).timeout(LIFE_SECONDS);
        let request =
            Request::new(resource.path(self.namespace.as_deref())).watch_metadata(&params, &version);
        let request = request.map_err(|error| ClusterError::Refused(attempt.says(&error.to_string())))?;
        let stream = connection
            .within_deadline(&attempt, async {
                let client = connection.client(&attempt).await?;
                client.request_stream(request).await.map_err(|error| refused(&connection, &attempt, &error))
            })
            .await;
        // The version is still good, unless the server says that it is too old.
        if !matches!(&stream, Err(ClusterError::Refused(_))) {
            self.version = Some(version);
        }
        let reader: Pin<Box<dyn AsyncBufRead + Send>> = Box::pin(stream?);
        let life = Duration::from_secs(u64::from(LIFE_SECONDS)) + GRACE;
        self.open = Some(Open { lines: reader.lines(), until: Instant::now() + life });
        Ok(())
    }

    /// Reads one line; `None` where it is no change. Closes the watch where it is over.
    async fn read(&mut self) -> Option<Change> {
        let open = self.open.as_mut()?;
        let line = match tokio::time::timeout_at(open.until, open.lines.next()).await {
            Ok(Some(Ok(line))) => line,
            // Over, broken or silent for too long: go on from the last version.
            Ok(None) | Ok(Some(Err(_))) | Err(_) => return self.close(1),
        };
        let Ok(Line { kind, object }) = serde_json::from_str::<Line>(&line) else {
            self.version = None;
            return self.close(1);
        };
        if kind == "ERROR" {
            // 410: the versions since are gone. Any other error leaves as little to rely on.
            tracing::debug!(kind = %self.kind.kind, place = self.connection.place(), "watch has lost its version");
            self.version = None;
            return self.close(u32::from(object.get("code").and_then(|code| code.as_u64()) != Some(410)));
        }
        let Ok(object) = serde_json::from_value::<PartialObject>(object) else {
            self.version = None;
            return self.close(1);
        };
        self.failures = 0;
        self.version = Some(object.resource_version().to_owned()).filter(|version| !version.is_empty());
        match kind.as_str() {
            "ADDED" | "MODIFIED" => Some(Change::Present(object.into_observed(&self.kind))),
            "DELETED" => Some(Change::Gone(object.into_observed(&self.kind).key)),
            _ => None,
        }
    }

    fn close(&mut self, failures: u32) -> Option<Change> {
        self.open = None;
        self.failures = self.failures.saturating_add(failures);
        None
    }

    fn failed(&mut self, error: &ClusterError) {
        self.failures = self.failures.saturating_add(1);
        tracing::debug!(%error, failures = self.failures, "watch failed");
    }
}

/// What a refused watch means. `Refused` stands for "this version is of no use".
fn refused(connection: &Connection, attempt: &Attempt<'_>, failure: &kube::Error) -> ClusterError {
    match failure {
        kube::Error::Api(status) => {
            let outcome = format!("answered {} {}", status.code, status.reason);
            match status.code {
                401 | 403 => ClusterError::Forbidden(attempt.says(&outcome)),
                400 | 410 => ClusterError::Refused(attempt.says(&outcome)),
                _ => ClusterError::Broken(attempt.says(&outcome)),
            }
        }
        other => connection.transport(attempt, other),
    }
}

/// The pause before the next attempt: doubled with each failure, a fifth of it by chance, so that many do not return as
/// one.
fn pause(failures: u32) -> Duration {
    let Some(doublings) = failures.checked_sub(1) else { return Duration::ZERO };
    let full = PAUSES.0.saturating_mul(1 << doublings.min(16)).min(PAUSES.1);
    let chance = RandomState::new().hash_one(doublings) % 200;
    full.mul_f64(0.8 + (chance as f64) / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit() {
        assert_eq!(pause(0), Duration::ZERO);
        for failures in 1..100 {
            let pause = pause(failures);
            assert!(pause >= PAUSES.0.mul_f64(0.8) && pause <= PAUSES.1, "{failures}: {pause:?}");
        }
        assert!(pause(20) >= PAUSES.1.mul_f64(0.8));
    }
}
