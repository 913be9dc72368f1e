//! `cargo xtask ci`: what must hold before a change lands. The tests come last, so that their summary ends the output.

use crate::run::{Outcome, cargo, say, step};
use crate::{fuzz, generate, test};
use seawall_tests::control_plane::workspace;

/// The day that the tests of policies are asked on: some of their fleets say when their capacity was read.
const ON_A_DAY: &str = "2026-06-01";

/// Runs every check; stops at the first that fails.
pub(crate) fn run() -> Outcome {
    step("format", &mut cargo(&["fmt", "--all", "--check"]))?;
    step("lints", &mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    say("── generated files");
    generate::run(&generate::Arguments { check: true, names: Vec::new() })?;
    examples()?;
    policies()?;
    say("── fuzzing for a minute");
    fuzz::run(&fuzz::Arguments { seconds: 60, seed: seed_of_commit(), ..fuzz::Arguments::default() })?;
    test::run(&test::Arguments::default())
}

/// Every fleet in `examples/` is checked and proved.
fn examples() -> Outcome {
    let mut fleets: Vec<_> = std::fs::read_dir(workspace().join("examples"))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.join("fleet.kdl").is_file())
        .collect();
    fleets.sort();
    for fleet in fleets {
        let path = fleet.display().to_string();
        step(
            &format!("example {path}"),
            &mut cargo(&["run", "--quiet", "--package", "seawall-cli", "--", "check", &path]),
        )?;
    }
    Ok(())
}

/// The policies of every pack, and of the fleets in `examples/` that have some, are tried on their own fleets.
fn policies() -> Outcome {
    let mut folders = vec![workspace().join("policies")];
    let examples = std::fs::read_dir(workspace().join("examples"))?;
    let own = examples.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    folders.extend(own.filter(|fleet| fleet.join("policies/tests").is_dir()));
    folders.sort();
    for folder in folders {
        let path = folder.display().to_string();
        step(
            &format!("policies {path}"),
            &mut cargo(&[
                "run",
                "--quiet",
                "--package",
                "seawall-cli",
                "--",
                "policy",
                "test",
                &path,
                "--today",
                ON_A_DAY,
            ]),
        )?;
    }
    Ok(())
}

/// Another seed with every commit, the same one for the same commit; `None` outside a repository.
fn seed_of_commit() -> Option<u64> {
    let mut git = std::process::Command::new("git");
    let output = git.args(["rev-parse", "HEAD"]).current_dir(workspace()).output().ok()?;
    u64::from_str_radix(std::str::from_utf8(&output.stdout).ok()?.get(..15)?, 16).ok()
}
