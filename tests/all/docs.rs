//! Examples of the pages: every block of KDL is checked, every `seawall …` is a command line that exists. (Blocks of commands
//! with their output are run by `commands::documents`, the pages of codes by `language::pages`.)
//!
//! A block ```` ```kdl ```` is added to the small fleet of `docs/codes/base.kdl` and has no error then; ```` ```kdl fleet ```` is a
//! fleet of its own, without any finding; ```` ```kdl CODE ```` is added to it and gives that code and no other.

use clap::Parser as _;
use clap::error::ErrorKind;
use seawall_compiler::diagnostic::render::{TextStyle, text};
use seawall_compiler::files::MemoryFiles;
use seawall_compiler::{Options, check, syntax};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every page of the repository, by its path.
fn pages() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for folder in ["", "docs", "docs/decisions", "docs/codes", "schema"] {
        for entry in std::fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// The blocks of KDL of a page: the line they start on, what the fence says behind `kdl`, and the text.
fn blocks(page: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String, String)> = None;
    for (index, line) in page.lines().enumerate() {
        match &mut open {
            None => {
                let kind =
                    line.strip_prefix("```kdl").filter(|rest| rest.is_empty() || rest.starts_with(' '));
                open = kind.map(|kind| (index + 2, kind.trim().to_owned(), String::new()));
            }
            Some(_) if line == "```" => found.extend(open.take()),
            Some((_, _, text)) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    assert!(open.is_none(), "a block is not closed");
    found
}

fn found(example: &str, own: bool) -> (BTreeSet<&'static str>, usize, String) {
    let base = std::fs::read_to_string(root().join("docs/codes/base.kdl")).unwrap();
    let entry = if own { example.to_owned() } else { format!("{base}{example}") };
    let files = MemoryFiles([("fleet.kdl".to_owned(), entry.into_bytes())].into());
    let checked = check(&files, &Options { today: Some("2026-01-01".to_owned()) });
    let codes = checked.diagnostics.iter().map(|finding| finding.code.id).collect();
    (codes, checked.errors(), text(&checked.diagnostics, &checked.sources, TextStyle::default()))
}

#[test]
fn every_example_is_what_its_page_says() {
    let mut tried = 0;
    // The pages of codes have a form of their own.
    for (page, content) in pages().iter().filter(|(page, _)| !page.starts_with("docs/codes/")) {
        for (line, kind, example) in blocks(content) {
            let (codes, errors, text) = found(&example, kind == "fleet");
            match kind.as_str() {
                "" => assert_eq!(errors, 0, "{page}:{line}:\n{text}"),
                "fleet" => assert!(codes.is_empty(), "{page}:{line}:\n{text}"),
                code => assert_eq!(codes, BTreeSet::from([code]), "{page}:{line}:\n{text}"),
            }
            assert_eq!(syntax::format(&example).unwrap(), example, "{page}:{line} is not formatted");
            tried += 1;
        }
    }
    assert!(tried >= 8, "only {tried} examples");
}

/// Everything between backticks that starts with `seawall `, and lines of blocks that do.
fn commands(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in page.lines().enumerate() {
        let inline = line.split('`').skip(1).step_by(2);
        let block = line.strip_prefix("$ ").or(Some(line)).into_iter().filter(|line| !line.contains('`'));
        let all = inline.chain(block).filter(|text| text.starts_with("seawall "));
        found.extend(all.map(|text| (index + 1, text.split("   # ").next().unwrap_or_default().to_owned())));
    }
    found
}

#[test]
fn every_command_line_exists() {
    let mut tried = 0;
    for (page, content) in pages() {
        for (line, command) in commands(&content) {
            // Part of a sentence, not of a command: `seawall language=1` is KDL.
            if command.contains(['…', '=']) && command.starts_with("seawall language") {
                continue;
            }
            let words: Vec<&str> = command.split_whitespace().collect();
            // A command that is only named may lack what it needs.
            let named = |kind| kind == ErrorKind::MissingRequiredArgument && words.len() == 2;
            if let Err(error) = seawall_cli::args::Cli::try_parse_from(&words) {
                let fine = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
                assert!(fine || named(error.kind()), "{page}:{line}: {command}\n{error}");
            }
            tried += 1;
        }
    }
    assert!(tried > 50, "only {tried} command lines");
}
