//! Tests of the proof: every folder of `tests/cases/proof` holds a fleet, the proof it must come to and its findings.
//!
//! `SEAWALL_BLESS=1` writes what the code says now; read the difference before it is committed.

use seawall_compiler::diagnostic::Applicability;
use seawall_compiler::files::{Files, MemoryFiles};
use seawall_compiler::mend;
use seawall_compiler::proof::{Verdict, verify};
use seawall_compiler::{Checked, Options, check};
use std::path::{Path, PathBuf};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn folder(path: &Path) -> MemoryFiles {
    fn walk(root: &Path, at: &Path, files: &mut MemoryFiles) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, files);
            } else if path.extension().is_some_and(|e| e == "kdl" || e == "yaml") {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                files.0.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut files = MemoryFiles::default();
    walk(path, path, &mut files);
    files
}

pub(crate) fn checked(path: &Path) -> Checked {
    check(&folder(path), &Options::default())
}

fn compare(path: &Path, found: &str) {
    if std::env::var_os("SEAWALL_BLESS").is_some() {
        std::fs::write(path, found).unwrap();
    }
    let expected = std::fs::read_to_string(path).unwrap_or_default();
    similar_asserts(&expected, found, path);
}

fn similar_asserts(expected: &str, found: &str, path: &Path) {
    let diff = similar::TextDiff::from_lines(expected, found);
    assert!(expected == found, "{}\n{}", path.display(), diff.unified_diff().context_radius(3));
}

/// Findings of the proof without a renderer's dress: code and message, each label with its place, help.
fn findings(checked: &Checked) -> String {
    let mut lines = Vec::new();
    for finding in checked.diagnostics.iter().filter(|d| d.code.id.starts_with("SW07")) {
        lines.push(format!("{} {}", finding.code.id, finding.message));
        for label in &finding.labels {
            let Some((path, at)) = checked.sources.locate(label.span) else { continue };
            lines.push(format!("  {path}:{}:{} {}", at.line, at.column, label.text));
        }
        lines.extend(finding.help.iter().map(|help| format!("  help: {help}")));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn cases_come_to_their_proofs() {
    let cases = root().join("tests/cases/proof");
    let mut seen = 0;
    for entry in std::fs::read_dir(&cases).unwrap() {
        let case = entry.unwrap().path();
        let own = case.join("fleet.kdl").exists();
        let name = case.file_name().unwrap();
        let examples = ["examples", "examples/refuted"].map(|folder| root().join(folder).join(name));
        let fleet = if own { case.clone() } else { examples.into_iter().find(|e| e.exists()).unwrap() };
        let found = checked(&fleet);
        let shown = findings(&found);
        let (Some(model), Some(proof)) = (&found.model, &found.proof) else {
            panic!("{}\n{shown}", case.display())
        };
        let json = proof.to_json(model);
        verify(model, &json).unwrap_or_else(|refusal| panic!("{}: {refusal}", case.display()));
        compare(&case.join("proof.json"), &format!("{json:#}\n"));
        compare(&case.join("findings.txt"), &shown);
        seen += 1;
    }
    assert!(seen >= 10, "only {seen} cases");
}

#[test]
fn the_reference_is_proved() {
    let found = checked(&root().join("examples/reference"));
    let proof = found.proof.unwrap();
    assert!(proof.normal.feasible());
    for outcome in &proof.scenarios {
        assert!(
            matches!(outcome.verdict, Verdict::Survivable(_)),
            "{}: {:?}",
            outcome.scenario.name,
            outcome.verdict
        );
    }
}

/// The order of nodes and of files changes nothing.
#[test]
fn permutation_changes_nothing() {
    let files = folder(&root().join("examples/reference"));
    let before = check(&files, &Options::default());
    let before = before.proof.unwrap().to_json(&before.model.unwrap());
    let entry = String::from_utf8(files.read("fleet.kdl").unwrap()).unwrap();
    let mut nodes = top_level(&entry);
    for turn in 1..nodes.len() {
        nodes.rotate_left(1);
        if turn % 3 == 0 {
            nodes.swap(0, turn);
        }
        let mut files = files.clone();
        files.0.insert("fleet.kdl".into(), nodes.concat().into_bytes());
        let after = check(&files, &Options::default());
        let after = after.proof.unwrap().to_json(&after.model.unwrap());
        assert_eq!(before, after, "turn {turn}");
    }
}

/// Top-level nodes as text, one each.
fn top_level(text: &str) -> Vec<String> {
    let (mut nodes, mut node, mut depth) = (Vec::new(), String::new(), 0i32);
    for line in text.lines() {
        let code = line.split("//").next().unwrap_or("");
        depth += code.matches('{').count() as i32 - code.matches('}').count() as i32;
        node.push_str(line);
        node.push('\n');
        if depth == 0 {
            nodes.push(std::mem::take(&mut node));
        }
    }
    nodes
}

/// Every repair that is offered as edits mends the fleet when it is made.
#[test]
fn offered_edits_mend() {
    let mut kinds = std::collections::BTreeSet::new();
    for name in
        ["short-reserve", "half-a-share", "small-burst", "lost-zone", "whole-pods", "mended-by-a-loan"]
    {
        let folders = ["examples/refuted", "tests/cases/proof"].map(|at| root().join(at).join(name));
        let files = folder(folders.iter().find(|path| path.join("fleet.kdl").exists()).unwrap());
        let before = check(&files, &Options::default());
        let refuted = before.diagnostics.iter().find(|d| d.code.id == "SW0710").unwrap();
        assert!(!refuted.fixes.is_empty(), "{name}");
        for fix in &refuted.fixes {
            assert_eq!(fix.applicability, Applicability::Suggested, "{name}");
            let mut changed = files.clone();
            for (path, text) in mend::apply(&before, &fix.edits) {
                changed.0.insert(path, text.into_bytes());
            }
            let after = check(&changed, &Options::default());
            assert_eq!(after.errors(), 0, "{name}: {}", fix.title);
            let word = fix.title.trim_start_matches('`').split([' ', '=']).next().unwrap();
            kinds.insert(word.to_owned());
        }
    }
    let all = ["another", "burst", "degraded", "lend-to", "nodes", "reserve", "share"];
    assert!(kinds.iter().eq(all), "{kinds:?}");
}
