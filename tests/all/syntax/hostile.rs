//! Input made to hurt: deep, long, repeated, random. Time is linear, the stack bounded, findings limited.

use proptest::prelude::*;
use seawall_compiler::span::FileId;
use seawall_compiler::syntax::{DEPTH_LIMIT, format, parse};
use std::time::{Duration, Instant};

const MEGABYTE: usize = 1 << 20;

/// How much of each; builds for tests are ten times slower.
const LARGE: usize = if cfg!(debug_assertions) { MEGABYTE / 4 } else { MEGABYTE };

/// A second for a megabyte, built to run; builds for tests are slower. Anything quadratic takes minutes.
const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 6 } else { 1 });

/// More findings than a file may give: the reporter's limit, and the one that says that there are more.
const MOST_FINDINGS: usize = 101;

const UNITS: [&str; 62] = [
    "/-",
    "/- ",
    "/-{",
    "/-a{",
    "a /-{} ",
    "{",
    "a{",
    "a {",
    "}",
    "a}",
    "\"",
    "\"\"",
    "\"\"\"",
    "\"\"\"\n",
    "\"\"\"x\n",
    "'",
    "\\",
    "\\\\",
    "\\\n",
    "\\ ",
    "\\/*",
    "/*",
    "/*/",
    "*/",
    "/",
    "//",
    "///",
    "#",
    "##",
    "#\"",
    "#\"#",
    "##\"\"\"\n",
    "\"\"\"#",
    "(",
    "(a",
    "(a)",
    "()",
    ")",
    "a=",
    "=",
    "a==",
    "\0",
    "\u{FEFF}",
    "\u{200E} ",
    "r\"",
    "r#\"",
    "\"\\",
    "\"\\u{",
    "\"a\\\n",
    ";",
    "a;",
    "a 1;",
    "\r",
    "\u{85}",
    "\u{2028}x",
    "é",
    "a ",
    "1e",
    "0x",
    "_",
    "true ",
    "a \"\"\"\n \"\"\" ",
];

fn timed(what: &str, text: &str) {
    let started = Instant::now();
    let parsed = parse(FileId(0), text);
    assert!(parsed.diagnostics.len() <= MOST_FINDINGS, "{what}: {} findings", parsed.diagnostics.len());
    let _ = format(text);
    let limit = if text.len() > MEGABYTE / 8 { LIMIT } else { LIMIT / 4 };
    assert!(started.elapsed() < limit, "{what}: {} bytes took {:?}", text.len(), started.elapsed());
}

#[test]
fn a_lot_of_anything_is_read_in_linear_time() {
    for unit in UNITS {
        // What is quadratic fails in seconds on the small one.
        for size in [MEGABYTE / 16, LARGE] {
            timed(&format!("{unit:?} repeated"), &unit.repeat(size / unit.len()));
            timed(&format!("{unit:?} in a node"), &format!("a {}", unit.repeat(size / unit.len())));
        }
    }
}

#[test]
fn a_megabyte_of_pairs_is_read_in_linear_time() {
    // Openers before closers, and strings of one size against delimiters of another.
    let half = MEGABYTE / 2;
    for (open, close) in
        [("/*", "*/"), ("{", "}"), ("#", "\""), ("\"\"\"\n ", "x"), ("\\", "\""), ("a{", "}\n")]
    {
        let text = open.repeat(half / open.len()) + &close.repeat(half / close.len());
        timed(&format!("{open:?} then {close:?}"), &text);
    }
    let hashes = "#".repeat(half);
    timed("a raw string with half a megabyte of hashes", &format!("a {hashes}\"{}", "\"#".repeat(half / 2)));
    timed("one string of 3 MB", &format!("a \"{}\"", "x".repeat(3 * MEGABYTE)));
    timed("one bare word of 3 MB", &"x".repeat(3 * MEGABYTE));
    timed("one number of 3 MB", &format!("a {}", "1".repeat(3 * MEGABYTE)));
}

/// Runs on a stack as small as the smallest that anybody would call us on.
fn on_a_small_stack(work: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        std::thread::Builder::new().stack_size(MEGABYTE).spawn_scoped(scope, work).unwrap().join().unwrap();
    });
}

#[test]
fn a_hundred_thousand_levels_are_one_finding() {
    for (open, close) in [("a{", "}"), ("a {\n", "}\n"), ("/-a{", "}"), ("a /-{", "}")] {
        let text = format!("before\n{}{}\nafter", open.repeat(100_000), close.repeat(100_000));
        on_a_small_stack(|| {
            let parsed = parse(FileId(0), &text);
            let codes: Vec<_> = parsed.diagnostics.iter().map(|found| found.code.id).collect();
            assert_eq!(codes, ["SW0112"], "{open:?}");
            let names: Vec<_> =
                parsed.document.nodes().map(|node| (node.name().text, node.damaged())).collect();
            assert_eq!(names.first(), Some(&("before", false)));
            assert_eq!(names.last(), Some(&("after", false)), "{open:?}");
        });
    }
}

#[test]
fn unclosed_levels_are_two_findings() {
    let text = "a{".repeat(100_000);
    on_a_small_stack(|| {
        let parsed = parse(FileId(0), &text);
        let codes: Vec<_> = parsed.diagnostics.iter().map(|found| found.code.id).collect();
        assert_eq!(codes, ["SW0112", "SW0104"]);
    });
}

#[test]
fn the_limit_of_nesting_is_exact() {
    let nested = |levels: u32| "a{".repeat(levels as usize) + &"}".repeat(levels as usize);
    assert!(parse(FileId(0), &nested(DEPTH_LIMIT)).diagnostics.is_empty());
    let text = nested(DEPTH_LIMIT + 1);
    let too_deep = parse(FileId(0), &text);
    assert_eq!(too_deep.diagnostics.iter().map(|found| found.code.id).collect::<Vec<_>>(), ["SW0112"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn any_text_is_read_and_spans_lie_in_it(text in "[\"#/*\\-{}()=;\\\\ \n\r\t\u{FEFF}\u{85}éa1rtrue._0x\u{200E}]{0,60}") {
        let parsed = parse(FileId(7), &text);
        for found in parsed.diagnostics.iter() {
            prop_assert_eq!(found.labels.iter().filter(|label| label.primary).count(), 1);
            prop_assert!(found.message.chars().count() <= 200);
            let edits = found.fixes.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
            for span in found.labels.iter().map(|label| label.span).chain(edits) {
                prop_assert_eq!(span.file, FileId(7));
                prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{:?} of {:?}", span, text);
            }
        }
        for node in parsed.document.nodes() {
            let span = node.span();
            prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{:?} of {:?}", span, text);
            prop_assert!(span.end >= node.head_span().end || node.has_children());
            for entry in node.entries() {
                prop_assert!(text.get(entry.value_span().start as usize..entry.span().end as usize).is_some());
            }
        }
    }
}
