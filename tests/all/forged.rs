//! Proofs edited by hand: every field of the examples' proofs, changed in every way that a hand would, is refused.
//!
//! A change is: a number one up or down, a quantity one up, a word for another of its kind, an unknown word, a line dropped
//! or doubled, a field dropped or added. The one change that is let through is listed in [`same_claim`].

use crate::proof::{checked, root};
use rayon::prelude::*;
use seawall_compiler::proof::verify;
use seawall_compiler::proof::verify::read;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A step into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    Line(usize),
}

type Path = Vec<Step>;

/// Every value inside, with its path.
fn values(value: &Value, at: &Path, out: &mut Vec<Path>) {
    out.push(at.clone());
    let deeper = |step: Step| at.iter().cloned().chain([step]).collect::<Path>();
    match value {
        Value::Array(lines) => {
            lines.iter().enumerate().for_each(|(i, line)| values(line, &deeper(Step::Line(i)), out));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| values(field, &deeper(Step::Field(name.clone())), out));
        }
        _ => {}
    }
}

fn at<'v>(value: &'v mut Value, path: &[Step]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match step {
        Step::Field(name) => value.get_mut(name).unwrap(),
        Step::Line(index) => value.get_mut(index).unwrap(),
    })
}

/// The field that a value stands in, also through a list.
fn key<'p>(path: &'p [Step]) -> &'p str {
    let name = |step: &'p Step| if let Step::Field(name) = step { Some(name.as_str()) } else { None };
    path.iter().rev().find_map(name).unwrap_or_default()
}

/// Every word that stands under a key somewhere, to put one in another's place.
type Words = BTreeMap<String, BTreeSet<String>>;

fn words(value: &Value) -> Words {
    let mut words = Words::from(
        [
            ("verdict", &["survivable", "refuted", "undecided", "feasible", "infeasible"][..]),
            ("level", &["packed", "aggregate"]),
            ("method", &["fill-and-spill", "max-flow", "integer"]),
            ("reason", &["decided", "degraded", "expected"]),
            ("kind", &["regions", "cell", "zone", "event", "partition"]),
            (
                "inequality",
                &["pools", "burst", "destinations", "zone", "data", "exhausted", "reserves", "running"],
            ),
        ]
        .map(|(key, words)| (key.to_owned(), words.iter().map(|w| (*w).to_owned()).collect())),
    );
    let (mut paths, mut copy) = (Vec::new(), value.clone());
    values(value, &Vec::new(), &mut paths);
    for path in paths {
        if let Value::String(text) = at(&mut copy, &path) {
            words.entry(key(&path).to_owned()).or_default().insert(text.clone());
        }
    }
    words
}

/// What a hand may make of a value.
fn forgeries(value: &Value, path: &[Step], words: &Words) -> Vec<Value> {
    match value {
        Value::Number(n) => {
            let n = n.as_u64().unwrap();
            let whole = [Some(n + 1), n.checked_sub(1)].into_iter().flatten().map(|n| json!(n));
            whole.chain([json!(n as f64), json!(n.to_string())]).collect()
        }
        Value::Bool(b) => vec![json!(!b)],
        Value::String(text) => {
            let mut other = vec![format!("{text}x")];
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            if let Ok(n) = digits.parse::<u64>() {
                other.push(format!("{}{}", n + 1, &text[digits.len()..]));
                other.extend(n.checked_sub(1).map(|n| format!("{n}{}", &text[digits.len()..])));
                other.push(format!("0{text}"));
            }
            other.extend(
                words.get(key(path)).into_iter().flatten().filter(|word| *word != text).take(12).cloned(),
            );
            other.into_iter().map(Value::String).collect()
        }
        Value::Array(lines) => {
            let without = |i: usize| [&lines[..i], &lines[i + 1..]].concat();
            let dropped = (0..lines.len()).map(|i| Value::Array(without(i)));
            let doubled = lines.iter().map(|line| lines.iter().chain([line]).cloned().collect::<Value>());
            dropped.chain(doubled).collect()
        }
        Value::Object(fields) => {
            let dropped = fields.keys().map(|name| {
                let mut fewer = fields.clone();
                fewer.remove(name);
                Value::Object(fewer)
            });
            let mut more = fields.clone();
            more.insert("note".into(), json!("added by hand"));
            dropped.chain([Value::Object(more.clone())]).collect()
        }
        Value::Null => Vec::new(),
    }
}

/// The changes that claim nothing else: a certificate that was changed and still adds up is another one for the same
/// refutation; that none adds up for what is survivable is tried where the proof is.
fn same_claim(path: &[Step]) -> bool {
    let inside = path.iter().position(|step| *step == Step::Field("certificate".to_owned()));
    inside.is_some_and(|at| at + 1 < path.len())
}

fn fleets() -> Vec<std::path::PathBuf> {
    let mut fleets = vec![root().join("examples/reference")];
    for folder in ["examples/refuted", "tests/cases/proof"] {
        let entries = std::fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        fleets.extend(entries.filter(|path| path.join("fleet.kdl").exists()));
    }
    fleets.sort();
    fleets
}

#[test]
fn a_proof_changed_in_any_field_is_refused() {
    let (mut tried, mut let_through) = (0, Vec::new());
    for fleet in fleets() {
        let found = checked(&fleet);
        let model = found.model.as_ref().unwrap();
        let proof = found.proof.as_ref().unwrap().to_json(model);
        let mut paths = Vec::new();
        values(&proof, &Vec::new(), &mut paths);
        let words = words(&proof);
        let forged: Vec<(Path, Value, Value)> = paths
            .into_iter()
            .flat_map(|path| {
                let value = at(&mut proof.clone(), &path).clone();
                let forged = forgeries(&value, &path, &words);
                forged.into_iter().map(move |other| (path.clone(), value.clone(), other)).collect::<Vec<_>>()
            })
            .filter(|(path, _, _)| !same_claim(path))
            .collect();
        // A large proof says the same things many times over: each so many of its changes will do.
        let step = forged.len().div_ceil(3000);
        let chosen: Vec<_> = forged.into_iter().step_by(step).collect();
        tried += chosen.len();
        let accepted = |(path, from, to): &(Path, Value, Value)| {
            let mut json = proof.clone();
            *at(&mut json, path) = to.clone();
            verify(model, &json).is_ok().then(|| format!("{}: {path:?}: {from} → {to}", fleet.display()))
        };
        let_through.extend(chosen.par_iter().filter_map(accepted).collect::<Vec<_>>());
    }
    assert!(tried > 5_000, "{tried}");
    assert!(let_through.is_empty(), "{} of {tried}:\n{}", let_through.len(), let_through.join("\n"));
}

#[test]
fn a_field_that_is_written_twice_is_refused() {
    let mut tried = 0;
    for fleet in fleets() {
        let found = checked(&fleet);
        let proof = found.proof.as_ref().unwrap().to_json(found.model.as_ref().unwrap());
        let text = serde_json::to_string_pretty(&proof).unwrap();
        assert_eq!(read(text.as_bytes()).unwrap(), proof, "{}", fleet.display());
        let lines: Vec<&str> = text.lines().collect();
        let fields = (0..lines.len()).filter(|i| lines[*i].contains("\": ") && lines[*i].ends_with(','));
        let fields: Vec<usize> = fields.collect();
        for field in fields.iter().step_by(fields.len().div_ceil(100).max(1)) {
            let twice = [&lines[..=*field], &lines[*field..]].concat().join("\n");
            let refusal = read(twice.as_bytes()).expect_err(&twice).to_string();
            assert!(refusal.contains(" is written twice at line "), "{refusal}");
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
}
