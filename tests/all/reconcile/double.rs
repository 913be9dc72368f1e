//! A cluster that goes wrong on demand: in front of the embedded one.

use async_trait::async_trait;
use futures::stream::BoxStream;
use seawall_reconciler::bundle::write_atomically;
use seawall_reconciler::cluster::embedded::EmbeddedCluster;
use seawall_reconciler::cluster::{ApplyOptions, Change, Cluster, ClusterError, EventKind, Extent, Observed};
use seawall_schema::object::ObjectKey;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// How it goes wrong.
#[derive(Clone, Debug)]
pub(crate) enum Mode {
    /// Not at all.
    Healthy,
    /// After so many writes it is gone, and the worker lives on; `unheard` says whether the next write still takes place.
    DiesAfter { writes: usize, unheard: bool },
    /// After so many writes the worker is killed: nothing is ever answered again, and [`Double::killed`] says so.
    Kills { writes: usize, unheard: bool },
    /// Never answers.
    Hangs,
    /// Every call takes so long.
    Slow(Duration),
    /// Every call fails so.
    Fails(ClusterError),
    /// Nobody may read what is declared in the cluster.
    Deaf,
    /// Applies of objects whose name contains this fail so.
    Refuses(&'static str, ClusterError),
    /// An apply of objects whose name contains this fails so the first few times.
    RefusesAtFirst(&'static str, ClusterError, usize),
}

/// The double; clones share everything.
#[derive(Clone)]
pub(crate) struct Double {
    pub(crate) inner: EmbeddedCluster,
    mode: Arc<Mutex<Mode>>,
    writes: Arc<AtomicUsize>,
    failed: Arc<AtomicUsize>,
    killed: Arc<Notify>,
    applied: Arc<Mutex<Vec<Value>>>,
    lagging: Arc<Mutex<BTreeSet<&'static str>>>,
}

impl Double {
    pub(crate) fn new(inner: EmbeddedCluster) -> Self {
        let mode = Arc::new(Mutex::new(Mode::Healthy));
        let (writes, failed, killed) = (Arc::default(), Arc::default(), Arc::default());
        Self { inner, mode, writes, failed, killed, applied: Arc::default(), lagging: Arc::default() }
    }

    /// Comes back once the worker is to be killed: whoever waits drops it where it stands.
    pub(crate) async fn killed(&self) {
        self.killed.notified().await;
    }

    /// Sets how it goes wrong, and counts writes from 0.
    pub(crate) fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
        self.writes.store(0, Ordering::SeqCst);
        self.failed.store(0, Ordering::SeqCst);
    }

    /// What was applied since the last time this was asked, in order; without what only serves the worker.
    pub(crate) fn applied(&self) -> Vec<Value> {
        let all = std::mem::take(&mut *self.applied.lock().unwrap());
        let own = |object: &Value| object["metadata"]["namespace"] == "shop";
        all.into_iter().filter(own).collect()
    }

    /// From now on the controller of this object leaves its pods as they are.
    pub(crate) fn lag(&self, name: &'static str) {
        self.lagging.lock().unwrap().insert(name);
    }

    /// It does its work after all.
    pub(crate) fn catch_up(&self, key: &ObjectKey) {
        self.lagging.lock().unwrap().retain(|name| *name != key.name);
        let file = self.inner.path_of(key);
        let mut object: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for count in ["replicas", "readyReplicas", "updatedReplicas", "availableReplicas"] {
            object["status"][count] = object["spec"]["replicas"].clone();
        }
        write_atomically(&file, object.to_string().as_bytes()).unwrap();
    }

    /// Applies; where the controller lags, the pods are those of before.
    async fn apply_lagging(&self, object: &Value, options: ApplyOptions) -> Result<Value, ClusterError> {
        let key = ObjectKey::of(object).unwrap();
        let before = self.inner.get(&key).await?;
        let mut applied = self.inner.apply(object, options).await?;
        self.applied.lock().unwrap().push(applied.clone());
        if self.lagging.lock().unwrap().contains(key.name.as_str())
            && let Some(before) = before
        {
            applied["status"] = before["status"].clone();
            applied["status"]["observedGeneration"] = applied["metadata"]["generation"].clone();
            write_atomically(&self.inner.path_of(&key), applied.to_string().as_bytes()).unwrap();
        }
        Ok(applied)
    }

    /// Writes since the last [`Double::set`]: applies that are no dry run, deletions, events.
    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }

