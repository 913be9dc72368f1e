//! A rendering as a folder: reads it, compares two, and replaces one whole.
//!
//! Takes and gives a [`Tree`]: paths with `/` between parts, and bytes. Invariant: a folder that is no rendering is never
//! overwritten, and a write that fails at any point leaves the old rendering whole.

use crate::context::Context;
use crate::disk::read_regular;
use crate::failure::Failure;
use seawall_compiler::files::FILE_LIMIT;
use seawall_schema::bundle::{FORMAT, FleetFile};
use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

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
    let bytes = tree.get(ROOT_FILE).ok_or_else(|| format!("holds no {ROOT_FILE}"))?;
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
    let mut tree = Tree::new();
    let mut open = vec![(folder.to_owned(), String::new())];
    while let Some((real, relative)) = open.pop() {
        for entry in fs::read_dir(&real).map_err(|e| Failure::disk("list", &real, &e))? {
            let entry = entry.map_err(|e| Failure::disk("list", &real, &e))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if relative.is_empty() { name } else { format!("{relative}/{name}") };
            let kind = entry.file_type().map_err(|e| Failure::disk("read", &entry.path(), &e))?;
            if kind.is_dir() {
                open.push((entry.path(), path));
                continue;
            }
            let bytes = read_regular(&entry.path(), FILE_LIMIT)
                .map_err(|error| Failure::world(format!("cannot read {shown}/{path}"), error))?;
            tree.insert(path, bytes);
        }
    }
    Ok(tree)
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

/// What lies at `out` now: the old rendering, or an empty tree where nothing or an empty folder is there.
///
/// # Errors
/// [`Failure::Input`] where something else lies there.
pub fn read_old(context: &Context, out: &Path) -> Result<Tree, Failure> {
    let shown = context.shown(out);
    let turn = turn(parent_of(out));
    recover(out)?;
    drop(turn);
    match fs::symlink_metadata(out) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Tree::new()),
        Err(error) => return Err(Failure::disk("open", Path::new(&shown), &error)),
        Ok(about) if about.is_symlink() => {
            return Err(Failure::input(format!("cannot render to {shown}: it is a symbolic link"))
                .help("name the folder that it leads to"));
        }
        Ok(about) if !about.is_dir() => {
            return Err(Failure::input(format!("cannot render to {shown}: it is not a folder"))
                .help("name another --out"));
        }
        Ok(_) => {}
    }
    let mut entries = fs::read_dir(out).map_err(|e| Failure::disk("list", Path::new(&shown), &e))?;
    if entries.next().is_none() {
        return Ok(Tree::new());
    }
    let refuse = |why: String| {
        Failure::input(format!("cannot render to {shown}: it is no rendering, and is left alone"))
            .because(why)
            .help("name another --out, or empty the folder yourself")
    };
    if !out.join(ROOT_FILE).is_file() {
        return Err(refuse(format!("holds no {ROOT_FILE}")));
    }
    let old = read(out, &shown)?;
    root_of(&old).map_err(refuse)?;
    match old.keys().find(|path| !is_ours(path)) {
        Some(foreign) => Err(refuse(format!("holds {foreign}, which no rendering has"))),
        None => Ok(old),
    }
}

fn is_ours(path: &str) -> bool {
    matches!(path, ROOT_FILE | "proof.json" | "resilience.json")
        || path.starts_with("regions/")
        || path.starts_with("dialects/")
}

/// Replaces what lies at `out`, which [`read_old`] has accepted, by `tree`.
///
/// # Errors
/// [`Failure::World`]; the old rendering then is still there.
pub fn replace(context: &Context, out: &Path, tree: &Tree) -> Result<(), Failure> {
    let parent = parent_of(out);
    fs::create_dir_all(parent).map_err(|e| failed(context, "create", parent, &e))?;
    let _turn = turn(parent);
    recover(out)?;
    tidy(parent, out);
    let fresh = tempfile::Builder::new()
        .prefix(&fresh_prefix(out))
        .tempdir_in(parent)
        .map_err(|e| failed(context, "write to", parent, &e))?;
    context.interrupt.remove_when_stopped(fresh.path());
    let written = fill(context, fresh.path(), tree).and_then(|()| swap(context, fresh.path(), out));
    context.interrupt.keep(fresh.path());
    written
}

fn fill(context: &Context, folder: &Path, tree: &Tree) -> Result<(), Failure> {
    open_to_all(folder);
    for (path, bytes) in tree {
        let file = folder.join(path);
        let parent = file.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|e| failed(context, "create", parent, &e))?;
        fs::File::create_new(&file)
            .and_then(|mut opened| opened.write_all(bytes))
            .map_err(|e| failed(context, "write", &file, &e))?;
    }
    // One flush of the folder's own file system entry is enough for the rename to be seen after the files.
    fs::File::open(folder).and_then(|f| f.sync_all()).map_err(|e| failed(context, "flush", folder, &e))
}

/// Temporary folders are private to their owner; a rendering is for others to read.
#[cfg(unix)]
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o755));
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) {}

/// Changes places with the old one, which then goes with the temporary folder. Where the file system cannot do that, two
/// renames; where the process dies between them, [`recover`] finishes the job.
fn swap(context: &Context, fresh: &Path, out: &Path) -> Result<(), Failure> {
    let aside = aside(out);
    let had_old = out.exists();
    if had_old && exchange(fresh, out) {
        return Ok(());
    }
    if had_old {
        fs::rename(out, &aside).map_err(|e| failed(context, "replace", out, &e))?;
    }
    if let Err(error) = fs::rename(fresh, out) {
        if had_old {
            let _ = fs::rename(&aside, out);
        }
        return Err(failed(context, "replace", out, &error));
    }
    if had_old {
        let _ = fs::remove_dir_all(&aside);
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn exchange(a: &Path, b: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> bool {
    false
}

/// Holds off others that write a rendering below `parent`, for as long as it lives; where the file system knows no locks,
/// the last one to rename wins.
fn turn(parent: &Path) -> Option<fs::File> {
    let folder = fs::File::open(parent).ok()?;
    folder.lock().ok()?;
    Some(folder)
}

/// Removes what killed runs have left; whoever has the turn knows that nobody still writes there.
fn tidy(parent: &Path, out: &Path) {
    let prefix = fresh_prefix(out);
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn fresh_prefix(out: &Path) -> String {
    format!(".{}.seawall-new-", name_of(out))
}

fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Puts an old rendering back that a killed run has moved aside, or removes it where the new one arrived.
fn recover(out: &Path) -> Result<(), Failure> {
    let aside = aside(out);
    if !aside.is_dir() {
        return Ok(());
    }
    let done = if out.exists() { fs::remove_dir_all(&aside) } else { fs::rename(&aside, out) };
    done.map_err(|e| Failure::disk("tidy up", &aside, &e))
}

fn aside(out: &Path) -> PathBuf {
    out.with_file_name(format!(".{}.seawall-old", name_of(out)))
}

fn name_of(out: &Path) -> String {
    out.file_name().map_or_else(|| String::from("out"), |name| name.to_string_lossy().into_owned())
}

fn failed(context: &Context, tried: &str, path: &Path, error: &std::io::Error) -> Failure {
    Failure::disk(tried, Path::new(&context.shown(path)), error)
        .help("nothing was changed: what was there is still there")
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

/// The mode of a new file that everybody may read.
#[cfg(unix)]
fn ordinary() -> fs::Permissions {
    use std::os::unix::fs::PermissionsExt as _;
    fs::Permissions::from_mode(0o644)
}
