//! Running programs and saying what runs.

use seawall_tests::control_plane::workspace;
use std::io::Write as _;
use std::process::Command;

/// What ends a task: a message for people.
pub(crate) type Outcome = Result<(), Box<dyn std::error::Error>>;

/// One line to stderr.
pub(crate) fn say(line: &str) {
    // Where stderr is gone there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// One line to stdout.
pub(crate) fn print(line: &str) -> Outcome {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// The cargo that runs this, in the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace()).args(arguments);
    command
}

/// Runs a step; fails where it fails.
pub(crate) fn step(what: &str, command: &mut Command) -> Outcome {
    say(&format!("── {what}"));
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(format!("{what}: {status}").into()) }
}
