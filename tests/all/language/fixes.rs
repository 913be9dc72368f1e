//! Fixes. A folder a case in `tests/cases/fixes`: `in/` is a fleet, `out/` the files that `check --fix` changes, `done.txt`
//! what it says of that, then what remains. `SEAWALL_BLESS=1` writes what comes of it.
//!
//! And of every fleet that any test here knows: each fix that is offered holds.

use super::pages::{examples, fleet};
use super::{folder, root, shown};
use proptest::prelude::*;
use seawall_compiler::diagnostic::registry::ALL;
use seawall_compiler::diagnostic::{Applicability, Diagnostic, Fix, Severity};
use seawall_compiler::files::MemoryFiles;
use seawall_compiler::mend::mend;
use seawall_compiler::{Checked, Options, check};
use std::fmt::Write as _;

#[test]
fn every_case_is_mended_as_it_says() {
    let mut problems = Vec::new();
    let mut cases: Vec<_> =
        std::fs::read_dir(root().join("tests/cases/fixes")).unwrap().map(|e| e.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 5, "{} cases", cases.len());
    for case in cases {
        let mended = mend(&folder(&case.join("in")), &Options::default());
        let mut said = String::new();
        for done in &mended.done {
            writeln!(said, "{}:{}: {}: {}", done.path, done.line, done.code, done.what).unwrap();
        }
        write!(said, "--- {} left\n{}", mended.checked.diagnostics.len(), shown(&mended.checked)).unwrap();
        if std::env::var_os("SEAWALL_BLESS").is_some() {
            let _ = std::fs::remove_dir_all(case.join("out"));
            for (path, text) in &mended.changed {
                let file = case.join("out").join(path);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(file, text).unwrap();
            }
            std::fs::write(case.join("done.txt"), &said).unwrap();
        }
        let expected =
            if case.join("out").is_dir() { folder(&case.join("out")) } else { MemoryFiles::default() };
        let got: Vec<_> =
            mended.changed.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect();
        if expected.0.into_iter().collect::<Vec<_>>() != got {
            problems.push(format!("{}: {:#?}", case.display(), mended.changed));
        }
        if std::fs::read_to_string(case.join("done.txt")).unwrap_or_default() != said {
            problems.push(format!("{}:\n{said}", case.display()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Makes one fix.
fn with(files: &MemoryFiles, checked: &Checked, fix: &Fix) -> MemoryFiles {
    let mut files = files.clone();
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
    for edit in edits {
        let path = &checked.sources.get(edit.span.file).unwrap().path;
        let bytes = files.0.get_mut(path).unwrap();
        bytes.splice(edit.span.start as usize..edit.span.end as usize, edit.replacement.bytes());
    }
    files
}

fn count(findings: &[Diagnostic], like: &Diagnostic, sources: (&Checked, &Checked)) -> usize {
    let key = |d: &Diagnostic, checked: &Checked| {
        let span = d.labels.iter().find(|label| label.primary).unwrap().span;
        (
            d.code.id,
            checked.sources.locate(span).map(|(path, _)| path.to_owned()),
            checked.sources.text(span).to_owned(),
        )
    };
    let wanted = key(like, sources.0);
    findings.iter().filter(|d| key(d, sources.1) == wanted).count()
}

/// Each offered fix, made alone: its finding is gone, and no error is there that was not.
fn fixes_hold(files: &MemoryFiles) -> Vec<String> {
    let before = check(files, &Options::default());
    let mut problems = Vec::new();
    for finding in &before.diagnostics {
        for fix in &finding.fixes {
            let after = check(&with(files, &before, fix), &Options::default());
            let of = |checked: &Checked| count(&checked.diagnostics, finding, (&before, checked));
            if of(&after) >= of(&before) {
                problems.push(format!("{}: `{}` does not mend it", finding.code.id, fix.title));
            }
            for new in after.diagnostics.iter().filter(|d| d.severity == Severity::Error) {
                let (was, is) = (
                    count(&before.diagnostics, new, (&after, &before)),
                    count(&after.diagnostics, new, (&after, &after)),
                );
                if is > was {
                    problems.push(format!(
                        "{}: `{}` leads to {}: {}",
                        finding.code.id, fix.title, new.code.id, new.message
                    ));
                }
            }
        }
    }
    problems
}

#[test]
fn every_fix_that_is_offered_holds() {
    let mut problems = Vec::new();
    let (mut certain, mut suggested) = (0, 0);
    let mut fleets: Vec<(String, MemoryFiles)> = Vec::new();
    for entry in std::fs::read_dir(root().join("tests/cases/check")).unwrap() {
        let path = entry.unwrap().path();
        fleets.push((path.display().to_string(), folder(&path)));
    }
    for code in ALL {
        fleets.extend(examples(code.page, "Fails").map(|example| (code.id.to_owned(), fleet(&example))));
    }
    fleets.extend(super::codes::fleets());
    for (name, files) in fleets {
        let checked = check(&files, &Options::default());
        for fix in checked.diagnostics.iter().flat_map(|finding| &finding.fixes) {
            match fix.applicability {
                Applicability::Certain => certain += 1,
                Applicability::Suggested => suggested += 1,
            }
        }
        problems.extend(fixes_hold(&files).into_iter().map(|problem| format!("{name}: {problem}")));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(certain >= 15 && suggested >= 15, "{certain} certain, {suggested} suggested");
}

/// A letter lost, doubled, swapped or changed somewhere in the reference fleet: a misspelling.
fn misspelt(files: &MemoryFiles, at: usize, how: usize) -> MemoryFiles {
    let mut files = files.clone();
    let names: Vec<String> = files.0.keys().filter(|path| path.ends_with(".kdl")).cloned().collect();
    let sizes: Vec<usize> = names.iter().map(|name| files.0[name].len()).collect();
    let mut place = at % sizes.iter().sum::<usize>();
    for (name, size) in names.iter().zip(sizes) {
        if place >= size {
            place -= size;
            continue;
        }
        let bytes = files.0.get_mut(name).unwrap();
        while !bytes[place].is_ascii_alphabetic() && place + 1 < size {
            place += 1;
        }
        match how % 4 {
            0 => drop(bytes.remove(place)),
            1 => bytes.insert(place, bytes[place]),
            2 if place > 0 => bytes.swap(place, place - 1),
            _ => bytes[place] = b'q',
        }
        break;
    }
    files
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn misspellings_are_mended_or_left_alone(places in proptest::collection::vec((any::<usize>(), any::<usize>()), 1..4)) {
        let reference = folder(&root().join("examples/reference"));
        let files = places.iter().fold(reference, |files, (at, how)| misspelt(&files, *at, *how));
        let problems = fixes_hold(&files);
        prop_assert!(problems.is_empty(), "{}", problems.join("\n"));
        let before = check(&files, &Options::default()).errors();
        let mended = mend(&files, &Options::default());
        prop_assert!(mended.checked.errors() <= before);
        prop_assert_eq!(mended.done.is_empty(), mended.changed.is_empty());
    }
}
