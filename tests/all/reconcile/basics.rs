//! Apply, quiet, change, prune, drift.

use super::world::{World, all_hold, condition, config_map, deployment, namespace, run, shop};
use seawall_reconciler::cluster::ApplyOptions;
use seawall_reconciler::gate::operator;
use serde_json::json;
use std::time::{Duration, Instant};

#[test]
fn a_bundle_reaches_the_cluster_and_the_second_pass_writes_nothing() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        let mut worker = world.worker();
        let first = worker.pass().await;
        all_hold(&first);
        assert_eq!((first.objects, first.last_writes), (6, 6));
        let before = world.cluster.objects().unwrap();
        let second = worker.pass().await;
        all_hold(&second);
        assert_eq!(second.last_writes, 0);
        assert_eq!(
            world.cluster.objects().unwrap(),
            before,
            "a pass with nothing to do writes nothing at all"
        );
    });
}

#[test]
fn a_restarted_worker_writes_nothing_either() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        world.worker().pass().await;
        let before = world.cluster.objects().unwrap();
        let status = world.worker().pass().await;
        all_hold(&status);
        assert_eq!(status.last_writes, 0);
        assert_eq!(world.cluster.objects().unwrap(), before);
    });
}

#[test]
fn a_change_writes_what_changed_and_what_left_is_pruned() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        let mut worker = world.worker();
        worker.pass().await;
        world.commit(vec![
            namespace(),
            config_map("a", "1"),
            config_map("b", "2"),
            config_map("c", "1"),
            deployment("web", 3),
        ]);
        let status = worker.pass().await;
        all_hold(&status);
        assert_eq!((status.objects, status.last_writes), (5, 2));
        assert_eq!(world.live(&config_map("b", "2").1).unwrap()["data"]["key"], "2");
        assert!(world.live(&config_map("d", "1").1).is_none());
    });
}

#[test]
fn drift_is_seen_by_the_watch_and_put_back() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        let mut worker = world.worker();
        worker.pass().await;
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let cluster = world.cluster.clone();
        let wanted = deployment("web", 3).1;
        let mut changed = deployment("web", 9).1;
        changed["spec"]["template"]["spec"]["containers"][0]["image"] = json!("registry.example/evil:1");
        let meddle = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            cluster.apply_as("kubectl-edit", &changed, ApplyOptions { dry_run: false, force: true }).unwrap();
            let started = Instant::now();
            while started.elapsed() < Duration::from_secs(20) {
                tokio::time::sleep(Duration::from_millis(20)).await;
                let live = world.live(&wanted).unwrap();
                if live["spec"]["replicas"] == 3
                    && live["spec"]["template"] == world.live(&wanted).unwrap()["spec"]["template"]
                {
                    let image = &live["spec"]["template"]["spec"]["containers"][0]["image"];
                    if image == "registry.example/app:1" {
                        break;
                    }
                }
            }
            stop.send(true).unwrap();
        };
        let ((), ()) = tokio::join!(worker.run(stopped, |_| ()), meddle);
        assert_eq!(world.live(&wanted).unwrap()["spec"]["replicas"], 3);
        assert!(worker.status().drift_corrected >= 1);
    });
}

#[test]
fn a_deleted_object_comes_back() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        let mut worker = world.worker();
        worker.pass().await;
        let gone = config_map("a", "1").1;
        let key = seawall_schema::object::ObjectKey::of(&gone).unwrap();
        std::fs::remove_file(world.cluster.path_of(&key)).unwrap();
        let status = worker.pass().await;
        assert_eq!(status.last_writes, 1);
        assert!(world.live(&gone).is_some());
    });
}

#[test]
fn a_foreign_object_of_the_same_name_is_not_adopted() {
    run(async {
        let mut world = World::new();
        let (_, space) = namespace();
        world.cluster.apply_as("terraform", &space, ApplyOptions::default()).unwrap();
        let theirs = config_map("a", "theirs").1;
        world.cluster.apply_as("helm", &theirs, ApplyOptions::default()).unwrap();
        world.commit(vec![config_map("a", "ours"), config_map("b", "ours")]);
        let status = world.worker().pass().await;
        let applied = condition(&status, "Applied");
        assert!(!applied.ok && applied.message.contains("helm"), "{applied:?}");
        assert_eq!(world.live(&theirs).unwrap()["data"]["key"], "theirs");
        assert!(world.live(&config_map("b", "ours").1).is_some(), "the others go on");
    });
}

#[test]
fn a_bundle_that_shrinks_too_far_waits_for_approval() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        let mut worker = world.worker();
        worker.pass().await;
        world.commit(vec![namespace(), config_map("a", "1")]);
        let held = worker.pass().await;
        let gated = condition(&held, "Gated");
        assert!(!gated.ok && gated.reason == "PruneShare", "{gated:?}");
        assert_eq!(
            world.contents().len(),
            6 + 1,
            "nothing is pruned; the namespace seawall-system stands too"
        );
        let digest =
            gated.message.split('`').nth(1).unwrap().trim_start_matches("seawall approve ").to_owned();
        operator::approve(&world.folder.path().join("state"), &digest).unwrap();
        let status = worker.pass().await;
        all_hold(&status);
        assert_eq!(status.objects, 2);
    });
}

#[test]
fn an_empty_bundle_prunes_nothing() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        let mut worker = world.worker();
        worker.pass().await;
        world.commit(vec![]);
        let held = worker.pass().await;
        assert_eq!(condition(&held, "Gated").reason, "EmptyBundle");
        assert_eq!(world.contents().len(), 7);
    });
}

#[test]
fn a_suspended_region_is_left_alone_until_it_is_resumed() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        let mut worker = world.worker();
        worker.pass().await;
        let state = world.folder.path().join("state");
        operator::suspend(&state, "ann", "looking").unwrap();
        world.commit(vec![
            namespace(),
            config_map("a", "2"),
            config_map("b", "1"),
            config_map("c", "1"),
            deployment("web", 3),
        ]);
        let status = worker.pass().await;
        assert!(status.suspended && status.last_writes == 0);
        assert_eq!(world.live(&config_map("a", "1").1).unwrap()["data"]["key"], "1");
        drop(worker);
        assert_eq!(world.worker().pass().await.last_writes, 0, "a restart does not forget it");
        assert!(operator::resume(&state).unwrap());
        let status = world.worker().pass().await;
        all_hold(&status);
        assert_eq!(world.live(&config_map("a", "1").1).unwrap()["data"]["key"], "2");
    });
}
