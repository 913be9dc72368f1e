//! `cargo xtask test`: the whole test suite, with the control plane it needs.

use crate::run::{Outcome, cargo, say, step};
use clap::Args;
use seawall_tests::control_plane::{ControlPlane, Request};

/// What is passed on.
#[derive(Args, Default)]
pub(crate) struct Arguments {
    /// Arguments for `cargo test --workspace`, such as a filter.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Sets up, tests, and ends the clusters whatever the tests said.
pub(crate) fn run(Arguments { rest }: &Arguments) -> Outcome {
    say("── programs of the control plane (minutes the first time)");
    let own = std::process::id();
    let plane = ControlPlane::start(&Request {
        name: format!("tests-{own}"),
        contexts: vec!["region-1".to_owned(), "region-2".to_owned()],
        // Also when this process is killed.
        until: Some(own),
        crds: true,
    })?;
    let mut tests = cargo(&["test", "--workspace"]);
    tests.args(rest).env("SEAWALL_CONTROL_PLANE", &plane.folder);
    let result = step("tests", &mut tests);
    plane.stop()?;
    match &result {
        Ok(()) => std::fs::remove_dir_all(&plane.folder)?,
        Err(_) => say(&format!("logs of the control plane are kept in {}", plane.folder.display())),
    }
    result
}
