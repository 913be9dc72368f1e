//! Watches of a real API server.

use super::fixture::{PLANE, cluster, config_map, config_maps, key, kind, namespace, on_one_thread};
use futures::StreamExt as _;
use seawall_reconciler::cluster::{ApplyOptions, Change, Cluster};
use std::time::Duration;

#[test]
fn a_watch_sees_what_happens_in_its_inventory_and_nothing_else() {
    let (cluster, namespace) = (cluster("region-1"), namespace("region-1", "watch-inventory"));
    let kinds = [config_maps(), kind("example.org/v1", "Missing").into()];
    on_one_thread(async {
        let mut changes = cluster.watch(&namespace, &kinds);
        let mut next =
            async || tokio::time::timeout(Duration::from_secs(20), changes.next()).await.unwrap().unwrap();
        assert_eq!(next().await, Change::Restarted);
        let other = config_map(&namespace, "other", "watch-others", "1");
        cluster.apply(&other, ApplyOptions::default()).await.unwrap();
        let object = config_map(&namespace, "a", &namespace, "1");
        cluster.apply(&object, ApplyOptions::default()).await.unwrap();
        let created = match next().await {
            Change::Present(created) => created,
            other => panic!("not created but {other:?}"),
        };
        assert_eq!((created.key.clone(), created.digest.as_deref()), (key(&object), Some("sha256:1")));
        let drift = ["patch", "configmap", "a", "-n", &namespace, "-p", r#"{"data":{"value":"drift"}}"#];
        PLANE.kubectl("region-1-admin", &drift, "").unwrap();
        let Change::Present(drifted) = next().await else { panic!("drift not seen") };
        assert_eq!(drifted.digest, created.digest, "the digest does not show a foreign change");
        assert_ne!(drifted.owned_fields, created.owned_fields, "the ownership does");
        cluster.delete(&key(&object), &drifted.uid).await.unwrap();
        assert_eq!(next().await, Change::Gone(key(&object)));
    });
}
