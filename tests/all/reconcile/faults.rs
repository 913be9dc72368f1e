//! A cluster that fails: at every write, by every kind of error; and neighbours that hang.

use super::world::{World, all_hold, condition, config_map, deployment, namespace, region, run, shop};
use async_trait::async_trait;
use futures::stream::BoxStream;
use seawall_reconciler::cluster::embedded::EmbeddedCluster;
use seawall_reconciler::cluster::{ApplyOptions, Change, Cluster, ClusterError, EventKind, Kind, Observed};
use seawall_reconciler::region::{Assignment, Supervisor, WorkerConfig};
use seawall_reconciler::source::{Fetched, Known, MemorySource, Source, SourceError};
use seawall_schema::object::ObjectKey;
use seawall_tests::rendering::rendering;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// An embedded cluster that stops working after so many writes, as if the process were killed there.
struct Dying {
    inner: EmbeddedCluster,
    left: AtomicI64,
    error: fn() -> ClusterError,
}

impl Dying {
    fn write(&self) -> Result<(), ClusterError> {
        if self.left.fetch_sub(1, Ordering::SeqCst) > 0 { Ok(()) } else { Err((self.error)()) }
    }
}

#[async_trait]
impl Cluster for Dying {
    fn describe(&self) -> String {
        self.inner.describe()
    }

    async fn apply(&self, object: &Value, options: ApplyOptions) -> Result<Value, ClusterError> {
        if !options.dry_run {
            self.write()?;
        }
        self.inner.apply(object, options).await
    }

    async fn get(&self, key: &ObjectKey) -> Result<Option<Value>, ClusterError> {
        self.inner.get(key).await
    }

    async fn list(&self, inventory: &str, kinds: &[Kind]) -> Result<Vec<Observed>, ClusterError> {
        self.inner.list(inventory, kinds).await
    }

    async fn delete(&self, key: &ObjectKey, uid: &str) -> Result<(), ClusterError> {
        self.write()?;
        self.inner.delete(key, uid).await
    }

    fn watch(&self, inventory: &str, kinds: &[Kind]) -> BoxStream<'static, Change> {
        self.inner.watch(inventory, kinds)
    }

    async fn event(&self, _: &ObjectKey, _: EventKind, _: &str, _: &str) {}
}

fn gone() -> ClusterError {
    ClusterError::Unreachable("the process is dead".to_owned())
}

/// After any number of writes of the change from one bundle to the next, a restart ends in the same state.
#[test]
fn a_crash_between_any_two_writes_loses_nothing() {
    let next = || {
        vec![
            namespace(),
            config_map("a", "2"),
            config_map("b", "1"),
            config_map("new", "1"),
            deployment("web", 5),
        ]
    };
    let expected = run(async {
        let mut world = World::new();
        world.commit(shop());
        world.worker().pass().await;
        world.commit(next());
        all_hold(&world.worker().pass().await);
        world.contents()
    });
    let mut completed = 0;
    for writes in 0..14 {
        run(async {
            let mut world = World::new();
            world.commit(shop());
            world.worker().pass().await;
            world.commit(next());
            let dying = Dying { inner: world.cluster.clone(), left: AtomicI64::new(writes), error: gone };
            let status = world.worker_on(Arc::new(dying)).pass().await;
            completed += usize::from(condition(&status, "Applied").ok);
            let status = world.worker().pass().await;
            all_hold(&status);
            assert_eq!(world.contents(), expected, "after a crash at write {writes}");
            assert_eq!(status.objects, 5, "after a crash at write {writes}");
        });
    }
    assert!(completed > 0, "the last of these crashes must come after the last write");
}

#[test]
fn what_a_cluster_refuses_is_said_and_the_rest_goes_on() {
    type Failing = fn() -> ClusterError;
    let errors: [(Failing, &str); 5] = [
        (|| ClusterError::Refused("422: spec.replicas: must be positive".to_owned()), "422"),
        (|| ClusterError::Forbidden("403: not allowed".to_owned()), "403"),
        (|| ClusterError::Broken("500: out of luck".to_owned()), "500"),
        (|| ClusterError::UnknownKind("no kind Rocket".to_owned()), "Rocket"),
        (|| ClusterError::Conflict { message: "409".to_owned(), managers: vec![] }, "409"),
    ];
    for (error, word) in errors {
        run(async {
            let mut world = World::new();
            world.commit(shop());
            // The namespace of the worker, its inventory, and the first object still work.
            let dying = Dying { inner: world.cluster.clone(), left: AtomicI64::new(3), error };
            let status = world.worker_on(Arc::new(dying)).pass().await;
            let applied = condition(&status, "Applied");
            assert!(!applied.ok && applied.message.contains(word), "{applied:?}");
            assert!(world.live(&namespace().1).is_some());
            all_hold(&world.worker().pass().await);
        });
    }
}

/// A source that accepts the call and never answers.
struct Hanging;

impl Source for Hanging {
    fn fetch(&mut self, _: &str) -> Result<Fetched, SourceError> {
        std::thread::sleep(Duration::from_secs(3));
        Err(SourceError::Unreachable("at last".to_owned()))
    }

    fn know(&mut self, _: Known) {}

    fn fork(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(Hanging))
    }

    fn describe(&self) -> String {
        "a source that hangs".to_owned()
    }
}

#[test]
fn regions_that_hang_or_crash_slow_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let source = MemorySource::new();
    source.push("c1", rendering(&[region(shop())]));
    let config = |name: &str| {
        let mut config = WorkerConfig::new("regions/eu-west", folder.path().join(name).join("state"));
        config.interval = Duration::from_millis(100);
        config.fetch_deadline = Duration::from_secs(1);
        config
    };
    let mut assignments = vec![];
    for index in 0..20 {
        let path = folder.path().join(format!("hung-{index}"));
        let make = move || -> Result<_, String> {
            assert!(index % 2 == 0, "this region crashes at its start");
            let cluster = EmbeddedCluster::open(path.join("cluster")).map_err(|e| e.to_string())?;
            Ok((Box::new(Hanging) as Box<dyn Source>, Arc::new(cluster) as Arc<dyn Cluster>))
        };
        assignments.push(Assignment { config: config(&format!("hung-{index}")), make: Box::new(make) });
    }
    let path = folder.path().join("healthy");
    let healthy = source.clone();
    let make = move || -> Result<_, String> {
        let cluster = EmbeddedCluster::open(path.join("cluster")).map_err(|e| e.to_string())?;
        Ok((Box::new(healthy.clone()) as Box<dyn Source>, Arc::new(cluster) as Arc<dyn Cluster>))
    };
    assignments.push(Assignment { config: config("healthy"), make: Box::new(make) });
    let supervisor = Supervisor::start(assignments).unwrap();
    let started = Instant::now();
    let synced = loop {
        let status = supervisor.status();
        if status[20].applied_commit.is_some() && status[20].objects == 6 {
            break status;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{:#?}", status[20]);
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(synced[0].applied_commit.is_none());
    // The healthy one may well be done before the first crash is written down.
    let shown = || {
        let crashed = &supervisor.status()[1];
        crashed.conditions.iter().any(|c| !c.ok && c.message.contains("crashes at its start"))
    };
    while !shown() {
        assert!(started.elapsed() < Duration::from_secs(20), "{:#?}", supervisor.status()[1]);
        std::thread::sleep(Duration::from_millis(10));
    }
    supervisor.stop(Duration::from_secs(10));
}
