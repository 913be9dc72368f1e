//! `seawall init [DIR]`: a small, working, commented fleet to start from. Never overwrites.

use crate::failure::io_reason;
use crate::style::count;
use crate::template::{File, REFERENCE, SMALL};
use crate::{Context, Exit, Failure, Outcome};
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

/// Write a small working fleet with comments
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where to
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// What to start from
    #[arg(long, default_value = "small")]
    template: Template,
}

/// What to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Template {
    /// Two regions, one service, embedded clusters: works as it is
    Small,
    /// Three regions with everything that the language has
    Reference,
}

/// Writes the fleet.
///
/// # Errors
/// [`Failure::Input`] where a file is there already, [`Failure::World`] where the disk refuses.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let files = match args.template {
        Template::Small => SMALL,
        Template::Reference => REFERENCE,
    };
    let folder = context.path(&args.folder);
    write(context, &folder, files)?;
    let shown = context.shown(&folder);
    for file in files {
        context.line(&if shown == "." { file.path.to_owned() } else { format!("{shown}/{}", file.path) })?;
    }
    context.say(&format!("wrote {}; next: seawall check {shown}", count(files.len(), "file")));
    Ok(Exit::Fine)
}

/// Writes all `files` below `folder`, or none where one is there already.
///
/// # Errors
/// As [`exec`].
pub fn write(context: &Context, folder: &Path, files: &[File]) -> Result<(), Failure> {
    let shown = context.shown(folder);
    if folder.is_file() {
        return Err(Failure::input(format!("{shown} is a file")).help("name a folder"));
    }
    if let Some(there) = files.iter().find(|file| fs::symlink_metadata(folder.join(file.path)).is_ok()) {
        return Err(Failure::input(format!("{shown} holds {} already; nothing was written", there.path))
            .help("name another folder"));
    }
    for file in files {
        let path = folder.join(file.path);
        let parent = path.parent().unwrap_or(folder);
        let failed = |error: &std::io::Error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::input(format!("{} is there already", context.shown(&path))),
            _ => Failure::world(format!("cannot write {}", context.shown(&path)), io_reason(error)),
        };
        fs::create_dir_all(parent).map_err(|e| failed(&e))?;
        fs::File::create_new(&path)
            .and_then(|mut opened| opened.write_all(file.text.as_bytes()))
            .map_err(|e| failed(&e))?;
    }
    Ok(())
}
