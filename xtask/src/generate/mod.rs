//! `cargo xtask generate`: files of the repository that are written by code, one file a generator.
//!
//! Takes nothing but the workspace, gives files by their path in it. Adding one is adding a file here and its line in
//! [`ALL`]. Invariant: a generator is a pure function of the workspace, so that two runs give the same bytes, and `--check`
//! can tell a stale file from a fresh one.

mod codes;
mod kubernetes;
mod language;
mod policies;
mod schemas;

use crate::run::{Outcome, say};
use clap::Args;
use seawall_tests::control_plane::workspace;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

/// Files by path relative to the workspace, `/` between parts.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Something that writes files of the repository.
pub(crate) struct Generator {
    /// What it is called on the command line.
    name: &'static str,
    /// What it writes, for people.
    about: &'static str,
    /// A folder that holds nothing but its files: any other file there is stale.
    owns: Option<&'static str>,
    /// Makes the files.
    make: fn() -> Result<Files, Box<dyn Error>>,
}

/// Every generator, in the order in which they run.
static ALL: &[&Generator] = &[
    &language::GENERATOR,
    &policies::GENERATOR,
    &codes::GENERATOR,
    &schemas::GENERATOR,
    &kubernetes::GENERATOR,
];

/// What to generate.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail where a file is not what would be written
    #[arg(long)]
    pub(crate) check: bool,
    /// Only these generators [default: all]
    pub(crate) names: Vec<String>,
}

/// Writes the files, or says which are stale.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    if let Some(unknown) = arguments.names.iter().find(|name| !ALL.iter().any(|g| g.name == **name)) {
        let known: Vec<String> = ALL.iter().map(|g| format!("{} ({})", g.name, g.about)).collect();
        return Err(format!("no generator is called {unknown}; there are {}", known.join(", ")).into());
    }
    let wanted = |g: &&&Generator| arguments.names.is_empty() || arguments.names.iter().any(|n| n == g.name);
    let mut stale = Vec::new();
    for generator in ALL.iter().filter(wanted) {
        stale.extend(generator.run(&workspace(), arguments.check)?);
    }
    match (stale.is_empty(), arguments.check) {
        (true, _) => say("every generated file is fresh"),
        (false, true) => return Err(format!("stale: {}; run cargo xtask generate", stale.join(", ")).into()),
        (false, false) => stale.iter().for_each(|path| say(&format!("wrote {path}"))),
    }
    Ok(())
}

impl Generator {
    /// Gives the paths that are not what this generator makes; writes them unless it only checks.
    fn run(&self, root: &Path, check: bool) -> Result<Vec<String>, Box<dyn Error>> {
        let files = (self.make)()?;
        let mut stale: Vec<String> = Vec::new();
        for (path, bytes) in &files {
            if std::fs::read(root.join(path)).is_ok_and(|old| old == *bytes) {
                continue;
            }
            stale.push(path.clone());
            if !check {
                let file = root.join(path);
                std::fs::create_dir_all(file.parent().unwrap_or(root))?;
                std::fs::write(file, bytes)?;
            }
        }
        for path in self.left_over(root, &files)? {
            if !check {
                std::fs::remove_file(root.join(&path))?;
            }
            stale.push(path);
        }
        Ok(stale)
    }

    /// Files in the folder it owns that it does not make.
    fn left_over(&self, root: &Path, files: &Files) -> Result<Vec<String>, Box<dyn Error>> {
        let mut found = Vec::new();
        let mut open: Vec<String> = self.owns.into_iter().map(str::to_owned).collect();
        while let Some(folder) = open.pop() {
            if !root.join(&folder).is_dir() {
                continue;
            }
            for entry in std::fs::read_dir(root.join(&folder))? {
                let entry = entry?;
                let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
                if entry.file_type()?.is_dir() {
                    open.push(path);
                } else if !files.contains_key(&path) {
                    found.push(path);
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_generated_is_fresh() {
        let check = std::env::var_os("SEAWALL_BLESS").is_none();
        let stale: Vec<String> = ALL.iter().flat_map(|g| g.run(&workspace(), check).unwrap()).collect();
        assert!(stale.is_empty(), "run cargo xtask generate: {}", stale.join(", "));
    }

    #[test]
    fn names_and_files_belong_to_one_generator() {
        let mut names: Vec<&str> = ALL.iter().map(|g| g.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        let mut files: Vec<String> = ALL.iter().flat_map(|g| (g.make)().unwrap().into_keys()).collect();
        let count = files.len();
        files.sort();
        files.dedup();
        assert_eq!(files.len(), count);
    }

    #[test]
    fn what_is_stale_or_left_over_is_found_and_mended() {
        let generator = Generator {
            name: "sample",
            about: "two files",
            owns: Some("made"),
            make: || Ok(Files::from([("made/a".to_owned(), b"1".to_vec()), ("b".to_owned(), b"2".to_vec())])),
        };
        let root = tempfile::tempdir().unwrap();
        let run = |check| generator.run(root.path(), check).unwrap();
        assert_eq!(run(true), ["b", "made/a"]);
        assert_eq!(run(false), ["b", "made/a"]);
        std::fs::create_dir(root.path().join("made/old")).unwrap();
        std::fs::write(root.path().join("made/old/c"), "3").unwrap();
        std::fs::write(root.path().join("made/a"), "changed").unwrap();
        assert_eq!(run(true), ["made/a", "made/old/c"]);
        assert_eq!(run(false), ["made/a", "made/old/c"]);
        assert!(run(true).is_empty());
    }
}
