//! The method that a plan claims, derived anew: the simple plan where it is complete, else by how many resources bind.
//!
//! Takes a scenario and its assignment, refuses any other word. A resource binds where pools or bursts could not cover all
//! that may come, each `to` taking as much as it may; that is asked of minimum cuts, one place at a time.

use super::failure::{Assignment, Failure};
use super::{Refusal, refuse, simple};
use crate::model::Failover;
use seawall_schema::Resource;
use serde_json::Value;
use std::collections::BTreeSet;

/// Refuses a method that is not the one that the scenario demands.
pub(super) fn check(
    failure: &Failure<'_, '_>,
    name: &str,
    claim: &Value,
    assignment: &Assignment,
) -> Result<(), Refusal> {
    let (simple, complete) = simple::plan(failure);
    let joint = || if binding(failure).len() > 1 { "integer" } else { "max-flow" };
    match claim["method"].as_str() {
        Some("fill-and-spill") if complete && simple == *assignment => Ok(()),
        Some("fill-and-spill") => refuse(name, "the assignment is not what fill-and-spill comes to"),
        Some("max-flow" | "integer") if complete => {
            refuse(name, "method passes over fill-and-spill, which fits")
        }
        Some(word @ ("max-flow" | "integer")) if word == joint() => Ok(()),
        Some(word @ ("max-flow" | "integer")) => {
            let binding = binding(failure);
            let names: Vec<&str> = binding.iter().map(|resource| resource.as_str()).collect();
            let names = if names.is_empty() { "no resource".to_owned() } else { names.join(", ") };
            refuse(name, format!("method is {word}, where {names} can run short it is {}", joint()))
        }
        _ => refuse(name, format!("{} is no method", claim["method"])),
    }
}

/// The resources of which more may come somewhere than pools or a burst cover.
fn binding<'m>(failure: &Failure<'_, 'm>) -> BTreeSet<&'m Resource> {
    let most = most(failure);
    let crowded = failure.arrivals(&most).into_iter();
    let crowded = crowded.filter(|(at, resource, lanes)| failure.uncovered(*at, resource, lanes) > 0);
    let mut binding: BTreeSet<&Resource> = crowded.map(|(_, resource, _)| resource).collect();
    binding.extend(failure.beyond_bursts(&most).map(|((_, _, resource), _, _)| resource));
    binding
}

/// Every way of the work that must be placed taken as far as it goes, which no assignment does.
fn most(failure: &Failure<'_, '_>) -> Assignment {
    let model = failure.facts.model;
    let mut most = Assignment::new();
    for (w, source) in failure.affected() {
        let workload = &model.workloads[w];
        let Failover::Moves(moves) = &workload.failover else { continue };
        let demand = if failure.losable(workload) { 0 } else { failure.demand(w, source) };
        most.extend((0..moves.to.len()).map(|to| ((w, source, to), failure.cap(moves, to, source, demand))));
    }
    most
}
