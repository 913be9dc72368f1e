//! A cluster in a folder: one JSON file an object. The default of `demo` and of first use, and of fast tests.
//!
//! Keeps the contract of [`Cluster`]: server-side apply with ownership of every leaf field, dry runs, versions and
//! generations, deletion by incarnation, watches that also see files edited by hand (every 200 ms at most, less often
//! where the folder is large). Knows no schemas: any kind may be applied. Work is shown ready at once (`ready`).

mod fields;
mod lists;
mod merge;
mod ready;
mod scope;
mod store;

use super::{ApplyOptions, Change, Cluster, ClusterError, EventKind, Extent, Observed};
use crate::plan::diff::encode_secret;
use async_trait::async_trait;
use futures::stream::BoxStream;
use seawall_schema::keys::FIELD_MANAGER;
use seawall_schema::object::ObjectKey;
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::Store;

/// A cluster in a folder; clones share it.
#[derive(Clone)]
pub struct EmbeddedCluster {
    root: PathBuf,
    store: Arc<Mutex<Store>>,
}

impl EmbeddedCluster {
    /// Opens the cluster in `root` and creates the folder where it is missing.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, ClusterError> {
        let root = root.as_ref().to_owned();
        let failed = |error| {
            ClusterError::Unreachable(format!("cannot open the cluster in {}: {error}", root.display()))
        };
        let store = Store::open(&root).map_err(failed)?;
        Ok(Self { root, store: Arc::new(Mutex::new(store)) })
    }

    /// The file in which the object of `key` lies.
    pub fn path_of(&self, key: &ObjectKey) -> PathBuf {
        self.lock().path(key)
    }

    /// Every object, in the order of their files.
    pub fn objects(&self) -> Result<Vec<Value>, ClusterError> {
        let mut store = self.lock();
        store.refresh().map_err(|error| self.disk(&error))?;
        Ok(store.index.values().map(|entry| Value::clone(&entry.object)).collect())
    }

    /// Server-side apply under another manager than Seawall's: what somebody else's tool does.
    pub fn apply_as(
        &self,
        manager: &str,
        object: &Value,
        options: ApplyOptions,
    ) -> Result<Value, ClusterError> {
        let key = ObjectKey::of(object);
        let key = key
            .ok_or_else(|| ClusterError::Refused("the object has no apiVersion, kind or name".to_owned()))?;
        let refused = |why: &str| ClusterError::Refused(format!("apply {key} at {}: {why}", self.describe()));
        if let Some(fault) = scope::fault(&key) {
            return Err(refused(&fault));
        }
        let mut store = self.lock();
        self.namespace_exists(&mut store, &key)?;
        let live = store.get(&key);
        // As an API server does: what is written as text is kept and owned encoded.
        let mut desired = if key.kind == "Secret" { encode_secret(object) } else { object.clone() };
        if let Some(map) = desired.as_object_mut() {
            map.shift_remove("status");
        }
        let merged = merge::apply(live.as_deref(), &desired, manager, options.force);
        let mut merged = merged.map_err(|managers| self.conflict(&key, managers))?;
        if let Some(field) = live.as_deref().and_then(|live| scope::immutable(&key.kind, live, &merged)) {
            return Err(refused(&format!("{field} is immutable")));
        }
        if let Some(live) = live.as_deref() {
            if merge::content(live) == merge::content(&merged) {
                return Ok(live.clone());
            }
            if let (Some(status), Some(map)) = (live.get("status"), merged.as_object_mut()) {
                map.insert("status".to_owned(), status.clone());
            }
        }
        if options.dry_run {
            return Ok(merged);
        }
        store.write(merged, live.as_deref()).map_err(|error| self.disk(&error))
    }

    fn namespace_exists(&self, store: &mut Store, key: &ObjectKey) -> Result<(), ClusterError> {
        let Some(name) = key.namespace.as_deref().filter(|_| !store::needs_no_namespace(key)) else {
            return Ok(());
        };
        let namespace = ObjectKey {
            api_version: "v1".to_owned(),
            kind: "Namespace".to_owned(),
            namespace: None,
            name: name.to_owned(),
        };
        if scope::always_there(name) || store.get(&namespace).is_some() {
            return Ok(());
        }
        Err(ClusterError::NotFound(format!(
            "apply {key} at {}: namespaces \"{name}\" not found",
            self.describe()
        )))
    }

    fn conflict(&self, key: &ObjectKey, managers: merge::Conflicts) -> ClusterError {
        let listed: Vec<String> =
            managers.iter().map(|(manager, fields)| format!("{manager} owns {}", fields.join(" "))).collect();
        let message = format!("apply {key} at {}: {}", self.describe(), listed.join(", "));
        ClusterError::Conflict { message, managers }
    }

    fn disk(&self, error: &std::io::Error) -> ClusterError {
        ClusterError::Unreachable(format!("{}: {error}", self.describe()))
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Cluster for EmbeddedCluster {
    fn describe(&self) -> String {
        format!("embedded at {}", self.root.display())
    }

    async fn apply(&self, object: &Value, options: ApplyOptions) -> Result<Value, ClusterError> {
        self.apply_as(FIELD_MANAGER, object, options)
    }

    async fn get(&self, key: &ObjectKey) -> Result<Option<Value>, ClusterError> {
        if let Some(fault) = scope::fault(key) {
            return Err(ClusterError::Refused(format!("get {key} at {}: {fault}", self.describe())));
        }
        // A whole folder that is gone is a cluster that is gone, not one without objects.
        self.root.metadata().map_err(|error| self.disk(&error))?;
        Ok(self.lock().get(key).map(|object| Value::clone(&object)))
    }

    async fn list(&self, inventory: &str, extents: &[Extent]) -> Result<Vec<Observed>, ClusterError> {
        self.root.metadata().map_err(|error| self.disk(&error))?;
        let mut store = self.lock();
        store.refresh().map_err(|error| self.disk(&error))?;
        let selector = Selector::new(inventory, extents);
        let seen = store.index.values().map(|entry| &entry.observed);
        Ok(seen.filter(|seen| selector.takes(&seen.key, seen.inventory.as_deref())).cloned().collect())
    }

    async fn delete(&self, key: &ObjectKey, uid: &str) -> Result<(), ClusterError> {
        let mut store = self.lock();
        let Some(live) = store.get(key) else { return Ok(()) };
        if live.pointer("/metadata/uid").and_then(Value::as_str) != Some(uid) {
            let message =
                format!("delete {key} at {}: it is another incarnation than {uid}", self.describe());
            return Err(ClusterError::Conflict { message, managers: Vec::new() });
        }
        store.delete(key).map_err(|error| self.disk(&error))
    }

    fn watch(&self, inventory: &str, extents: &[Extent]) -> BoxStream<'static, Change> {
        let sequence = self.lock().sequence;
        let watch = Watch {
            cluster: self.clone(),
            selector: Selector::new(inventory, extents),
            sequence,
            ready: VecDeque::new(),
            pause: Duration::from_millis(100),
        };
        Box::pin(futures::stream::unfold(watch, |mut watch| async move {
            let change = watch.next().await;
            Some((change, watch))
        }))
    }

    async fn holds_foreign(&self, key: &ObjectKey, inventory: &str) -> Result<Option<String>, ClusterError> {
        let mut store = self.lock();
        store.refresh().map_err(|error| self.disk(&error))?;
        let ours = |seen: &Observed| seen.inventory.as_deref() == Some(inventory);
        let foreign = store.inside(key).find(|entry| !ours(&entry.observed));
        Ok(foreign.map(|entry| entry.observed.key.to_string()))
    }

    async fn event(&self, key: &ObjectKey, kind: EventKind, reason: &str, message: &str) {
        let kind = if kind == EventKind::Normal { "Normal" } else { "Warning" };
        let line = json!({"time": jiff::Timestamp::now().to_string(), "type": kind, "reason": reason,
            "object": key.to_string(), "message": message});
        let file = std::fs::OpenOptions::new().create(true).append(true).open(self.root.join("events.jsonl"));
        let written = file.and_then(|mut file| writeln!(file, "{line}"));
        if let Err(error) = written {
            tracing::debug!(%error, "cannot record an event");
        }
    }
}

