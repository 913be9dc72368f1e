//! Second stage: from fetched files to a bundle that may be acted on, and its copy on disk.
//!
//! [`verify`] takes the files of a rendering and gives a [`Verified`] bundle or why not; [`Store`] keeps the last two good
//! ones.
//! Invariants: what is in a `Bundle` was verified whole (format, digests, paths, every object); what is on disk is
//! verified again when it is read; a crash at any point leaves the old one readable.

mod path;
mod store;
#[cfg(test)]
mod tests;
mod verify;

pub use store::{Ending, InForce, Store, StoreError, replace, write_atomically};
pub use verify::{Verified, verify};

use seawall_schema::bundle::BundleFile;
use seawall_schema::digest::sha256;
use seawall_schema::object::{ObjectKey, Phase};
use serde_json::Value;
use std::collections::BTreeMap;

/// A verified bundle of one region, complete in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The commit it stands in.
    pub commit: String,
    /// When the source last confirmed that this commit is its head.
    pub confirmed_at: jiff::Timestamp,
    /// Digest of its `bundle.json`: its identity.
    pub digest: String,
    /// Its folder in the rendering, `regions/eu-west`.
    pub path: String,
    /// Its `bundle.json`, without the digests of its files: what they say is in `entries`.
    pub file: BundleFile,
    /// Events that are declared in git and in force here.
    pub active_events: Vec<String>,
    /// What each object file holds, by path relative to the bundle.
    pub entries: BTreeMap<String, Entry>,
    /// Its files that hold no object, by path relative to the bundle.
    others: BTreeMap<String, Vec<u8>>,
}

/// One object file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The object in it.
    pub key: ObjectKey,
    /// Digest of the file: what the annotation `seawall.dev/digest` of the applied object says.
    pub digest: String,
    /// Where it is a traffic record that rises in steps: the weights that it takes one after another, the last its own.
    pub weights: Vec<u64>,
    /// The weight in it, where it is a traffic record.
    pub weight: Option<u64>,
    /// The object as JSON: read from YAML once, and several times faster to read again.
    json: Box<str>,
}

/// Why a bundle is not acted on. Each message says which file and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// A file that must be there is not.
    #[error("{0}")]
    Missing(String),
    /// A digest differs from what is promised.
    #[error("{0}")]
    Digest(String),
    /// A format that this version does not read.
    #[error("{0}")]
    Format(String),
    /// A path that leaves the bundle or is otherwise unsafe.
    #[error("{0}")]
    Path(String),
    /// An object that cannot be read or is not this bundle's.
    #[error("{0}")]
    Object(String),
}

impl BundleError {
    /// A word for machines.
    pub fn reason(&self) -> &'static str {
        match self {
            BundleError::Missing(_) => "FileMissing",
            BundleError::Digest(_) => "DigestDiffers",
            BundleError::Format(_) => "FormatUnknown",
            BundleError::Path(_) => "PathUnsafe",
            BundleError::Object(_) => "ObjectInvalid",
        }
    }
}

impl Bundle {
    /// Reads the object in the file `path`.
    ///
    /// # Errors
    /// A file that this bundle does not have, or that holds no object.
    pub fn object(&self, path: &str) -> Result<Value, BundleError> {
        let missing = || BundleError::Missing(format!("no object {path} in the bundle"));
        let entry = self.entries.get(path).ok_or_else(missing)?;
        serde_json::from_str(&entry.json).map_err(|error| BundleError::Object(format!("{path}: {error}")))
    }

    /// The paths of the base objects in the order they are applied, each with its phase.
    pub fn base(&self) -> impl Iterator<Item = (Phase, &str)> {
        let phases = self.file.phases.iter();
        phases.flat_map(|phase| phase.objects.iter().map(move |path| (phase.name, path.as_str())))
    }

    /// How many objects the base holds.
    pub fn base_len(&self) -> usize {
        self.file.phases.iter().map(|phase| phase.objects.len()).sum()
    }

    /// The text of a file that holds no object, such as `provenance.json`; `None` where the bundle has none of that path.
    pub fn text(&self, path: &str) -> Option<&[u8]> {
        self.others.get(path).map(Vec::as_slice)
    }
}

/// Reads one object out of YAML, within limits on size, depth and aliases.
fn read_object(path: &str, bytes: &[u8]) -> Result<Value, BundleError> {
    let wrong = |what: String| BundleError::Object(format!("{path}: {what}"));
    let text = std::str::from_utf8(bytes).map_err(|e| wrong(format!("not UTF-8: {e}")))?;
    serde_saphyr::from_str::<Value>(text).map_err(|e| wrong(format!("not readable as YAML: {e}")))
}

/// The digest that a file's bytes must have.
fn digest_of(bytes: &[u8]) -> String {
    sha256(bytes)
}
