//! The sync benchmark: objects to a real API server, beside kubectl and a plain concurrent client in the same run.
//!
//! Run by `cargo xtask bench`; takes the control plane's folder in `SEAWALL_CONTROL_PLANE`, prints a table.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program for developers, which may fail where it stands"
)]

mod objects;
mod plain;

use futures::stream::StreamExt as _;
use seawall_reconciler::cluster::kubernetes::KubernetesCluster;
use seawall_reconciler::cluster::{ApplyOptions, Cluster};
use seawall_tests::control_plane::ControlPlane;
use std::path::PathBuf;
use std::time::Instant;

const CONTEXT: &str = "region-1";
const OBJECTS: usize = 1_000;

fn main() {
    let folder = std::env::var_os("SEAWALL_CONTROL_PLANE").map(PathBuf::from).unwrap();
    let plane = ControlPlane::read(&folder).unwrap();
    for round in 0..3 {
        let namespace = objects::namespace(&plane, CONTEXT, &format!("plain-{round}"));
        let took = plain::concurrent(&plane, CONTEXT, &namespace, &objects::config_maps(&namespace, OBJECTS));
        println!("plain {took:?}");
        let namespace = objects::namespace(&plane, CONTEXT, &format!("client-{round}"));
        let objects = objects::config_maps(&namespace, OBJECTS);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let cluster = KubernetesCluster::from_context(plane.kubeconfig().to_str(), CONTEXT).unwrap();
        let began = Instant::now();
        runtime.block_on(async {
            let applies: Vec<_> =
                objects.iter().map(|object| cluster.apply(object, ApplyOptions::default())).collect();
            let done: Vec<_> = futures::stream::iter(applies).buffer_unordered(32).collect().await;
            assert!(done.iter().all(Result::is_ok));
        });
        println!("client {:?}", began.elapsed());
    }
    let namespace = objects::namespace(&plane, CONTEXT, "kubectl");
    println!("kubectl {:?}", plain::kubectl(&plane, CONTEXT, &objects::config_maps(&namespace, OBJECTS)));
}
