//! One region for a test: bundles from given objects, a source in memory, an embedded cluster behind the double.

use super::double::Double;
use seawall_reconciler::cluster::embedded::EmbeddedCluster;
use seawall_reconciler::region::{Declaration, Worker, WorkerConfig, declare, end};
use seawall_reconciler::source::{MemorySource, Source};
use seawall_schema::bundle::{BundleFile, EventFile, FORMAT, Failback, FleetFile, Limits, PhaseFile};
use seawall_schema::digest::sha256;
use seawall_schema::keys;
use seawall_schema::object::{ObjectKey, Phase};
use seawall_schema::status::{Condition, RegionStatus};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const PATH: &str = "regions/eu-west";
pub(crate) const INVENTORY: &str = "tests.eu-west";
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// The objects that differ, and the indices of base objects that are gone.
pub(crate) type Overlay = (Vec<(Phase, Value)>, Vec<usize>);

/// What a bundle holds.
#[derive(Clone)]
pub(crate) struct Spec {
    pub(crate) objects: Vec<(Phase, Value)>,
    /// By event.
    pub(crate) events: BTreeMap<&'static str, Overlay>,
    pub(crate) combinations: Vec<Vec<&'static str>>,
    pub(crate) same_as: Vec<(&'static str, &'static str)>,
    pub(crate) active: Vec<&'static str>,
    pub(crate) prune_share: u32,
    pub(crate) max_plan_age_ms: u64,
    pub(crate) failback: Option<Failback>,
}

impl Spec {
    pub(crate) fn of(objects: Vec<(Phase, Value)>) -> Self {
        Self {
            objects,
            events: BTreeMap::new(),
            combinations: Vec::new(),
            same_as: Vec::new(),
            active: Vec::new(),
            prune_share: 50_000,
            max_plan_age_ms: 1_800_000,
            failback: None,
        }
    }

    /// A namespace with one of most things in it.
    pub(crate) fn usual() -> Self {
        Self::of(vec![
            (Phase::Foundation, namespace("shop")),
            (Phase::Configuration, config("one", "1")),
            (Phase::Configuration, config("two", "1")),
            (Phase::Configuration, secret("keys", SECRET)),
            (Phase::Workloads, deployment("api", 3)),
            (Phase::Traffic, budget("api")),
        ])
    }

    pub(crate) fn files(&self) -> Files {
        let mut own = Files::new();
        let base = phases("base", &self.objects, &mut own);
        let paths: Vec<String> =
            self.objects.iter().map(|(phase, object)| path("base", *phase, object)).collect();
        let mut events = BTreeMap::new();
        for (event, (objects, removed)) in &self.events {
            let overlay = EventFile {
                scenario: format!("event:{event}"),
                verdict: "survivable".to_owned(),
                phases: phases(&format!("events/{event}"), objects, &mut own),
                removed: removed.iter().map(|at| paths[*at].clone()).collect(),
            };
            events.insert((*event).to_owned(), overlay);
        }
        let root = BundleFile {
            format: FORMAT,
            fleet: "tests".to_owned(),
            region: "eu-west".to_owned(),
            cell: None,
            inventory: INVENTORY.to_owned(),
            files: own.iter().map(|(path, bytes)| (path.clone(), sha256(bytes))).collect(),
            phases: base,
            max_plan_age_ms: self.max_plan_age_ms,
            events,
            combinations: self
                .combinations
                .iter()
                .map(|set| set.iter().map(|e| (*e).to_owned()).collect())
                .collect(),
            same_as: self.same_as.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect(),
            failback: self.failback,
            limits: Limits { prune_share_thousandths: self.prune_share },
            not_proved: Vec::new(),
        };
        own.insert("bundle.json".to_owned(), json!(root).to_string().into_bytes());
        let fleet = FleetFile {
            format: FORMAT,
            language: 1,
            fleet: "tests".to_owned(),
            bundles: BTreeMap::from([(PATH.to_owned(), sha256(&own["bundle.json"]))]),
            active_events: BTreeMap::from([(
                PATH.to_owned(),
                self.active.iter().map(|e| (*e).to_owned()).collect(),
            )]),
            clusters: BTreeMap::new(),
        };
        let mut files: Files =
            own.into_iter().map(|(name, bytes)| (format!("{PATH}/{name}"), bytes)).collect();
        files.insert("fleet.json".to_owned(), json!(fleet).to_string().into_bytes());
        files
    }
}

