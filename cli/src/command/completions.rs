//! `seawall completions SHELL`: the script that completes commands and flags.

use crate::{Context, Exit, Outcome};
use clap::CommandFactory as _;

/// Print the completion script of a shell
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which shell
    shell: clap_complete::Shell,
}

/// Prints the script.
///
/// # Errors
/// Where stdout cannot be written.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::args::Cli::command(), "seawall", &mut script);
    context.write(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Fine)
}
