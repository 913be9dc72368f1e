//! Promises 4 and 9: foreign changes to what is ours are put back within a second, what is not ours is left alone.

use super::double::Mode;
use super::fixture::{Region, Spec, condition, config, deployment, eventually, key, namespace, replicas};
use seawall_reconciler::cluster::ApplyOptions;
use seawall_schema::object::Phase;
use serde_json::json;
use std::time::Duration;

const FORCE: ApplyOptions = ApplyOptions { dry_run: false, force: true };
/// A second is promised; the machine that runs the tests may be busy with the others.
const SOON: Duration = Duration::from_millis(2500);

#[test]
fn another_managers_change_is_put_back() {
    let region = Region::synced(&Spec::usual());
    let mut running = region.run();
    running.until_in_sync();
    region.cluster.inner.apply_as("kubectl", &deployment("api", 9), FORCE).unwrap();
    let took = eventually("put back", || replicas(&region, "api") == Some(3));
    assert!(took < SOON, "{took:?}");
    running.until("counted", |status| status.drift_corrected == 1);
}

#[test]
fn a_file_edited_by_hand_is_put_back() {
    let region = Region::synced(&Spec::usual());
    let mut running = region.run();
    running.until_in_sync();
    let file = region.cluster.inner.path_of(&key("Deployment", "api"));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"replicas\": 3,", "\"replicas\": 7,")).unwrap();
    let took = eventually("put back", || {
        let text = std::fs::read_to_string(&file).unwrap();
        !text.contains("\"replicas\": 7,") && replicas(&region, "api") == Some(3)
    });
    assert!(took < SOON, "{took:?}");
}

#[test]
fn garbage_in_a_file_is_put_back() {
    let region = Region::synced(&Spec::usual());
    let mut running = region.run();
    running.until_in_sync();
    let file = region.cluster.inner.path_of(&key("ConfigMap", "one"));
    std::fs::write(&file, "{ not json").unwrap();
    eventually("put back", || {
        region.get("ConfigMap", "one").is_some_and(|object| object["data"]["k"] == "1")
    });
}

#[test]
fn what_was_edited_while_nobody_ran_is_put_back() {
    let region = Region::synced(&Spec::usual());
    let file = region.cluster.inner.path_of(&key("ConfigMap", "one"));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"k\": \"1\"", "\"k\": \"8\"")).unwrap();
    region.pass();
    assert_eq!(region.get("ConfigMap", "one").unwrap()["data"]["k"], "1");
}

#[test]
fn what_is_deleted_comes_back() {
    let region = Region::synced(&Spec::usual());
    let mut running = region.run();
    running.until_in_sync();
    std::fs::remove_file(region.cluster.inner.path_of(&key("Deployment", "api"))).unwrap();
    let took = eventually("back", || replicas(&region, "api") == Some(3));
    assert!(took < SOON, "{took:?}");
}

#[test]
fn a_lost_label_comes_back() {
    let region = Region::synced(&Spec::usual());
    let mut running = region.run();
    running.until_in_sync();
    let file = region.cluster.inner.path_of(&key("ConfigMap", "one"));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"seawall.dev/inventory\": \"tests.eu-west\"", "\"x\": \"y\""))
        .unwrap();
    eventually("labelled", || {
        let object = region.get("ConfigMap", "one").unwrap();
        object["metadata"]["labels"]["seawall.dev/inventory"] == "tests.eu-west"
    });
}

#[test]
fn fields_of_others_are_left_alone() {
    let region = Region::synced(&Spec::usual());
    let mut extra = config("one", "1");
    extra["data"] = json!({"theirs": "x"});
    region.cluster.inner.apply_as("helm", &extra, FORCE).unwrap();
    region.cluster.set(Mode::Healthy);
    region.pass();
    assert_eq!(region.cluster.writes(), 0);
    assert_eq!(region.get("ConfigMap", "one").unwrap()["data"], json!({"k": "1", "theirs": "x"}));
}

#[test]
fn an_ignored_field_is_seeded_once_and_left() {
    let mut seeded = deployment("api", 2);
    seeded["metadata"]["annotations"] = json!({"seawall.dev/ignored-fields": "/spec/replicas"});
    let mut spec = Spec::of(vec![(Phase::Foundation, namespace("shop")), (Phase::Workloads, seeded.clone())]);
    let region = Region::synced(&spec);
    assert_eq!(replicas(&region, "api"), Some(2));
    let scaled = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "api", "namespace": "shop"},
        "spec": {"replicas": 6}});
    region.cluster.inner.apply_as("hpa", &scaled, FORCE).unwrap();
    region.cluster.set(Mode::Healthy);
    region.pass();
    assert_eq!((replicas(&region, "api"), region.cluster.writes()), (Some(6), 0));
    spec.objects[1].1["spec"]["template"]["spec"]["containers"][0]["image"] = json!("x:2");
    region.source.push("c2", spec.files());
    region.pass();
    let live = region.get("Deployment", "api").unwrap();
    assert_eq!(live["spec"]["template"]["spec"]["containers"][0]["image"], "x:2");
    assert_eq!(replicas(&region, "api"), Some(6));
}

#[test]
fn two_managers_that_fight_are_named_and_not_fought_for_ever() {
    let region = Region::synced(&Spec::usual());
    let mut running = region.run();
    running.until_in_sync();
    let theirs = || region.get("ConfigMap", "one").is_some_and(|object| object["data"]["k"] == "theirs");
    for _ in 0..6 {
        region.cluster.inner.apply_as("helm-controller", &config("one", "theirs"), FORCE).unwrap();
        eventually("put back", || !theirs());
    }
    region.cluster.inner.apply_as("helm-controller", &config("one", "theirs"), FORCE).unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    assert!(theirs(), "the other one has it for a while");
    let status = running.until("named", |status| !condition(status, "Undisputed").ok);
    let words = condition(&status, "Undisputed").message;
    assert!(words.contains("helm-controller") && words.contains("ConfigMap shop/one"), "{words}");
    assert_eq!(status.drift_corrected, 6);
}

#[test]
fn somebody_elses_object_is_not_adopted() {
    let region = Region::new();
    region.cluster.inner.apply_as("kubectl", &namespace("shop"), ApplyOptions::default()).unwrap();
    region.cluster.inner.apply_as("kubectl", &config("one", "theirs"), ApplyOptions::default()).unwrap();
    let mut spec = Spec::usual();
    region.source.push("c1", spec.files());
    let status = region.pass();
    let said = condition(&status, "Applied");
    assert!(
        !said.ok && said.message.contains("ConfigMap shop/one") && said.message.contains("kubectl"),
        "{said:?}"
    );
    assert_eq!(region.get("ConfigMap", "one").unwrap()["data"]["k"], "theirs");
    assert!(region.get("ConfigMap", "two").is_some(), "the others go on");
    for (_, object) in &mut spec.objects {
        object["metadata"]["annotations"] = json!({"seawall.dev/adopt": "true"});
    }
    region.source.push("c2", spec.files());
    let status = region.pass();
    assert!(condition(&status, "Applied").ok, "{status:#?}");
    assert_eq!(region.get("ConfigMap", "one").unwrap()["data"]["k"], "1");
}
