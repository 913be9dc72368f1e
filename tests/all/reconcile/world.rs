//! One region in a temporary folder: a source in memory, an embedded cluster, a worker that can be restarted.

use seawall_reconciler::cluster::Cluster;
use seawall_reconciler::cluster::embedded::EmbeddedCluster;
use seawall_reconciler::region::{Worker, WorkerConfig};
use seawall_reconciler::source::MemorySource;
use seawall_schema::object::{ObjectKey, Phase};
use seawall_schema::status::RegionStatus;
use seawall_tests::rendering::{Region, rendering};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

pub(super) struct World {
    pub(super) folder: TempDir,
    pub(super) source: MemorySource,
    pub(super) cluster: EmbeddedCluster,
    commits: usize,
}

impl World {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cluster = EmbeddedCluster::open(folder.path().join("cluster")).unwrap();
        Self { folder, source: MemorySource::new(), cluster, commits: 0 }
    }

    pub(super) fn config(&self) -> WorkerConfig {
        let mut config = WorkerConfig::new("regions/eu-west", self.folder.path().join("state"));
        config.fetch_deadline = Duration::from_secs(2);
        config.settle = Duration::from_secs(2);
        config.attention = Duration::from_millis(100);
        config.interval = Duration::from_millis(200);
        config
    }

    pub(super) fn worker(&self) -> Worker {
        self.worker_on(Arc::new(self.cluster.clone()))
    }

    pub(super) fn worker_on(&self, cluster: Arc<dyn Cluster>) -> Worker {
        Worker::new(self.config(), Box::new(self.source.clone()), cluster).unwrap()
    }

    /// Commits these objects of the region; gives the commit.
    pub(super) fn commit(&mut self, objects: Vec<(Phase, Value)>) -> String {
        self.commits += 1;
        let id = format!("commit-{}", self.commits);
        self.source.push(&id, rendering(&[region(objects)]));
        id
    }

    pub(super) fn live(&self, object: &Value) -> Option<Value> {
        let key = ObjectKey::of(object).unwrap();
        self.cluster.objects().unwrap().into_iter().find(|live| ObjectKey::of(live).as_ref() == Some(&key))
    }

    /// Every object without what the server writes, and without the worker's own bookkeeping.
    pub(super) fn contents(&self) -> Vec<Value> {
        let mut all = self.cluster.objects().unwrap();
        all.retain(|object| object["metadata"]["namespace"] != "seawall-system");
        for object in &mut all {
            let metadata = object["metadata"].as_object_mut().unwrap();
            for name in ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation"] {
                metadata.remove(name);
            }
        }
        all
    }
}

pub(super) fn region(objects: Vec<(Phase, Value)>) -> Region {
    Region { name: "eu-west".to_owned(), objects }
}

pub(super) fn namespace() -> (Phase, Value) {
    (Phase::Foundation, json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}))
}

pub(super) fn config_map(name: &str, value: &str) -> (Phase, Value) {
    let object = json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "shop"}, "data": {"key": value}});
    (Phase::Configuration, object)
}

pub(super) fn deployment(name: &str, replicas: u64) -> (Phase, Value) {
    let labels = json!({"app": name});
    let object = json!({"apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": {
            "metadata": {"labels": labels}, "spec": {"containers": [{"name": "app", "image": "registry.example/app:1"}]}}}});
    (Phase::Workloads, object)
}

/// A namespace, four ConfigMaps and a Deployment.
pub(super) fn shop() -> Vec<(Phase, Value)> {
    let mut objects = vec![namespace()];
    objects.extend(["a", "b", "c", "d"].map(|name| config_map(name, "1")));
    objects.push(deployment("web", 3));
    objects
}

pub(super) fn condition<'a>(status: &'a RegionStatus, kind: &str) -> &'a seawall_schema::status::Condition {
    status.conditions.iter().find(|c| c.kind == kind).unwrap_or_else(|| panic!("no {kind} in {status:#?}"))
}

pub(super) fn all_hold(status: &RegionStatus) {
    let off: Vec<_> = status.conditions.iter().filter(|condition| !condition.ok).collect();
    assert!(off.is_empty(), "{off:#?}");
}

/// Runs a future on a runtime like a region's.
pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
