//! `check --fix`: makes certain fixes in the files of a fleet, and says which.
//!
//! Takes a fleet's folder, gives what is found in the mended fleet. Invariant: only regular files inside the folder are
//! written, each whole or not at all, and none that changed since it was read; where one cannot be prepared, none is written.

use crate::disk::DiskFiles;
use crate::failure::Failure;
use crate::fleet::{self, Compiled, FleetArgs};
use crate::progress::Progress;
use crate::style::{Style, count};
use crate::{Context, folder};
use seawall_compiler::files::{FileError, Files};
use seawall_compiler::mend::{Mended, mend};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Fixes what is certain, on disk; gives what remains.
pub(super) fn check(context: &Context, args: &FleetArgs) -> Result<Compiled, Failure> {
    let files = DiskFiles::open(&context.path(&args.folder), &args.folder.display().to_string())?;
    let progress = Progress::spinner(context, "checking");
    let read = Read::new(&files);
    let mended = mend(&read, &fleet::options(context, args));
    drop(progress);
    write(context, &files, &read, &mended.changed)?;
    tell(context, &mended);
    Ok(Compiled { checked: mended.checked, root: files.root().to_owned() })
}

/// Files that remember what was read, so that a change behind our back is noticed.
pub(crate) struct Read<'f> {
    files: &'f DiskFiles,
    seen: std::cell::RefCell<BTreeMap<String, Vec<u8>>>,
}

impl<'f> Read<'f> {
    pub(crate) fn new(files: &'f DiskFiles) -> Self {
        Self { files, seen: std::cell::RefCell::default() }
    }
}

impl Files for Read<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        if let Some(bytes) = self.seen.borrow().get(path) {
            return Ok(bytes.clone());
        }
        let bytes = self.files.read(path)?;
        self.seen.borrow_mut().insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        self.files.list(folder)
    }
}

/// Writes new texts of files, all of them or none, unless one changed since it was read.
pub(crate) fn write(
    context: &Context,
    files: &DiskFiles,
    read: &Read<'_>,
    changed: &BTreeMap<String, String>,
) -> Result<(), Failure> {
    let mut prepared = Vec::new();
    for (path, text) in changed {
        let shown = PathBuf::from(context.shown(&files.root().join(path)));
        let failed =
            |error: &std::io::Error| Failure::disk("write", &shown, error).help("nothing was changed");
        let inside = |error: FileError| {
            Failure::world(format!("cannot write {}", shown.display()), error).help("nothing was changed")
        };
        let real = files.real(path).map_err(inside)?;
        let now = files.read(path).map_err(inside)?;
        if read.seen.borrow().get(path) != Some(&now) {
            return Err(Failure::world(
                format!("cannot write {}", shown.display()),
                "it changed while it was checked",
            )
            .help("nothing was changed: run the command again"));
        }
        prepared.push((real.clone(), folder::prepare_file(&real, text.as_bytes()).map_err(|e| failed(&e))?));
    }
    for (real, file) in prepared {
        file.persist(&real)
            .map_err(|e| Failure::disk("write", Path::new(&context.shown(&real)), &e.error))?;
    }
    Ok(())
}

fn tell(context: &Context, mended: &Mended) {
    let style = Style(context.terminal.stderr_color);
    for done in &mended.done {
        let place = crate::style::plain(&format!("{}:{}", done.path, done.line));
        context.say(&format!("{} {place}: {}: {}", style.green("fixed"), done.code, done.what));
    }
    let files = count(mended.changed.len(), "file");
    match mended.done.len() {
        0 => context.say("nothing to fix"),
        1 => context.say(&format!("1 fix in {files}")),
        n => context.say(&format!("{n} fixes in {files}")),
    }
}
