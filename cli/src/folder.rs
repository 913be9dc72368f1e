//! A rendering as a folder: reads it, and compares two.
//!
//! Takes and gives a [`Tree`]: paths with `/` between parts, and bytes. One that is too large to be held is written by
//! [`crate::writing`], file by file.

use crate::disk::read_regular;
use crate::failure::Failure;
use seawall_compiler::files::FILE_LIMIT;
use seawall_schema::bundle::{FORMAT, FleetFile};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// A folder's files by path.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// The file that makes a folder a rendering.
pub const ROOT_FILE: &str = "fleet.json";

/// A file in which two trees differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Its path.
    pub path: String,
    /// `+` only in the new one, `-` only in the old one, `~` in both and not the same.
    pub sign: char,
}

/// In which files two trees differ, by path.
pub fn differences(old: &Tree, new: &Tree) -> Vec<Difference> {
    let gone = old.keys().filter(|path| !new.contains_key(*path)).map(|path| ('-', path));
    let here = new.iter().filter_map(|(path, bytes)| match old.get(path) {
        None => Some(('+', path)),
        Some(before) if before != bytes => Some(('~', path)),
        Some(_) => None,
    });
    let mut all: Vec<_> =
        gone.chain(here).map(|(sign, path)| Difference { path: path.clone(), sign }).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// The root file of a rendering; says what the tree is instead where it is none.
///
/// # Errors
/// A sentence: no `fleet.json`, not readable, or a newer format.
pub fn root_of(tree: &Tree) -> Result<FleetFile, String> {
    root_file(tree.get(ROOT_FILE).ok_or_else(|| format!("holds no {ROOT_FILE}"))?)
}

/// The root file of a rendering from its bytes.
///
/// # Errors
/// A sentence: not readable, or a newer format.
pub fn root_file(bytes: &[u8]) -> Result<FleetFile, String> {
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|e| format!("its {ROOT_FILE} is not JSON: {e}"))?;
    let format = value.get("format").and_then(serde_json::Value::as_u64);
    match format {
        None => Err(format!("its {ROOT_FILE} is not Seawall's: it names no format")),
        Some(format) if format > u64::from(FORMAT) => {
            Err(format!("it has format {format}, this seawall reads up to {FORMAT}"))
        }
        Some(_) => {
            serde_json::from_value(value).map_err(|e| format!("its {ROOT_FILE} is not Seawall's: {e}"))
        }
    }
}

/// Reads a folder whole.
///
/// # Errors
/// [`Failure::World`] where the disk does not do as asked.
pub fn read(folder: &Path, shown: &str) -> Result<Tree, Failure> {
    let read = |path: String| {
        let bytes = read_file(folder, shown, &path)?;
        Ok((path, bytes))
    };
    list(folder)?.into_iter().map(read).collect()
}

/// One file of a rendering.
///
/// # Errors
/// [`Failure::World`] where the disk does not do as asked.
pub fn read_file(folder: &Path, shown: &str, path: &str) -> Result<Vec<u8>, Failure> {
    read_regular(&folder.join(path), FILE_LIMIT)
        .map_err(|error| Failure::world(format!("cannot read {shown}/{path}"), error))
}

/// The paths of all files in a folder.
///
/// # Errors
/// [`Failure::World`] where the disk does not do as asked.
pub fn list(folder: &Path) -> Result<BTreeSet<String>, Failure> {
    let mut found = BTreeSet::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((real, relative)) = open.pop() {
        for entry in fs::read_dir(&real).map_err(|e| Failure::disk("list", &real, &e))? {
            let entry = entry.map_err(|e| Failure::disk("list", &real, &e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if relative.is_empty() { name } else { format!("{relative}/{name}") };
            let kind = entry.file_type().map_err(|e| Failure::disk("read", &entry.path(), &e))?;
            if kind.is_dir() {
                open.push((entry.path(), path));
            } else {
                found.insert(path);
            }
        }
    }
    Ok(found)
}

/// The rendering in `folder`, with its root file.
///
/// # Errors
/// [`Failure::Input`] where there is none, [`Failure::World`] where it cannot be read.
pub fn read_rendering(folder: &Path, shown: &str) -> Result<(Tree, FleetFile), Failure> {
    match fs::metadata(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Failure::input(format!("no such folder: {shown}"))
                .help("`seawall render --out DIR` writes a rendering"));
        }
        Err(error) => return Err(Failure::disk("open", Path::new(shown), &error)),
        Ok(about) if !about.is_dir() => {
            return Err(Failure::input(format!("{shown} is a file, not a rendering")));
        }
        Ok(_) => {}
    }
    if !folder.join(ROOT_FILE).is_file() {
        return Err(
            Failure::input(format!("{shown} is no rendering")).because(format!("holds no {ROOT_FILE}"))
        );
    }
    let tree = read(folder, shown)?;
    let root =
        root_of(&tree).map_err(|why| Failure::input(format!("{shown} is no rendering")).because(why))?;
    Ok((tree, root))
}

/// Writes a file whole or not at all: beside it first, then renamed; keeps the mode of what was there.
///
/// # Errors
/// Whatever the disk said; the old file then is still there.
pub fn write_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // A link stays one: what it leads to is written.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    prepare_file(&path, bytes)?.persist(&path).map(|_| ()).map_err(|error| error.error)
}

/// Writes what shall stand at a path beside it, with the mode of what is there; it goes away if it is not persisted.
///
/// # Errors
/// Whatever the disk said.
pub fn prepare_file(path: &Path, bytes: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    if path.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let parent = parent_of(path);
    let mut beside = tempfile::Builder::new().prefix(&format!(".{}.", name_of(path))).tempfile_in(parent)?;
    beside.write_all(bytes)?;
    let mode = fs::metadata(path).map(|about| about.permissions());
    beside.as_file().set_permissions(mode.unwrap_or_else(|_| ordinary()))?;
    beside.as_file().sync_all()?;
    Ok(beside)
}

/// The folder that a path lies in.
pub(crate) fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The last part of a path.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| String::from("out"), |name| name.to_string_lossy().into_owned())
}

/// The mode of a new file that everybody may read.
#[cfg(unix)]
fn ordinary() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    fs::Permissions::from_mode(0o644)
}
