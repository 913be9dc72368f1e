//! What somebody who knows the trade does to a region: one object that is refused for good must hold up nothing else,
//! bookkeeping that is tampered with must hide no change, a state folder that vanishes must come back.

use super::double::Mode;
use super::fixture::{Region, Spec, condition, config, deployment, eventually, namespace, replicas};
use seawall_reconciler::cluster::{ApplyOptions, ClusterError};
use seawall_schema::object::Phase;
use serde_json::{Value, json};
use std::time::Duration;

const FORCE: ApplyOptions = ApplyOptions { dry_run: false, force: true };
/// A second is promised; the machine that runs the tests may be busy with the others.
const SOON: Duration = Duration::from_millis(2500);

fn refused() -> ClusterError {
    ClusterError::Refused("422 denied by policy".to_owned())
}

/// A region that has synced all but one object, which the cluster refuses for good.
fn with_one_refused() -> Region {
    let region = Region::new();
    region.source.push("c1", Spec::usual().files());
    region.cluster.set(Mode::Refuses("two", refused()));
    let said = condition(&region.pass(), "Applied");
    assert!(!said.ok && said.message.contains("denied by policy"), "{said:?}");
    region
}

#[test]
fn drift_is_put_back_at_once_beside_an_object_that_is_refused_for_good() {
    let region = with_one_refused();
    let mut running = region.run();
    running.until("refused", |status| condition(status, "Applied").message.contains("denied by policy"));
    // Long enough for the pauses between tries to have grown.
    std::thread::sleep(Duration::from_secs(4));
    for value in [7, 8, 9] {
        region.cluster.inner.apply_as("kubectl", &deployment("api", value), FORCE).unwrap();
        let took = eventually("put back", || replicas(&region, "api") == Some(3));
        assert!(took < SOON, "{took:?}");
    }
    let status = running.until("counted", |status| status.drift_corrected == 3);
    assert!(!condition(&status, "Applied").ok, "what is refused is still said");
    region.cluster.set(Mode::Healthy);
    running.until_in_sync();
    let status = running.until("taken", |status| condition(status, "Applied").ok);
    assert_eq!(status.drift_corrected, 3, "an object that is taken at last is no drift");
}

#[test]
fn a_refusal_is_one_event_and_not_one_for_every_try() {
    let region = with_one_refused();
    let mut running = region.run();
    running.until("refused", |status| condition(status, "Applied").message.contains("denied by policy"));
    std::thread::sleep(Duration::from_secs(4));
    drop(running);
    let events = std::fs::read_to_string(region.folder.path().join("cluster/events.jsonl")).unwrap();
    // One of the pass, one of the worker that came after it.
    assert_eq!(events.lines().count(), 2, "{events}");
}

#[test]
fn a_fight_is_named_beside_an_object_that_is_refused_for_good() {
    let region = with_one_refused();
    let mut running = region.run();
    running.until("refused", |status| condition(status, "Applied").message.contains("denied by policy"));
    for value in 10..40 {
        region.cluster.inner.apply_as("helm", &deployment("api", value), FORCE).unwrap();
        std::thread::sleep(Duration::from_millis(300));
    }
    let status = running.until("named", |status| !condition(status, "Undisputed").ok);
    assert!(condition(&status, "Undisputed").message.contains("helm"), "{status:#?}");
}

/// A manifest as somebody else's tool applies it, with another digest or none.
fn forged(value: u32, digest: Option<&str>) -> Value {
    let mut object = deployment("api", value);
    object["metadata"]["annotations"]["seawall.dev/digest"] = json!(digest);
    object
}

#[test]
fn a_change_is_put_back_also_where_the_digest_was_tampered_with() {
    let region = Region::synced(&Spec::usual());
    let mut running = region.run();
    running.until_in_sync();
    region.cluster.inner.apply_as("kubectl", &forged(9, Some("sha256:0")), FORCE).unwrap();
    let took = eventually("put back", || replicas(&region, "api") == Some(3));
    assert!(took < SOON, "{took:?}");
    running.until_in_sync();
}

