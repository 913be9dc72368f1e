//! `seawall diff`: what regions would change in their clusters now, from what they have staged.

use super::plan::{Format, Shown, print_answers};
use crate::clusters::ClusterArgs;
use crate::state::StateArgs;
use crate::{Context, Outcome, live};

/// Show how live clusters differ from what their regions have staged
///
/// Exits 1 where something differs. Only reads; values of Secrets are compared and never shown.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    state: StateArgs,
    /// Only this region; repeatable
    #[arg(long, value_name = "REGION")]
    region: Vec<String>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    #[command(flatten)]
    clusters: ClusterArgs,
}

/// Compares, prints.
///
/// # Errors
/// Where there is no such state folder or region, or disk or clusters fail.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let answers = live::staged(context, &args.state.state, &args.clusters, &args.region)?;
    print_answers(context, answers, args.format, Shown { overlays: false, yaml: false, verb: "differ" })
}
