//! `cargo xtask ci`: what must hold before a change lands. The tests come last, so that their summary ends the output.

use crate::run::{Outcome, cargo, say, step};
use crate::{generate, test};
use seawall_tests::control_plane::workspace;

/// Runs every check; stops at the first that fails.
pub(crate) fn run() -> Outcome {
    step("format", &mut cargo(&["fmt", "--all", "--check"]))?;
    step("lints", &mut cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    say("── generated files");
    generate::run(&generate::Arguments { check: true, names: Vec::new() })?;
    examples()?;
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
