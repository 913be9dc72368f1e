//! The rendering: YAML that kubectl reads as it was meant, golden files, independence of order, exact provenance.

mod events;
mod fleets;
mod golden;
mod objects;
mod order;
mod origins;
mod traps;

use seawall_compiler::emit::{Rendering, render};
use seawall_compiler::files::MemoryFiles;
use seawall_compiler::{Checked, Options, check, manifest};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Every file below a folder, by its path relative to it.
fn read_tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The reference fleet.
fn reference() -> MemoryFiles {
    MemoryFiles(read_tree(&repository().join("examples/reference")))
}

/// Compiles a fleet that must have no errors in what it says; a refuted proof is fine.
fn compile(files: &MemoryFiles) -> (Checked, Rendering) {
    let checked = check(files, &Options::default());
    let (Some(model), Some(proof)) = (&checked.model, &checked.proof) else {
        panic!("no model: {:#?}", checked.diagnostics);
    };
    let rendering = render(model, &checked.sources, proof).unwrap();
    (checked, rendering)
}

/// A fleet's files with one of them changed.
fn edited(file: &str, from: &str, to: &str) -> MemoryFiles {
    let mut files = reference();
    let text = String::from_utf8(files.0[file].clone()).unwrap();
    assert!(text.contains(from), "{file} has no {from:?}");
    files.0.insert(file.to_owned(), text.replacen(from, to, 1).into_bytes());
    files
}

/// An object of the rendering as it was written.
fn object(rendering: &Rendering, path: &str) -> Value {
    let near = || {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        rendering.files.keys().filter(|p| p.starts_with(folder)).cloned().collect::<Vec<_>>().join("\n")
    };
    let bytes = rendering.files.get(path).unwrap_or_else(|| panic!("no {path}; there are\n{}", near()));
    let text = std::str::from_utf8(bytes).unwrap();
    let read = manifest::read(seawall_compiler::span::FileId(0), text);
    let (mut objects, findings) = (read.objects, read.diagnostics);
    assert!(findings.is_empty() && objects.len() == 1, "{path}: {findings:?}");
    objects.remove(0).value
}
