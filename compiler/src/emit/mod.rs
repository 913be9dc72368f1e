//! The rendering: every bundle as files, digests, provenance, and the proof (design page 04).
//!
//! Takes a [`Model`], its [`Sources`] and its [`Proof`]; gives one file after the other, as bundles are made, so that no
//! more of them are in memory than are made at once; who writes them to a disk or a commit is no concern of this stage.
//! Invariant: the same fleet gives the same bytes; and a rendering that came to its end was read back, every bundle, and
//! its sums compared with the model's.

mod bundle;
mod paths;
pub mod provenance;
mod recheck;
pub mod yaml;

use crate::files::Sources;
use crate::lower::{self, Bundle, Clash, Lowering};
use crate::model::{ClusterAccess, Model};
use crate::proof::Proof;
use rayon::prelude::*;
use seawall_schema::bundle::{self as format, FORMAT, FleetFile};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};

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

/// Why a rendering did not come to its end.
#[derive(Debug)]
pub enum Stopped<E> {
    /// There is none.
    Refused(RenderError),
    /// Who was given a file did not want it.
    Put(E),
}

impl<E> From<RenderError> for Stopped<E> {
    fn from(error: RenderError) -> Self {
        Stopped::Refused(error)
    }
}

impl<E> From<Clash> for Stopped<E> {
    fn from(clash: Clash) -> Self {
        Stopped::Refused(clash.into())
    }
}

/// Who is given files: their paths, `/` between parts, and what is in them; from several threads, in no order.
pub type Put<'p, E> = &'p (dyn Fn(String, Vec<u8>) -> Result<(), E> + Sync);

/// Renders the whole fleet into memory.
///
/// # Errors
/// [`RenderError`]; nothing is rendered in part.
pub fn render(model: &Model, sources: &Sources, proof: &Proof) -> Result<Rendering, RenderError> {
    let files = Mutex::new(BTreeMap::new());
    let put = |path, bytes| {
        files.lock().unwrap_or_else(PoisonError::into_inner).insert(path, bytes);
        Ok::<(), Infallible>(())
    };
    match each_file(model, sources, proof, &put) {
        Ok(()) => Ok(Rendering { files: files.into_inner().unwrap_or_else(PoisonError::into_inner) }),
        Err(Stopped::Refused(error)) => Err(error),
        Err(Stopped::Put(never)) => match never {},
    }
}

/// Renders the whole fleet, each file given away as soon as it is made.
///
/// # Errors
/// [`Stopped`]; what was given away until then is no rendering.
pub fn each_file<E: Send>(
    model: &Model,
    sources: &Sources,
    proof: &Proof,
    put: Put<'_, E>,
) -> Result<(), Stopped<E>> {
    let lowered = lower::lower(model, proof);
    let render = |number| -> Result<_, Stopped<E>> {
        let bundle = lowered.bundle(number)?;
        let of = Of { model, sources, proof };
        let digest = bundle::write(&of, &bundle, bundle.overlays(), put)?;
        Ok((bundle.folder().to_owned(), digest, access(model, &bundle)))
    };
    let done: Vec<_> = (0..lowered.count()).into_par_iter().map(render).collect::<Result<_, Stopped<E>>>()?;
    let active = active(model, &lowered);
    let fleet = FleetFile {
        format: FORMAT,
        language: LANGUAGE,
        fleet: model.fleet.name.value.to_string(),
        active_events: done.iter().map(|(folder, ..)| (folder.clone(), active.clone())).collect(),
        clusters: done
            .iter()
            .filter_map(|(folder, _, access)| Some((folder.clone(), access.clone()?)))
            .collect(),
        bundles: done.into_iter().map(|(folder, digest, _)| (folder, digest)).collect(),
    };
    put("fleet.json".to_owned(), bundle::json(&fleet)?).map_err(Stopped::Put)?;
    proved(model, proof)?.into_iter().try_for_each(|(path, bytes)| put(path, bytes)).map_err(Stopped::Put)
}

/// What bundles are made of.
struct Of<'a> {
    model: &'a Model,
    sources: &'a Sources,
    proof: &'a Proof,
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
fn active(model: &Model, lowered: &Lowering<'_>) -> Vec<String> {
    let declared = model.declarations.iter().map(|d| d.event.value.as_str());
    let overlay =
        |event: &str| lowered.overlay_of(event).or_else(|| lowered.overlay_of(&format!("event:{event}")));
    declared.filter_map(overlay).map(str::to_owned).collect()
}

fn access(model: &Model, bundle: &Bundle<'_>) -> Option<format::ClusterAccess> {
    let own = bundle.cell().and_then(|_| bundle.locations().first());
    let cluster = match own {
        Some(location) => model[*location].cluster.as_ref(),
        None => model[bundle.region()].cluster.as_ref(),
    };
    Some(match &cluster?.access {
        ClusterAccess::Context(name) => format::ClusterAccess::Context(name.clone()),
        ClusterAccess::InCluster => format::ClusterAccess::InCluster,
        ClusterAccess::Embedded(folder) => format::ClusterAccess::Embedded(folder.clone()),
    })
}

#[cfg(test)]
mod tests;
