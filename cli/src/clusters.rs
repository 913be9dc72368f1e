//! How regions' clusters are reached: by flags, else as the rendering says.
//!
//! Takes `--cluster REGION=ACCESS`, gives open clusters. Invariant: opening one contacts nothing but what it names, and
//! one that cannot be opened does not keep the others from being.

use crate::change::region_of;
use crate::failure::Failure;
use crate::{Context, style};
use seawall_reconciler::cluster::embedded::EmbeddedCluster;
use seawall_reconciler::cluster::kubernetes::KubernetesCluster;
use seawall_reconciler::cluster::{Cluster, ClusterError};
use seawall_schema::bundle::{ClusterAccess, FleetFile};
use std::path::PathBuf;
use std::sync::Arc;

/// How clusters are reached.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct ClusterArgs {
    /// How a region's cluster is reached, instead of what the rendering says: context:NAME, embedded:DIR or in-cluster;
    /// repeatable
    #[arg(long, value_name = "REGION=ACCESS", value_parser = assignment)]
    pub cluster: Vec<(String, ClusterAccess)>,
    /// Kubeconfig that contexts are looked up in [default: as kubectl does]
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: Option<PathBuf>,
}

fn assignment(text: &str) -> Result<(String, ClusterAccess), String> {
    let (region, access) =
        text.split_once('=').ok_or("not REGION=ACCESS, such as eu-west=context:prod-eu-west")?;
    if region.is_empty() {
        return Err(String::from("names no region"));
    }
    Ok((region.to_owned(), access_of(access)?))
}

/// Reads `context:NAME`, `embedded:DIR` or `in-cluster`.
///
/// # Errors
/// What would be right.
pub fn access_of(text: &str) -> Result<ClusterAccess, String> {
    match text.split_once(':') {
        Some(("context", name)) if !name.is_empty() => Ok(ClusterAccess::Context(name.to_owned())),
        Some(("embedded", path)) if !path.is_empty() => Ok(ClusterAccess::Embedded(path.to_owned())),
        None if text == "in-cluster" => Ok(ClusterAccess::InCluster),
        _ => Err(format!("{text:?} is neither context:NAME, embedded:DIR nor in-cluster")),
    }
}

/// What the flags say of a region.
pub fn flag<'a>(args: &'a ClusterArgs, region: &str) -> Option<&'a ClusterAccess> {
    args.cluster.iter().rev().find(|(name, _)| name == region).map(|(_, access)| access)
}

/// The access to the bundle in folder `bundle`; `None` where nobody says.
pub fn access(args: &ClusterArgs, root: &FleetFile, bundle: &str) -> Option<ClusterAccess> {
    flag(args, &region_of(bundle)).or_else(|| root.clusters.get(bundle)).cloned()
}

/// That nobody says how a region's cluster is reached.
pub fn nobody_says(region: &str) -> Failure {
    Failure::input(format!("nobody says how the cluster of {region} is reached")).help(format!(
        "write `cluster context=NAME` into the region, or pass --cluster {region}=context:NAME"
    ))
}

/// Refuses flags for regions that the rendering does not have.
///
/// # Errors
/// [`Failure::Input`] naming the region and those that there are.
pub fn refuse_unknown(args: &ClusterArgs, root: &FleetFile) -> Result<(), Failure> {
    let known: Vec<_> = root.bundles.keys().map(|bundle| region_of(bundle)).collect();
    match args.cluster.iter().find(|(region, _)| !known.contains(region)) {
        None => Ok(()),
        Some((region, _)) => {
            Err(Failure::input(format!("--cluster names {region}, which the rendering does not have"))
                .help(format!("it has {}", known.join(", "))))
        }
    }
}

/// Everything a cluster is opened with, to be opened on any thread.
#[derive(Clone, Debug)]
pub struct Door {
    access: ClusterAccess,
    kubeconfig: Option<String>,
}

impl Door {
    /// The door to `access`; folders count from where the command runs.
    pub fn to(context: &Context, args: &ClusterArgs, access: &ClusterAccess) -> Self {
        let access = match access {
            ClusterAccess::Embedded(path) => {
                ClusterAccess::Embedded(context.path(path).display().to_string())
            }
            other => other.clone(),
        };
        Door {
            access,
            kubeconfig: args.kubeconfig.as_ref().map(|file| context.path(file).display().to_string()),
        }
    }

    /// Opens it.
    ///
    /// # Errors
    /// A sentence: what could not be opened, and why.
    pub fn open(&self) -> Result<Arc<dyn Cluster>, String> {
        let said = |error: ClusterError| style::plain(&error.to_string());
        Ok(match &self.access {
            ClusterAccess::Context(name) => {
                Arc::new(KubernetesCluster::from_context(self.kubeconfig.as_deref(), name).map_err(said)?)
            }
            ClusterAccess::InCluster => Arc::new(KubernetesCluster::in_cluster().map_err(said)?),
            ClusterAccess::Embedded(path) => Arc::new(EmbeddedCluster::open(path).map_err(said)?),
        })
    }
}
