//! Following a rendering from the command line while things go wrong: git that hangs or is gone, disks that refuse, others
//! at work in the same folders.

use super::process::binary;
use super::seawall;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SHOP: &str = "clusters/north/shop/deployment.apps/shop.json";

/// A small fleet, rendered to a bare repository and synced once.
fn synced() -> TempDir {
    let here = tempfile::tempdir().unwrap();
    let fine = |args: &[&str]| {
        let ran = seawall(here.path(), args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    };
    fine(&["init", "fleet"]);
    git2::Repository::init_bare(here.path().join("repository.git")).unwrap();
    fine(&["render", "fleet", "--commit", "rendering", "--repo", "repository.git"]);
    fine(&["sync", "--repo", "repository.git", "--once"]);
    here
}

/// A process that is ended with the test.
struct Running(Child);

impl Running {
    fn start(folder: &Path, args: &[&str]) -> Self {
        let mut command = Command::new(binary());
        command.args(args).current_dir(folder).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Edits an object by hand, and waits until it is put back.
fn edit_and_wait(file: &Path, patience: Duration) {
    let (before, after) = ("\"replicas\": 12,", "\"replicas\": 3,");
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(before), "{text}");
    fs::write(file, text.replacen(before, after, 1)).unwrap();
    let started = Instant::now();
    while fs::read_to_string(file).map_or(true, |text| !text.contains(before) || text.contains(after)) {
        assert!(started.elapsed() < patience, "never put back");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_agent_plays_the_folder_that_its_region_names_and_hides_no_other() {
    let here = synced();
    let ran = seawall(here.path(), &["agent", "--region", "north", "--repo", "repository.git", "--once"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("north: ready") && !ran.stdout.contains("south"), "{}", ran.stdout);
    let status = seawall(here.path(), &["status"]).stdout;
    assert!(status.contains("north") && status.contains("south"), "{status}");
}

#[test]
fn with_git_gone_an_agent_keeps_its_own_region_and_no_other() {
    let here = synced();
    fs::rename(here.path().join("repository.git"), here.path().join("elsewhere.git")).unwrap();
    let agent = ["agent", "--region", "north", "--repo", "repository.git", "--once"];
    let ran = seawall(here.path(), &agent);
    assert_eq!(ran.code, 3);
    assert!(ran.stdout.contains("north: not ready") && !ran.stdout.contains("south"), "{}", ran.stdout);
    assert!(!ran.stderr.contains("unsupported URL"), "{}", ran.stderr);
    let ran = seawall(here.path(), &["agent", "--region", "nort", "--repo", "repository.git", "--once"]);
    assert_eq!((ran.code, ran.stderr.contains("north, south")), (2, true), "{}", ran.stderr);
}

#[test]
fn a_git_server_that_never_answers_does_not_keep_an_agent_from_its_region() {
    let here = synced();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://user:hunter2@{}/fleet.git", silent.local_addr().unwrap());
    let _agent = Running::start(here.path(), &["agent", "--region", "north", "--repo", &url]);
    edit_and_wait(&here.path().join(SHOP), Duration::from_secs(30));
    let state = fs::read_to_string(here.path().join(".seawall/sync.json")).unwrap();
    assert!(!state.contains("hunter2"), "{state}");
}

#[test]
fn a_state_folder_that_cannot_be_written_is_said_and_the_regions_are_synced() {
    let here = synced();
    fs::remove_dir_all(here.path().join("clusters")).unwrap();
    fs::write(here.path().join("file"), "mine").unwrap();
    let ran = seawall(here.path(), &["sync", "--repo", "repository.git", "--once", "--state", "file"]);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
    assert!(ran.stderr.contains("cannot write file/sync.json"), "{}", ran.stderr);
    assert!(ran.stdout.contains("Staged (DiskFailed)"), "{}", ran.stdout);
    assert!(here.path().join(SHOP).is_file());
    assert_eq!(fs::read_to_string(here.path().join("file")).unwrap(), "mine");
}

#[test]
fn a_damaged_git_cache_mends_itself() {
    let here = synced();
    let mut open = vec![here.path().join(".seawall/north/git"), here.path().join(".seawall/.discovery")];
    let mut damaged = 0;
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            fs::remove_file(&path).unwrap();
            fs::write(&path, "bad").unwrap();
            damaged += 1;
        }
    }
    assert!(damaged > 10, "{damaged}");
    let ran = seawall(here.path(), &["sync", "--repo", "repository.git", "--once"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn renders_into_one_folder_at_the_same_time_take_turns() {
    let here = tempfile::tempdir().unwrap();
    assert_eq!(seawall(here.path(), &["init", "fleet"]).code, 0);
    assert_eq!(seawall(here.path(), &["init", "other"]).code, 0);
    let shop = here.path().join("other/workloads/shop.kdl");
    let text = fs::read_to_string(&shop).unwrap();
    fs::write(&shop, text.replace("replicas=12", "replicas=14")).unwrap();
    git2::Repository::init_bare(here.path().join("r.git")).unwrap();
    for round in 0..3 {
        let fleets = ["fleet", "other", "fleet", "other"];
        let start = |fleet: &&str| {
            let mut command = Command::new(binary());
            command.args(["render", fleet, "--out", "out", "--commit", "rendering", "--repo", "r.git"]);
            command.current_dir(here.path()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let started: Vec<Child> = fleets.iter().map(start).collect();
        for child in started {
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "round {round}: {said}");
        }
        let whole = fleets[..2]
            .iter()
            .any(|fleet| seawall(here.path(), &["render", fleet, "--out", "out", "--check"]).code == 0);
        assert!(whole, "round {round}: the folder holds neither of the two renderings");
    }
    let hidden = fs::read_dir(here.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0, "temporary folders are gone");
}

#[test]
fn a_reader_that_leaves_the_demo_is_no_failure() {
    let here = tempfile::tempdir().unwrap();
    let mut child = Command::new(binary())
        .args(["demo", "demo"])
        .current_dir(here.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn logs_hold_seawalls_words_and_no_credentials() {
    let here = synced();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://user:hunter2@{}/fleet.git", silent.local_addr().unwrap());
    drop(silent);
    let output = Command::new(binary())
        .args(["sync", "--repo", &url, "--once"])
        .current_dir(here.path())
        .env("RUST_LOG", "trace")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("seawall_reconciler") && said.contains("condition=\"Fetched\""), "{said}");
    assert!(!said.contains("hunter2"), "{said}");
    let others = said.lines().filter(|line| line.contains(" TRACE ") && !line.contains("seawall_"));
    assert_eq!(others.count(), 0, "{said}");
}

#[test]
fn a_plan_for_machines_stays_json_where_a_cluster_does_not_answer() {
    let here = synced();
    let config = "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: \"http://127.0.0.1:9\"}}]\n\
        contexts: [{name: down, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {}}]\n";
    fs::write(here.path().join("kubeconfig"), config).unwrap();
    let down = ["--cluster", "north=context:down", "--kubeconfig", "kubeconfig", "--format", "json"];
    let ran = seawall(here.path(), &[["plan", "fleet", "--against", "live"].as_slice(), &down].concat());
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stderr.contains("north") && !ran.stderr.contains("nothing would change"), "{}", ran.stderr);
    let said: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let regions = said["regions"].as_array().unwrap();
    assert_eq!((regions.len(), &regions[0]["region"]), (1, &serde_json::json!("south")));
    assert!(said["notes"][0].as_str().unwrap().contains("no answer from north"), "{said}");
}
