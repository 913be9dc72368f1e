//! The scenarios of a fleet, where none was named.

use crate::page::Page;
use seawall_compiler::proof::Proof;
use serde_json::{Value, json};

fn verdict<'p>(proof: &'p Proof, name: &str) -> Option<&'p str> {
    proof.scenarios.iter().find(|o| o.scenario.name == name).map(|o| o.verdict.word())
}

/// A line for each.
pub fn page(proof: &Proof, names: &[String]) -> Page {
    let mut page = Page::new(usize::MAX);
    let row = |name: &String| vec![name.clone(), verdict(proof, name).unwrap_or("not asked for").to_owned()];
    page.table(&["scenario", "verdict"], names.iter().map(row).collect());
    page
}

/// The same as data.
pub fn json(proof: &Proof, names: &[String]) -> Value {
    names.iter().map(|name| json!({ "scenario": name, "verdict": verdict(proof, name) })).collect()
}
