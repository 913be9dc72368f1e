//! Promises 3 and 6: nothing pruned by accident, no replay, no stale truth; and the operator's words.

use super::fixture::{PATH, Region, Spec, condition, config, namespace};
use seawall_reconciler::cluster::ApplyOptions;
use seawall_reconciler::gate::operator;
use seawall_reconciler::source::{FolderSource, SourceError};
use seawall_schema::object::{ObjectKey, Phase};
use seawall_schema::status::RegionStatus;
use serde_json::json;
use std::path::Path;

/// A namespace and so many ConfigMaps.
fn many(count: usize) -> Spec {
    let mut objects = vec![(Phase::Foundation, namespace("shop"))];
    objects.extend((0..count).map(|n| (Phase::Configuration, config(&format!("c{n}"), "1"))));
    Spec { prune_share: 20_000, ..Spec::of(objects) }
}

fn configs(region: &Region) -> usize {
    let all = region.cluster.inner.objects().unwrap();
    let shop = |key: ObjectKey| key.kind == "ConfigMap" && key.namespace.as_deref() == Some("shop");
    all.iter().filter_map(ObjectKey::of).filter(|key| shop(key.clone())).count()
}

/// What is to be approved, out of the gate's message.
fn asked_for(status: &RegionStatus) -> String {
    let message = condition(status, "Gated").message;
    let at = message.find("sha256:").unwrap_or_else(|| panic!("no digest in {message:?}"));
    message[at..].split('`').next().unwrap().to_owned()
}

#[test]
fn what_is_not_wanted_any_more_goes() {
    let region = Region::synced(&many(10));
    region.source.push("c2", many(9).files());
    let status = region.pass();
    assert_eq!(configs(&region), 9);
    assert_eq!((status.objects, status.last_writes), (10, 1));
}

#[test]
fn a_shrunken_bundle_needs_approval() {
    let region = Region::synced(&many(10));
    region.source.push("c2", many(5).files());
    let status = region.pass();
    assert!(!condition(&status, "Gated").ok, "{status:#?}");
    assert_eq!((configs(&region), status.applied_commit.as_deref()), (10, Some("c1")));
    operator::approve(&region.state(), &asked_for(&status)).unwrap();
    let status = region.pass();
    assert_eq!((configs(&region), status.applied_commit.as_deref()), (5, Some("c2")));
}

#[test]
fn an_empty_bundle_needs_approval_whatever_the_share() {
    let spec = Spec { prune_share: 100_000, ..many(10) };
    let region = Region::synced(&spec);
    region.source.push("c2", Spec { objects: Vec::new(), ..spec.clone() }.files());
    let status = region.pass();
    assert_eq!((condition(&status, "Gated").reason.as_str(), configs(&region)), ("EmptyBundle", 10));
    let tiny = Spec { objects: spec.objects[..1].to_vec(), ..spec };
    region.source.push("c3", tiny.files());
    let status = region.pass();
    assert_eq!((condition(&status, "Gated").reason.as_str(), configs(&region)), ("AbsurdlySmaller", 10));
}

#[test]
fn without_its_state_folder_a_region_still_prunes_nothing_by_accident() {
    let region = Region::synced(&many(10));
    std::fs::remove_dir_all(region.state()).unwrap();
    region.source.push("c2", many(2).files());
    region.pass();
    assert_eq!(configs(&region), 10);
}

#[test]
fn a_missing_file_or_a_wrong_digest_keeps_the_last_good() {
    let region = Region::synced(&Spec::usual());
    let mut spec = Spec::usual();
    spec.objects[1].1 = config("one", "2");
    let good = spec.files();
    let file = format!("{PATH}/base/configuration-configmap-shop-one.yaml");
    let mut missing = good.clone();
    missing.remove(&file);
    let mut changed = good.clone();
    changed.get_mut(&file).unwrap().push(b' ');
    let mut no_bundle = good.clone();
    no_bundle.remove(&format!("{PATH}/bundle.json"));
    let mut garbage = good.clone();
    garbage.insert("fleet.json".to_owned(), b"\xff\xfe{".to_vec());
    for (at, files) in [missing, changed, no_bundle, garbage, Default::default()].into_iter().enumerate() {
        region.source.push(&format!("bad{at}"), files);
        let status = region.pass();
        assert!(!condition(&status, "Verified").ok, "{at}: {status:#?}");
        assert_eq!(status.applied_commit.as_deref(), Some("c1"));
        assert_eq!(region.get("ConfigMap", "one").unwrap()["data"]["k"], "1");
    }
    region.source.push("good", good);
    assert_eq!(region.pass().applied_commit.as_deref(), Some("good"));
    assert_eq!(region.get("ConfigMap", "one").unwrap()["data"]["k"], "2");
}

