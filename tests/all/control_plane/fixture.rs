//! The clusters that all tests of this folder share, and small objects to put there.

use seawall_reconciler::cluster::kubernetes::KubernetesCluster;
use seawall_reconciler::cluster::{Extent, Kind};
use seawall_schema::keys;
use seawall_schema::object::ObjectKey;
use seawall_tests::control_plane::{ControlPlane, Request};
use serde_json::{Value, json};
use std::future::Future;
use std::path::PathBuf;
use std::sync::{LazyLock, RwLock};

/// The contexts of the clusters.
pub(super) const CONTEXTS: [&str; 2] = ["region-1", "region-2"];

/// A cluster for each of [`CONTEXTS`].
pub(super) static PLANE: LazyLock<ControlPlane> = LazyLock::new(|| {
    if let Some(folder) = std::env::var_os("SEAWALL_CONTROL_PLANE") {
        return ControlPlane::read(&PathBuf::from(folder)).unwrap();
    }
    let own = std::process::id();
    ControlPlane::start(&Request {
        name: format!("tests-{own}"),
        contexts: CONTEXTS.map(str::to_owned).to_vec(),
        until: Some(own),
        crds: true,
    })
    .unwrap()
});

/// Held for writing by who changes what every worker on a cluster heeds (declarations), for reading by those workers' tests.
pub(super) static TURN: RwLock<()> = RwLock::new(());

/// A client of a context.
pub(super) fn cluster(context: &str) -> KubernetesCluster {
    KubernetesCluster::from_context(PLANE.kubeconfig().to_str(), context).unwrap()
}

/// Runs a test as a region's worker runs: on one thread.
pub(super) fn on_one_thread<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
}

/// A new namespace for one test, in a context; its name differs from run to run, so that a standing cluster serves many.
pub(super) fn namespace(context: &str, name: &str) -> String {
    let name = format!("{name}-{}", std::process::id());
    PLANE.kubectl(&format!("{context}-admin"), &["create", "namespace", &name], "").unwrap();
    name
}

/// A ConfigMap with one value, in an inventory.
pub(super) fn config_map(namespace: &str, name: &str, inventory: &str, value: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {keys::INVENTORY: inventory},
            "annotations": {keys::DIGEST: format!("sha256:{value}")},
        },
        "data": {"value": value},
    })
}

/// The kind of [`config_map`], everywhere.
pub(super) fn config_maps() -> Extent {
    kind("v1", "ConfigMap").into()
}

/// A kind.
pub(super) fn kind(api_version: &str, kind: &str) -> Kind {
    Kind { api_version: api_version.to_owned(), kind: kind.to_owned() }
}

/// The key of an object.
pub(super) fn key(object: &Value) -> ObjectKey {
    ObjectKey::of(object).unwrap()
}
