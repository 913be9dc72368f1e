//! Broken files: a folder a case below `tests/cases/syntax/`, holding `input.kdl` and `expected.txt` (what is read of
//! it, what is found, and the file with all fixes). `SEAWALL_BLESS=1` writes the expectation anew.

use seawall_compiler::diagnostic::{Diagnostic, Severity, registry};
use seawall_compiler::files::Sources;
use seawall_compiler::syntax::{NodeRef, Value, parse};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

#[test]
fn broken_files_are_read_as_far_as_they_go() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/syntax");
    let mut codes = BTreeSet::new();
    let mut failures = String::new();
    for case in std::fs::read_dir(&folder).unwrap() {
        let case = case.unwrap().path();
        let text = std::fs::read_to_string(case.join("input.kdl")).unwrap();
        let shown = show(&text, &mut codes);
        let expectation = case.join("expected.txt");
        if std::env::var_os("SEAWALL_BLESS").is_some() {
            std::fs::write(&expectation, &shown).unwrap();
        }
        let expected = std::fs::read_to_string(&expectation).unwrap_or_default();
        if expected != shown {
            writeln!(failures, "--- {}\nexpected:\n{expected}\nread:\n{shown}", case.display()).unwrap();
        }
    }
    assert!(failures.is_empty(), "{failures}");
    let missing: Vec<_> = registry::ALL
        .iter()
        .map(|code| code.id)
        .filter(|id| id.starts_with("SW01") && !codes.contains(id))
        .collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}

fn show(text: &str, codes: &mut BTreeSet<&'static str>) -> String {
    let mut sources = Sources::default();
    let file = sources.add("input.kdl", text.to_owned());
    let parsed = parse(file, text);
    let mut out = String::new();
    nodes(parsed.document.nodes(), 0, &mut out);
    let mut fixed = text.to_owned();
    let mut edits = Vec::new();
    for found in parsed.diagnostics.clone().into_sorted() {
        codes.insert(found.code.id);
        assert_eq!(found.severity, Severity::Error);
        finding(&found, &sources, &mut out);
        edits.extend(found.fixes.into_iter().flat_map(|fix| fix.edits));
    }
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
    for edit in &edits {
        fixed.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.replacement);
    }
    if !edits.is_empty() {
        let left = parse(file, &fixed).diagnostics.len();
        write!(out, "--- fixed, {left} left\n{fixed}").unwrap();
    }
    out
}

fn nodes<'d>(nodes: impl Iterator<Item = NodeRef<'d>>, depth: usize, out: &mut String) {
    for node in nodes {
        write!(out, "{}{}", "    ".repeat(depth), node.name().text).unwrap();
        for entry in node.entries() {
            out.push(' ');
            if let Some(key) = entry.key() {
                write!(out, "{}=", key.text).unwrap();
            }
            match entry.value() {
                Value::String(text) => write!(out, "{text:?}"),
                Value::Integer(whole) => write!(out, "{whole}"),
                Value::Float(text) => write!(out, "{text}"),
                Value::Bool(truth) => write!(out, "#{truth}"),
                Value::Null => write!(out, "#null"),
            }
            .unwrap();
        }
        out.push_str(if node.damaged() { "  (damaged)\n" } else { "\n" });
        nodes_of(node, depth, out);
    }
}

fn nodes_of(node: NodeRef<'_>, depth: usize, out: &mut String) {
    let children: Vec<_> = node.children().collect();
    nodes(children.into_iter(), depth + 1, out);
}

fn finding(found: &Diagnostic, sources: &Sources, out: &mut String) {
    writeln!(out, "--- {} {}", found.code.id, found.message).unwrap();
    for label in &found.labels {
        let (_, start) = sources.locate(label.span).unwrap();
        let end = sources.end(label.span).unwrap();
        let (from, to) = (format!("{}:{}", start.line, start.column), format!("{}:{}", end.line, end.column));
        writeln!(out, "  at {from}-{to}: {}", label.text).unwrap();
    }
    if let Some(help) = &found.help {
        writeln!(out, "  help: {help}").unwrap();
    }
    for fix in &found.fixes {
        writeln!(out, "  fix: {}", fix.title).unwrap();
    }
}
