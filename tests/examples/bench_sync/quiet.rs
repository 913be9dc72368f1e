//! What 10,000 objects in sync cost a worker's thread on its processor: a pass of `seawall sync --once`, which lists all of
//! them, and a pass of a running agent, which watches.

use crate::{CONTEXT, objects};
use seawall_reconciler::cluster::Cluster;
use seawall_reconciler::cluster::embedded::EmbeddedCluster;
use seawall_reconciler::cluster::kubernetes::KubernetesCluster;
use seawall_reconciler::region::{Worker, WorkerConfig};
use seawall_reconciler::source::MemorySource;
use seawall_schema::object::Phase;
use seawall_tests::control_plane::ControlPlane;
use seawall_tests::rendering::{Region, rendering};
use serde_json::json;
use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

const OBJECTS: usize = 10_000;
/// Passes that list everything; the median counts.
const LISTINGS: usize = 5;
/// How long the running worker is watched, and how long it is left alone before.
const RUNS: Duration = Duration::from_secs(10);

/// Prints rows for both kinds of cluster.
pub(crate) fn measure(plane: &ControlPlane) {
    let state = tempfile::tempdir().unwrap();
    let embedded = EmbeddedCluster::open(state.path().join("cluster")).unwrap();
    let mut region = objects::region("embedded", "bench", OBJECTS);
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "bench"}});
    region.objects.insert(0, (Phase::Foundation, namespace));
    costs("embedded cluster", Arc::new(embedded), region);
    let namespace = objects::namespace(plane, "quiet");
    let real = KubernetesCluster::from_context(plane.kubeconfig().to_str(), CONTEXT).unwrap();
    costs("real API server", Arc::new(real), objects::region(&namespace, &namespace, OBJECTS));
}

fn costs(what: &str, cluster: Arc<dyn Cluster>, region: Region) {
    let state = tempfile::tempdir().unwrap();
    let source = MemorySource::new();
    let config = WorkerConfig {
        attention: Duration::from_millis(200),
        ..WorkerConfig::new(region.path(), state.path())
    };
    source.push("c1", rendering(&[region]));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut worker = Worker::new(config, Box::new(source), cluster).unwrap();
        let status = worker.pass().await;
        assert!(status.conditions.iter().all(|condition| condition.ok), "{:#?}", status.conditions);
        let mut listings = Vec::new();
        for _ in 0..LISTINGS {
            let before = processor();
            assert_eq!(worker.pass().await.last_writes, 0);
            listings.push(processor() - before);
        }
        crate::row(&format!("{OBJECTS} objects in sync, {what}: processor time of a pass that lists"), crate::median(&mut listings));
        // Its watches start, and the first pass after that lists.
        running(&mut worker).await;
        let (used, passes) = running(&mut worker).await;
        assert!(passes > 10, "{passes} passes");
        let each = used.as_secs_f64() * 1000.0 / f64::from(passes);
        println!("| {OBJECTS} objects in sync, {what}: processor time of a pass of a running agent | {each:.1} ms |");
    });
}

/// Runs the worker for a while; gives the time on the processor and how many passes it made.
async fn running(worker: &mut Worker) -> (Duration, u32) {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let passes = Cell::new(0);
    let before = processor();
    tokio::join!(worker.run(stopped, |_| passes.set(passes.get() + 1)), async {
        tokio::time::sleep(RUNS).await;
        stop.send_replace(true);
    });
    (processor() - before, passes.get())
}

/// Time of this thread on a processor, from the kernel's accounting.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(stat.split_whitespace().next().unwrap().parse().unwrap())
}
