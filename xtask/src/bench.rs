//! `cargo xtask bench`: measures, and prints Markdown to stdout. One file a part below `bench/`.

mod commands;
mod compiler;
mod hostile;
mod measure;
mod sync;

use crate::run::{Outcome, print};

/// Parts to measure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only this part
    #[arg(long, value_enum)]
    only: Option<Part>,
}

/// What can be measured by itself.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The reader and the formatter
    Parse,
    /// Proofs and suggested reserves
    Proof,
    /// Whole commands over generated fleets
    Commands,
    /// `check` of inputs made to be slow
    Hostile,
    /// Objects to a real API server, beside kubectl
    Sync,
}

/// Measures and prints.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    print(&measure::machine())?;
    if wanted(Part::Parse) {
        compiler::parse()?;
    }
    if wanted(Part::Proof) {
        compiler::proof()?;
    }
    if wanted(Part::Commands) {
        commands::run()?;
    }
    if wanted(Part::Hostile) {
        hostile::run()?;
    }
    if wanted(Part::Sync) {
        sync::run()?;
    }
    Ok(())
}
