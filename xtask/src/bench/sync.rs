//! The sync part of `cargo xtask bench`: a cluster of its own, and the program `tests/examples/bench_sync` on it.

use crate::run::{Outcome, cargo, say, step};
use seawall_tests::control_plane::{ControlPlane, Request, target_folder};
use std::process::Command;

/// Builds, starts a cluster, measures, ends the cluster.
pub(crate) fn run() -> Outcome {
    let programs = ["--workspace", "--example", "bench_sync", "--example", "seawall"];
    step("programs in release", cargo(&["build", "--release"]).args(programs))?;
    say("── a cluster");
    let own = std::process::id();
    let plane = ControlPlane::start(&Request {
        name: format!("bench-{own}"),
        contexts: vec!["region-1".to_owned()],
        until: Some(own),
        crds: false,
    })?;
    let program = target_folder().join("release/examples/bench_sync");
    let result = step("sync", Command::new(program).env("SEAWALL_CONTROL_PLANE", &plane.folder));
    plane.stop()?;
    std::fs::remove_dir_all(&plane.folder)?;
    result
}
