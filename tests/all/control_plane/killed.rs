//! `seawall agent` is killed in the middle of its work, again and again, and what it leaves converges.

use super::audit;
use super::fixture::{PLANE, TURN, config_map, namespace};
use super::regions::within;
use seawall_schema::object::Phase;
use seawall_tests::rendering::{Region, rendering};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const OBJECTS: usize = 200;
const KILLS: usize = 5;

/// The objects of a round: some leave and some come, all others change.
fn objects(round: usize) -> BTreeMap<String, String> {
    let names = (round * 10..round * 10 + OBJECTS).map(|number| format!("n{number:04}"));
    names.map(|name| (name, format!("round-{round}"))).collect()
}

fn write(folder: &Path, region: &str, namespace: &str, round: usize) {
    let objects = objects(round);
    let objects =
        objects.iter().map(|(name, value)| (Phase::Configuration, config_map(namespace, name, "", value)));
    let region = Region { name: region.to_owned(), objects: objects.collect() };
    std::fs::remove_dir_all(folder).ok();
    for (path, bytes) in rendering(&[region]) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

fn agent(region: &str, folder: &Path, more: &[&str]) -> Child {
    let log = std::fs::File::options().create(true).append(true).open(folder.join("agent.log")).unwrap();
    Command::new(crate::commands::process::binary())
        .current_dir(folder)
        .args(["agent", "--region", region, "--rendering", "rendering", "--state", "state"])
        .args(["--cluster", &format!("{region}=context:region-1")])
        .arg("--kubeconfig")
        .arg(PLANE.kubeconfig())
        .args(more)
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap()
}

#[test]
fn an_agent_killed_in_mid_apply_converges_without_orphans() {
    let _turn = TURN.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    let region = format!("killed-{}", std::process::id());
    let namespace = namespace("region-1", "victim");
    let folder = tempfile::tempdir().unwrap();
    let path = format!("/namespaces/{namespace}/");
    let mut interrupted = 0;
    for round in 0..KILLS {
        write(&folder.path().join("rendering"), &region, &namespace, round);
        let before = audit::count("region-1", &path);
        let mut agent = agent(&region, folder.path(), &["--interval", "500ms"]);
        // Another place in its work each time.
        let enough = before + 5 + round * 37;
        within(Duration::from_secs(60), "the agent's first writes", || {
            audit::count("region-1", &path) >= enough
        });
        agent.kill().unwrap();
        agent.wait().unwrap();
        let live = live(&namespace);
        interrupted += usize::from(live != objects(round));
    }
    assert!(interrupted >= KILLS - 1, "{interrupted} of {KILLS} kills came in mid-apply");
    let status = agent(&region, folder.path(), &["--once"]).wait().unwrap();
    let said = std::fs::read_to_string(folder.path().join("agent.log")).unwrap();
    assert!(status.success(), "{said}");
    assert_eq!(live(&namespace), objects(KILLS - 1));
    // And then all is quiet.
    let before = audit::count("region-1", &path);
    assert!(agent(&region, folder.path(), &["--once"]).wait().unwrap().success());
    assert_eq!(audit::count("region-1", &path), before);
}

/// Names and values of the ConfigMaps in the namespace that carry an inventory.
fn live(namespace: &str) -> BTreeMap<String, String> {
    let template = r#"{range .items[*]}{.metadata.name}={.data.value}{"\n"}{end}"#;
    let output = format!("jsonpath={template}");
    let arguments = ["get", "configmaps", "-n", namespace, "-l", "seawall.dev/inventory", "-o", &output];
    let text = PLANE.kubectl("region-1-admin", &arguments, "").unwrap();
    text.lines().filter_map(|line| line.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect()
}
