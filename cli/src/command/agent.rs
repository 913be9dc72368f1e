//! `seawall agent --region R`: keeps one region true to a rendering, from inside it. The same code as `sync`.

use crate::follow::FollowArgs;
use crate::{Context, Outcome, running};
use seawall_schema::bundle::ClusterAccess;

/// Keep one region true to a rendering, from inside its cluster
///
/// Reaches its cluster with the credentials of the pod it runs in, unless --cluster says otherwise.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which region, or region/cell
    #[arg(long, value_name = "REGION")]
    region: String,
    #[command(flatten)]
    follow: FollowArgs,
}

/// Follows.
///
/// # Errors
/// As `sync`.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    running::run(context, &args.follow, std::slice::from_ref(&args.region), Some(&ClusterAccess::InCluster))
}
