//! What a sync is measured against: kubectl, and a plain client that sends 32 requests at once and knows nothing.

use crate::{CONTEXT, objects};
use futures::stream::{StreamExt as _, TryStreamExt as _};
use kube::api::{DynamicObject, Patch, PatchParams};
use seawall_tests::control_plane::ControlPlane;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Requests of the plain client under way at once.
const AT_ONCE: usize = 32;

/// Applies ConfigMaps of one namespace and waits for all of them.
pub(crate) fn concurrent(plane: &ControlPlane, namespace: &str, objects: &[Value]) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let api = objects::api(plane, namespace).await;
        // It has found the server before the clock starts; what a worker does for that counts as the worker's.
        api.list_metadata(&Default::default()).await.unwrap();
        let began = Instant::now();
        let params = PatchParams::apply("plain").force();
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

/// `kubectl apply --server-side -f FOLDER` of the same objects, a file each.
pub(crate) fn kubectl(plane: &ControlPlane, objects: &[Value]) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    for object in objects {
        let name = object["metadata"]["name"].as_str().unwrap();
        std::fs::write(folder.path().join(format!("{name}.json")), object.to_string()).unwrap();
    }
    let began = Instant::now();
    plane.kubectl(CONTEXT, &["apply", "--server-side", "-f", folder.path().to_str().unwrap()], "").unwrap();
    began.elapsed()
}
