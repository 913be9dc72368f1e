//! Promise 2: a worker that dies between any two writes, and is started again, ends in the same state.

use super::double::Mode;
use super::fixture::{Region, Spec, condition, config, deployment, key, namespace};
use seawall_schema::object::Phase;
use serde_json::json;

/// Two bundles with something new, something changed and something gone between them.
fn before_and_after() -> (Spec, Spec) {
    let before = Spec::usual();
    let mut after = Spec::usual();
    after.objects[1].1 = config("one", "2");
    after.objects.remove(2);
    after.objects.push((Phase::Foundation, namespace("extra")));
    after.objects.push((Phase::Configuration, config("three", "3")));
    after.objects.push((Phase::Workloads, deployment("web", 1)));
    after.objects[3].1["spec"]["replicas"] = json!(5);
    (before, after)
}

/// Brings `after` in on a cluster that goes wrong as `mode` says, then again on a healthy one.
fn interrupted(mode: Option<Mode>) -> (Region, usize) {
    let (before, after) = before_and_after();
    let region = Region::synced(&before);
    region.source.push("c2", after.files());
    region.cluster.set(mode.unwrap_or(Mode::Healthy));
    region.pass();
    let writes = region.cluster.writes();
    region.cluster.set(Mode::Healthy);
    let status = region.pass();
    assert!(condition(&status, "Applied").ok, "{status:#?}");
    (region, writes)
}

#[test]
fn dying_between_any_two_writes_changes_nothing_in_the_end() {
    let (clean, writes) = interrupted(None);
    assert!(writes >= 8, "{writes}");
    assert!(clean.get("ConfigMap", "two").is_none());
    for unheard in [false, true] {
        for after in 0..writes {
            let (region, _) = interrupted(Some(Mode::DiesAfter { writes: after, unheard }));
            assert_eq!(region.content(), clean.content(), "after write {after}, unheard {unheard}");
            region.cluster.set(Mode::Healthy);
            region.pass();
            assert_eq!(region.cluster.writes(), 0, "after write {after}, unheard {unheard}");
        }
    }
}

#[test]
fn dying_in_the_first_sync_of_all_leaves_no_orphan() {
    let spec = Spec::usual();
    let clean = Region::synced(&spec);
    let mut shrunk = spec.clone();
    shrunk.prune_share = 100_000;
    shrunk.objects.truncate(3);
    for after in 0..9 {
        let region = Region::new();
        region.source.push("c1", spec.files());
        region.cluster.set(Mode::DiesAfter { writes: after, unheard: true });
        region.pass();
        region.cluster.set(Mode::Healthy);
        region.pass();
        assert_eq!(region.content(), clean.content(), "after write {after}");
        // Whatever was written is in the inventory, so it can be found again when it is not wanted any more.
        region.source.push("c2", shrunk.files());
        let status = region.pass();
        assert!(region.get("Deployment", "api").is_none(), "after write {after}: {status:#?}");
    }
}

#[test]
fn a_lost_record_file_costs_a_comparison_and_no_write() {
    let region = Region::synced(&Spec::usual());
    for entry in std::fs::read_dir(region.state()).unwrap().flatten() {
        if entry.path().is_file() {
            std::fs::write(entry.path(), b"garbage").unwrap();
        }
    }
    std::fs::remove_file(region.state().join("suspended.json")).unwrap_or_default();
    region.cluster.set(Mode::Healthy);
    let status = region.pass();
    assert!(condition(&status, "Applied").ok, "{status:#?}");
    assert_eq!(status.last_writes, 0);
}

#[test]
fn damaged_state_is_fetched_again() {
    let region = Region::synced(&Spec::usual());
    for entry in std::fs::read_dir(region.state().join("bundles")).unwrap().flatten() {
        std::fs::write(entry.path(), b"garbage").unwrap();
    }
    std::fs::remove_file(region.cluster.inner.path_of(&key("ConfigMap", "one"))).unwrap();
    let status = region.pass();
    assert_eq!(status.applied_commit.as_deref(), Some("c1"), "{status:#?}");
    assert!(region.get("ConfigMap", "one").is_some());
}

#[test]
fn a_state_folder_that_cannot_be_written_is_said_and_no_hindrance() {
    let region = Region::new();
    // A file where the folder should be: permissions would not stop the root user of a container.
    std::fs::write(region.state(), "a file").unwrap();
    region.source.push("c1", Spec::usual().files());
    let mut worker = region.worker();
    let runtime = super::fixture::runtime();
    let status = runtime.block_on(worker.pass());
    assert!(condition(&status, "Applied").ok, "{status:#?}");
    let staged = condition(&status, "Staged");
    assert!(!staged.ok && staged.message.contains("memory"), "{staged:?}");
    assert_eq!(region.get("ConfigMap", "one").unwrap()["data"]["k"], "1");
    let mut next = Spec::usual();
    next.objects[1].1 = config("one", "2");
    region.source.push("c2", next.files());
    runtime.block_on(worker.pass());
    assert_eq!(region.get("ConfigMap", "one").unwrap()["data"]["k"], "2");
}
