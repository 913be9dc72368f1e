//! Workers that keep real clusters: the second sync is quiet, drift goes back, what left the bundle goes, one hung region
//! slows nobody.

use super::fixture::{CONTEXTS, PLANE, TURN, cluster, config_map, key, namespace, on_one_thread};
use super::{audit, fake};
use seawall_reconciler::cluster::Cluster;
use seawall_reconciler::region::{Assignment, Parts, Supervisor, Worker, WorkerConfig};
use seawall_reconciler::source::MemorySource;
use seawall_schema::object::Phase;
use seawall_schema::status::RegionStatus;
use seawall_tests::rendering::{Region, rendering};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// A region's settings with short times.
pub(super) fn config(region: &str, state: &Path) -> WorkerConfig {
    let mut config = WorkerConfig::new(format!("regions/{region}"), state.join(region));
    config.interval = Duration::from_millis(500);
    config.settle = Duration::from_secs(5);
    config
}

/// A bundle of a region: ConfigMaps in a namespace that is there.
fn bundle(region: &str, namespace: &str, names: &[&str]) -> Region {
    let objects = names.iter().map(|name| (Phase::Configuration, config_map(namespace, name, "", "1")));
    Region { name: region.to_owned(), objects: objects.collect() }
}

fn worker(region: &str, context: &str, source: &MemorySource, state: &Path) -> Worker {
    Worker::new(config(region, state), Box::new(source.clone()), Arc::new(cluster(context))).unwrap()
}

/// That a status has nothing to complain about.
pub(super) fn all_hold(status: &RegionStatus) {
    let off: Vec<_> = status.conditions.iter().filter(|condition| !condition.ok).collect();
    assert!(off.is_empty(), "{off:#?}");
}

/// Waits until `done` says so; gives how long that took.
pub(super) fn within(limit: Duration, what: &str, mut done: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < limit, "{what} not within {limit:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
    began.elapsed()
}

#[test]
fn the_second_sync_writes_nothing_and_so_does_one_after_a_restart() {
    let _turn = TURN.read().unwrap_or_else(PoisonError::into_inner);
    let region = format!("quiet-{}", std::process::id());
    let namespace = namespace("region-1", "silence");
    let (source, state) = (MemorySource::new(), tempfile::tempdir().unwrap());
    source.push("c1", rendering(&[bundle(&region, &namespace, &["a", "b", "c"])]));
    on_one_thread(async {
        let mut first = worker(&region, "region-1", &source, state.path());
        let status = first.pass().await;
        all_hold(&status);
        assert_eq!((status.last_writes, status.objects), (3, 3));
        let before = audit::writes("region-1", &region, &namespace);
        assert_eq!(before.iter().filter(|write| write.contains(&namespace)).count(), 3, "{before:#?}");
        for _ in 0..3 {
            assert_eq!(first.pass().await.last_writes, 0);
        }
        drop(first);
        let status = worker(&region, "region-1", &source, state.path()).pass().await;
        assert_eq!(status.last_writes, 0);
        assert_eq!(audit::writes("region-1", &region, &namespace), before);
    });
}

#[test]
fn what_leaves_the_bundle_goes_and_what_is_foreign_stays() {
    let _turn = TURN.read().unwrap_or_else(PoisonError::into_inner);
    let region = format!("prune-{}", std::process::id());
    let namespace = namespace("region-2", "prune");
    let (source, state) = (MemorySource::new(), tempfile::tempdir().unwrap());
    let all = ["a", "b", "c", "d", "e", "f"];
    source.push("c1", rendering(&[bundle(&region, &namespace, &all)]));
    on_one_thread(async {
        let mut worker = worker(&region, "region-2", &source, state.path());
        all_hold(&worker.pass().await);
        let foreign = config_map(&namespace, "foreign", "somebody-else", "1");
        PLANE.kubectl("region-2-admin", &["create", "-f", "-"], &foreign.to_string()).unwrap();
        source.push("c2", rendering(&[bundle(&region, &namespace, &all[1..])]));
        let status = worker.pass().await;
        all_hold(&status);
        assert_eq!(status.objects, 5);
        let left = PLANE
            .kubectl("region-2-admin", &["get", "configmaps", "-n", &namespace, "-o", "name"], "")
            .unwrap();
        assert!(!left.contains("configmap/a\n") && left.contains("configmap/b\n"), "{left}");
        assert!(left.contains("configmap/foreign\n"), "{left}");
        // An emptied rendering prunes nothing without approval.
        source.push("c3", rendering(&[bundle(&region, &namespace, &["f"])]));
        let status = worker.pass().await;
        assert!(status.conditions.iter().any(|c| c.kind == "Gated" && !c.ok), "{:#?}", status.conditions);
        assert!(cluster("region-2").get(&key(&config_map(&namespace, "b", "", ""))).await.unwrap().is_some());
    });
}

