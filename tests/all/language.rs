//! Tests of the language: decoding, resolving, rules, diagnostics and their pages.

use seawall_compiler::diagnostic::render::{TextStyle, text};
use seawall_compiler::files::MemoryFiles;
use seawall_compiler::{Checked, Options, check};
use std::path::Path;

pub(crate) fn folder(path: &Path) -> MemoryFiles {
    fn walk(root: &Path, at: &Path, files: &mut MemoryFiles) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                files.0.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut files = MemoryFiles::default();
    walk(path, path, &mut files);
    files
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A day on which allowances of cases and pages are in force, or over.
fn on_a_day() -> Options {
    Options { today: Some("2026-06-01".to_owned()) }
}

fn shown(checked: &Checked) -> String {
    text(&checked.diagnostics, &checked.sources, TextStyle::default())
}

#[test]
fn reference_is_clean() {
    let checked = check(&folder(&root().join("examples/reference")), &Options::default());
    assert_eq!(shown(&checked), "");
    let model = checked.model.unwrap();
    assert_eq!(model.regions.len(), 3);
    assert_eq!(model.locations.len(), 5);
    assert_eq!(model.workloads.len(), 3);
    let names: Vec<&str> = model.resources.iter().map(|r| r.as_str()).collect();
    assert_eq!(names, ["cpu", "memory", "pods", "nvidia.com/gpu"]);
}

mod cases;
mod codes;
mod fixes;
mod formats;
mod hardness;
mod made;
mod manifests;
mod pages;
