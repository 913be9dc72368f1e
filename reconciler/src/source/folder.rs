//! A rendering in a folder on disk, without git: for trying out and for other transports.
//!
//! Has no history, so its commit is a digest of the files and every change counts as a descendant. Symbolic links are
//! refused. A file that vanishes while the folder is read is an error, never a shorter bundle.

use super::limits::Meter;
use super::{Ancestry, Fetched, Known, Limits, Source, SourceError};
use seawall_schema::digest::sha256;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A rendering in a folder.
#[derive(Clone, Debug)]
pub struct FolderSource {
    root: PathBuf,
    limits: Limits,
    known: Known,
}

impl FolderSource {
    /// The rendering in `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), limits: Limits::default(), known: Known::default() }
    }

    fn failed(&self, path: &Path, error: &std::io::Error) -> SourceError {
        let message = format!("cannot read {}: {error}", path.display());
        match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => SourceError::Missing(message),
            std::io::ErrorKind::PermissionDenied => SourceError::Forbidden(message),
            _ => SourceError::Unreachable(message),
        }
    }

    fn read(&self, path: &Path, name: String, into: &mut Files) -> Result<(), SourceError> {
        let meta = path.symlink_metadata().map_err(|error| self.failed(path, &error))?;
        if meta.is_symlink() {
            return Err(SourceError::Refused(format!("{name} is a symbolic link")));
        }
        if meta.is_dir() {
            let entries = std::fs::read_dir(path).map_err(|error| self.failed(path, &error))?;
            for entry in entries {
                let entry = entry.map_err(|error| self.failed(path, &error))?;
                let child = entry.file_name().into_string();
                let child = child
                    .map_err(|_| SourceError::Refused(format!("a file name below {name} is not UTF-8")))?;
                self.read(&entry.path(), format!("{name}/{child}"), into)?;
            }
            return Ok(());
        }
        into.meter.add(&name, usize::try_from(meta.len()).unwrap_or(usize::MAX))?;
        let bytes = std::fs::read(path).map_err(|error| self.failed(path, &error))?;
        into.files.insert(name, bytes);
        Ok(())
    }
}

struct Files {
    meter: Meter,
    files: BTreeMap<String, Vec<u8>>,
}

impl Source for FolderSource {
    fn fetch(&mut self, bundle_path: &str) -> Result<Fetched, SourceError> {
        let mut into = Files { meter: Meter::new(self.limits), files: BTreeMap::new() };
        self.read(&self.root.join("fleet.json"), "fleet.json".to_owned(), &mut into)?;
        if !bundle_path.is_empty() {
            self.read(&self.root.join(bundle_path), bundle_path.to_owned(), &mut into)?;
        }
        let mut listing = String::new();
        for (path, bytes) in &into.files {
            listing.push_str(&format!("{path}\0{}\n", sha256(bytes)));
        }
        let commit = sha256(listing.as_bytes());
        let descends = match &self.known.accepted {
            None => Ancestry::First,
            Some(accepted) if *accepted == commit => Ancestry::Same,
            Some(_) => Ancestry::Descends,
        };
        if self.known.held.as_deref() == Some(commit.as_str()) {
            into.files.clear();
        }
        Ok(Fetched { commit, descends, files: into.files, confirmed_at: jiff::Timestamp::now() })
    }

    fn know(&mut self, known: Known) {
        self.known = known;
    }

    fn fork(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(self.clone()))
    }

    fn describe(&self) -> String {
        format!("folder {}", self.root.display())
    }
}