#[test]
fn a_failed_fetch_prunes_nothing() {
    let region = Region::synced(&many(10));
    region.source.fail_with(Some(SourceError::Unreachable("connection refused".to_owned())));
    let status = region.pass();
    let said = condition(&status, "Fetched");
    assert!(!said.ok && said.message.contains("connection refused"), "{said:?}");
    assert!(said.message.contains("c1"), "what stays in force is said: {said:?}");
    assert_eq!(configs(&region), 10);
}

#[test]
fn a_region_that_left_the_fleet_keeps_what_it_has() {
    let region = Region::synced(&many(10));
    region.source.push("c2", seawall_tests::rendering::rendering(&[]));
    let status = region.pass();
    assert_eq!(condition(&status, "Verified").reason, "FileMissing");
    assert_eq!((configs(&region), status.applied_commit.as_deref()), (10, Some("c1")));
}

/// What may happen to a folder that holds a rendering, given its root and one object's file.
type Damage = fn(&Path, &Path) -> std::io::Result<()>;

#[test]
fn a_file_system_that_fails_prunes_nothing() {
    let damages: [(&str, Damage); 7] = [
        ("the rendering is gone", |root, _| std::fs::remove_dir_all(root)),
        ("the region is gone", |root, _| std::fs::remove_dir_all(root.join(PATH))),
        ("the region is empty", |root, _| {
            std::fs::remove_dir_all(root.join(PATH)).and_then(|()| std::fs::create_dir(root.join(PATH)))
        }),
        ("the region is a file", |root, _| {
            std::fs::remove_dir_all(root.join(PATH)).and_then(|()| std::fs::write(root.join(PATH), "x"))
        }),
        ("a file is gone", |_, file| std::fs::remove_file(file)),
        ("a file is a folder", |_, file| std::fs::remove_file(file).and_then(|()| std::fs::create_dir(file))),
        ("a file leads elsewhere", |_, file| {
            std::fs::remove_file(file).and_then(|()| std::os::unix::fs::symlink("/dev/null", file))
        }),
    ];
    for (what, damage) in damages {
        let region = Region::new();
        let root = region.folder.path().join("rendering");
        for (path, bytes) in many(10).files() {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let pass = || {
            let mut worker = region.worker_of(Box::new(FolderSource::new(&root)));
            super::fixture::runtime().block_on(worker.pass())
        };
        assert!(condition(&pass(), "Applied").ok, "{what}");
        damage(&root, &root.join(PATH).join("base/configuration-configmap-shop-c3.yaml")).unwrap();
        let status = pass();
        let off = |kind: &str| status.conditions.iter().any(|c| c.kind == kind && !c.ok);
        assert!(off("Fetched") || off("Verified"), "{what}: {status:#?}");
        assert_eq!((configs(&region), status.last_writes), (10, 0), "{what}");
    }
}

#[test]
fn a_forced_push_is_refused_until_it_is_approved() {
    let region = Region::synced(&many(10));
    region.source.push_onto("forced", None, many(9).files());
    for _ in 0..2 {
        let status = region.pass();
        assert_eq!(condition(&status, "Fetched").reason, "Diverged");
        assert_eq!((status.applied_commit.as_deref(), configs(&region)), (Some("c1"), 10));
    }
    operator::approve(&region.state(), "forced").unwrap();
    assert_eq!(region.pass().applied_commit.as_deref(), Some("forced"));
    assert_eq!(configs(&region), 9);
}

#[test]
fn a_namespace_that_holds_something_foreign_stays() {
    let mut spec = many(10);
    spec.objects.push((Phase::Foundation, namespace("shared")));
    spec.objects.push((Phase::Foundation, namespace("empty")));
    let region = Region::synced(&spec);
    let theirs = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs", "namespace": "shared"}});
    region.cluster.inner.apply_as("kubectl", &theirs, ApplyOptions::default()).unwrap();
    region.source.push("c2", many(10).files());
    let status = region.pass();
    assert!(region.get("Namespace", "shared").is_some() && region.get("Namespace", "empty").is_none());
    let words = format!("{:?}", status.conditions);
    assert!(words.contains("shared") && words.contains("not ours"), "{words}");
}

#[test]
fn a_definition_that_others_use_stays() {
    let buoys = |name: &str| {
        json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": format!("{name}s.sea.test")},
            "spec": {"group": "sea.test", "names": {"kind": name}, "scope": "Cluster"}})
    };
    let mut spec = many(10);
    spec.objects.extend(["Buoy", "Wreck"].map(|name| (Phase::Foundation, buoys(name))));
    let region = Region::synced(&spec);
    let theirs = json!({"apiVersion": "sea.test/v1", "kind": "Buoy", "metadata": {"name": "theirs"}});
    region.cluster.inner.apply_as("kubectl", &theirs, ApplyOptions::default()).unwrap();
    region.source.push("c2", many(10).files());
    let status = region.pass();
    let left: Vec<String> = region.content().into_keys().filter(|key| key.contains("sea.test")).collect();
    assert_eq!(left, ["CustomResourceDefinition Buoys.sea.test"]);
    let words = format!("{:?}", status.conditions);
    assert!(words.contains("Buoys.sea.test") && words.contains("not ours"), "{words}");
}

