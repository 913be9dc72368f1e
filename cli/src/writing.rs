//! A rendering on its way to a folder: file by file, beside what is there, and put in its place at the end.
//!
//! Takes files in any order, gives what differs from the old rendering. Invariants: a folder that is no rendering is never
//! overwritten; a write that fails at any point leaves the old rendering whole; nothing is written where nothing differs.
//! Files that stay as they are are linked over from the old rendering. See `docs/decisions/rendering-to-disk.md`.

use crate::context::Context;
use crate::failure::Failure;
use crate::folder::{Difference, ROOT_FILE, list, name_of, parent_of, read_file, root_file};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A rendering that is compared with what lies at a place, and written if that is wanted.
pub struct Writing<'c> {
    context: &'c Context,
    out: PathBuf,
    shown: String,
    /// Whether nothing is to be written.
    compares: bool,
    /// Files of the old rendering that have not come yet.
    old: BTreeSet<String>,
    /// Files that are the same in both.
    same: Vec<String>,
    changed: Vec<Difference>,
    fresh: Option<Fresh<'c>>,
    /// Holds off others that write there, for as long as it lives.
    _turn: Option<fs::File>,
}

impl<'c> Writing<'c> {
    /// Begins a rendering to `out`; with `compares`, nothing is written.
    ///
    /// # Errors
    /// [`Failure::Input`] where something else than a rendering lies there.
    pub fn begin(context: &'c Context, out: &Path, compares: bool) -> Result<Self, Failure> {
        let turn = turn(context, out);
        let old = old(context, out)?;
        let (out, shown) = (out.to_owned(), context.shown(out));
        let (same, changed) = (Vec::new(), Vec::new());
        Ok(Self { context, out, shown, compares, old, same, changed, fresh: None, _turn: turn })
    }

    /// Takes a file.
    ///
    /// # Errors
    /// [`Failure::World`]; the old rendering then is still there.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let had = self.old.remove(path);
        if had && read_file(&self.out, &self.shown, path)? == bytes {
            self.same.push(path.to_owned());
            return Ok(());
        }
        self.changed.push(Difference { path: path.to_owned(), sign: if had { '~' } else { '+' } });
        if self.compares { Ok(()) } else { self.fresh()?.write(path, bytes) }
    }

    fn fresh(&mut self) -> Result<&mut Fresh<'c>, Failure> {
        let fresh = match self.fresh.take() {
            Some(fresh) => fresh,
            None => Fresh::new(self.context, &self.out)?,
        };
        Ok(self.fresh.insert(fresh))
    }

    /// In which files the two differ, by path, once all have come.
    pub fn differences(&mut self) -> &[Difference] {
        let gone = std::mem::take(&mut self.old).into_iter().map(|path| Difference { path, sign: '-' });
        self.changed.extend(gone);
        self.changed.sort_by(|a, b| a.path.cmp(&b.path));
        &self.changed
    }

    /// Puts the new rendering in the old one's place, if they differ.
    ///
    /// # Errors
    /// [`Failure::World`]; the old rendering then is still there.
    pub fn finish(mut self) -> Result<(), Failure> {
        if self.differences().is_empty() || self.compares {
            return Ok(());
        }
        let (same, out) = (std::mem::take(&mut self.same), self.out.clone());
        let fresh = self.fresh()?;
        for path in same {
            fresh.carry(&out, &path)?;
        }
        fresh.settle()?;
        fresh.swap(&out)
    }
}

/// Paths of the old rendering at `out`: none where nothing or an empty folder is there.
fn old(context: &Context, out: &Path) -> Result<BTreeSet<String>, Failure> {
    let shown = context.shown(out);
    recover(out)?;
    match fs::symlink_metadata(out) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeSet::new()),
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
        return Ok(BTreeSet::new());
    }
    let refuse = |why: String| {
        Failure::input(format!("cannot render to {shown}: it is no rendering, and is left alone"))
            .because(why)
            .help("name another --out, or empty the folder yourself")
    };
    if !out.join(ROOT_FILE).is_file() {
        return Err(refuse(format!("holds no {ROOT_FILE}")));
    }
    let root = read_file(out, &shown, ROOT_FILE)?;
    root_file(&root).map_err(refuse)?;
    let old = list(out)?;
    match old.iter().find(|path| !is_ours(path)) {
        Some(foreign) => Err(refuse(format!("holds {foreign}, which no rendering has"))),
        None => Ok(old),
    }
}