    /// What every call meets.
    async fn meet(&self) -> Result<(), ClusterError> {
        let mode = self.mode.lock().unwrap().clone();
        match mode {
            Mode::Hangs => {
                // A real client gives up by itself; so does this one, if late.
                tokio::time::sleep(Duration::from_secs(10)).await;
                Err(ClusterError::Unreachable("no answer within 10 s".to_owned()))
            }
            Mode::Slow(time) => {
                tokio::time::sleep(time).await;
                Ok(())
            }
            Mode::Fails(error) => Err(error),
            Mode::DiesAfter { writes, unheard: _ } if self.writes() > writes => Err(dead()),
            Mode::Kills { writes, unheard: _ } if self.writes() > writes => std::future::pending().await,
            _ => Ok(()),
        }
    }

    /// Counts a write and does it, unless the end has come; gives the answer that is heard.
    async fn write<T>(
        &self,
        write: impl Future<Output = Result<T, ClusterError>>,
    ) -> Result<T, ClusterError> {
        let nth = self.writes.fetch_add(1, Ordering::SeqCst);
        let mode = self.mode.lock().unwrap().clone();
        match mode {
            Mode::DiesAfter { writes, unheard } | Mode::Kills { writes, unheard } if nth >= writes => {
                if unheard && nth == writes {
                    drop(write.await);
                }
                if matches!(mode, Mode::Kills { .. }) {
                    self.killed.notify_one();
                    std::future::pending::<()>().await;
                }
                Err(dead())
            }
            _ => write.await,
        }
    }

    /// As an API server does: what has finalizers is only marked, and goes once they have (here: once its file is removed).
    async fn delete_or_mark(&self, key: &ObjectKey, uid: &str) -> Result<(), ClusterError> {
        let live = self.inner.get(key).await?;
        let held =
            live.filter(|live| live["metadata"]["finalizers"].as_array().is_some_and(|f| !f.is_empty()));
        let Some(mut live) = held else { return self.inner.delete(key, uid).await };
        assert!(live["metadata"]["deletionTimestamp"].is_null(), "{key} is deleted twice");
        live["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        std::fs::write(self.inner.path_of(key), live.to_string()).unwrap();
        Ok(())
    }

    fn refusal(&self, name: &str) -> Option<ClusterError> {
        match &*self.mode.lock().unwrap() {
            Mode::Refuses(part, error) if name.contains(part) => Some(error.clone()),
            Mode::RefusesAtFirst(part, error, times) if name.contains(part) => {
                (self.failed.fetch_add(1, Ordering::SeqCst) < *times).then(|| error.clone())
            }
            _ => None,
        }
    }
}

fn dead() -> ClusterError {
    ClusterError::Unreachable("connection refused".to_owned())
}

#[async_trait]
impl Cluster for Double {
    fn describe(&self) -> String {
        "double".to_owned()
    }

    async fn apply(&self, object: &Value, options: ApplyOptions) -> Result<Value, ClusterError> {
        self.meet().await?;
        let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        if let Some(error) = self.refusal(name) {
            return Err(error);
        }
        if options.dry_run {
            return self.inner.apply(object, options).await;
        }
        self.write(self.apply_lagging(object, options)).await
    }

    async fn get(&self, key: &ObjectKey) -> Result<Option<Value>, ClusterError> {
        self.meet().await?;
        if matches!(*self.mode.lock().unwrap(), Mode::Deaf) && key.name == "seawall-declarations" {
            return Err(ClusterError::Forbidden("get ConfigMap: forbidden".to_owned()));
        }
        self.inner.get(key).await
    }

    async fn list(&self, inventory: &str, extents: &[Extent]) -> Result<Vec<Observed>, ClusterError> {
        self.meet().await?;
        self.inner.list(inventory, extents).await
    }

    async fn delete(&self, key: &ObjectKey, uid: &str) -> Result<(), ClusterError> {
        self.meet().await?;
        self.write(self.delete_or_mark(key, uid)).await
    }

    fn watch(&self, inventory: &str, extents: &[Extent]) -> BoxStream<'static, Change> {
        self.inner.watch(inventory, extents)
    }

    async fn holds_foreign(&self, key: &ObjectKey, inventory: &str) -> Result<Option<String>, ClusterError> {
        self.meet().await?;
        self.inner.holds_foreign(key, inventory).await
    }

    async fn event(&self, key: &ObjectKey, kind: EventKind, reason: &str, message: &str) {
        if self.meet().await.is_ok() {
            self.inner.event(key, kind, reason, message).await;
        }
    }
}
