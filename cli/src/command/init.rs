//! `seawall init [DIR]`: a working, commented fleet to start from. Never overwrites; writes all of it or nothing.

use crate::failure::io_reason;
use crate::style::count;
use crate::template::{File, REFERENCE, SMALL, regions};
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
    /// What to start from [default: small]
    #[arg(long)]
    template: Option<Template>,
    /// A region in each of these cities, by IATA code: FRA,DUB,IAD
    #[arg(long, visible_alias = "region", value_name = "CITY,…", value_delimiter = ',')]
    regions: Vec<String>,
}

/// What to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Template {
    /// Two regions, one service, embedded clusters: works as it is
    Small,
    /// Three regions with everything that the language has
    Reference,
    /// A region for each of --regions, linked and with reserves, one service in all of them
    Regions,
}

/// Writes the fleet.
///
/// # Errors
/// [`Failure::Input`] where a file is there already, [`Failure::World`] where the disk refuses.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let files = chosen(args)?;
    let folder = context.path(&args.folder);
    write(context, &folder, &files)?;
    let shown = context.shown(&folder);
    for file in &files {
        context.line(&if shown == "." { file.path.to_string() } else { format!("{shown}/{}", file.path) })?;
    }
    if !args.regions.is_empty() {
        context.say("capacities are examples and round-trip times estimates: put your own in their place");
    }
    context.say(&format!("wrote {}; next: seawall check {shown}", count(files.len(), "file")));
    Ok(Exit::Fine)
}

fn chosen(args: &Args) -> Result<Vec<File>, Failure> {
    match (args.template, args.regions.is_empty()) {
        (None | Some(Template::Regions), false) => regions::files(&args.regions),
        (Some(Template::Regions), true) => Err(Failure::input("--template regions needs to know which")
            .help("name cities by their IATA codes: --regions FRA,DUB,IAD")),
        (Some(Template::Small | Template::Reference), false) => {
            Err(Failure::input("--regions lays out a fleet of its own, and --template names another")
                .help("leave out one of them"))
        }
        (None | Some(Template::Small), true) => Ok(SMALL.to_vec()),
        (Some(Template::Reference), true) => Ok(REFERENCE.to_vec()),
    }
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
    let there = |file: &&File| fs::symlink_metadata(folder.join(&*file.path)).is_ok();
    if let Some(there) = files.iter().find(there) {
        return Err(Failure::input(format!("{shown} holds {} already; nothing was written", there.path))
            .help("name another folder"));
    }
    let mut made = Made::default();
    for file in files {
        let path = folder.join(&*file.path);
        let failed = |error: &std::io::Error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::input(format!("{} is there already", context.shown(&path))),
            _ => Failure::world(format!("cannot write {}", context.shown(&path)), io_reason(error)),
        };
        if let Err(error) = made.write(&path, &file.text) {
            made.undo();
            return Err(failed(&error).help("nothing was written"));
        }
    }
    Ok(())
}

/// Files and folders that were made, to take them back where the next one fails.
#[derive(Default)]
struct Made {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Made {
    fn write(&mut self, path: &Path, text: &str) -> std::io::Result<()> {
        let missing: Vec<&Path> = path.ancestors().skip(1).take_while(|folder| !folder.exists()).collect();
        for folder in missing.into_iter().rev().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir(folder)?;
            self.folders.push(folder.to_owned());
        }
        let mut opened = fs::File::create_new(path)?;
        self.files.push(path.to_owned());
        opened.write_all(text.as_bytes())
    }

    /// What cannot be taken back either stays; the reason why the write failed is the one that counts.
    fn undo(&self) {
        self.files.iter().for_each(|file| drop(fs::remove_file(file)));
        self.folders.iter().rev().for_each(|folder| drop(fs::remove_dir(folder)));
    }
}
