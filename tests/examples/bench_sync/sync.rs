//! A first and a repeated sync by a worker, as `seawall sync --once` does them.

use crate::{CONTEXT, OBJECTS, objects};
use seawall_reconciler::cluster::kubernetes::KubernetesCluster;
use seawall_reconciler::region::{Worker, WorkerConfig};
use seawall_reconciler::source::MemorySource;
use seawall_tests::control_plane::ControlPlane;
use seawall_tests::rendering::rendering;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What one round took.
pub(crate) struct Sync {
    pub(crate) first: Duration,
    pub(crate) repeat: Duration,
    pub(crate) repeat_writes: usize,
}

/// Fetch, verify, stage, plan, gate, apply, settle and report of new objects; and again with nothing to do.
pub(crate) fn rounds(plane: &ControlPlane, round: usize) -> Sync {
    let namespace = objects::namespace(plane, &format!("sync-{round}"));
    let source = MemorySource::new();
    source.push("c1", rendering(&[objects::region(&namespace, &namespace, OBJECTS)]));
    let state = tempfile::tempdir().unwrap();
    let cluster = KubernetesCluster::from_context(plane.kubeconfig().to_str(), CONTEXT).unwrap();
    let config = WorkerConfig::new(format!("regions/{namespace}"), state.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let began = Instant::now();
        let mut worker = Worker::new(config, Box::new(source), Arc::new(cluster)).unwrap();
        let status = worker.pass().await;
        let first = began.elapsed();
        assert!(status.conditions.iter().all(|condition| condition.ok), "{:#?}", status.conditions);
        assert_eq!(status.last_writes, OBJECTS);
        let before = objects::audited(plane, &namespace);
        let began = Instant::now();
        worker.pass().await;
        Sync { first, repeat: began.elapsed(), repeat_writes: objects::audited(plane, &namespace) - before }
    })
}
