//! From a foreign change to its correction: the server's answer to the change, until a watch shows it put back.

use crate::{CONTEXT, objects};
use futures::StreamExt as _;
use seawall_reconciler::cluster::kubernetes::KubernetesCluster;
use seawall_reconciler::cluster::{Change, Cluster, Extent, Kind};
use seawall_reconciler::region::{Assignment, Parts, Supervisor, WorkerConfig};
use seawall_reconciler::source::MemorySource;
use seawall_tests::control_plane::ControlPlane;
use seawall_tests::rendering::rendering;
use std::sync::Arc;
use std::time::{Duration, Instant};

const CORRECTIONS: usize = 100;
const OBJECTS: usize = 100;

/// Prints p50 and p99.
pub(crate) fn measure(plane: &ControlPlane) {
    let namespace = objects::namespace(plane, "drift");
    let region = objects::region(&namespace, &namespace, OBJECTS);
    let inventory = region.inventory();
    let source = MemorySource::new();
    source.push("c1", rendering(&[region]));
    let state = tempfile::tempdir().unwrap();
    let kubeconfig = plane.kubeconfig();
    let open = move || KubernetesCluster::from_context(kubeconfig.to_str(), CONTEXT).unwrap();
    let watcher = open();
    let make = move || -> Result<Parts, String> { Ok((Box::new(source.clone()), Arc::new(open()))) };
    let config = WorkerConfig::new(format!("regions/{namespace}"), state.path());
    let supervisor = Supervisor::start(vec![Assignment { config, make: Box::new(make) }]).unwrap();
    while !supervisor.status()[0].conditions.iter().any(|condition| condition.kind == "Ready" && condition.ok)
    {
        std::thread::sleep(Duration::from_millis(20));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut took = runtime.block_on(async {
        let kinds = [Extent::from(Kind { api_version: "v1".to_owned(), kind: "ConfigMap".to_owned() })];
        let mut changes = watcher.watch(&inventory, &kinds);
        assert_eq!(changes.next().await, Some(Change::Restarted));
        let api = objects::api(plane, &namespace).await;
        let mut took = Vec::new();
        for number in 0..CORRECTIONS {
            let name = objects::name(number % OBJECTS);
            let patch = serde_json::json!({"data": {"number": format!("drift-{number}")}});
            let drifted =
                api.patch(&name, &Default::default(), &kube::api::Patch::Merge(&patch)).await.unwrap();
            let began = Instant::now();
            let drifted = drifted.metadata.resource_version;
            let mut taken = None;
            while let Some(change) = changes.next().await {
                let Change::Present(object) = change else { continue };
                if object.key.name == name && Some(&object.resource_version) == drifted.as_ref() {
                    taken = Some(object.owned_fields);
                } else if object.key.name == name && taken.is_some_and(|taken| taken != object.owned_fields) {
                    break;
                }
            }
            took.push(began.elapsed());
        }
        took
    });
    took.sort();
    let at = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)];
    crate::row(&format!("drift put back, median of {CORRECTIONS}"), at(50));
    crate::row("drift put back, 99th percentile", at(99));
    supervisor.stop(Duration::from_secs(10));
}
