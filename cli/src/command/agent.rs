//! `seawall agent --region R`: keeps one region true to a rendering, from inside it. The same code as `sync`.

use crate::follow::FollowArgs;
use crate::{Context, Outcome, running};
use seawall_schema::bundle::ClusterAccess;

/// Keep one region true to a rendering, from inside its cluster
///
/// In a pod it reaches its cluster with the pod's credentials, elsewhere as the rendering says; --cluster says otherwise.
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
    // Kubernetes sets it in every container; without it there are no credentials to be found.
    let in_pod = context.env.contains_key("KUBERNETES_SERVICE_HOST").then_some(&ClusterAccess::InCluster);
    running::run(context, &args.follow, std::slice::from_ref(&args.region), in_pod)
}
