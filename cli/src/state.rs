//! The state folder of `sync`: which regions there are, where their clusters are, and where each keeps what it has staged.
//!
//! Takes a folder, gives [`SyncFile`] and the folder of each region. Invariant: `status`, `diff`, `suspend` and the like
//! need nothing but this folder, whatever flags `sync` was given.

use crate::Context;
use crate::change::region_of;
use crate::failure::Failure;
use crate::folder::write_file;
use seawall_schema::bundle::ClusterAccess;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// `sync.json` in the state folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncFile {
    /// Where renderings come from, without credentials.
    pub source: String,
    /// The fleet.
    pub fleet: String,
    /// For each bundle's folder (`regions/eu-west`) how its cluster is reached; folders of embedded ones are absolute.
    pub bundles: BTreeMap<String, ClusterAccess>,
}

/// Which state folder, and which regions of it.
#[derive(Clone, Debug, clap::Args)]
pub struct StateArgs {
    /// The state folder of `sync` or `agent`
    #[arg(long, value_name = "DIR", default_value = ".seawall")]
    pub state: PathBuf,
}

/// Where the worker of `bundle` keeps its own.
pub fn folder_of(state: &Path, bundle: &str) -> PathBuf {
    state.join(region_of(bundle).replace('/', "."))
}

/// Reads the state folder.
///
/// # Errors
/// [`Failure::Input`] where `sync` has never run there, [`Failure::World`] where it cannot be read.
pub fn read(context: &Context, state: &Path) -> Result<SyncFile, Failure> {
    let file = context.path(state).join("sync.json");
    let bytes = fs::read(&file).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            Failure::input(format!("{} is no state folder of `seawall sync`", state.display()))
                .help("name the one with --state; `seawall sync --repo URL` makes it")
        }
        _ => Failure::disk("read", &state.join("sync.json"), &error),
    })?;
    serde_json::from_slice(&bytes).map_err(|e| {
        Failure::world(format!("{} is damaged", state.join("sync.json").display()), e)
            .help("the next `seawall sync` writes it again")
    })
}

/// Writes the state folder's own file, if it differs.
///
/// # Errors
/// [`Failure::World`] where the disk refuses.
pub fn write(context: &Context, state: &Path, file: &SyncFile) -> Result<(), Failure> {
    let folder = context.path(state);
    let path = folder.join("sync.json");
    let text =
        serde_json::to_string_pretty(file).map_err(|e| Failure::world("cannot write sync.json", e))? + "\n";
    if fs::read(&path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    fs::create_dir_all(&folder)
        .and_then(|()| write_file(&path, text.as_bytes()))
        .map_err(|error| Failure::disk("write", &state.join("sync.json"), &error))
}

/// The bundles of the asked regions, all where none is asked.
///
/// # Errors
/// [`Failure::Input`] for a region that the fleet does not have.
pub fn chosen<'a>(
    bundles: impl Iterator<Item = &'a String>,
    regions: &[String],
) -> Result<Vec<String>, Failure> {
    let all: Vec<_> = bundles.cloned().collect();
    let known: Vec<_> = all.iter().map(|bundle| region_of(bundle)).collect();
    if let Some(unknown) = regions.iter().find(|region| !known.contains(region)) {
        return Err(Failure::input(format!("no region is called {unknown}"))
            .help(format!("there are {}", known.join(", "))));
    }
    let wanted = |bundle: &String| regions.is_empty() || regions.contains(&region_of(bundle));
    Ok(all.into_iter().filter(wanted).collect())
}
