//! Every code, tried: a folder a code in `tests/cases/codes`, `SW0605-rto-exceeded`.
//!
//! `NAME.kdl` is added to the small fleet of `docs/codes/base.kdl` as the examples of pages are, and gives that code and no
//! other; `just-NAME.kdl` lies on the other side of the border and does not give it. What is found stands in `NAME.txt`.
//! Fleets that no file can hold are listed in [`MADE`]: their `NAME.txt` holds the findings of that code alone.
//! `SEAWALL_BLESS=1` writes what is found.

use super::made::MADE;
use super::pages::fleet;
use super::{on_a_day, root};
use seawall_compiler::check;
use seawall_compiler::diagnostic::registry::{ALL, Code};
use seawall_compiler::diagnostic::render::{TextStyle, text};
use seawall_compiler::files::{Files, MemoryFiles};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Codes that come with others: what a limit cuts off is of another code.
static IN_COMPANY: &[&str] = &["SW0121", "SW1003"];

fn folder_of(code: &Code) -> PathBuf {
    root().join("tests/cases/codes").join(format!("{}-{}", code.id, code.name))
}

/// The names of a folder's files with that ending.
fn names(folder: &Path, ending: &str) -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeSet::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect()
}

/// Every fleet of the folders.
pub(super) fn fleets() -> Vec<(String, MemoryFiles)> {
    let cases = ALL.iter().flat_map(|code| {
        let folder = folder_of(code);
        let cases = names(&folder, ".kdl").into_iter();
        cases.map(move |name| {
            let input = std::fs::read_to_string(folder.join(format!("{name}.kdl"))).unwrap();
            (format!("{} {name}", code.id), fleet(&input))
        })
    });
    cases.collect()
}

/// Checks one fleet; gives what is wrong with what is found.
fn tried(code: &Code, name: &str, files: &dyn Files, only: bool) -> Vec<String> {
    let case = format!("{} {name}", code.id);
    let checked = check(files, &on_a_day());
    let found: BTreeSet<&str> = checked.diagnostics.iter().map(|finding| finding.code.id).collect();
    let own = checked.diagnostics.iter().filter(|finding| !only || finding.code.id == code.id);
    let text = text(&own.cloned().collect::<Vec<_>>(), &checked.sources, TextStyle::default());
    let mut problems = Vec::new();
    if name.starts_with("just-") {
        if found.contains(code.id) {
            problems.push(format!("{case}: is found\n{text}"));
        }
    } else if !found.contains(code.id) {
        problems.push(format!("{case}: is not found, but {found:?}\n{text}"));
    } else if found.len() > 1 && !IN_COMPANY.contains(&code.id) {
        problems.push(format!("{case}: {found:?}\n{text}"));
    }
    let file = folder_of(code).join(format!("{name}.txt"));
    if std::env::var_os("SEAWALL_BLESS").is_some() {
        std::fs::create_dir_all(folder_of(code)).unwrap();
        std::fs::write(&file, &text).unwrap();
    } else if std::fs::read_to_string(&file).ok().as_deref() != Some(&text) {
        problems.push(format!("{case}:\n{text}"));
    }
    problems
}

#[test]
fn every_code_has_a_case() {
    let mut problems = Vec::new();
    for code in ALL {
        let folder = folder_of(code);
        let mut expected = BTreeSet::new();
        for name in names(&folder, ".kdl") {
            let input = std::fs::read_to_string(folder.join(format!("{name}.kdl"))).unwrap();
            problems.extend(tried(code, &name, &fleet(&input), false));
            expected.insert(name);
        }
        for (_, name, make) in MADE.iter().filter(|(id, ..)| *id == code.id) {
            problems.extend(tried(code, name, &*make(), true));
            expected.insert((*name).to_owned());
        }
        if expected.iter().all(|name| name.starts_with("just-")) {
            problems.push(format!("{}: no case gives it; add {}/NAME.kdl", code.id, folder.display()));
        }
        for stray in names(&folder, ".txt").difference(&expected) {
            problems.push(format!("{}: {stray}.txt belongs to nothing", code.id));
        }
    }
    let known: BTreeSet<PathBuf> = ALL.iter().map(|code| folder_of(code)).collect();
    for entry in std::fs::read_dir(root().join("tests/cases/codes")).unwrap() {
        let path = entry.unwrap().path();
        if !known.contains(&path) {
            problems.push(format!("{} is no code's folder", path.display()));
        }
    }
    assert!(problems.is_empty(), "{} problems\n{}", problems.len(), problems.join("\n"));
}