fn path(folder: &str, phase: Phase, object: &Value) -> String {
    let key = ObjectKey::of(object).unwrap().to_string().to_lowercase();
    format!("{folder}/{}-{}.yaml", phase.as_str(), key.replace([' ', '/'], "-"))
}

/// Objects by phase, in the order in which they are listed.
fn phases(folder: &str, objects: &[(Phase, Value)], files: &mut Files) -> Vec<PhaseFile> {
    let mut phases: Vec<PhaseFile> = Vec::new();
    for (phase, object) in objects {
        let mut object = object.clone();
        object["metadata"]["labels"][keys::INVENTORY] = json!(INVENTORY);
        let path = path(folder, *phase, &object);
        files.insert(path.clone(), object.to_string().into_bytes());
        match phases.last_mut().filter(|last| last.name == *phase) {
            Some(last) => last.objects.push(path),
            None => phases.push(PhaseFile { name: *phase, objects: vec![path] }),
        }
    }
    phases
}

pub(crate) const SECRET: &str = "hunter2-very-secret";

pub(crate) fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

pub(crate) fn config(name: &str, value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "shop"}, "data": {"k": value}})
}

pub(crate) fn secret(name: &str, value: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "shop"}, "stringData": {"k": value}})
}

pub(crate) fn deployment(name: &str, replicas: u32) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": "shop"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": name}}, "template": {
            "metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "c", "image": "x:1"}]}}}})
}

pub(crate) fn budget(name: &str) -> Value {
    json!({"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": name, "namespace": "shop"},
        "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"app": name}}}})
}

/// A host's traffic record; `steps` as the overlay of an event has them.
pub(crate) fn record(name: &str, weight: u64, steps: Option<&str>) -> Value {
    let mut record = json!({"apiVersion": "externaldns.k8s.io/v1alpha1", "kind": "DNSEndpoint",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"endpoints": [{"dnsName": "shop.example.com", "setIdentifier": "eu-west",
            "providerSpecific": [{"name": "aws/weight", "value": weight.to_string()}]}]}});
    if let Some(steps) = steps {
        record["metadata"]["annotations"] = json!({ keys::TRAFFIC_STEPS: steps });
    }
    record
}

/// Declares an event in the region's own cluster.
pub(crate) fn say(region: &Region, event: &str) {
    let declaration =
        Declaration { by: "me".to_owned(), reason: "test".to_owned(), ..Declaration::default() };
    runtime().block_on(declare(&region.cluster.inner, event, &declaration)).unwrap();
}

/// Ends an event that was declared there.
pub(crate) fn unsay(region: &Region, event: &str) {
    assert!(runtime().block_on(end(&region.cluster.inner, event)).unwrap());
}

/// How many replicas a Deployment asks for.
pub(crate) fn replicas(region: &Region, name: &str) -> Option<u64> {
    region.get("Deployment", name)?.pointer("/spec/replicas")?.as_u64()
}

pub(crate) fn key(kind: &str, name: &str) -> ObjectKey {
    let (api_version, namespaced) = match kind {
        "Deployment" => ("apps/v1", true),
        "PodDisruptionBudget" => ("policy/v1", true),
        "DNSEndpoint" => ("externaldns.k8s.io/v1alpha1", true),
        "Namespace" => ("v1", false),
        _ => ("v1", true),
    };
    ObjectKey {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: namespaced.then(|| "shop".to_owned()),
        name: name.to_owned(),
    }
}

/// One region of a test.
pub(crate) struct Region {
    pub(crate) folder: TempDir,
    pub(crate) source: MemorySource,
    pub(crate) cluster: Double,
    pub(crate) settle: Duration,
}

impl Region {
    pub(crate) fn new() -> Self {
        Self::in_folder(tempfile::tempdir().unwrap())
    }

    /// What lies in `folder`: a state folder and a cluster, where they were copied there.
    pub(crate) fn in_folder(folder: TempDir) -> Self {
        let cluster = Double::new(EmbeddedCluster::open(folder.path().join("cluster")).unwrap());
        Self { folder, source: MemorySource::new(), cluster, settle: Duration::from_secs(2) }
    }

