//! `cargo xtask control-plane`: real API servers for trying things by hand.

use crate::run::{Outcome, print, say};
use clap::{Args, Subcommand};
use seawall_tests::control_plane::{ControlPlane, Request, run_folder};

/// What to do with a control plane.
#[derive(Subcommand)]
pub(crate) enum Action {
    /// Starts clusters that stay until `down`; builds the programs first where they are missing.
    Up(Up),
    /// Ends the clusters of a run, and nothing else.
    Down(Name),
    /// Prints the variables to use it: eval "$(cargo xtask control-plane env)"
    Env(Name),
}

#[derive(Args)]
pub(crate) struct Up {
    #[command(flatten)]
    name: Name,
    /// How many clusters; their contexts are region-1, region-2, …
    #[arg(long, default_value_t = 1, conflicts_with = "context")]
    clusters: usize,
    /// A cluster with this context; may be repeated.
    #[arg(long)]
    context: Vec<String>,
    /// Install the CRDs that bundles refer to: Kueue, AppWrapper, DNSEndpoint.
    #[arg(long)]
    crds: bool,
}

#[derive(Args)]
pub(crate) struct Name {
    /// Name of the run.
    #[arg(long, default_value = "default")]
    name: String,
}

/// Runs the action.
pub(crate) fn run(action: Action) -> Outcome {
    match action {
        Action::Up(arguments) => up(arguments),
        Action::Down(Name { name }) => {
            let folder = run_folder(&name);
            if !folder.exists() {
                return Err(
                    format!("there is no control plane {name}: {} does not exist", folder.display()).into()
                );
            }
            ControlPlane::read(&folder)?.stop()?;
            std::fs::remove_dir_all(&folder)?;
            Ok(())
        }
        Action::Env(Name { name }) => {
            let plane = ControlPlane::read(&run_folder(&name))?;
            print(&format!("export KUBECONFIG='{}'", plane.kubeconfig().display()))?;
            print(&format!("export SEAWALL_CONTROL_PLANE='{}'", plane.folder.display()))
        }
    }
}

fn up(Up { name: Name { name }, clusters, context, crds }: Up) -> Outcome {
    let contexts = match context.is_empty() {
        true => (1..=clusters).map(|number| format!("region-{number}")).collect(),
        false => context,
    };
    say("── programs of the control plane (minutes the first time)");
    let plane = ControlPlane::start(&Request { name, contexts, until: None, crds })?;
    if !plane.controllers {
        say("without Go there are no controllers: objects are stored, nothing acts on them");
    }
    for cluster in &plane.clusters {
        print(&format!("{} {}", cluster.context, cluster.server))?;
    }
    print(&format!("kubeconfig {}", plane.kubeconfig().display()))
}
