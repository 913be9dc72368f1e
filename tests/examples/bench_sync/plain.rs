//! What a sync is measured against: kubectl, and a plain client that sends 32 requests at once and knows nothing.

use futures::stream::{StreamExt as _, TryStreamExt as _};
use kube::api::{Api, DynamicObject, Patch, PatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Client, Config};
use seawall_tests::control_plane::ControlPlane;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Requests of the plain client under way at once.
const AT_ONCE: usize = 32;

/// Applies ConfigMaps of one namespace and waits for all of them.
pub(crate) fn concurrent(
    plane: &ControlPlane,
    context: &str,
    namespace: &str,
    objects: &[Value],
) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let kubeconfig = Kubeconfig::read_from(plane.kubeconfig()).unwrap();
        let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
        let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.unwrap();
        let client = Client::try_from(config).unwrap();
        let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "ConfigMap"));
        let api: Api<DynamicObject> = Api::namespaced_with(client, namespace, &kind);
        let params = PatchParams::apply("plain").force();
        let began = Instant::now();
        let patches = objects.iter().map(|object| {
            let (api, params) = (&api, &params);
            async move {
                api.patch(object["metadata"]["name"].as_str().unwrap(), params, &Patch::Apply(object)).await
            }
        });
        let patches = futures::stream::iter(patches).buffer_unordered(AT_ONCE);
        let done: Vec<DynamicObject> = patches.try_collect().await.unwrap();
        assert_eq!(done.len(), objects.len());
        began.elapsed()
    })
}

/// `kubectl apply --server-side` of the same objects, from one file.
pub(crate) fn kubectl(plane: &ControlPlane, context: &str, objects: &[Value]) -> Duration {
    let list = serde_json::json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
    let began = Instant::now();
    plane.kubectl(context, &["apply", "--server-side", "-f", "-"], &list).unwrap();
    began.elapsed()
}
