//! README and the documents that a user follows: their `console` blocks are run, and their output is compared.
//!
//! A line `$ …` is a command (seawall itself in this process, anything else by `sh`), the lines after it are all that it
//! says. `…` stands for any text in a line, or for any lines where it stands alone.

use seawall_cli::Context;
use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;

/// A command and what it is said to print.
struct Step {
    line: usize,
    command: String,
    expected: Vec<String>,
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        match (inside, line.strip_prefix("$ ")) {
            (false, _) => inside = line == "```console",
            (true, _) if line == "```" => inside = false,
            (true, Some(command)) => {
                steps.push(Step { line: index + 1, command: command.to_owned(), expected: Vec::new() });
            }
            (true, None) => steps.last_mut().expect("output before a command").expected.push(line.to_owned()),
        }
    }
    steps
}

/// Runs a line; gives everything it printed.
fn run(folder: &mut PathBuf, command: &str) -> String {
    if let Some(path) = command.strip_prefix("cd ") {
        *folder = folder.join(path).canonicalize().unwrap();
        return String::new();
    }
    // A comment is for the reader.
    let command = command.split("   # ").next().unwrap_or_default();
    let Some(args) = command.strip_prefix("seawall ") else {
        let output = Command::new("sh").arg("-c").arg(command).current_dir(&folder).output().unwrap();
        assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
        return String::from_utf8(output.stdout).unwrap();
    };
    let out = Rc::new(RefCell::new(Vec::new()));
    let context = Context::of_test(folder, std::io::empty(), out.clone(), out.clone());
    let words = std::iter::once("seawall").chain(args.split_whitespace()).map(Into::into);
    seawall_cli::run(words, &context);
    drop(context);
    String::from_utf8(out.borrow().clone()).unwrap()
}

fn line_matches(expected: &str, got: &str) -> bool {
    let mut parts = expected.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = got.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

fn matches(expected: &[String], got: &[&str]) -> bool {
    match (expected.split_first(), got.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "…" => (0..=got.len()).any(|skip| matches(rest, &got[skip..])),
        (Some((first, rest)), Some((line, more))) => line_matches(first, line) && matches(rest, more),
        _ => false,
    }
}

fn follow(document: &str) {
    let top = tempfile::tempdir().unwrap();
    let mut folder = top.path().canonicalize().unwrap();
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(document)).unwrap();
    let steps = steps(&text);
    assert!(!steps.is_empty(), "{document} has no console block");
    for step in steps {
        let said = run(&mut folder, &step.command);
        let said = said.replace(&*folder.to_string_lossy(), "…");
        let got: Vec<_> = said.lines().map(str::trim_end).collect();
        assert!(
            matches(&step.expected, &got),
            "{document}:{}: $ {}\nexpected:\n{}\ngot:\n{}",
            step.line,
            step.command,
            step.expected.join("\n"),
            got.join("\n")
        );
    }
}

#[test]
fn the_readme_does_what_it_says() {
    follow("README.md");
}

#[test]
fn the_operations_page_can_be_followed() {
    follow("docs/operations.md");
}

#[test]
fn an_ellipsis_stands_for_what_differs_and_nothing_else() {
    assert!(line_matches("a … c", "a b c") && line_matches("a", "a") && line_matches("…", "x"));
    assert!(!line_matches("a … c", "a b d") && !line_matches("a", "ab") && !line_matches("", "x"));
    let lines = |text: &[&str]| text.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
    assert!(matches(&lines(&["a", "…", "c"]), &["a", "b", "b", "c"]));
    assert!(!matches(&lines(&["a", "…", "c"]), &["a", "b"]));
}
