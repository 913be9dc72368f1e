//! Two `proof.json` to the scenarios whose verdict changes.

use crate::folder::Tree;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A scenario whose verdict changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its name, `region:eu-west`, or `normal running`.
    pub scenario: String,
    /// Before; `None` where it is new.
    pub before: Option<String>,
    /// After; `None` where it is gone.
    pub after: Option<String>,
}

/// Scenarios whose verdict differs between the proofs of two renderings.
pub fn verdicts(old: &Tree, new: &Tree) -> Vec<Verdict> {
    let (old, new) = (read(old), read(new));
    let (Some(old), Some(new)) = (old, new) else { return Vec::new() };
    let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let pair = |name: &&String| (old.get(*name).cloned(), new.get(*name).cloned());
    let changed = names.iter().map(|name| (name, pair(name))).filter(|(_, (before, after))| before != after);
    changed.map(|(name, (before, after))| Verdict { scenario: (*name).clone(), before, after }).collect()
}

fn read(tree: &Tree) -> Option<BTreeMap<String, String>> {
    let proof: Value = serde_json::from_slice(tree.get("proof.json")?).ok()?;
    let verdict = |value: &Value| Some(value.get("verdict")?.as_str()?.to_owned());
    let mut found = BTreeMap::new();
    if let Some(normal) = proof.get("normal").and_then(verdict) {
        found.insert(String::from("normal running"), normal);
    }
    for scenario in proof.get("scenarios").and_then(Value::as_array).into_iter().flatten() {
        let name = scenario.get("name").and_then(Value::as_str);
        if let (Some(name), Some(verdict)) = (name, verdict(scenario)) {
            found.insert(name.to_owned(), verdict);
        }
    }
    Some(found)
}
