//! `seawall verify-proof PROOF [DIR]`: an independent check of a proof against its fleet.

use crate::disk::read_regular;
use crate::fleet::{self, FleetArgs};
use crate::style::count;
use crate::{Context, Exit, Failure, Outcome};
use seawall_compiler::files::FileError;
use seawall_compiler::proof;
use std::path::PathBuf;

/// Most bytes of a proof: one of 20,000 workloads in 50 regions has about thirty million.
const PROOF_LIMIT: usize = 128 << 20;

/// Check a proof with code that shares nothing with the solver
///
/// Exits 1 where a claim does not hold, and names it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A proof.json, of a rendering or of `check --proof`
    #[arg(value_name = "PROOF")]
    proof: PathBuf,
    #[command(flatten)]
    fleet: FleetArgs,
}

/// Reads both, checks, says how it went.
///
/// # Errors
/// Where either cannot be read, or the fleet has errors that leave no model.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let shown = args.proof.display();
    let bytes = read_regular(&context.path(&args.proof), PROOF_LIMIT)
        .map_err(|error| Failure::input(format!("cannot read {shown}")).because(reason(error)))?;
    let data = proof::verify::read(&bytes).map_err(|error| {
        let what = if error.is_data() { "no proof" } else { "not JSON" };
        Failure::input(format!("{shown} is {what}")).because(error)
    })?;
    let compiled = fleet::check(context, &args.fleet)?;
    let Some(model) = &compiled.checked.model else {
        let color = context.terminal.stderr_color;
        context.complain(&fleet::shown(
            context,
            &compiled.checked.diagnostics,
            &compiled.checked.sources,
            color,
        ));
        return Err(Failure::input(
            "the fleet has errors, and no model that a proof could be checked against",
        ));
    };
    match proof::verify::verify(model, &data) {
        Ok(verified) => {
            let open = match verified.undecided {
                0 => String::new(),
                n => format!(", {} left open by the proof", count(n, "scenario")),
            };
            context.line(&format!(
                "the proof holds: {} confirmed{open}",
                count(verified.confirmed, "scenario")
            ))?;
            Ok(Exit::Fine)
        }
        Err(refusal) => {
            context.line(&format!("the proof does not hold: {refusal}"))?;
            Ok(Exit::Findings)
        }
    }
}

fn reason(error: FileError) -> String {
    match error {
        FileError::TooLarge => format!("larger than {} MiB", PROOF_LIMIT >> 20),
        other => other.to_string(),
    }
}
