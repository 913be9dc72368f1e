//! The shipped packs, and the tables of fields against what `show` knows.

use super::fields::Kind;
use super::trial::{Outcome, run};
use super::{PACKS, trial};
use crate::diagnostic::Diagnostics;
use crate::files::{Files, MemoryFiles};
use crate::span::Span;
use std::collections::BTreeSet;
use std::path::Path;

// The compiler reads no disk; the packs under test lie on one.
#[allow(clippy::disallowed_methods)]
fn folder() -> MemoryFiles {
    fn read(folder: &Path, below: &str, files: &mut MemoryFiles) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let (path, name) =
                entry.map(|entry| (entry.path(), entry.file_name().into_string().unwrap())).unwrap();
            if path.is_dir() {
                read(&path, &format!("{below}{name}/"), files);
            } else {
                files.0.insert(format!("{below}{name}"), std::fs::read(&path).unwrap());
            }
        }
    }
    let mut files = MemoryFiles::default();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies"), "", &mut files);
    files
}

const TODAY: Option<&str> = Some("2026-01-31");

#[test]
fn packs_are_without_fault() {
    for pack in PACKS {
        let mut out = Diagnostics::default();
        let loaded = pack.load(Span::NONE, &mut out);
        let found: Vec<_> = out.iter().map(|finding| &finding.message).collect();
        assert!(found.is_empty() && loaded.silent.is_empty(), "{}: {found:?}", pack.name);
        assert!(!loaded.loaded.is_empty());
    }
}

#[test]
fn every_policy_of_a_pack_is_tried_both_ways() {
    let tried = run(&folder(), TODAY);
    assert!(tried.diagnostics.is_empty(), "{:?}", tried.diagnostics);
    assert!(tried.untested.is_empty() && tried.policies >= 13, "{:?}", tried.untested);
    for trial in &tried.trials {
        assert!(trial.passed(), "{} {}: {:?}", trial.policy, trial.path.value, trial.outcome);
    }
    let both: BTreeSet<(&str, bool)> =
        tried.trials.iter().map(|trial| (&*trial.policy, trial.meets)).collect();
    assert_eq!(both.len(), 2 * tried.policies);
}

/// What a pack asks is legal: the fleets that do not meet it have no other error; those that do have no finding at all.
#[test]
fn fleets_of_packs_are_legal() {
    let files = folder();
    for trial in run(&files, TODAY).trials {
        let text = files.read(&trial.path.value).unwrap();
        let manifest = files.read("tests/k8s/train.yaml").unwrap();
        let alone =
            MemoryFiles([("fleet.kdl".to_owned(), text), ("k8s/train.yaml".to_owned(), manifest)].into());
        let checked = crate::check(&alone, &crate::Options { today: TODAY.map(str::to_owned) });
        let found: Vec<_> =
            checked.diagnostics.iter().map(|finding| (finding.code.id, &finding.message)).collect();
        assert_eq!(checked.errors(), 0, "{}: {found:?}", trial.path.value);
        assert!(found.is_empty() || !trial.meets, "{}: {found:?}", trial.path.value);
        assert!(checked.proof.is_some());
    }
}

#[test]
fn tests_can_fail() {
    let policy = |test: &str| {
        format!(
            "policy p {{\n for fleet\n require \"fleet.name == 'a'\"\n message \"it is {{fleet.name}}\"\n test {test}\n}}\n"
        )
    };
    let fleet = |name: &str| {
        format!(
            "seawall language=1\nfleet {name} {{}}\ntier only order=1\nregion r country=DE {{ city FRA; nodes n count=1 {{ allocatable cpu=1 memory=1 pods=1 }} }}\n"
        )
    };
    let outcome = |(word, path): (&str, &str)| {
        let test = &format!("{word}=\"{path}\"");
        let file = |name: &str, text: String| (name.to_owned(), text.into_bytes());
        let files = [
            file("p.kdl", policy(test)),
            file("t/a.kdl", fleet("a")),
            file("t/b.kdl", fleet("b")),
            file("t/c.kdl", "?".to_owned()),
        ];
        run(&MemoryFiles(files.into()), None).trials.remove(0).outcome
    };
    assert!(matches!(outcome(("pass", "t/a.kdl")), Outcome::AsSaid(found) if found.is_empty()));
    assert!(matches!(outcome(("fail", "t/b.kdl")), Outcome::AsSaid(found) if found == ["it is b"]));
    assert!(matches!(outcome(("pass", "t/b.kdl")), Outcome::Otherwise(found) if found == ["it is b"]));
    assert!(matches!(outcome(("fail", "t/a.kdl")), Outcome::Otherwise(found) if found.is_empty()));
    assert!(matches!(outcome(("pass", "t/c.kdl")), Outcome::Broken(found) if !found.is_empty()));
    assert!(matches!(outcome(("pass", "t/none.kdl")), Outcome::Broken(_)));
    let _ = trial::read(&folder());
}

/// What `show` has and policies do not name, by kind: texts of manifests, and what stands in another field.
const ELSEWHERE: &[(&str, &[&str])] = &[
    ("Fleet", &["standby_times", "failback", "targets"]),
    ("Region", &["cluster"]),
    ("Location", &["cluster"]),
    ("Workload", &["container", "manifests", "disruption", "allows"]),
    ("Job", &["wraps", "retry"]),
    ("Event", &["failed", "drained", "may_lose"]),
    ("Lane", &["draws_on", "opens_on"]),
    // `strict` says it.
    ("Queue", &["order"]),
    ("Link", &["regions", "between"]),
    ("Dataset", &["replicas"]),
];

#[test]
fn policies_name_what_show_shows() {
    let schema = crate::show::schema();
    let mut missing = Vec::new();
    for kind in [
        Kind::Region,
        Kind::Location,
        Kind::Tier,
        Kind::Tenant,
        Kind::Dataset,
        Kind::Workload,
        Kind::Queue,
        Kind::Job,
        Kind::Event,
        Kind::Lane,
        Kind::Fleet,
    ] {
        let name = kind.name();
        let name = name[..1].to_uppercase() + &name[1..];
        let shown = schema["$defs"][&name]["properties"].as_object().unwrap_or_else(|| panic!("no {name}"));
        let apart = ELSEWHERE.iter().find(|(of, _)| *of == name).map_or(&[][..], |(_, fields)| fields);
        for field in shown.keys().filter(|field| *field != "source" && !apart.contains(&field.as_str())) {
            if kind.field(field).is_none() {
                missing.push(format!("{name}.{field}"));
            }
        }
    }
    assert!(missing.is_empty(), "no field that policies name: {}", missing.join(", "));
}
