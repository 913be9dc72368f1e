//! First stage: where bundles come from.
//!
//! Takes the folder of one bundle, gives its files with the commit they stand in and how that commit relates to the
//! last accepted one. Blocking on purpose: the worker calls it on a thread of its own, so that a server that hangs never
//! stops drift correction. Invariant: a message holds no credentials.

mod folder;
mod git;
mod limits;
mod memory;
mod redact;

pub use folder::FolderSource;
pub use git::{Credentials, GitSource, Signers, SignersError};
pub use limits::Limits;
pub use memory::MemorySource;
pub use redact::redact;

use std::collections::BTreeMap;

/// How a fetched commit relates to the last one that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ancestry {
    /// Nothing was accepted before.
    First,
    /// The same commit.
    Same,
    /// A descendant, or a source that has no history to ask.
    Descends,
    /// Not a descendant: a replay or a forced push.
    Diverged {
        /// The commit that was accepted last.
        accepted: String,
    },
}

/// What the worker already has, told to the source before a fetch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The commit that was accepted last: ancestry is judged against it.
    pub accepted: Option<String>,
    /// The commit whose files the worker still holds: they need not be read again.
    pub held: Option<String>,
}

/// One successful fetch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The commit, or what a source without history has in its place (a digest of the files).
    pub commit: String,
    /// How it relates to the last accepted one.
    pub descends: Ancestry,
    /// `fleet.json` and the files of the bundle's folder, by path from the root of the rendering. Empty where the worker
    /// said that it holds this commit.
    pub files: BTreeMap<String, Vec<u8>>,
    /// When the server confirmed that this is the head.
    pub confirmed_at: jiff::Timestamp,
}

/// Why nothing was fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The server or folder could not be reached, or did not answer in time.
    #[error("{0}")]
    Unreachable(String),
    /// There is no repository, branch, commit or folder there.
    #[error("{0}")]
    Missing(String),
    /// Something is there and it is damaged.
    #[error("{0}")]
    Corrupt(String),
    /// It is larger, or of another nature, than the limits allow: size, count, symbolic links.
    #[error("{0}")]
    Refused(String),
    /// The credentials are not accepted.
    #[error("{0}")]
    Forbidden(String),
    /// Signatures are demanded, and nobody who is trusted has signed it.
    #[error("{0}")]
    Unsigned(String),
}

impl SourceError {
    /// A word for machines.
    pub fn reason(&self) -> &'static str {
        match self {
            SourceError::Unreachable(_) => "Unreachable",
            SourceError::Missing(_) => "Missing",
            SourceError::Corrupt(_) => "Corrupt",
            SourceError::Refused(_) => "Refused",
            SourceError::Forbidden(_) => "Forbidden",
            SourceError::Unsigned(_) => "Unsigned",
        }
    }
}

/// A place that holds renderings.
pub trait Source: Send {
    /// Fetches the newest rendering and reads `fleet.json` and the folder `bundle_path` (`regions/eu-west`) of it;
    /// only `fleet.json` where that is empty.
    fn fetch(&mut self, bundle_path: &str) -> Result<Fetched, SourceError>;

    /// Tells the source what the worker has; called before each fetch.
    fn know(&mut self, known: Known);

    /// A second, independent handle on the same place, for when a fetch through this one never comes back.
    fn fork(&self) -> Option<Box<dyn Source>>;

    /// What it is, for messages, without credentials.
    fn describe(&self) -> String;
}

/// Whether `path`, relative to the root of a rendering, belongs to the bundle `bundle_path`.
pub(crate) fn belongs(path: &str, bundle_path: &str) -> bool {
    path == "fleet.json" || path.strip_prefix(bundle_path).is_some_and(|rest| rest.starts_with('/'))
}
