//! Reads one bundle's folder out of a commit's tree, without a checkout.
//!
//! Takes a commit and paths, gives file contents. Symbolic links and submodules are refused, sizes are looked at before
//! an object is read.

use super::SourceError;
use super::cache::damaged;
use crate::source::limits::Meter;
use crate::source::{Limits, belongs};
use git2::{ObjectType, Odb, Oid, Repository, Tree};
use std::collections::BTreeMap;
use std::path::Path;

const SYMLINK: i32 = 0o120_000;
const SUBMODULE: i32 = 0o160_000;
/// Deepest nesting of folders that is followed.
const DEPTH: usize = 32;

/// The files of `fleet.json` and `bundle_path` below `folder` of the tree of `commit`, by path from `folder`.
pub(super) fn read(
    repository: &Repository,
    commit: Oid,
    folder: &str,
    bundle_path: &str,
    limits: Limits,
) -> Result<BTreeMap<String, Vec<u8>>, SourceError> {
    let tree = repository.find_commit(commit).and_then(|commit| commit.tree());
    let mut root = tree.map_err(|error| damaged(&format!("cannot read commit {commit}"), &error))?;
    if !folder.is_empty() {
        root = subtree(repository, &root, folder)?
            .ok_or_else(|| SourceError::Missing(format!("commit {commit} holds no folder {folder}")))?;
    }
    let odb = repository.odb().map_err(|error| damaged("cannot open the git cache", &error))?;
    let mut reader = Reader { repository, odb, meter: Meter::new(limits), files: BTreeMap::new() };
    let Some(entry) = root.get_name("fleet.json") else {
        return Err(SourceError::Missing(format!("commit {commit} holds no fleet.json: it is no rendering")));
    };
    reader.entry("fleet.json".to_owned(), entry.id(), entry.kind(), entry.filemode(), 0)?;
    if bundle_path.is_empty() {
        return Ok(reader.files);
    }
    let bundle = subtree(repository, &root, bundle_path)?
        .ok_or_else(|| SourceError::Missing(format!("commit {commit} holds no folder {bundle_path}")))?;
    reader.folder(bundle_path, &bundle, 0)?;
    debug_assert!(reader.files.keys().all(|path| belongs(path, bundle_path)));
    Ok(reader.files)
}

fn subtree<'r>(
    repository: &'r Repository,
    root: &Tree<'_>,
    path: &str,
) -> Result<Option<Tree<'r>>, SourceError> {
    let entry = match root.get_path(Path::new(path)) {
        Ok(entry) => entry,
        Err(error) if error.code() == git2::ErrorCode::NotFound => return Ok(None),
        Err(error) => return Err(damaged(&format!("cannot read {path}"), &error)),
    };
    if entry.kind() != Some(ObjectType::Tree) {
        return Err(SourceError::Refused(format!("{path} is no folder")));
    }
    repository
        .find_tree(entry.id())
        .map(Some)
        .map_err(|error| damaged(&format!("cannot read {path}"), &error))
}

struct Reader<'r> {
    repository: &'r Repository,
    odb: Odb<'r>,
    meter: Meter,
    files: BTreeMap<String, Vec<u8>>,
}

impl Reader<'_> {
    fn folder(&mut self, path: &str, tree: &Tree<'_>, depth: usize) -> Result<(), SourceError> {
        if depth > DEPTH {
            return Err(SourceError::Refused(format!("{path} is nested deeper than {DEPTH} folders")));
        }
        for entry in tree.iter() {
            let name = std::str::from_utf8(entry.name_bytes());
            let name =
                name.map_err(|_| SourceError::Refused(format!("a file name below {path} is not UTF-8")))?;
            self.entry(format!("{path}/{name}"), entry.id(), entry.kind(), entry.filemode(), depth)?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        path: String,
        id: Oid,
        kind: Option<ObjectType>,
        mode: i32,
        depth: usize,
    ) -> Result<(), SourceError> {
        match (mode, kind) {
            (SYMLINK, _) => Err(SourceError::Refused(format!("{path} is a symbolic link"))),
            (SUBMODULE, _) | (_, Some(ObjectType::Commit)) => {
                Err(SourceError::Refused(format!("{path} is a submodule")))
            }
            (_, Some(ObjectType::Tree)) => {
                let tree = self.repository.find_tree(id);
                let tree = tree.map_err(|error| damaged(&format!("cannot read {path}"), &error))?;
                self.folder(&path, &tree, depth + 1)
            }
            _ => self.file(path, id),
        }
    }

    fn file(&mut self, path: String, id: Oid) -> Result<(), SourceError> {
        let header = self.odb.read_header(id);
        let (size, _) = header.map_err(|error| damaged(&format!("cannot read {path}"), &error))?;
        self.meter.add(&path, size)?;
        let object = self.odb.read(id).map_err(|error| damaged(&format!("cannot read {path}"), &error))?;
        self.files.insert(path, object.data().to_vec());
        Ok(())
    }
}
