//! What mutation starts from: every case folder, example, template and generated fleet of the repository.

use super::input::Input;
use seawall_compiler::diagnostic::Diagnostics;
use seawall_compiler::policy::{PACKS, reference};
use seawall_compiler::span::Span;
use seawall_tests::control_plane::workspace;
use seawall_tests::generate;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

/// Fleets, and single files of a kind.
pub(super) struct Corpus {
    /// Whole fleets.
    pub(super) fleets: Vec<Input>,
    /// Single KDL files, each as `a.kdl`.
    pub(super) kdl: Vec<Input>,
    /// Single YAML files, each as `a.yaml`.
    pub(super) yaml: Vec<Input>,
    /// Expressions of policies, each as `a.cel`.
    pub(super) cel: Vec<Input>,
    /// Words and punctuation that occur anywhere, to splice in.
    pub(super) words: Vec<String>,
}

/// A file above this is left out: mutating small ones finds more in the same time.
const LARGE: usize = 64 << 10;

impl Corpus {
    /// Reads all of it.
    pub(super) fn read() -> io::Result<Corpus> {
        let root = workspace();
        let mut fleets = Vec::new();
        for folder in ["tests/cases/check", "tests/cases/proof", "tests/cases/rendering", "examples"] {
            fleets_below(&root.join(folder), &mut fleets)?;
        }
        fleets.push(Input::read(&root.join("cli/templates/small"))?);
        for seed in 0..3 {
            let options = generate::Options { workloads_per_tenant: 4, ..generate::Options::new(seed, 8, 3) };
            let files = generate::fleet(&options).into_iter().map(|(path, text)| (path, text.into_bytes()));
            fleets.push(Input(files.collect()));
        }
        let single = fleets_files(&fleets);
        let (mut kdl, mut yaml) = (Vec::new(), Vec::new());
        for case in sorted(&root.join("tests/cases/syntax"))? {
            kdl.extend(fs::read(case.join("input.kdl")));
        }
        for (name, bytes) in single {
            match name.rsplit_once('.').map(|(_, extension)| extension) {
                Some("kdl") => kdl.push(bytes),
                Some("yaml" | "yml") => yaml.push(bytes),
                _ => {}
            }
        }
        let one = |name: &str, all: Vec<Vec<u8>>| {
            let all: BTreeSet<Vec<u8>> = all.into_iter().filter(|bytes| bytes.len() <= LARGE).collect();
            all.into_iter().map(|bytes| Input(BTreeMap::from([(name.to_owned(), bytes)]))).collect::<Vec<_>>()
        };
        fleets.retain(|fleet| fleet.size() <= LARGE);
        let cel = one("a.cel", expressions());
        let mut words = words(&fleets);
        words.extend(self::words(&cel));
        Ok(Corpus { fleets, kdl: one("a.kdl", kdl), yaml: one("a.yaml", yaml), cel, words })
    }
}

/// The expressions of every pack, and of every function.
fn expressions() -> Vec<Vec<u8>> {
    let loaded = PACKS.iter().flat_map(|pack| pack.load(Span::NONE, &mut Diagnostics::default()).loaded);
    let mut found: Vec<Vec<u8>> = Vec::new();
    for policy in loaded {
        found.extend(policy.filter().map(|filter| filter.as_bytes().to_vec()));
        found.extend(policy.requires().map(|(require, _)| require.as_bytes().to_vec()));
    }
    found.extend(reference::calls().map(|call| call.as_bytes().to_vec()));
    found
}

/// Every folder below that holds a `fleet.kdl`.
fn fleets_below(folder: &Path, found: &mut Vec<Input>) -> io::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    if folder.join("fleet.kdl").is_file() {
        found.push(Input::read(folder)?);
        return Ok(());
    }
    for path in sorted(folder)? {
        fleets_below(&path, found)?;
    }
    Ok(())
}

fn sorted(folder: &Path) -> io::Result<Vec<std::path::PathBuf>> {
    let mut paths: Vec<_> = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}

fn fleets_files(fleets: &[Input]) -> Vec<(String, Vec<u8>)> {
    fleets
        .iter()
        .flat_map(|fleet| fleet.0.iter().map(|(name, bytes)| (name.clone(), bytes.clone())))
        .collect()
}

fn words(fleets: &[Input]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for bytes in fleets.iter().flat_map(|fleet| fleet.0.values()) {
        let text = String::from_utf8_lossy(bytes);
        found.extend(text.split([' ', '\n']).filter(|word| (1..40).contains(&word.len())).map(str::to_owned));
    }
    found.into_iter().collect()
}