#[test]
fn a_change_behind_a_lost_digest_is_put_back_after_a_restart_too() {
    let region = Region::synced(&Spec::usual());
    let file = region.cluster.inner.path_of(&super::fixture::key("Deployment", "api"));
    let mut object: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    object["metadata"]["annotations"].as_object_mut().unwrap().remove("seawall.dev/digest");
    object["spec"]["replicas"] = json!(9);
    std::fs::write(&file, object.to_string()).unwrap();
    let status = region.pass();
    assert!(condition(&status, "Applied").ok, "{status:#?}");
    assert_eq!(replicas(&region, "api"), Some(3));
}

#[test]
fn a_state_folder_that_is_removed_under_a_running_worker_comes_back() {
    let region = Region::synced(&Spec::usual());
    let mut running = region.run();
    running.until_in_sync();
    // The worker may write into it while it goes.
    eventually("removed", || std::fs::remove_dir_all(region.state()).is_ok());
    let there = |name: &str| region.state().join(name).is_file();
    eventually("staged again", || there("bundles/current.json") && there("status.json"));
    drop(running);
    // What was staged again is enough to go on with.
    region.source.fail_with(Some(seawall_reconciler::source::SourceError::Unreachable("gone".to_owned())));
    region.cluster.inner.apply_as("kubectl", &deployment("api", 9), FORCE).unwrap();
    region.pass();
    assert_eq!(replicas(&region, "api"), Some(3));
}

/// More Deployments than are looked at in one step, none of which stands at first.
#[test]
fn whoever_gets_ready_is_seen_however_many_do_not() {
    let mut objects = vec![(Phase::Foundation, namespace("shop"))];
    objects.extend((0..150).map(|at| (Phase::Workloads, deployment(&format!("w{at:03}"), 2))));
    let region = Region::synced(&Spec::of(objects));
    let set_ready = |name: &str, ready: u64| {
        let file = region.cluster.inner.path_of(&super::fixture::key("Deployment", name));
        let mut object: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        object["status"]["readyReplicas"] = json!(ready);
        object["status"]["availableReplicas"] = json!(ready);
        std::fs::write(&file, object.to_string()).unwrap();
    };
    (0..150).for_each(|at| set_ready(&format!("w{at:03}"), 0));
    let mut running = region.run();
    running.until("unready", |status| condition(status, "Ready").message.starts_with("150 objects"));
    (100..150).for_each(|at| set_ready(&format!("w{at:03}"), 2));
    running.until("seen", |status| condition(status, "Ready").message.starts_with("100 objects"));
}

#[test]
fn a_bundle_that_is_too_old_is_said_once_and_not_with_every_second() {
    let region = Region::synced(&Spec::usual());
    let mut spec = Spec::usual();
    spec.objects[1] = (Phase::Configuration, config("one", "2"));
    spec.max_plan_age_ms = 0;
    region.source.push("c2", spec.files());
    let message = |status: &seawall_schema::status::RegionStatus| condition(status, "Gated").message;
    let mut worker = region.worker();
    let first = super::fixture::runtime().block_on(worker.pass());
    region.source.fail_with(Some(seawall_reconciler::source::SourceError::Unreachable("gone".to_owned())));
    std::thread::sleep(Duration::from_millis(1100));
    let second = super::fixture::runtime().block_on(worker.pass());
    assert_eq!(condition(&first, "Gated").reason, "Stale", "{first:#?}");
    assert_eq!(message(&first), message(&second));
}

#[test]
fn a_cluster_that_falls_silent_is_said_and_taken_up_again() {
    let region = Region::synced(&Spec::usual());
    let mut running = region.run();
    running.until_in_sync();
    region.cluster.set(Mode::Fails(ClusterError::Unreachable("no answer".to_owned())));
    let status = running.until("said", |status| !condition(status, "Observed").ok);
    assert!(condition(&status, "Observed").message.contains("no answer"), "{status:#?}");
    region.cluster.inner.apply_as("kubectl", &deployment("api", 9), FORCE).unwrap();
    region.cluster.set(Mode::Healthy);
    eventually("put back", || replicas(&region, "api") == Some(3));
    running.until("well again", |status| status.conditions.iter().all(|condition| condition.ok));
}
