//! The operator's words to one region's worker, as files in its state folder: they outlive restarts and need nobody.
//!
//! Takes a state folder, reads and writes `suspended.json` and `approved`. A file that cannot be read counts: a region
//! that was suspended stays so.

use crate::bundle::write_atomically;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// A suspension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since: jiff::Timestamp,
}

fn suspended_path(state: &Path) -> PathBuf {
    state.join("suspended.json")
}

fn approved_path(state: &Path) -> PathBuf {
    state.join("approved")
}

/// Suspends the region: nothing is written to its cluster until [`resume`], except what a newly declared event asks for.
pub fn suspend(state: &Path, by: &str, reason: &str) -> io::Result<()> {
    let suspension =
        Suspension { by: by.to_owned(), reason: reason.to_owned(), since: jiff::Timestamp::now() };
    write(&suspended_path(state), &serde_json::to_vec_pretty(&suspension)?)
}

/// Ends a suspension; says whether there was one.
pub fn resume(state: &Path) -> io::Result<bool> {
    match std::fs::remove_file(suspended_path(state)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// The suspension in force.
pub fn suspension(state: &Path) -> Option<Suspension> {
    let unreadable = |why: String| Suspension {
        by: "unknown".to_owned(),
        reason: why,
        since: jiff::Timestamp::UNIX_EPOCH,
    };
    match std::fs::read(suspended_path(state)) {
        Ok(bytes) => {
            Some(serde_json::from_slice(&bytes).unwrap_or_else(|error| unreadable(error.to_string())))
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => None,
        Err(error) => Some(unreadable(error.to_string())),
    }
}

/// Approves the digest of a plan, or a commit that is no descendant.
pub fn approve(state: &Path, what: &str) -> io::Result<()> {
    let mut all = approvals(state);
    all.insert(what.trim().to_owned());
    let lines: Vec<&str> = all.iter().map(String::as_str).collect();
    write(&approved_path(state), format!("{}\n", lines.join("\n")).as_bytes())
}

/// Everything that was approved.
pub fn approvals(state: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(approved_path(state)).unwrap_or_default();
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    write_atomically(path, bytes).map_err(|error| io::Error::other(error.to_string()))
}
