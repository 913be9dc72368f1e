//! The last good bundles on disk, so that a region knows what to do with nobody else alive.
//!
//! Takes verified bundles, gives them back after a restart. One file a bundle, named by digest, written beside, synced
//! and renamed; `current.json` points at the one in force and the one before, replaced the same way. A bundle read back
//! is verified again: a damaged one gives way to the one before it.

use super::verify::verify_files;
use super::{Bundle, BundleError, Verified};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// File of the events in force, beside the bundles.
const EVENTS: &str = "events.json";

/// Where the staged bundles of one worker lie.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

/// Why a bundle is not on disk, or not to be had from there.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk refused: full, read-only, no permission.
    #[error("{action} {path}: {source}", path = path.display())]
    Disk {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What lies there is damaged.
    #[error("{path}: {message}", path = path.display())]
    Damaged {
        /// Where.
        path: PathBuf,
        /// How.
        message: String,
    },
}

/// `current.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pointer {
    current: Staged,
    previous: Option<Staged>,
}

/// What is known of a staged bundle beyond its files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Staged {
    digest: String,
    commit: String,
    path: String,
    active_events: Vec<String>,
    confirmed_at: jiff::Timestamp,
}

impl Staged {
    fn of(bundle: &Bundle) -> Self {
        Self {
            digest: bundle.digest.clone(),
            commit: bundle.commit.clone(),
            path: bundle.path.clone(),
            active_events: bundle.active_events.clone(),
            confirmed_at: bundle.confirmed_at,
        }
    }
}

/// The events in force, and those that are ending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// In force, sorted.
    pub events: Vec<String>,
    /// What goes back.
    pub ending: Option<Ending>,
}

/// An event that has ended and whose users and work are on their way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The events that were in force.
    pub from: Vec<String>,
    /// When users last went back by a step.
    pub stepped: Option<jiff::Timestamp>,
    /// Whether all users are back, so that the work may go.
    pub users_back: bool,
}

impl Store {
    /// The store below a worker's state folder; creates nothing yet.
    pub fn new(state: &Path) -> Self {
        Self { folder: state.join("bundles") }
    }

    /// Writes a bundle's files; what is current stays so until [`Store::activate`].
    ///
    /// # Errors
    /// [`StoreError::Disk`]; nothing that was there is lost.
    pub fn stage(&self, verified: &Verified) -> Result<(), StoreError> {
        let Verified { bundle, files } = verified;
        fs::create_dir_all(&self.folder).map_err(|e| disk("creating", &self.folder, e))?;
        if self.read(&Staged::of(bundle)).is_ok() {
            return Ok(());
        }
        let target = self.file(&bundle.digest);
        let text = |bytes| String::from_utf8_lossy(bytes);
        let files: BTreeMap<&String, _> = files.iter().map(|(name, bytes)| (name, text(bytes))).collect();
        write_atomically(&target, &to_json(&files, &target)?)
    }

    /// Whether the bundle of this digest still lies on disk, and with it what says which one is current.
    pub fn holds(&self, digest: &str) -> bool {
        self.file(digest).is_file() && self.folder.join("current.json").is_file()
    }

    /// Makes a staged bundle the current one, with its commit and its events.
    ///
    /// # Errors
    /// [`StoreError::Disk`]; what was current stays so.
    pub fn activate(&self, bundle: &Bundle) -> Result<(), StoreError> {
        let staged = Staged::of(bundle);
        let before = self.pointer().ok().flatten();
        if before.as_ref().is_some_and(|pointer| pointer.current == staged) {
            return Ok(());
        }
        let previous =
            before.and_then(|p| if p.current.digest == staged.digest { p.previous } else { Some(p.current) });
        let pointer = Pointer { current: staged, previous };
        let path = self.folder.join("current.json");
        write_atomically(&path, &to_json(&pointer, &path)?)?;
        self.forget_others(&pointer);
        Ok(())
    }

    /// The bundle in force, or the one before it where the newest is damaged; the second value says so then.
    ///
    /// # Errors
    /// Where neither can be read.
    pub fn load(&self) -> Result<Option<(Bundle, Option<String>)>, StoreError> {
        let Some(pointer) = self.pointer()? else { return Ok(None) };
        let first = self.read(&pointer.current);
        match (first, pointer.previous) {
            (Ok(bundle), _) => Ok(Some((bundle, None))),
            (Err(error), Some(previous)) => {
                let note = format!("{error}; the bundle before it is in force");
                Ok(Some((self.read(&previous)?, Some(note))))
            }
            (Err(error), None) => Err(error),
        }
    }

