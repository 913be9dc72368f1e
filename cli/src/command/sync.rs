//! `seawall sync`: keeps many regions true to a rendering from one process, each on its own.

use crate::follow::FollowArgs;
use crate::{Context, Outcome, running};

/// Keep regions true to a rendering, each independently of the others
///
/// Stays until Ctrl-C; a worker that is in the middle of a write finishes it. Exits 3 with --once where a region could not
/// be brought up to date.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    follow: FollowArgs,
    /// Only this region; repeatable
    #[arg(long, value_name = "REGION")]
    region: Vec<String>,
}

/// Follows.
///
/// # Errors
/// Where neither source nor state folder says which regions there are, or a flag is wrong.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    running::run(context, &args.follow, &args.region, None)
}
