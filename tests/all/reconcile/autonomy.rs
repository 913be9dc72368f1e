//! Nobody else alive: the source gone, replayed, forced, damaged; the state folder lost; events declared locally.

use super::world::{World, all_hold, condition, config_map, namespace, region, run, shop};
use seawall_reconciler::gate::operator;
use seawall_reconciler::source::SourceError;
use seawall_tests::rendering::rendering;

#[test]
fn with_the_source_gone_a_restarted_worker_still_puts_drift_back() {
    run(async {
        let mut world = World::new();
        let commit = world.commit(shop());
        world.worker().pass().await;
        world.source.fail_with(Some(SourceError::Unreachable("no route to host".to_owned())));
        let gone = config_map("a", "1").1;
        let key = seawall_schema::object::ObjectKey::of(&gone).unwrap();
        std::fs::remove_file(world.cluster.path_of(&key)).unwrap();
        let status = world.worker().pass().await;
        assert!(world.live(&gone).is_some());
        let fetched = condition(&status, "Fetched");
        assert!(
            !fetched.ok && fetched.message.contains("no route to host") && fetched.message.contains(&commit)
        );
        assert_eq!(status.applied_commit.as_deref(), Some(commit.as_str()));
    });
}

#[test]
fn a_forced_push_waits_for_approval() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        let mut worker = world.worker();
        worker.pass().await;
        let mut other = shop();
        other[1] = config_map("a", "replayed");
        world.source.push_onto("forced", None, rendering(&[region(other)]));
        let status = worker.pass().await;
        assert_eq!(condition(&status, "Fetched").reason, "Diverged");
        assert_eq!(world.live(&config_map("a", "1").1).unwrap()["data"]["key"], "1");
        operator::approve(&world.folder.path().join("state"), "forced").unwrap();
        all_hold(&worker.pass().await);
        assert_eq!(world.live(&config_map("a", "1").1).unwrap()["data"]["key"], "replayed");
    });
}

#[test]
fn a_wrong_digest_keeps_the_last_good_bundle() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        let mut worker = world.worker();
        worker.pass().await;
        let mut files = rendering(&[region(vec![namespace(), config_map("a", "2")])]);
        let name = files.keys().find(|name| name.contains("configmap-shop-a")).unwrap().clone();
        files.get_mut(&name).unwrap().push(b' ');
        world.source.push("tampered", files);
        let status = worker.pass().await;
        assert_eq!(condition(&status, "Verified").reason, "DigestDiffers");
        assert_eq!(status.last_writes, 0);
        assert_eq!(world.contents().len(), 7);
    });
}

#[test]
fn a_region_that_left_the_fleet_keeps_what_it_has() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        let mut worker = world.worker();
        worker.pass().await;
        world.source.push("gone", rendering(&[]));
        let status = worker.pass().await;
        assert_eq!(condition(&status, "Verified").reason, "FileMissing");
        assert_eq!(world.contents().len(), 7);
    });
}

#[test]
fn a_lost_state_folder_is_no_loss() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        world.worker().pass().await;
        std::fs::remove_dir_all(world.folder.path().join("state")).unwrap();
        let mut fewer = shop();
        fewer.pop();
        world.commit(fewer);
        let status = world.worker().pass().await;
        all_hold(&status);
        assert_eq!(status.objects, 5, "the inventory is in the cluster: what left is still pruned");
    });
}

#[test]
fn a_state_folder_that_cannot_be_written_is_said_and_survived() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        // A file where the folder should be: nobody, not even root, can write below it.
        std::fs::write(world.folder.path().join("state"), "in the way").unwrap();
        let status = world.worker().pass().await;
        assert!(!condition(&status, "Staged").ok);
        assert!(condition(&status, "Applied").ok);
        assert_eq!(world.contents().len(), 7);
    });
}

#[test]
fn two_workers_do_not_share_a_state_folder() {
    run(async {
        let mut world = World::new();
        world.commit(shop());
        let first = world.worker();
        let second = seawall_reconciler::region::Worker::new(
            world.config(),
            Box::new(world.source.clone()),
            std::sync::Arc::new(world.cluster.clone()),
        );
        assert!(second.err().unwrap().to_string().contains("another worker"));
        drop(first);
        world.worker().pass().await;
    });
}
