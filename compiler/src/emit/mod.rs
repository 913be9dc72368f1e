//! The rendering: every bundle as files, digests, provenance, and the proof (design page 04).
//!
//! Takes a [`Model`], its [`Sources`] and its [`Proof`]; gives [`Rendering`], a complete tree in memory; who writes it to a
//! disk or a commit is no concern of this stage. Invariant: the same fleet gives the same bytes; and before anything is
//! given, every bundle was read back and its sums compared with the model's.

mod bundle;
mod paths;
pub mod provenance;
mod recheck;
pub mod yaml;

use crate::files::Sources;
use crate::lower::{self, Bundle, Clash};
use crate::model::{ClusterAccess, Model, RegionId};
use crate::proof::Proof;
use rayon::prelude::*;
use seawall_schema::bundle::{self as format, FORMAT, FleetFile};
use seawall_schema::digest;
use std::collections::BTreeMap;

/// Version of the policy language that is compiled.
const LANGUAGE: u32 = 1;

/// A complete rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendering {
    /// Every file by its path in the rendering, `/` between parts.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Why there is no rendering.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// Two parts of the policy describe the same object.
    #[error(transparent)]
    Clash(#[from] Clash),
    /// What was written does not say what was proved.
    #[error(
        "{bundle}: {what}: the model has {model}, the rendering {rendered}; this is a bug of the compiler"
    )]
    CompilerBug {
        /// The bundle's folder.
        bundle: String,
        /// Which sum.
        what: String,
        /// As the model has it.
        model: String,
        /// As it was read back.
        rendered: String,
    },
    /// A value that cannot be written.
    #[error("{0}")]
    Unwritable(String),
}

impl RenderError {
    fn in_bundle(self, folder: &str) -> Self {
        match self {
            RenderError::CompilerBug { bundle: _, what, model, rendered } => {
                RenderError::CompilerBug { bundle: folder.to_owned(), what, model, rendered }
            }
            other => other,
        }
    }
}

/// Renders the whole fleet.
///
/// # Errors
/// [`RenderError`]; nothing is rendered in part.
pub fn render(model: &Model, sources: &Sources, proof: &Proof) -> Result<Rendering, RenderError> {
    let lowered = lower::lower(model, proof)?;
    let mut files = BTreeMap::new();
    let mut bundles = BTreeMap::new();
    let tree = |bundle| bundle::tree(model, sources, proof, bundle);
    let trees: Vec<_> = lowered.bundles.par_iter().map(tree).collect::<Result<_, _>>()?;
    for (bundle, tree) in lowered.bundles.iter().zip(trees) {
        if let Some(root) = tree.get("bundle.json") {
            bundles.insert(bundle.folder.clone(), digest::sha256(root));
        }
        files.extend(tree.into_iter().map(|(path, bytes)| (format!("{}/{path}", bundle.folder), bytes)));
    }
    let fleet = FleetFile {
        format: FORMAT,
        language: LANGUAGE,
        fleet: model.fleet.name.value.to_string(),
        active_events: lowered.bundles.iter().map(|b| (b.folder.clone(), active(model, b))).collect(),
        clusters: lowered
            .bundles
            .iter()
            .filter_map(|b| Some((b.folder.clone(), access(model, b)?)))
            .collect(),
        bundles,
    };
    files.insert("fleet.json".to_owned(), bundle::json(&fleet)?);
    files.extend(proved(model, proof)?);
    Ok(Rendering { files })
}

/// The files of a rendering that say what was proved: the proof, and the headroom that it leaves.
///
/// # Errors
/// [`RenderError::Unwritable`] where either is no JSON.
pub fn proved(model: &Model, proof: &Proof) -> Result<BTreeMap<String, Vec<u8>>, RenderError> {
    let headroom = crate::headroom::headroom(model, proof);
    let proof = bundle::json(&proof.to_json(model))?;
    let resilience = bundle::json(&headroom.to_json(model))?;
    Ok([("proof.json".to_owned(), proof), ("resilience.json".to_owned(), resilience)].into())
}

/// Events declared in git, by the names of their overlays.
fn active(model: &Model, bundle: &Bundle) -> Vec<String> {
    let overlay = |scenario: &str| {
        let found = bundle.overlays.iter().find(|o| o.scenario == scenario || o.name == scenario);
        found.map(|o| o.name.clone())
    };
    let declared = model.declarations.iter().map(|d| d.event.value.as_str());
    declared.filter_map(|event| overlay(event).or_else(|| overlay(&format!("event:{event}")))).collect()
}

fn access(model: &Model, bundle: &Bundle) -> Option<format::ClusterAccess> {
    let region: RegionId = bundle.region;
    let own = bundle.cell.as_ref().and_then(|_| bundle.locations.first());
    let cluster = match own {
        Some(location) => model[*location].cluster.as_ref(),
        None => model[region].cluster.as_ref(),
    };
    Some(match &cluster?.access {
        ClusterAccess::Context(name) => format::ClusterAccess::Context(name.clone()),
        ClusterAccess::InCluster => format::ClusterAccess::InCluster,
        ClusterAccess::Embedded(folder) => format::ClusterAccess::Embedded(folder.clone()),
    })
}

#[cfg(test)]
mod tests;
