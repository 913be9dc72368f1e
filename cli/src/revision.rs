//! A fleet's folder at a git revision: [`GitFiles`] is `Files` over a tree, without a checkout.
//!
//! Takes a repository, a revision and the folder's path in it. Invariant: nothing outside the folder is read, not through
//! `..` and not through a link, as on disk.

use crate::failure::Failure;
use git2::{ErrorCode, ObjectType, Oid, Repository};
use seawall_compiler::files::{FILE_LIMIT, FileError, Files};
use std::path::{Component, Path, PathBuf};

/// Most links that are followed to one file.
const LINKS: usize = 16;
/// What git calls a link.
const LINK: i32 = 0o120_000;

/// A folder of a commit.
pub struct GitFiles<'r> {
    repository: &'r Repository,
    tree: Oid,
}

impl<'r> GitFiles<'r> {
    /// The folder `inner` (relative to the repository) at `revision`; `None` where there is no fleet.
    ///
    /// # Errors
    /// [`Failure::Input`] where there is no such revision, [`Failure::World`] where the repository is damaged.
    pub fn open(repository: &'r Repository, revision: &str, inner: &Path) -> Result<Option<Self>, Failure> {
        let damaged = |error: git2::Error| {
            Failure::world(format!("cannot read {revision}"), error.message().to_owned())
        };
        let object = repository.revparse_single(revision).map_err(|error| match error.code() {
            ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::UnbornBranch | ErrorCode::Ambiguous => {
                Failure::input(format!("no such git revision: {revision}"))
                    .help("a branch of a remote must be fetched first, and be named with it: origin/main")
            }
            _ => damaged(error),
        })?;
        let tree = object.peel_to_tree().map_err(damaged)?;
        let tree = match inner.as_os_str().is_empty() {
            true => tree.id(),
            false => match tree.get_path(inner) {
                Ok(entry) if entry.kind() == Some(ObjectType::Tree) => entry.id(),
                Ok(_) => return Ok(None),
                Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
                Err(error) => return Err(damaged(error)),
            },
        };
        let files = GitFiles { repository, tree };
        Ok(files.entry(Path::new("fleet.kdl")).is_ok().then_some(files))
    }

    /// The id and mode of what stands at a path.
    fn entry(&self, path: &Path) -> Result<(Oid, i32, Option<ObjectType>), FileError> {
        let tree = self.repository.find_tree(self.tree).map_err(|e| unreadable(&e))?;
        if path.as_os_str().is_empty() {
            return Ok((self.tree, 0o040_000, Some(ObjectType::Tree)));
        }
        match tree.get_path(path) {
            Ok(entry) => Ok((entry.id(), entry.filemode(), entry.kind())),
            Err(error) if error.code() == ErrorCode::NotFound => Err(FileError::Missing),
            Err(error) => Err(unreadable(&error)),
        }
    }

    fn blob(&self, id: Oid) -> Result<Vec<u8>, FileError> {
        let blob = self.repository.find_blob(id).map_err(|e| unreadable(&e))?;
        if blob.size() > FILE_LIMIT { Err(FileError::TooLarge) } else { Ok(blob.content().to_vec()) }
    }

    /// The path with all links in it followed.
    fn real(&self, path: &Path) -> Result<PathBuf, FileError> {
        let mut links = 0;
        let mut rest: Vec<_> = parts(path)?.into_iter().rev().collect();
        let mut real = PathBuf::new();
        while let Some(part) = rest.pop() {
            if part == ".." {
                if !real.pop() {
                    return Err(FileError::Outside);
                }
                continue;
            }
            real.push(&part);
            let (id, mode, _) = self.entry(&real)?;
            if mode == LINK {
                links += 1;
                if links > LINKS {
                    return Err(FileError::Unreadable("is a link that leads to itself".into()));
                }
                let target = String::from_utf8_lossy(&self.blob(id)?).into_owned();
                real.pop();
                rest.extend(link_parts(Path::new(&target))?.into_iter().rev());
            }
        }
        Ok(real)
    }
}

/// The parts of a path of the fleet, which never goes up.
fn parts(path: &Path) -> Result<Vec<String>, FileError> {
    let parts = link_parts(path)?;
    if parts.iter().any(|part| part == "..") { Err(FileError::Outside) } else { Ok(parts) }
}

fn link_parts(path: &Path) -> Result<Vec<String>, FileError> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => parts.push(name.to_string_lossy().into_owned()),
            Component::ParentDir => parts.push("..".into()),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return Err(FileError::Outside),
        }
    }
    Ok(parts)
}

fn unreadable(error: &git2::Error) -> FileError {
    FileError::Unreadable(error.message().to_owned())
}

impl Files for GitFiles<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match self.entry(&self.real(Path::new(path))?)? {
            (id, _, Some(ObjectType::Blob)) => self.blob(id),
            (_, _, Some(ObjectType::Tree)) => Err(FileError::Directory),
            _ => Err(FileError::Unreadable("is a submodule".into())),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        let (top, _, kind) = self.entry(&self.real(Path::new(folder))?)?;
        if kind != Some(ObjectType::Tree) {
            return Err(FileError::Missing);
        }
        let mut found = Vec::new();
        let mut open = vec![(top, folder.trim_end_matches('/').to_owned())];
        while let Some((id, relative)) = open.pop() {
            for entry in self.repository.find_tree(id).map_err(|e| unreadable(&e))?.iter() {
                let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
                if name.starts_with('.') {
                    continue;
                }
                let path = if relative.is_empty() { name } else { format!("{relative}/{name}") };
                match entry.kind() {
                    Some(ObjectType::Tree) => open.push((entry.id(), path)),
                    Some(ObjectType::Blob) if entry.filemode() != LINK => found.push(path),
                    _ => {}
                }
            }
        }
        found.sort();
        Ok(found)
    }
}
