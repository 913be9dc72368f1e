//! The formatter: idempotent, loses no comment and no value, leaves at most one blank line, and has one style.

use super::documents::{document, mutated};
use super::plain;
use proptest::prelude::*;
use seawall_compiler::syntax::format;
use seawall_tests::comments::comments;
use std::path::Path;

fn config() -> ProptestConfig {
    ProptestConfig { cases: 1500, failure_persistence: None, ..Default::default() }
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let formatted = format(text).unwrap();
    prop_assert_eq!(&format(&formatted).unwrap(), &formatted, "not idempotent on {:?}", text);
    prop_assert_eq!(
        plain::ours(&formatted).unwrap(),
        plain::ours(text).unwrap(),
        "{:?} became {:?}",
        text,
        formatted
    );
    prop_assert_eq!(comments(&formatted), comments(text), "{:?} became {:?}", text, formatted);
    prop_assert!(!formatted.starts_with('\u{FEFF}') && !formatted.contains('\r'), "{:?}", formatted);
    prop_assert!(formatted.is_empty() || formatted.ends_with('\n'), "{:?}", formatted);
    Ok(())
}

#[test]
fn keeps_values_and_comments_and_is_idempotent() {
    proptest!(config(), |(text in document())| { check(&text)?; });
}

#[test]
fn refuses_what_cannot_be_read_and_only_that() {
    proptest!(config(), |(text in mutated())| {
        match plain::ours(&text) {
            Ok(_) => check(&text)?,
            Err(_) => prop_assert!(format(&text).is_err_and(|found| !found.is_empty())),
        }
    });
}

#[test]
fn the_style() {
    let cases = [
        ("\u{FEFF}a   1  k = \"v\"\r\n\r\n\r\n\r\nb {c;d }\r\n", "a 1 k=\"v\"\n\nb { c; d }\n"),
        ("a {\nb{\n\n c 1\n\n\n d\n\n}\n}", "a {\n    b {\n        c 1\n\n        d\n    }\n}\n"),
        ("q a; q b;\nx", "q a; q b\nx\n"),
        ("a { // why\n  b // because\n  }  // done", "a { // why\n    b // because\n}  // done\n"),
        ("a \\\n  1 \\ // one\n 2", "a \\\n    1 \\ // one\n    2\n"),
        ("a {}\nb { }\nc {\n}", "a {}\nb {}\nc {}\n"),
        ("/-  a 1\n/-b\nc /-1 /- {\n x\n}", "/- a 1\n/-b\nc /-1 /- {\n    x\n}\n"),
        ("( t ) a (u) 0x_".replace("_", "FF").leak(), "(t)a (u)0xFF\n"),
        ("a \"\"\"\r\n  x\r\n  \"\"\"", "a \"\"\"\n  x\n  \"\"\"\n"),
        // Spaces that line entries up with the next line's are kept, others are not.
        ("tier standard order=50\ntier batch    order=1", "tier standard order=50\ntier batch    order=1\n"),
        ("tier standard order=50\ntier batch     order=1", "tier standard order=50\ntier batch order=1\n"),
        ("", ""),
        ("// only\n\n\n", "// only\n"),
    ];
    for (text, expected) in cases {
        assert_eq!(format(text).unwrap(), expected, "{text:?}");
    }
}

#[test]
fn long_lines_are_broken_at_blocks_and_semicolons() {
    let long = "x".repeat(60);
    let broken = format(&format!("a {{ b {long}; c {long} }}")).unwrap();
    assert_eq!(broken, format!("a {{\n    b {long}\n    c {long}\n}}\n"));
    let broken = format(&format!("b {long}; c {long}")).unwrap();
    assert_eq!(broken, format!("b {long}\nc {long}\n"));
}

#[test]
fn the_reference_fleet_has_the_style() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/reference");
    let mut seen = 0;
    for part in ["", "regions", "workloads"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "kdl") {
                let text = std::fs::read_to_string(&path).unwrap();
                assert_eq!(format(&text).unwrap(), text, "{}", path.display());
                seen += 1;
            }
        }
    }
    assert!(seen >= 7, "only {seen} files");
}