    /// A region that has synced `spec` once.
    pub(crate) fn synced(spec: &Spec) -> Self {
        let region = Self::new();
        region.source.push("c1", spec.files());
        let status = region.pass();
        assert!(condition(&status, "Applied").ok, "{status:#?}");
        region
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub(crate) fn config(&self) -> WorkerConfig {
        WorkerConfig {
            interval: Duration::from_millis(100),
            fetch_deadline: Duration::from_secs(4),
            settle: self.settle,
            attention: Duration::from_millis(100),
            ..WorkerConfig::new(PATH, self.state())
        }
    }

    pub(crate) fn worker(&self) -> Worker {
        self.worker_of(Box::new(self.source.clone()))
    }

    pub(crate) fn worker_of(&self, source: Box<dyn Source>) -> Worker {
        Worker::new(self.config(), source, Arc::new(self.cluster.clone())).unwrap()
    }

    /// One pass of a worker that was just started.
    pub(crate) fn pass(&self) -> RegionStatus {
        let mut worker = self.worker();
        runtime().block_on(worker.pass())
    }

    /// One pass of a worker that is killed as the double's mode says; whether it was.
    pub(crate) fn killed_pass(&self) -> bool {
        let mut worker = self.worker();
        runtime().block_on(async {
            tokio::select! {
                biased;
                () = self.cluster.killed() => true,
                _ = worker.pass() => false,
            }
        })
    }

    pub(crate) fn run(&self) -> Running {
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let (publish, status) = std::sync::mpsc::channel();
        let (config, source, cluster) = (self.config(), self.source.clone(), self.cluster.clone());
        let thread = std::thread::spawn(move || {
            runtime().block_on(async {
                let mut worker = Worker::new(config, Box::new(source), Arc::new(cluster)).unwrap();
                worker.run(stopped, move |status| drop(publish.send(status))).await;
            });
        });
        Running { stop, status, thread: Some(thread), last: None }
    }

    pub(crate) fn get(&self, kind: &str, name: &str) -> Option<Value> {
        let cluster = &self.cluster.inner;
        let key = key(kind, name);
        let all = cluster.objects().unwrap();
        all.into_iter().find(|object| ObjectKey::of(object).as_ref() == Some(&key))
    }

    /// What is in the cluster, without what differs from run to run.
    pub(crate) fn content(&self) -> BTreeMap<String, Value> {
        let mut content = BTreeMap::new();
        for mut object in self.cluster.inner.objects().unwrap() {
            let key = ObjectKey::of(&object).unwrap();
            if key.name.starts_with("seawall-status") {
                continue;
            }
            let metadata = object["metadata"].as_object_mut().unwrap();
            for name in ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"] {
                metadata.remove(name);
            }
            object.as_object_mut().unwrap().remove("status");
            content.insert(key.to_string(), object);
        }
        content
    }
}

/// A worker on a thread of its own.
pub(crate) struct Running {
    stop: tokio::sync::watch::Sender<bool>,
    status: std::sync::mpsc::Receiver<RegionStatus>,
    thread: Option<JoinHandle<()>>,
    last: Option<RegionStatus>,
}

impl Running {
    /// Waits until a status is as wanted.
    pub(crate) fn until(&mut self, what: &str, wanted: impl Fn(&RegionStatus) -> bool) -> RegionStatus {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.last.as_ref().filter(|status| wanted(status)) {
                return status.clone();
            }
            assert!(Instant::now() < end, "never {what}: {:#?}", self.last);
            if let Ok(status) = self.status.recv_timeout(Duration::from_millis(50)) {
                self.last = Some(status);
            }
        }
    }

    pub(crate) fn until_in_sync(&mut self) {
        self.until("in sync", |status| status.applied_commit.is_some() && condition(status, "Applied").ok);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            let result = thread.join();
            assert!(result.is_ok() || std::thread::panicking());
        }
    }
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A condition of a status; one that is not there does not hold.
pub(crate) fn condition(status: &RegionStatus, kind: &str) -> Condition {
    let found = status.conditions.iter().find(|condition| condition.kind == kind).cloned();
    found.unwrap_or_else(|| Condition {
        kind: kind.to_owned(),
        ok: false,
        reason: "Absent".to_owned(),
        message: String::new(),
        since: String::new(),
    })
}

/// Waits until `wanted` holds; gives how long it took.
pub(crate) fn eventually(what: &str, mut wanted: impl FnMut() -> bool) -> Duration {
    let started = Instant::now();
    while !wanted() {
        assert!(started.elapsed() < Duration::from_secs(20), "never {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
    started.elapsed()
}