/// Which objects a listing or a watch takes.
struct Selector {
    inventory: String,
    kinds: BTreeSet<(String, String)>,
}

impl Selector {
    fn new(inventory: &str, extents: &[Extent]) -> Self {
        let kinds = extents.iter().map(|extent| &extent.kind);
        let kinds = kinds.map(|kind| (kind.api_version.clone(), kind.kind.clone())).collect();
        Self { inventory: inventory.to_owned(), kinds }
    }

    fn takes(&self, key: &ObjectKey, inventory: Option<&str>) -> bool {
        inventory == Some(self.inventory.as_str())
            && self.kinds.contains(&(key.api_version.clone(), key.kind.clone()))
    }
}

/// One running watch.
struct Watch {
    cluster: EmbeddedCluster,
    selector: Selector,
    sequence: u64,
    ready: VecDeque<Change>,
    pause: Duration,
}

impl Watch {
    async fn next(&mut self) -> Change {
        loop {
            if let Some(change) = self.ready.pop_front() {
                return change;
            }
            tokio::time::sleep(self.pause).await;
            self.poll();
        }
    }

    fn poll(&mut self) {
        let started = Instant::now();
        let mut store = self.cluster.lock();
        if let Err(error) = store.refresh() {
            tracing::debug!(%error, "cannot look at the embedded cluster");
            return;
        }
        if store.log.front().is_some_and(|first| first.sequence > self.sequence + 1) {
            self.ready.push_back(Change::Restarted);
        } else {
            let new = store.log.iter().rev().take_while(|logged| logged.sequence > self.sequence);
            let mut taken: Vec<Change> = Vec::new();
            for logged in new {
                let key = match &logged.change {
                    Change::Present(seen) => &seen.key,
                    Change::Gone(key) => key,
                    Change::Restarted => continue,
                };
                if self.selector.takes(key, logged.inventory.as_deref()) {
                    taken.push(logged.change.clone());
                } else if self.selector.takes(key, logged.former.as_deref()) {
                    taken.push(Change::Gone(key.clone()));
                }
            }
            self.ready.extend(taken.into_iter().rev());
        }
        self.sequence = store.sequence;
        // Looking never takes more than a tenth of the time.
        self.pause = (started.elapsed() * 10).clamp(Duration::from_millis(100), Duration::from_millis(700));
    }
}
