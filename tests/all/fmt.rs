//! Formatting never changes what a fleet means: however its files are laid out and commented, the model before is the model
//! after, every comment is still there in its order, and formatting again changes nothing.

use super::language::folder;
use proptest::prelude::*;
use seawall_compiler::files::MemoryFiles;
use seawall_compiler::syntax::format;
use seawall_compiler::{Options, check};
use seawall_tests::comments::comments;
use seawall_tests::generate;
use std::path::Path;

/// A change of layout that means nothing, at a line that is chosen by number.
#[derive(Clone, Debug)]
enum Change {
    Indent(usize),
    Trailing(u16),
    OwnLine(u16),
    Blank(usize),
    Enclosed(u16),
    LeftOut(u16),
    Wide(usize),
    Continued,
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, Change)>> {
    let change = prop_oneof![
        (0usize..9).prop_map(Change::Indent),
        any::<u16>().prop_map(Change::Trailing),
        any::<u16>().prop_map(Change::OwnLine),
        (1usize..4).prop_map(Change::Blank),
        any::<u16>().prop_map(Change::Enclosed),
        any::<u16>().prop_map(Change::LeftOut),
        (2usize..6).prop_map(Change::Wide),
        Just(Change::Continued),
    ];
    prop::collection::vec((any::<prop::sample::Index>(), change), 0..60)
}

/// The first space between two words of a line, outside strings and comments.
fn gap(line: &str) -> Option<usize> {
    let body = line.split("//").next()?;
    let start = body.len() - body.trim_start().len();
    let end = body.find(['"', '{']).unwrap_or(body.len());
    let at = start + body.get(start..end)?.find(' ')?;
    (!body[at..].trim().is_empty()).then_some(at)
}

fn apply(line: &str, change: &Change) -> String {
    match change {
        Change::Indent(spaces) => format!("{:spaces$}{}", "", line.trim_start()),
        Change::Trailing(n) if !line.contains("//") => format!("{line} // behind {n}"),
        Change::OwnLine(n) => format!("// above {n}\n{line}"),
        Change::Blank(lines) => format!("{}{line}", "\n".repeat(*lines)),
        Change::Enclosed(n) => format!("/* before {n} */ {line}"),
        Change::LeftOut(n) if !line.trim_start().starts_with(['}', '/']) => {
            format!("/- out{n} \"{n}\" {{ // not here\n a; b }}\n{line}")
        }
        Change::Wide(spaces) => match gap(line) {
            Some(at) => format!("{}{:spaces$}{}", &line[..at], "", &line[at..]),
            None => line.to_owned(),
        },
        Change::Continued => match gap(line) {
            Some(at) => format!("{} \\ // goes on\n  {}", &line[..at], &line[at..]),
            None => line.to_owned(),
        },
        Change::Trailing(_) | Change::LeftOut(_) => line.to_owned(),
    }
}

fn changed(text: &str, changes: &[(prop::sample::Index, Change)], crlf: bool, mark: bool) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (place, change) in changes.iter().filter(|_| !text.is_empty()) {
        let line = place.get_mut(&mut lines);
        // A line is changed once: what stands on several is no line any more.
        if !line.contains('\n') {
            *line = apply(line, change);
        }
    }
    let text = lines.join("\n") + "\n";
    let text = if crlf { text.replace('\n', "\r\n") } else { text };
    if mark { format!("\u{FEFF}{text}") } else { text }
}

/// The model's text, places aside.
fn model(files: &MemoryFiles) -> String {
    let checked = check(files, &Options { today: Some("2026-01-31".to_owned()) });
    let found: Vec<&String> = checked.diagnostics.iter().map(|finding| &finding.message).collect();
    let text = format!("{:?}", checked.model.unwrap_or_else(|| panic!("no model: {found:?}")));
    let mut parts = text.split("Span { ");
    let mut out = parts.next().unwrap().to_owned();
    parts.for_each(|part| out.push_str(part.split_once(" }").unwrap().1));
    out
}

fn fleets() -> impl Strategy<Value = MemoryFiles> {
    let reference = folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/reference"));
    let small = folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/templates/small"));
    let generated = (0u64..50, 2usize..5, any::<bool>()).prop_map(|(seed, regions, cells)| {
        let options = generate::Options { cells, ..generate::Options::new(seed, 12, regions) };
        let files = generate::fleet(&options).into_iter().map(|(path, text)| (path, text.into_bytes()));
        MemoryFiles(files.collect())
    });
    prop_oneof![Just(reference), Just(small), generated]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_model_before_is_the_model_after(
        files in fleets(), changes in changes(), crlf in any::<bool>(), mark in any::<bool>(),
    ) {
        let before = model(&files);
        let (mut wild, mut formatted) = (files.clone(), files.clone());
        let kdl = files.0.keys().filter(|path| path.ends_with(".kdl"));
        for path in kdl {
            let text = std::str::from_utf8(&files.0[path]).unwrap();
            let loose = changed(text, &changes, crlf, mark);
            let tidy = format(&loose).unwrap_or_else(|found| panic!("{path}: {found:?}\n{loose}"));
            prop_assert_eq!(&format(&tidy).unwrap(), &tidy, "{} is not formatted once", path);
            prop_assert_eq!(comments(&tidy), comments(&loose), "{}", path);
            let clean = !tidy.contains(['\r', '\u{FEFF}']) && !tidy.contains("\n\n\n");
            prop_assert!(clean, "{}", tidy);
            wild.0.insert(path.clone(), loose.into_bytes());
            formatted.0.insert(path.clone(), tidy.into_bytes());
        }
        prop_assert_eq!(&model(&wild), &before, "the changes mean something: the test is wrong");
        prop_assert_eq!(&model(&formatted), &before);
    }
}

/// Groups of lines that blank lines set apart stay groups, and nothing is joined or parted.
#[test]
fn groups_of_lines_stay() {
    let text = "a 1\nb 2\n\n\n\n// about c\nc 3\n\nd {\n\n    e 4\n\n\n    f 5\n\n}\n";
    let tidy = format(text).unwrap();
    assert_eq!(tidy, "a 1\nb 2\n\n// about c\nc 3\n\nd {\n    e 4\n\n    f 5\n}\n");
}