#[test]
fn drift_is_put_back_at_once() {
    let _turn = TURN.read().unwrap_or_else(PoisonError::into_inner);
    let region = format!("drift-{}", std::process::id());
    let namespace = namespace("region-1", "drift");
    let (source, state) = (MemorySource::new(), tempfile::tempdir().unwrap());
    source.push("c1", rendering(&[bundle(&region, &namespace, &["a", "b"])]));
    let supervisor = Supervisor::start(vec![assignment(&region, "region-1", &source, state.path())]).unwrap();
    within(Duration::from_secs(30), "the first sync", || is_ready(&supervisor.status()[0]));
    let mut took = Vec::new();
    for round in 0..10 {
        let name = ["a", "b"][round % 2];
        let patch = format!(r#"{{"data":{{"value":"drift-{round}"}}}}"#);
        let changed = ["patch", "configmap", name, "-n", &namespace, "-p", &patch, "-o", "json"];
        PLANE.kubectl("region-1-admin", &changed, "").unwrap();
        let value = || {
            let live = on_one_thread(cluster("region-1").get(&key(&config_map(&namespace, name, "", ""))));
            live.unwrap().unwrap()["data"]["value"].clone()
        };
        // The limit is not the target: other tests use the machine at the same time.
        took.push(within(Duration::from_secs(20), "a correction", || value() == "1"));
    }
    let delete = ["delete", "configmap", "a", "-n", &namespace];
    PLANE.kubectl("region-1-admin", &delete, "").unwrap();
    let there = || {
        on_one_thread(cluster("region-1").get(&key(&config_map(&namespace, "a", "", "")))).unwrap().is_some()
    };
    took.push(within(Duration::from_secs(20), "a deleted object's return", there));
    took.sort();
    #[expect(clippy::print_stderr, reason = "a figure for whoever reads the test's output")]
    let say =
        || eprintln!("drift put back: median {:?}, slowest {:?}", took[took.len() / 2], took[took.len() - 1]);
    say();
    assert!(supervisor.status()[0].drift_corrected >= 11, "{:?}", supervisor.status()[0].drift_corrected);
    assert_eq!(supervisor.stop(Duration::from_secs(10)), 0);
}

#[test]
fn a_region_that_hangs_slows_nobody() {
    let _turn = TURN.read().unwrap_or_else(PoisonError::into_inner);
    let source = MemorySource::new();
    let names = [0, 1, 2].map(|number| format!("side-{number}-{}", std::process::id()));
    let spaces = CONTEXTS.map(|context| namespace(context, "side"));
    let objects: Vec<String> = (0..50).map(|number| format!("n{number}")).collect();
    let objects: Vec<&str> = objects.iter().map(String::as_str).collect();
    let mut regions: Vec<Region> =
        names.iter().zip(&spaces).map(|(name, space)| bundle(name, space, &objects)).collect();
    regions.push(bundle(&names[2], "anywhere", &objects));
    source.push("c1", rendering(&regions));
    let sync = |hung: bool| {
        let state = tempfile::tempdir().unwrap();
        let mut assignments: Vec<Assignment> = names
            .iter()
            .zip(CONTEXTS)
            .map(|(name, context)| assignment(name, context, &source, state.path()))
            .collect();
        if hung {
            let port = fake::hang();
            let source = source.clone();
            let make = move || -> Result<Parts, String> {
                Ok((Box::new(source.clone()), Arc::new(fake::client(port, Duration::from_secs(10)))))
            };
            assignments.push(Assignment { config: config(&names[2], state.path()), make: Box::new(make) });
        }
        let supervisor = Supervisor::start(assignments).unwrap();
        let took =
            within(Duration::from_secs(60), "two regions", || supervisor.status()[..2].iter().all(is_ready));
        if hung {
            assert!(!is_ready(&supervisor.status()[2]));
        }
        supervisor.stop(Duration::from_secs(1));
        for (context, space) in CONTEXTS.iter().zip(&spaces) {
            let all = ["delete", "configmaps", "-n", space, "--all"];
            PLANE.kubectl(&format!("{context}-admin"), &all, "").unwrap();
        }
        took
    };
    sync(false);
    let (alone, beside) = (sync(false), sync(true));
    #[expect(clippy::print_stderr, reason = "a figure for whoever reads the test's output")]
    let say = || eprintln!("two regions in sync after {alone:?}, beside a hung third after {beside:?}");
    say();
    // Waiting for the hung one even once would cost its deadline of 10 s.
    assert!(beside < alone + Duration::from_secs(5), "{alone:?} {beside:?}");
}

#[test]
fn a_missing_definition_holds_up_nothing_else_and_is_taken_up_when_it_comes() {
    let _turn = TURN.read().unwrap_or_else(PoisonError::into_inner);
    let region = format!("definition-{}", std::process::id());
    let namespace = namespace("region-2", "definition");
    let (source, state) = (MemorySource::new(), tempfile::tempdir().unwrap());
    let group = format!("g{}.test.seawall.dev", std::process::id());
    let mut bundle = bundle(&region, &namespace, &["a", "b"]);
    let buoy = json!({"apiVersion": format!("{group}/v1"), "kind": "Buoy",
        "metadata": {"name": "one", "namespace": namespace}});
    bundle.objects.insert(0, (Phase::Configuration, buoy));
    source.push("c1", rendering(&[bundle]));
    on_one_thread(async {
        let mut worker = worker(&region, "region-2", &source, state.path());
        let status = worker.pass().await;
        let applied = status.conditions.iter().find(|condition| condition.kind == "Applied").unwrap();
        assert!(!applied.ok && applied.message.contains("Buoy"), "{applied:?}");
        assert!(cluster("region-2").get(&key(&config_map(&namespace, "b", "", ""))).await.unwrap().is_some());
        PLANE.kubectl("region-2-admin", &["create", "-f", "-"], &definition(&group).to_string()).unwrap();
        let name = format!("crd/buoys.{group}");
        PLANE
            .kubectl("region-2-admin", &["wait", "--for=condition=Established", &name, "--timeout=30s"], "")
            .unwrap();
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let status = worker.pass().await;
            if status.conditions.iter().all(|condition| condition.ok) {
                break;
            }
            assert!(Instant::now() < until, "{:#?}", status.conditions);
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    });
    PLANE.kubectl("region-2-admin", &["delete", &format!("crd/buoys.{group}")], "").unwrap();
}

#[test]
fn a_missing_namespace_is_named_with_its_object() {
    let _turn = TURN.read().unwrap_or_else(PoisonError::into_inner);
    let region = format!("nowhere-{}", std::process::id());
    let (source, state) = (MemorySource::new(), tempfile::tempdir().unwrap());
    source.push("c1", rendering(&[bundle(&region, "no-such-namespace", &["a"])]));
    let status = on_one_thread(async { worker(&region, "region-1", &source, state.path()).pass().await });
    let applied = status.conditions.iter().find(|condition| condition.kind == "Applied").unwrap();
    assert!(!applied.ok && applied.message.contains("no-such-namespace"), "{applied:?}");
}

fn definition(group: &str) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("buoys.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced", "names": {"plural": "buoys", "singular": "buoy", "kind": "Buoy"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}}],
        },
    })
}

fn assignment(region: &str, context: &str, source: &MemorySource, state: &Path) -> Assignment {
    let (source, context) = (source.clone(), context.to_owned());
    let make =
        move || -> Result<Parts, String> { Ok((Box::new(source.clone()), Arc::new(cluster(&context)))) };
    Assignment { config: config(region, state), make: Box::new(make) }
}

fn is_ready(status: &RegionStatus) -> bool {
    let holds = |kind: &str| status.conditions.iter().any(|condition| condition.kind == kind && condition.ok);
    status.objects > 0 && holds("Applied") && holds("Ready")
}
