//! Small objects in namespaces of their own.

use seawall_tests::control_plane::ControlPlane;
use serde_json::{Value, json};

/// A new namespace; its name differs from run to run.
pub(crate) fn namespace(plane: &ControlPlane, context: &str, name: &str) -> String {
    let name = format!("bench-{name}-{}", std::process::id());
    plane.kubectl(&format!("{context}-admin"), &["create", "namespace", &name], "").unwrap();
    name
}

/// So many ConfigMaps in a namespace, each with a few lines.
pub(crate) fn config_maps(namespace: &str, count: usize) -> Vec<Value> {
    let object = |number: usize| {
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": format!("object-{number:05}"),
                "namespace": namespace,
                "labels": {"app.kubernetes.io/name": "bench", "app.kubernetes.io/part-of": "sync"},
            },
            "data": {"number": number.to_string(), "text": "a few words that stand for a small setting"},
        })
    };
    (0..count).map(object).collect()
}
