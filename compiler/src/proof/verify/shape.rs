//! The shape of a proof: which fields each object has, no more and no less.
//!
//! Takes values, gives the first that is not as page and format say. Invariant: a field that is not checked elsewhere cannot
//! be there, so whatever is changed in a proof is noticed.

use super::{Refusal, refuse};
use serde_json::Value;

/// Refuses an object that lacks a field or has another.
pub(super) fn fields(place: &str, value: &Value, wanted: &[&str], may: &[&str]) -> Result<(), Refusal> {
    let Some(object) = value.as_object() else { return refuse(place, format!("{value} is no object")) };
    if let Some(missing) = wanted.iter().find(|name| !object.contains_key(**name)) {
        return refuse(place, format!("{missing} is missing"));
    }
    match object.keys().find(|name| !wanted.contains(&name.as_str()) && !may.contains(&name.as_str())) {
        Some(other) => refuse(place, format!("{other} is no field here")),
        None => Ok(()),
    }
}

/// Refuses a list that holds anything but objects with these fields.
pub(super) fn lines(place: &str, value: &Value, wanted: &[&str]) -> Result<(), Refusal> {
    let Some(lines) = value.as_array() else { return refuse(place, format!("{value} is no list")) };
    lines.iter().try_for_each(|line| fields(place, line, wanted, &[]))
}

/// Refuses a scenario that does not have the fields of its verdict.
pub(super) fn scenario(claim: &Value) -> Result<(), Refusal> {
    let place = claim["name"].as_str().unwrap_or("scenarios");
    let common = ["name", "kind", "failed", "drained", "verdict"];
    let more: &[&str] = match claim["verdict"].as_str() {
        Some("survivable") => &["level", "method", "assignment", "evicted", "lost"],
        Some("refuted") => &["witness"],
        _ => &[],
    };
    let may: &[&str] = if more.len() > 1 { &["on_paper", "impaired"] } else { &["on_paper"] };
    fields(place, claim, &[&common, more].concat(), may)?;
    match claim["verdict"].as_str() {
        Some("survivable") => {
            lines(place, &claim["assignment"], &["workload", "from", "to", "lane", "replicas"])?;
            lines(place, &claim["evicted"], &["location", "tier", "amount"])?;
            lines(place, &claim["lost"], &["workload", "from", "replicas", "reason"])
        }
        Some("refuted") => witness(place, &claim["witness"]),
        _ => Ok(()),
    }
}

/// Refuses a witness that lacks a field or has another; its lines are compared elsewhere.
pub(super) fn witness(place: &str, value: &Value) -> Result<(), Refusal> {
    let wanted = ["inequality", "location", "resource", "needs", "has", "demands", "pools"];
    // Its cases are read where they are added up; no other inequality has any.
    let may: &[&str] = if value["inequality"] == "exhausted" { &["certificate"] } else { &[] };
    fields(place, value, &wanted, may)
}

/// Whether two lists hold the same lines, in whatever order, their fields too.
pub(super) fn same_lines(given: &Value, expected: &[Value]) -> bool {
    let text = |lines: &[Value]| {
        let written = |line: &Value| {
            let mut line = line.clone();
            line.sort_all_objects();
            line.to_string()
        };
        let mut text: Vec<String> = lines.iter().map(written).collect();
        text.sort();
        text
    };
    given.as_array().is_some_and(|given| text(given) == text(expected))
}

/// Whether every given line is among the expected ones, each at most as often as there.
pub(super) fn some_lines(given: &Value, mut expected: Vec<Value>) -> bool {
    let Some(given) = given.as_array() else { return false };
    given.iter().all(|line| {
        let at = expected.iter().position(|other| other == line);
        at.map(|at| expected.swap_remove(at)).is_some()
    })
}