fn is_ours(path: &str) -> bool {
    matches!(path, ROOT_FILE | "proof.json" | "resilience.json")
        || path.starts_with("regions/")
        || path.starts_with("dialects/")
}

/// The new rendering while it is written, in a folder that goes away if it does not come to its place.
struct Fresh<'c> {
    context: &'c Context,
    folder: tempfile::TempDir,
    /// Folders in it that are there.
    made: BTreeSet<PathBuf>,
}

impl<'c> Fresh<'c> {
    fn new(context: &'c Context, out: &Path) -> Result<Self, Failure> {
        let parent = parent_of(out);
        fs::create_dir_all(parent).map_err(|e| failed(context, "create", parent, &e))?;
        tidy(parent, out);
        let folder = tempfile::Builder::new()
            .prefix(&fresh_prefix(out))
            .tempdir_in(parent)
            .map_err(|e| failed(context, "write to", parent, &e))?;
        context.interrupt.remove_when_stopped(folder.path());
        open_to_all(folder.path());
        Ok(Fresh { context, folder, made: BTreeSet::new() })
    }

    /// The real place of a file, its folder made.
    fn place(&mut self, path: &str) -> Result<PathBuf, Failure> {
        let file = self.folder.path().join(path);
        if let Some(parent) = file.parent().filter(|parent| !self.made.contains(*parent)) {
            fs::create_dir_all(parent).map_err(|e| failed(self.context, "create", parent, &e))?;
            self.made.insert(parent.to_owned());
        }
        Ok(file)
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let file = self.place(path)?;
        let written = fs::File::create_new(&file).and_then(|mut opened| opened.write_all(bytes));
        written.map_err(|e| failed(self.context, "write", &file, &e))
    }

    /// Takes a file over from the old rendering as it is.
    fn carry(&mut self, old: &Path, path: &str) -> Result<(), Failure> {
        let (from, to) = (old.join(path), self.place(path)?);
        let is_link = fs::symlink_metadata(&from).is_ok_and(|about| about.is_symlink());
        let linked = if is_link { Err(ErrorKind::Unsupported.into()) } else { fs::hard_link(&from, &to) };
        // Where the file system has no links, or the file is itself one that leads elsewhere.
        let carried: io::Result<()> = linked.or_else(|_| fs::copy(&from, &to).map(drop));
        carried.map_err(|e| failed(self.context, "write", &to, &e))
    }

    /// Makes sure that after a loss of power the folder is still known for a rendering.
    fn settle(&self) -> Result<(), Failure> {
        for path in [self.folder.path().join(ROOT_FILE), self.folder.path().to_owned()] {
            let flushed = fs::File::open(&path).and_then(|opened| opened.sync_all());
            flushed.map_err(|e| failed(self.context, "flush", &path, &e))?;
        }
        Ok(())
    }

    /// Changes places with the old one, which then goes with the temporary folder. Where the file system cannot do that,
    /// two renames; where the process dies between them, [`recover`] finishes the job.
    fn swap(&self, out: &Path) -> Result<(), Failure> {
        let aside = aside(out);
        let had_old = out.exists();
        if had_old && exchange(self.folder.path(), out) {
            return Ok(());
        }
        if had_old {
            fs::rename(out, &aside).map_err(|e| failed(self.context, "replace", out, &e))?;
        }
        if let Err(error) = fs::rename(self.folder.path(), out) {
            if had_old {
                let _ = fs::rename(&aside, out);
            }
            return Err(failed(self.context, "replace", out, &error));
        }
        if had_old {
            let _ = fs::remove_dir_all(&aside);
        }
        Ok(())
    }
}

impl Drop for Fresh<'_> {
    fn drop(&mut self) {
        self.context.interrupt.keep(self.folder.path());
    }
}

/// Temporary folders are private to their owner; a rendering is for others to read.
#[cfg(unix)]
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o755));
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) {}

#[cfg(target_os = "linux")]
fn exchange(a: &Path, b: &Path) -> bool {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> bool {
    false
}

/// Waits until nobody else writes a rendering beside `out`; where the file system knows no locks, the last one to rename
/// wins.
fn turn(context: &Context, out: &Path) -> Option<fs::File> {
    let folder = fs::File::open(parent_of(out)).ok()?;
    if folder.try_lock().is_err() {
        context.say(&format!("waiting for another seawall that writes beside {}", context.shown(out)));
        folder.lock().ok()?;
    }
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

fn failed(context: &Context, tried: &str, path: &Path, error: &io::Error) -> Failure {
    Failure::disk(tried, Path::new(&context.shown(path)), error)
        .help("nothing was changed: what was there is still there")
}
