//! What a developer and CI run; one file a command.

mod bench;
mod ci;
mod control_plane;
mod fuzz;
mod generate;
mod run;
mod test;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Tasks of this workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", version, about)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Measures and prints tables in Markdown; docs/performance.md records them.
    Bench(bench::Arguments),
    /// Everything that CI runs: format, lints, examples, tests.
    Ci,
    /// Real Kubernetes API servers on this machine: up, down, env.
    #[command(subcommand)]
    ControlPlane(control_plane::Action),
    /// Tries mutated inputs on everything that reads text; finds are kept in target/fuzz.
    Fuzz(fuzz::Arguments),
    /// Writes the files that code writes: the language reference, the table of codes, schemas.
    Generate(generate::Arguments),
    /// All tests, with real API servers set up for them and ended after them.
    Test(test::Arguments),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Ci => ci::run(),
        Task::ControlPlane(action) => control_plane::run(action),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
        Task::Generate(arguments) => generate::run(&arguments),
        Task::Test(arguments) => test::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            run::say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}
