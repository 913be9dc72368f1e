//! Small objects in namespaces of their own, and what the server's audit log says of them.

use crate::CONTEXT;
use kube::api::{Api, DynamicObject};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Client, Config};
use seawall_schema::object::Phase;
use seawall_tests::control_plane::ControlPlane;
use seawall_tests::rendering::Region;
use serde_json::{Value, json};

/// A new namespace; its name differs from run to run.
pub(crate) fn namespace(plane: &ControlPlane, name: &str) -> String {
    let name = format!("bench-{name}-{}", std::process::id());
    plane.kubectl(&format!("{CONTEXT}-admin"), &["create", "namespace", &name], "").unwrap();
    name
}

/// The name of one of the objects.
pub(crate) fn name(number: usize) -> String {
    format!("object-{number:05}")
}

/// So many ConfigMaps in a namespace, each with a few lines.
pub(crate) fn config_maps(namespace: &str, count: usize) -> Vec<Value> {
    let object = |number: usize| {
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": name(number),
                "namespace": namespace,
                "labels": {"app.kubernetes.io/name": "bench", "app.kubernetes.io/part-of": "sync"},
            },
            "data": {"number": number.to_string(), "text": "a few words that stand for a small setting"},
        })
    };
    (0..count).map(object).collect()
}

/// The same as a region's bundle.
pub(crate) fn region(name: &str, namespace: &str, count: usize) -> Region {
    let objects = config_maps(namespace, count).into_iter().map(|object| (Phase::Configuration, object));
    Region { name: name.to_owned(), objects: objects.collect() }
}

/// A plain client of the namespace's ConfigMaps.
pub(crate) async fn api(plane: &ControlPlane, namespace: &str) -> Api<DynamicObject> {
    let kubeconfig = Kubeconfig::read_from(plane.kubeconfig()).unwrap();
    let options = KubeConfigOptions { context: Some(CONTEXT.to_owned()), ..KubeConfigOptions::default() };
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.unwrap();
    let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "ConfigMap"));
    Api::namespaced_with(Client::try_from(config).unwrap(), namespace, &kind)
}

/// Writes and dry runs so far that concern the namespace.
pub(crate) fn audited(plane: &ControlPlane, namespace: &str) -> usize {
    let log = std::fs::read_to_string(&plane.clusters[0].audit_log).unwrap();
    let word = format!("/namespaces/{namespace}/");
    log.lines().filter(|line| line.contains(&word)).count()
}