    /// The bundle that was in force before the current one, for a roll-back.
    ///
    /// # Errors
    /// Where it is named and cannot be read.
    pub fn previous(&self) -> Result<Option<Bundle>, StoreError> {
        match self.pointer()?.and_then(|pointer| pointer.previous) {
            Some(staged) => self.read(&staged).map(Some),
            None => Ok(None),
        }
    }

    /// The events that were in force last.
    pub fn in_force(&self) -> InForce {
        let bytes = fs::read(self.folder.join(EVENTS)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Remembers the events in force.
    ///
    /// # Errors
    /// [`StoreError::Disk`]; the former ones stay.
    pub fn keep_in_force(&self, force: &InForce) -> Result<(), StoreError> {
        let path = self.folder.join(EVENTS);
        write_atomically(&path, &to_json(force, &path)?)
    }

    fn file(&self, digest: &str) -> PathBuf {
        let hex: String = digest.chars().filter(char::is_ascii_alphanumeric).collect();
        self.folder.join(format!("{hex}.json"))
    }

    fn pointer(&self) -> Result<Option<Pointer>, StoreError> {
        let path = self.folder.join("current.json");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(disk("reading", &path, e)),
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|e| damaged(&path, e.to_string()))
    }

    fn read(&self, staged: &Staged) -> Result<Bundle, StoreError> {
        let path = self.file(&staged.digest);
        let bytes = fs::read(&path).map_err(|e| disk("reading", &path, e))?;
        let files: BTreeMap<String, String> =
            serde_json::from_slice(&bytes).map_err(|e| damaged(&path, e.to_string()))?;
        let files = files.into_iter().map(|(name, text)| (name, text.into_bytes())).collect();
        let verified = verify_files(&files, &staged.digest, &staged.path);
        let mut bundle = verified.map_err(|e: BundleError| damaged(&path, e.to_string()))?;
        bundle.commit.clone_from(&staged.commit);
        bundle.active_events.clone_from(&staged.active_events);
        bundle.confirmed_at = staged.confirmed_at;
        Ok(bundle)
    }

    /// Removes what is neither current nor previous; a failure costs room, nothing else.
    fn forget_others(&self, pointer: &Pointer) {
        let kept = [Some(&pointer.current), pointer.previous.as_ref()];
        let kept: Vec<PathBuf> = kept.into_iter().flatten().map(|staged| self.file(&staged.digest)).collect();
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            let pointer = path.file_name().is_some_and(|name| name == "current.json" || name == EVENTS);
            if !pointer && !kept.contains(&path) && fs::remove_file(&path).is_err() {
                tracing::debug!(path = %path.display(), "an old bundle stays on disk");
            }
        }
    }
}

fn to_json<T: Serialize>(value: &T, path: &Path) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(value).map_err(|e| damaged(path, e.to_string()))
}

fn disk(action: &'static str, path: &Path, source: io::Error) -> StoreError {
    StoreError::Disk { action, path: path.to_owned(), source }
}

fn damaged(path: &Path, message: String) -> StoreError {
    StoreError::Damaged { path: path.to_owned(), message }
}

/// Writes a file so that after a crash at any point either the old or the new content is there, whole.
///
/// # Errors
/// What the system said; the old content stays.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let file = beside(path, bytes)?;
    file.as_file().sync_all().map_err(|e| disk("syncing", path, e))?;
    file.persist(path).map_err(|e| disk("renaming to", path, e.error))?;
    File::open(folder_of(path))
        .and_then(|folder| folder.sync_all())
        .map_err(|e| disk("syncing the folder of", path, e))
}

/// Writes a file so that whoever reads it finds the old or the new content, without waiting for the disk: for what is
/// written again anyway, since a power cut may leave nothing of it.
///
/// # Errors
/// What the system said; the old content stays.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    beside(path, bytes)?.persist(path).map(drop).map_err(|e| disk("renaming to", path, e.error))
}

/// A temporary file with this content in the folder of `path`.
fn beside(path: &Path, bytes: &[u8]) -> Result<NamedTempFile, StoreError> {
    let temporary = tempfile::Builder::new().prefix(".staging-").tempfile_in(folder_of(path));
    let mut file = temporary.map_err(|e| disk("writing", path, e))?;
    file.write_all(bytes).map_err(|e| disk("writing", path, e))?;
    Ok(file)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or_else(|| Path::new("."))
}
