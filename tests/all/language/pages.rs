//! Every code has a page, and its examples do what they say: the failing one gives that code and no other, the fixed one
//! gives nothing.

use super::{on_a_day, root, shown};
use seawall_compiler::check;
use seawall_compiler::diagnostic::registry::{ALL, Code};
use seawall_compiler::files::MemoryFiles;
use std::collections::BTreeSet;

/// A page's examples: what stands in the fenced blocks under `## Fails` and `## Fixed`.
pub(super) fn examples(page: &str, heading: &str) -> Option<String> {
    let section = page.split("\n## ").find(|section| section.starts_with(heading))?;
    let block = section.split("```kdl\n").nth(1)?;
    Some(block.split("\n```").next()?.to_owned() + "\n")
}

/// An example as a fleet: added to the base, unless it brings a `fleet.kdl` of its own; `// --- PATH` starts a file.
pub(super) fn fleet(example: &str) -> MemoryFiles {
    let base = std::fs::read_to_string(root().join("docs/codes/base.kdl")).unwrap();
    let mut files = MemoryFiles::default();
    let (mut path, mut text) = ("fleet.kdl".to_owned(), base);
    for line in example.lines() {
        if let Some(next) = line.strip_prefix("// --- ") {
            if !(next == "fleet.kdl" && path == "fleet.kdl") {
                files.0.insert(std::mem::take(&mut path), std::mem::take(&mut text).into_bytes());
            }
            (path, text) = (next.trim().to_owned(), String::new());
            continue;
        }
        text.push_str(line);
        text.push('\n');
    }
    files.0.insert(path, text.into_bytes());
    files
}

fn found(example: &str) -> (BTreeSet<&'static str>, String) {
    let checked = check(&fleet(example), &on_a_day());
    (checked.diagnostics.iter().map(|d| d.code.id).collect(), shown(&checked))
}

fn page(code: &Code) -> Vec<String> {
    let mut problems = Vec::new();
    let page = code.page;
    let title = format!("# {}: {}\n", code.id, code.name);
    if !page.starts_with(&title) {
        problems.push(format!("{}: the page does not start with {title:?}", code.id));
    }
    for section in ["\n## What\n", "\n## Why\n", "\n## Fails\n", "\n## Fixed\n"] {
        if !page.contains(section) {
            problems.push(format!("{}: no section {section:?}", code.id));
        }
    }
    // What a Markdown page cannot hold (bytes that are no text, megabytes) is told in words there and tried elsewhere.
    let told =
        ["SW0112", "SW0121", "SW0205", "SW0206", "SW0207", "SW0407", "SW0711", "SW0712", "SW0802", "SW1003"];
    let (Some(fails), Some(fixed)) = (examples(page, "Fails"), examples(page, "Fixed")) else {
        if !told.contains(&code.id) {
            problems.push(format!("{}: examples are missing", code.id));
        }
        return problems;
    };
    let (codes, text) = found(&fails);
    if codes != BTreeSet::from([code.id]) {
        problems.push(format!("{}: the failing example gives {codes:?}\n{text}", code.id));
    }
    let (codes, text) = found(&fixed);
    if !codes.is_empty() {
        problems.push(format!("{}: the fixed example gives {codes:?}\n{text}", code.id));
    }
    problems
}

#[test]
fn every_page_does_what_it_says() {
    let problems: Vec<String> = ALL.iter().flat_map(|code| page(code)).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn base_is_clean() {
    let (codes, text) = found("");
    assert!(codes.is_empty(), "{text}");
}

#[test]
fn codes_are_in_order_and_pages_are_theirs() {
    assert!(ALL.windows(2).all(|pair| pair[0].id < pair[1].id));
    let known: BTreeSet<String> = ALL.iter().map(|code| format!("{}.md", code.id)).collect();
    for entry in std::fs::read_dir(root().join("docs/codes")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            known.contains(&name) || name == "README.md" || name == "base.kdl",
            "{name} is no code's page"
        );
    }
}
