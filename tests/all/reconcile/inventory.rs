//! Promise 3 where somebody deletes the inventory under a worker, or holds up a deletion: nothing is orphaned, nothing goes
//! that should stay.

use super::double::Mode;
use super::fixture::{INVENTORY, Region, Spec, condition, config, eventually, key, namespace, runtime};
use seawall_reconciler::cluster::{ApplyOptions, Cluster};
use seawall_schema::keys::SYSTEM_NAMESPACE;
use seawall_schema::object::{ObjectKey, Phase};
use serde_json::json;
use std::collections::BTreeSet;

fn spec(count: usize) -> Spec {
    let mut objects = vec![(Phase::Foundation, namespace("shop"))];
    objects.extend((0..count).map(|n| (Phase::Configuration, config(&format!("c{n}"), "1"))));
    Spec { prune_share: 20_000, ..Spec::of(objects) }
}

fn inventory() -> ObjectKey {
    let (name, namespace) = (format!("seawall-inventory-{INVENTORY}"), Some(SYSTEM_NAMESPACE.to_owned()));
    ObjectKey { namespace, ..key("ConfigMap", &name) }
}

fn delete_inventory(region: &Region) {
    std::fs::remove_file(region.cluster.inner.path_of(&inventory())).unwrap();
}

/// Names of what the inventory in the cluster holds; nothing where there is none.
fn held(region: &Region) -> BTreeSet<String> {
    let all = region.cluster.inner.objects().unwrap();
    let found = all.iter().find(|object| ObjectKey::of(object) == Some(inventory()));
    let keys = found.map_or("[]", |object| object["data"]["keys"].as_str().unwrap());
    let keys: Vec<ObjectKey> = serde_json::from_str(keys).unwrap();
    keys.into_iter().map(|key| key.name).collect()
}

#[test]
fn deleted_while_nothing_is_to_be_done_it_stands_again_and_a_later_worker_prunes() {
    let region = Region::synced(&spec(10));
    let (mut worker, runtime) = (region.worker(), runtime());
    runtime.block_on(worker.pass());
    let before = held(&region);
    assert_eq!(before.len(), 11);
    delete_inventory(&region);
    region.cluster.set(Mode::Healthy);
    let status = runtime.block_on(worker.pass());
    assert_eq!((held(&region), status.last_writes, status.objects), (before, 0, 11));
    assert_eq!(region.cluster.writes(), 1, "the inventory and nothing else");
    drop(worker);
    region.source.push("c2", spec(9).files());
    region.pass();
    assert!(region.get("ConfigMap", "c9").is_none() && region.get("ConfigMap", "c8").is_some());
    assert_eq!(held(&region).len(), 10);
}

#[test]
fn deleted_under_a_running_worker_it_is_written_before_the_next_object() {
    let region = Region::synced(&spec(10));
    let mut running = region.run();
    running.until_in_sync();
    let before = held(&region);
    delete_inventory(&region);
    std::fs::remove_file(region.cluster.inner.path_of(&key("ConfigMap", "c1"))).unwrap();
    eventually("put back", || region.get("ConfigMap", "c1").is_some());
    assert_eq!(held(&region), before);
    delete_inventory(&region);
    region.source.push("c2", spec(9).files());
    eventually("pruned", || region.get("ConfigMap", "c9").is_none());
    eventually("kept", || held(&region).len() == 10);
    assert!(!held(&region).contains("c9") && region.get("ConfigMap", "c8").is_some());
}

#[test]
fn deleted_before_a_worker_is_killed_while_it_prunes_nothing_is_orphaned() {
    let region = Region::synced(&spec(10));
    let (mut worker, runtime) = (region.worker(), runtime());
    runtime.block_on(worker.pass());
    delete_inventory(&region);
    region.source.push("c2", spec(9).files());
    region.cluster.set(Mode::Kills { writes: 1, unheard: false });
    let killed = runtime.block_on(async {
        tokio::select! {
            biased;
            () = region.cluster.killed() => true,
            _ = worker.pass() => false,
        }
    });
    drop(worker);
    assert!(killed && region.get("ConfigMap", "c9").is_some());
    assert!(held(&region).contains("c9"), "the first write was the inventory");
    region.cluster.set(Mode::Healthy);
    region.pass();
    assert!(region.get("ConfigMap", "c9").is_none() && region.get("ConfigMap", "c8").is_some());
}

/// Somebody else's finalizer on a ConfigMap.
fn hold(region: &Region, name: &str) {
    let held = json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "shop", "finalizers": ["example.com/y"]}});
    region.cluster.inner.apply_as("holder", &held, ApplyOptions::default()).unwrap();
}

#[test]
fn a_deletion_that_others_hold_up_is_said_and_stays_in_the_inventory_until_it_is_done() {
    let region = Region::synced(&spec(10));
    hold(&region, "c9");
    region.source.push("c2", spec(9).files());
    let says =
        "ConfigMap shop/c9 is being deleted since 2026-01-01T00:00:00Z, held by finalizer example.com/y";
    // The worker that deletes it, and one that comes later.
    for _ in 0..2 {
        let status = region.pass();
        assert!(status.conditions.iter().all(|condition| condition.ok), "{status:#?}");
        assert_eq!((status.waiting.as_slice(), status.objects), ([says.to_owned()].as_slice(), 11));
        assert!(held(&region).contains("c9"));
    }
    std::fs::remove_file(region.cluster.inner.path_of(&key("ConfigMap", "c9"))).unwrap();
    let status = region.pass();
    assert_eq!((status.waiting.len(), status.objects, held(&region).len()), (0, 10, 10));
}

#[test]
fn what_somebody_deletes_and_holds_up_stops_nothing_else_and_comes_back() {
    let region = Region::synced(&spec(10));
    let mut running = region.run();
    running.until_in_sync();
    hold(&region, "c3");
    let held = region.get("ConfigMap", "c3").unwrap();
    let uid = held["metadata"]["uid"].as_str().unwrap();
    runtime().block_on(Cluster::delete(&region.cluster, &key("ConfigMap", "c3"), uid)).unwrap();
    let status = running.until("said", |status| !status.waiting.is_empty());
    assert!(status.waiting[0].contains("shop/c3 is being deleted"), "{status:#?}");
    let mut changed = spec(10);
    changed.objects[1].1 = config("c0", "2");
    region.source.push("c2", changed.files());
    eventually("the others go on", || region.get("ConfigMap", "c0").unwrap()["data"]["k"] == "2");
    let status = running.until("in force", |status| status.applied_commit.as_deref() == Some("c2"));
    assert!(condition(&status, "Applied").ok && !status.waiting.is_empty(), "{status:#?}");
    std::fs::remove_file(region.cluster.inner.path_of(&key("ConfigMap", "c3"))).unwrap();
    running.until("back", |status| status.waiting.is_empty() && region.get("ConfigMap", "c3").is_some());
}
