//! Promise 2: a worker that dies between any two writes, and is started again, ends in the same state.

use super::double::Mode;
use super::fixture::{Region, Spec, condition, config, deployment, key, namespace};
use seawall_schema::object::Phase;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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

/// How a worker's work ends.
#[derive(Clone, Copy, Debug)]
enum End {
    /// The cluster is gone and the worker notices.
    ClusterGone,
    /// The process is gone: what comes after the write, in the cluster and on disk, never happens.
    Killed,
}

/// Every way to end after so many writes: the next one never takes place, or it does and nobody hears of it.
fn ends(writes: usize) -> impl Iterator<Item = (End, Mode)> {
    let mode = move |end, unheard| match end {
        End::ClusterGone => Mode::DiesAfter { writes, unheard },
        End::Killed => Mode::Kills { writes, unheard },
    };
    let all = [End::ClusterGone, End::Killed].into_iter().flat_map(|end| [(end, false), (end, true)]);
    all.map(move |(end, unheard)| (end, mode(end, unheard)))
}

/// One pass that ends so.
fn ended(region: &Region, end: End, mode: &Mode) {
    region.cluster.set(mode.clone());
    match end {
        End::ClusterGone => drop(region.pass()),
        End::Killed => assert!(region.killed_pass(), "{mode:?}"),
    }
    region.cluster.set(Mode::Healthy);
}

/// A region that synced the first bundle and has the second before it.
fn half_way() -> Region {
    let (before, after) = before_and_after();
    let region = Region::synced(&before);
    region.source.push("c2", after.files());
    region.cluster.set(Mode::Healthy);
    region
}

/// How many writes a whole pass has, and what it leaves.
fn undisturbed(region: &Region) -> (usize, BTreeMap<String, Value>) {
    region.cluster.set(Mode::Healthy);
    let status = region.pass();
    assert!(condition(&status, "Applied").ok, "{status:#?}");
    (region.cluster.writes(), region.content())
}

#[test]
fn dying_between_any_two_writes_changes_nothing_in_the_end() {
    let (writes, content) = undisturbed(&half_way());
    assert!(writes >= 8, "{writes}");
    assert!(!content.contains_key("ConfigMap shop/two"));
    for after in 0..writes {
        for (end, mode) in ends(after) {
            let region = half_way();
            ended(&region, end, &mode);
            let (_, again) = undisturbed(&region);
            assert_eq!(again, content, "{mode:?}");
            let (writes, _) = undisturbed(&region);
            assert_eq!(writes, 0, "{mode:?}");
        }
    }
}

#[test]
fn dying_in_the_first_sync_of_all_leaves_no_orphan() {
    let spec = Spec::usual();
    let new = || {
        let region = Region::new();
        region.source.push("c1", spec.files());
        region
    };
    let (writes, content) = undisturbed(&new());
    let mut shrunk = spec.clone();
    shrunk.prune_share = 100_000;
    shrunk.objects.truncate(3);
    for after in 0..writes {
        for (end, mode) in ends(after) {
            let region = new();
            ended(&region, end, &mode);
            assert_eq!(undisturbed(&region).1, content, "{mode:?}");
            // Whatever was written is in the inventory, so it can be found again when it is not wanted any more.
            region.source.push("c2", shrunk.files());
            let status = region.pass();
            assert!(region.get("Deployment", "api").is_none(), "{mode:?}: {status:#?}");
        }
    }
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        match path.is_dir() {
            true => copy(&path, &target),
            false => assert!(std::fs::copy(path, target).is_ok()),
        }
    }
}

/// The files that a pass writes to its state folder, in the order in which it writes them.
fn written(before: &Path, after: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(after.join("bundles")).unwrap().flatten().map(|e| e.path()).collect();
    // A bundle is there before anything points at it.
    files.sort_by_key(|path| path.ends_with("current.json"));
    files.push(after.join("status.json"));
    let names = files.into_iter().map(|path| path.strip_prefix(after).unwrap().to_owned());
    let differs =
        |name: &PathBuf| std::fs::read(before.join(name)).ok() != std::fs::read(after.join(name)).ok();
    names.filter(differs).collect()
}

#[test]
fn dying_between_any_two_files_of_the_state_folder_changes_nothing_in_the_end() {
    let region = half_way();
    let before = tempfile::tempdir().unwrap();
    copy(region.folder.path(), before.path());
    let (_, content) = undisturbed(&region);
    let names = written(&before.path().join("state"), &region.state());
    assert_eq!(names.len(), 3, "the bundle, what points at it, and the status: {names:?}");
    for so_far in 0..=names.len() {
        let folder = tempfile::tempdir().unwrap();
        copy(before.path(), folder.path());
        for name in &names[..so_far] {
            std::fs::copy(region.state().join(name), folder.path().join("state").join(name)).unwrap();
        }
        // The next one was under way.
        std::fs::write(folder.path().join("state/bundles/.staging-x"), b"{\"half").unwrap();
        let mut again = Region::in_folder(folder);
        again.source = region.source.clone();
        assert_eq!(undisturbed(&again).1, content, "after {so_far} of {names:?}");
        assert_eq!(undisturbed(&again).0, 0, "after {so_far} of {names:?}");
    }
}

#[test]
fn without_its_state_folder_a_region_still_prunes_what_left() {
    let (before, after) = before_and_after();
    let region = Region::synced(&before);
    std::fs::remove_dir_all(region.state()).unwrap();
    region.source.push("c2", after.files());
    let (_, content) = undisturbed(&region);
    assert_eq!(content, undisturbed(&half_way()).1, "the inventory is in the cluster");
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
