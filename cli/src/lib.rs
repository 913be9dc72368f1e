//! The command line: reads arguments, calls the compiler and the reconciler, writes what people and machines read.
//!
//! Takes arguments and a [`Context`] (streams, working folder, terminal), gives an exit code. One file a command in
//! `command/`. Invariant: stdout is data, stderr is for people; nothing here decides anything about a fleet.

pub mod args;
pub mod change;
pub mod clusters;
pub mod command;
pub mod commit;
pub mod context;
pub mod disk;
pub mod drill;
pub mod failure;
pub mod fleet;
pub mod folder;
pub mod follow;
pub mod interrupt;
pub mod live;
pub mod local;
pub mod logging;
pub mod page;
pub mod progress;
pub mod revision;
pub mod running;
pub mod shown;
pub mod state;
pub mod status;
pub mod style;
pub mod template;
pub mod terminal;
pub mod writing;

pub use context::Context;
pub use failure::{Exit, Failure, Outcome};

use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the process's own arguments on its own streams.
pub fn main() -> ExitCode {
    let context = Context::of_process();
    context.interrupt.install();
    logging::install(&context);
    ExitCode::from(run(std::env::args_os(), &context))
}

/// Runs one command line, the program's name first; gives the exit code of the process.
pub fn run(args: impl IntoIterator<Item = OsString>, context: &Context) -> u8 {
    let outcome = match args::Cli::try_parse_from(args) {
        Ok(cli) => {
            let context = context.with_global(&cli.global);
            let outcome = cli.command.exec(&context);
            return finish(outcome, &context);
        }
        Err(error) => usage(&error, context),
    };
    finish(outcome, context)
}

/// Help and versions are data; everything else that clap says is a wrong call.
fn usage(error: &clap::Error, context: &Context) -> Outcome {
    let stdout = !error.use_stderr();
    let text = error.render();
    let coloured = if stdout { context.terminal.stdout_color } else { context.terminal.stderr_color };
    let text = if coloured { text.ansi().to_string() } else { text.to_string() };
    if stdout {
        context.write(&text)?;
        return Ok(Exit::Fine);
    }
    context.complain(&text);
    Ok(Exit::Input)
}

/// Says what went wrong, where something did, and gives the code.
fn finish(outcome: Outcome, context: &Context) -> u8 {
    let outcome = outcome.and_then(|exit| context.flush().map(|()| exit));
    match outcome {
        Ok(exit) => exit.code(),
        Err(failure) => {
            if let Some(text) = failure.text(context.terminal.stderr_color) {
                context.complain(&text);
            }
            failure.code()
        }
    }
}
