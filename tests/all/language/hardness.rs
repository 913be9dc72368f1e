//! Bad input: whatever happens to the bytes of the reference fleet, checking gives findings at valid places and never
//! panics; files of the world's making are findings at the line that names them.

use super::{folder, root, shown};
use proptest::prelude::*;
use seawall_compiler::diagnostic::render::{TextStyle, json, text};
use seawall_compiler::files::{FILE_LIMIT, FileError, Files, MemoryFiles};
use seawall_compiler::{Checked, Options, check};

#[derive(Clone, Debug)]
enum Edit {
    Delete(usize, usize),
    Replace(usize, u8),
    Insert(usize, &'static str),
    Swap(usize, usize),
    Truncate(usize),
}

const SNIPPETS: [&str; 24] = [
    "{",
    "}",
    "\"",
    "/*",
    "/-",
    "=",
    "\n",
    ";",
    "#true",
    "\\",
    "(",
    "workload",
    "region x country=DE",
    "to eu-west",
    "99999999999999999999999999",
    "-1",
    "0.5",
    "\u{1f600}",
    "\u{202e}",
    "\0",
    "import \"*.kdl\"",
    "class a class=a",
    "cpu=\"9223372036854775807\"",
    "count=1000000000",
];

fn edits() -> impl Strategy<Value = Vec<(usize, Edit)>> {
    let edit = prop_oneof![
        (any::<usize>(), 0usize..40).prop_map(|(at, n)| Edit::Delete(at, n)),
        (any::<usize>(), any::<u8>()).prop_map(|(at, b)| Edit::Replace(at, b)),
        (any::<usize>(), 0..SNIPPETS.len()).prop_map(|(at, i)| Edit::Insert(at, SNIPPETS[i])),
        (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Edit::Swap(a, b)),
        any::<usize>().prop_map(Edit::Truncate),
    ];
    proptest::collection::vec((any::<usize>(), edit), 1..6)
}

fn apply(bytes: &mut Vec<u8>, edit: &Edit) {
    let length = bytes.len().max(1);
    match edit {
        Edit::Delete(at, n) => {
            let at = at % length;
            bytes.drain(at.min(bytes.len())..(at + n).min(bytes.len()));
        }
        Edit::Replace(at, byte) => {
            if let Some(place) = bytes.get_mut(at % length) {
                *place = *byte;
            }
        }
        Edit::Insert(at, snippet) => {
            let at = (at % length).min(bytes.len());
            bytes.splice(at..at, snippet.bytes());
        }
        Edit::Swap(a, b) if !bytes.is_empty() => bytes.swap(a % length, b % length),
        Edit::Swap(..) => {}
        Edit::Truncate(at) => bytes.truncate(at % length),
    }
}

/// Every label lies in a file that was read, on character boundaries.
fn places_are_valid(checked: &Checked) {
    for finding in &checked.diagnostics {
        assert!(!finding.labels.is_empty());
        let edits = finding.fixes.iter().flat_map(|fix| fix.edits.iter().map(|edit| edit.span));
        for span in finding.labels.iter().map(|label| label.span).chain(edits) {
            let source = checked.sources.get(span.file).unwrap_or_else(|| panic!("{finding:?}"));
            assert!(source.text.get(span.start as usize..span.end as usize).is_some(), "{finding:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn mutated_fleets_never_panic(edits in edits()) {
        let mut files = folder(&root().join("examples/reference"));
        let names: Vec<String> = files.0.keys().cloned().collect();
        for (file, edit) in &edits {
            apply(files.0.get_mut(&names[file % names.len()]).unwrap(), edit);
        }
        let checked = check(&files, &Options::default());
        places_are_valid(&checked);
        let unicode = checked.diagnostics.len().is_multiple_of(2);
        let text = text(&checked.diagnostics, &checked.sources, TextStyle { color: false, unicode, width: 100 });
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\0']));
        assert!(json(&checked.diagnostics, &checked.sources)["findings"].is_array());
        // A fleet with errors of resolving has no model; one without has a proof.
        assert_eq!(checked.model.is_some(), checked.proof.is_some());
    }
}

fn memory(files: &[(&str, &[u8])]) -> MemoryFiles {
    MemoryFiles(files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect())
}

fn codes(files: &dyn Files) -> (Vec<&'static str>, String) {
    let checked = check(files, &Options::default());
    places_are_valid(&checked);
    (checked.diagnostics.iter().map(|d| d.code.id).collect(), shown(&checked))
}

#[test]
fn files_that_are_no_text_are_told_at_the_import() {
    let files = memory(&[("fleet.kdl", b"fleet acme\nimport \"a.kdl\""), ("a.kdl", b"tier a\n\xff\xfe")]);
    let (found, text) = codes(&files);
    assert_eq!(found, ["SW0205"], "{text}");
    assert!(text.contains("line 2, byte 7"), "{text}");
}

#[test]
fn files_too_large_are_told_at_the_import() {
    let large = vec![b' '; FILE_LIMIT + 1];
    let (found, text) = codes(&memory(&[("fleet.kdl", b"fleet acme\nimport \"a.kdl\""), ("a.kdl", &large)]));
    assert_eq!(found, ["SW0206"], "{text}");
}

#[test]
fn a_fleet_without_entry_says_so() {
    let (found, text) = codes(&memory(&[]));
    assert_eq!(found, ["SW0208"], "{text}");
    assert!(text.contains("seawall init"), "{text}");
}

#[test]
fn what_the_system_refuses_is_told_at_the_import() {
    struct Refusing;
    impl Files for Refusing {
        fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
            match path {
                "fleet.kdl" => Ok(b"fleet acme\nimport \"a.kdl\"\nimport \"b/*.kdl\"".to_vec()),
                "a.kdl" => Err(FileError::Unreadable("permission denied".to_owned())),
                _ => Err(FileError::Missing),
            }
        }
        fn list(&self, _: &str) -> Result<Vec<String>, FileError> {
            Err(FileError::Unreadable("permission denied".to_owned()))
        }
    }
    let (found, text) = codes(&Refusing);
    assert_eq!(found, ["SW0207", "SW0207"], "{text}");
}

#[test]
fn nesting_ends_at_its_limit() {
    let deep = format!("fleet acme {}{}", "a { ".repeat(100_000), "}".repeat(100_000));
    let (found, text) = codes(&memory(&[("fleet.kdl", deep.as_bytes())]));
    assert!(found.contains(&"SW0112"), "{text}");
    assert!(found.len() < 10, "{}", found.len());
}

#[test]
fn a_text_of_three_megabytes_is_clipped() {
    let long = format!("fleet \"{}\"\nevent \"{}\" {{ fail x }}", "a".repeat(3 << 20), "b c".repeat(1 << 20));
    let (found, text) = codes(&memory(&[("fleet.kdl", long.as_bytes())]));
    assert!(!found.is_empty());
    assert!(text.len() < 20_000, "{}", text.len());
    assert!(text.lines().all(|line| line.chars().count() <= 220));
}

#[test]
fn order_of_nodes_and_files_does_not_matter() {
    let files = folder(&root().join("examples/reference"));
    let straight = check(&files, &Options::default());
    let mut turned = files.clone();
    let entry = String::from_utf8(files.0["fleet.kdl"].clone()).unwrap();
    let (imports, rest): (Vec<&str>, Vec<&str>) = entry.lines().partition(|line| line.starts_with("import"));
    let imports: Vec<&str> = imports.into_iter().rev().collect();
    turned.0.insert(
        "fleet.kdl".to_owned(),
        format!("{}\n{}\n", rest.join("\n"), imports.join("\n")).into_bytes(),
    );
    let turned = check(&turned, &Options::default());
    let (a, b) = (straight.model.unwrap(), turned.model.unwrap());
    let names = |model: &seawall_compiler::model::Model| {
        let regions = model.regions.iter().map(|r| r.name.to_string());
        regions.chain(model.workloads.iter().map(|w| w.name.to_string())).collect::<Vec<_>>()
    };
    assert_eq!(names(&a), names(&b));
    assert_eq!(
        a.locations.iter().map(|l| l.capacity.clone()).collect::<Vec<_>>(),
        b.locations.iter().map(|l| l.capacity.clone()).collect::<Vec<_>>()
    );
}