#[test]
fn what_lost_our_label_or_never_was_ours_is_not_pruned() {
    let region = Region::synced(&many(10));
    let mut copied = config("copied", "theirs");
    copied["metadata"]["labels"] = json!({"seawall.dev/inventory": "tests.eu-west"});
    region.cluster.inner.apply_as("kubectl", &copied, ApplyOptions::default()).unwrap();
    region.source.push("c2", many(9).files());
    region.pass();
    assert!(region.get("ConfigMap", "copied").is_some());
    assert!(region.get("ConfigMap", "c9").is_none());
}

#[test]
fn a_head_unconfirmed_for_too_long_is_not_newly_activated() {
    let mut spec = Spec { max_plan_age_ms: 300, ..many(10) };
    let region = Region::synced(&spec);
    operator::suspend(&region.state(), "test", "holding").unwrap();
    spec.objects[1].1 = config("c0", "2");
    region.source.push("c2", spec.files());
    let mut worker = region.worker();
    let runtime = super::fixture::runtime();
    runtime.block_on(worker.pass());
    region.source.fail_with(Some(SourceError::Unreachable("gone".to_owned())));
    std::thread::sleep(std::time::Duration::from_millis(500));
    operator::resume(&region.state()).unwrap();
    let status = runtime.block_on(worker.pass());
    assert_eq!(condition(&status, "Gated").reason, "Stale", "{status:#?}");
    assert_eq!(region.get("ConfigMap", "c0").unwrap()["data"]["k"], "1");
    region.source.fail_with(None);
    runtime.block_on(worker.pass());
    assert_eq!(region.get("ConfigMap", "c0").unwrap()["data"]["k"], "2");
}

#[test]
fn a_suspended_region_is_not_written_to_and_stays_suspended() {
    let region = Region::synced(&many(10));
    operator::suspend(&region.state(), "me", "maintenance").unwrap();
    region.source.push("c2", many(9).files());
    std::fs::remove_file(region.cluster.inner.path_of(&super::fixture::key("ConfigMap", "c1"))).unwrap();
    for _ in 0..2 {
        let status = region.pass();
        assert!(status.suspended);
        assert_eq!(configs(&region), 9);
    }
    assert!(operator::resume(&region.state()).unwrap());
    region.pass();
    assert!(region.get("ConfigMap", "c1").is_some() && region.get("ConfigMap", "c9").is_none());
}
