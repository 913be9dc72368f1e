//! Drills and headroom against the proof they are told from, over whole fleets: generated ones, squeezed ones, examples.

use seawall_compiler::drill::{Pool, Scope, drill, names};
use seawall_compiler::files::MemoryFiles;
use seawall_compiler::headroom::headroom;
use seawall_compiler::model::Model;
use seawall_compiler::proof::{Proof, ScenarioKind, Verdict};
use seawall_compiler::{Options, check};
use std::path::Path;

/// A generated fleet, with fewer nodes where it is to be tight.
fn generated(seed: u64, regions: usize, squeeze: Option<(&str, &str)>) -> MemoryFiles {
    let files = seawall_tests::generate::fleet(&seawall_tests::generate::Options::new(seed, 40, regions));
    let text = |text: String| match squeeze {
        Some((from, to)) => text.replace(from, to),
        None => text,
    };
    MemoryFiles(files.into_iter().map(|(path, kdl)| (path, text(kdl).into_bytes())).collect())
}

fn folder(path: &Path) -> MemoryFiles {
    let mut files = MemoryFiles::default();
    let mut open = vec![path.to_owned()];
    while let Some(at) = open.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let entry = entry.unwrap().path();
            if entry.is_dir() {
                open.push(entry);
            } else {
                let name = entry.strip_prefix(path).unwrap().to_string_lossy().into_owned();
                files.0.insert(name, std::fs::read(&entry).unwrap());
            }
        }
    }
    files
}

fn fleets() -> Vec<(String, MemoryFiles)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut fleets = Vec::new();
    for entry in std::fs::read_dir(root.join("examples")).unwrap() {
        let path = entry.unwrap().path();
        if path.join("fleet.kdl").is_file() {
            fleets.push((path.display().to_string(), folder(&path)));
        }
    }
    fleets.push(("give-way".into(), folder(&root.join("tests/cases/commands/drill-give-way/in"))));
    for seed in 0..6 {
        fleets.push((format!("seed {seed}"), generated(seed, 2 + seed as usize, None)));
        let pairs = Some(("any-region=1", "any-region=2"));
        fleets.push((format!("seed {seed}, pairs"), generated(seed, 4 + seed as usize, pairs)));
    }
    fleets
}

/// What a drill tells is the proof's assignment, and its sums fit into what there is.
#[test]
fn a_drill_tells_what_was_proved() {
    let (mut told, mut moved) = (0, 0);
    for (fleet, files) in fleets() {
        let checked = check(&files, &Options::default());
        let (Some(model), Some(proof)) = (&checked.model, &checked.proof) else {
            panic!("{fleet}: {:#?}", checked.diagnostics);
        };
        for name in names(model, proof) {
            told += 1;
            moved += one(&format!("{fleet}: {name}"), model, proof, &name);
        }
        room(&fleet, model, proof);
    }
    assert!(told > 200 && moved > 500, "{told} scenarios with {moved} moves tell little");
}

fn one(what: &str, model: &Model, proof: &Proof, name: &str) -> usize {
    let told = drill(model, proof, name).unwrap_or_else(|e| panic!("{what}: {e}"));
    let scenario = &told.outcome.scenario;
    let Verdict::Survivable(plan) = &told.outcome.verdict else {
        let down: i128 = told.lost.iter().map(|l| l.what.replicas).sum();
        let refused = told.refusal.is_some() || matches!(told.outcome.verdict, Verdict::Undecided);
        let zone = matches!(scenario.kind, ScenarioKind::Zone { .. });
        assert!(
            refused && (zone || down > 0 || !scenario.drained.is_empty() || scenario.failed.is_empty()),
            "{what}"
        );
        return told.moves.len();
    };
    let moves: Vec<_> = told.moves.iter().map(|m| m.how).collect();
    assert_eq!(moves, plan.moves, "{what}");
    assert_eq!(told.lost.len(), plan.lost.len(), "{what}");
    assert!(told.moves.iter().all(|m| m.standing <= m.how.replicas && m.standing >= 0), "{what}");
    if told.outcome.on_paper || matches!(scenario.kind, ScenarioKind::Zone { .. }) {
        return moves.len();
    }
    for usage in &told.usage {
        let (has, used) = (usage.has, usage.used);
        assert!(used.0 <= has.0 && used.1 <= has.1 && used.1 >= 0, "{what}: {usage:?}");
        let gone = matches!(usage.scope, Scope::Location(c) if scenario.failed.contains(&c));
        assert!(!gone || (has.1, used.1) == (0, 0), "{what}: {usage:?}");
        if usage.pool == Pool::Whole {
            let sum = |p: seawall_compiler::drill::Parts| p.own + p.guests + p.preemptible;
            assert_eq!((sum(usage.parts.0), sum(usage.parts.1)), used, "{what}: {usage:?}");
        }
    }
    moves.len()
}

/// Nothing is left that is not there, and what a lane is left least by is a scenario that holds.
fn room(fleet: &str, model: &Model, proof: &Proof) {
    let room = headroom(model, proof);
    for tightest in &room.lanes {
        let (has, left) = (tightest.room.has, tightest.room.left);
        assert!(0 <= left && left <= has, "{fleet}: {tightest:?}");
        assert!(tightest.scenario.is_some() || left == has, "{fleet}: {tightest:?}");
    }
    assert_eq!(room.scenarios.len(), proof.scenarios.len(), "{fleet}");
    for ((name, least), outcome) in room.scenarios.iter().zip(&proof.scenarios) {
        let Some(least) = least else { continue };
        assert!(0 <= least.left && least.left <= least.has, "{fleet}: {name}: {least:?}");
        let tightest = room.lanes.iter().find(|t| (t.room.region, t.room.lane) == (least.region, least.lane));
        let tightest = tightest.map(|t| &t.room);
        assert!(tightest.is_none_or(|t| !least.tighter(t)), "{fleet}: {}: {least:?}", outcome.scenario.name);
    }
}
