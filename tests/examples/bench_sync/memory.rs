//! What an agent holds in memory: `seawall agent` with 4,000 objects, in sync.

use crate::{CONTEXT, objects};
use seawall_tests::control_plane::ControlPlane;
use seawall_tests::rendering::rendering;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const OBJECTS: usize = 4_000;

/// Prints the resident size after all is in sync and quiet, and the largest it had.
pub(crate) fn measure(plane: &ControlPlane) {
    let namespace = objects::namespace(plane, "memory");
    let folder = tempfile::tempdir().unwrap();
    for (path, bytes) in rendering(&[objects::region(&namespace, &namespace, OBJECTS)]) {
        let path = folder.path().join("rendering").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    let program = std::env::current_exe().unwrap().with_file_name("seawall");
    let mut agent = Command::new(program)
        .current_dir(folder.path())
        .args([
            "agent",
            "--region",
            &namespace,
            "--rendering",
            "rendering",
            "--interval",
            "1s",
            "--kubeconfig",
        ])
        .arg(plane.kubeconfig())
        .args(["--cluster", &format!("{namespace}=context:{CONTEXT}")])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let until = Instant::now() + Duration::from_secs(300);
    // All are written, and then nothing is for a while.
    while objects::audited(plane, &namespace) < OBJECTS {
        assert!(Instant::now() < until && agent.try_wait().unwrap().is_none(), "the agent did not get there");
        std::thread::sleep(Duration::from_millis(200));
    }
    std::thread::sleep(Duration::from_secs(10));
    let status = std::fs::read_to_string(format!("/proc/{}/status", agent.id())).unwrap();
    agent.kill().unwrap();
    agent.wait().unwrap();
    for (name, what) in [("VmRSS:", "in sync"), ("VmHWM:", "at its largest, in the first sync")] {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        let kilobytes: f64 = line.split_whitespace().next().unwrap().parse().unwrap();
        println!("| agent with {OBJECTS} objects, resident {what} | {:.1} MiB |", kilobytes / 1024.0);
    }
}
