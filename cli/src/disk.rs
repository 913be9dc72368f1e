//! A fleet's folder on disk: [`DiskFiles`] is `Files` over the real file system.
//!
//! Takes paths relative to the folder, gives bytes or why not. Invariant: nothing outside the folder is read, not through
//! `..` and not through a link; a device, a socket or a named pipe is refused before it is opened, so that nothing hangs.

use crate::failure::{Failure, io_reason};
use seawall_compiler::files::{FILE_LIMIT, FileError, Files};
use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

/// Most files that a fleet's folder may hold.
const LIST_LIMIT: usize = 200_000;

/// A folder on disk.
#[derive(Debug)]
pub struct DiskFiles {
    root: PathBuf,
}

impl DiskFiles {
    /// The fleet in `folder`.
    ///
    /// # Errors
    /// [`Failure::Input`] where there is no folder or no `fleet.kdl` in it, [`Failure::World`] where it cannot be read.
    pub fn open(folder: &Path, shown: &str) -> Result<Self, Failure> {
        let files = Self::folder(folder, shown)?;
        match fs::symlink_metadata(files.root.join("fleet.kdl")) {
            Ok(_) => Ok(files),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(Failure::input(format!("{shown} holds no fleet.kdl"))
                    .help("name the fleet's folder, or start one with `seawall init`"))
            }
            Err(error) => Err(Failure::disk("read", &Path::new(shown).join("fleet.kdl"), &error)),
        }
    }

    /// `folder`, whatever it holds: a pack of policies has no `fleet.kdl`.
    ///
    /// # Errors
    /// [`Failure::Input`] where there is no such folder, [`Failure::World`] where it cannot be read.
    pub fn folder(folder: &Path, shown: &str) -> Result<Self, Failure> {
        let root = fs::canonicalize(folder).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Failure::input(format!("no such folder: {shown}"))
                .help("`seawall init DIR` writes a fleet to start from"),
            _ => Failure::disk("open", Path::new(shown), &error),
        })?;
        if !root.is_dir() {
            return Err(
                Failure::input(format!("{shown} is a file")).help("name the folder that holds fleet.kdl")
            );
        }
        Ok(DiskFiles { root })
    }

    /// The folder, links resolved.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The real path of a regular file of the fleet, links resolved.
    ///
    /// # Errors
    /// [`FileError`] where it is no file, or lies outside the folder.
    pub fn real(&self, path: &str) -> Result<PathBuf, FileError> {
        let real = self.inside(path)?;
        let about = fs::metadata(&real).map_err(|e| file_error(&e))?;
        if about.is_file() {
            Ok(real)
        } else {
            Err(FileError::Unreadable(String::from("is no regular file")))
        }
    }

    /// The real path of `path`, if it lies in the folder.
    fn inside(&self, path: &str) -> Result<PathBuf, FileError> {
        let relative = Path::new(path);
        if !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err(FileError::Outside);
        }
        let real = fs::canonicalize(self.root.join(relative)).map_err(|e| file_error(&e))?;
        if real.starts_with(&self.root) { Ok(real) } else { Err(FileError::Outside) }
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        read_regular(&self.inside(path)?, FILE_LIMIT)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let top = self.inside(folder)?;
        let mut found = Vec::new();
        let mut open = vec![(top, folder.trim_end_matches('/').to_owned())];
        while let Some((real, relative)) = open.pop() {
            for entry in fs::read_dir(&real).map_err(|e| file_error(&e))? {
                let entry = entry.map_err(|e| file_error(&e))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.starts_with('.') {
                    continue;
                }
                let path = if relative.is_empty() { name } else { format!("{relative}/{name}") };
                let kind = entry.file_type().map_err(|e| file_error(&e))?;
                if kind.is_dir() {
                    open.push((entry.path(), path));
                } else if !kind.is_symlink() {
                    found.push(path);
                }
            }
            if found.len() > LIST_LIMIT {
                return Err(FileError::Unreadable(format!("holds more than {LIST_LIMIT} files")));
            }
        }
        found.sort();
        Ok(found)
    }
}

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// [`FileError`]: what is there instead, or why it cannot be read.
pub fn read_regular(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    let about = fs::metadata(path).map_err(|e| file_error(&e))?;
    if about.is_dir() {
        return Err(FileError::Directory);
    }
    if !about.is_file() {
        return Err(FileError::Unreadable(String::from("is a device, a socket or a named pipe")));
    }
    if about.len() > limit as u64 {
        return Err(FileError::TooLarge);
    }
    let mut bytes = Vec::with_capacity(about.len() as usize);
    let file = fs::File::open(path).map_err(|e| file_error(&e))?;
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|e| file_error(&e))?;
    if bytes.len() > limit { Err(FileError::TooLarge) } else { Ok(bytes) }
}

fn file_error(error: &io::Error) -> FileError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => FileError::Missing,
        ErrorKind::IsADirectory => FileError::Directory,
        _ => FileError::Unreadable(io_reason(error)),
    }
}
