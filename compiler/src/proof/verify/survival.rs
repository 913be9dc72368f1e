//! Claims of survival: assignments, evictions, losses, methods, levels, zones, partitions.

use super::facts::{Facts, lane};
use super::failure::{Assignment, Failure, out_of_reach};
use super::nodes::{Shelves, zone_packs};
use super::refutation::wide;
use super::standing::{Asked, zone_sums};
use super::{Refusal, method, refuse, simple};
use crate::model::{Failover, LocationId, RegionId};
use seawall_schema::Resource;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Checks a claim of survival.
pub(super) fn survivable(
    facts: &Facts<'_>,
    shelves: &Shelves,
    asked: &Asked<'_>,
    claim: &Value,
) -> Result<(), Refusal> {
    let name = &asked.name;
    if let Some((region, zone, holding)) = asked.zone {
        for location in &facts.model[region].locations {
            for resource in &facts.model.resources {
                let (needs, has) = zone_sums(facts, *location, zone, holding, resource);
                if needs > 0 && needs > has {
                    let label = &facts.model[*location].label;
                    let (needs, has) = (resource.format(needs), resource.format(has));
                    return refuse(
                        name,
                        format!("{label} must hold {needs} {resource}, the other zones have {has}"),
                    );
                }
            }
        }
    }
    let failure = Failure::new(facts, asked);
    let assignment = read(facts, name, claim)?;
    if let Some(broken) = failure.breaks(&assignment) {
        return refuse(name, broken);
    }
    impairments(&failure, asked, claim, &assignment)?;
    let evictions = failure.evictions(&assignment);
    if evicted(facts, claim).as_ref() != Some(&evictions) {
        return refuse(name, "evicted is not what the assignment takes");
    }
    if read_lost(claim) != Some(losses(&failure, &assignment)) {
        return refuse(name, "lost is not what stays down");
    }
    method::check(&failure, name, claim, &assignment)?;
    let packs = match asked.zone {
        Some((_, _, true)) => false,
        Some((region, zone, _)) => zone_packs(facts, region, zone),
        None => {
            let places: BTreeSet<LocationId> = evictions.keys().map(|(at, _, _)| *at).collect();
            shelves.packs(&failure, &assignment, &|at| places.contains(&at))
        }
    };
    let level = if packs { "packed" } else { "aggregate" };
    if claim["level"] != level {
        return refuse(name, format!("level is {}, a packing anew says {level}", claim["level"]));
    }
    Ok(())
}

/// Refuses to leave open what the simple plan shows, where data do not stand in its way.
pub(super) fn undecided(facts: &Facts<'_>, asked: &Asked<'_>) -> Result<(), Refusal> {
    let failure = Failure::new(facts, asked);
    let moves = asked.zone.is_none() && asked.event.is_none_or(|event| event.sides.is_empty());
    if !moves || simple::plan(&failure).1 {
        return refuse(&asked.name, "undecided, though nothing has to be searched for");
    }
    Ok(())
}

fn impairments(
    failure: &Failure<'_, '_>,
    asked: &Asked<'_>,
    claim: &Value,
    assignment: &Assignment,
) -> Result<(), Refusal> {
    let model = failure.facts.model;
    let sides = asked.event.map_or(&[][..], |event| &event.sides);
    let mut found = BTreeSet::new();
    for side in sides {
        let here = |region: RegionId| side.contains(&region);
        let stands = |w: &usize| failure.facts.homes(*w).keys().any(|c| here(model[*c].region));
        found.extend(
            (0..model.workloads.len()).filter(|w| out_of_reach(failure.facts, *w, &here)).filter(stands),
        );
    }
    if sides.is_empty() && asked.zone.is_none() {
        found = failure.impaired(assignment);
    }
    if let Some(w) = found.iter().find(|w| !failure.losable(&model.workloads[**w])) {
        return refuse(
            &asked.name,
            format!("{} reaches no copy of its data in time", model.workloads[*w].name),
        );
    }
    let names: Vec<_> = found.iter().map(|w| model.workloads[*w].name.as_str()).collect();
    let expected = (!names.is_empty()).then(|| serde_json::json!(names));
    if claim.get("impaired") != expected.as_ref() {
        return refuse(&asked.name, "impaired is not the work without its data");
    }
    Ok(())
}

/// Reads an assignment; an entry that names what does not exist is refused.
fn read(facts: &Facts<'_>, name: &str, claim: &Value) -> Result<Assignment, Refusal> {
    let mut assignment = Assignment::new();
    for line in claim["assignment"].as_array().into_iter().flatten() {
        let Some((key, replicas)) = read_move(facts, line) else {
            return refuse(name, format!("{line} is no way that the workload has"));
        };
        if replicas == 0 || assignment.insert(key, replicas).is_some() {
            return refuse(name, format!("{line} moves nothing, or stands twice"));
        }
    }
    Ok(assignment)
}

fn read_move(facts: &Facts<'_>, line: &Value) -> Option<((usize, LocationId, usize), i128)> {
    let model = facts.model;
    let w = facts.workload(line["workload"].as_str()?)?;
    let source = facts.location(line["from"].as_str()?)?;
    let destination = facts.location(line["to"].as_str()?)?;
    let lane = lane(model, line["lane"].as_str()?)?;
    let Failover::Moves(moves) = &model.workloads[w].failover else { return None };
    let to = moves.to.iter().position(|to| to.location == destination && to.lane.value == lane)?;
    facts.homes(w).get(&source)?;
    Some(((w, source, to), line["replicas"].as_u64()?.into()))
}

type Losses = BTreeMap<(String, String, String), i128>;

fn losses(failure: &Failure<'_, '_>, assignment: &Assignment) -> Losses {
    let model = failure.facts.model;
    let mut lost = Losses::new();
    for (w, source) in failure.affected().into_iter().filter(|(_, c)| failure.failed.contains(c)) {
        let workload = &model.workloads[w];
        let n = failure.facts.homes(w).get(&source).copied().unwrap_or(0);
        let demand = failure.demand(w, source);
        let placed: i128 = assignment.range((w, source, 0)..=(w, source, usize::MAX)).map(|(_, n)| n).sum();
        let moves = matches!(workload.failover, Failover::Moves(_));
        let reason = if moves { "degraded" } else { "decided" };
        for (replicas, reason) in [(n - demand, reason), (demand - placed, "expected")] {
            if replicas > 0 {
                lost.insert(
                    (workload.name.as_str().into(), model[source].label.clone(), reason.into()),
                    replicas,
                );
            }
        }
    }
    lost
}

fn read_lost(claim: &Value) -> Option<Losses> {
    let text = |v: &Value| v.as_str().unwrap_or("").to_string();
    let lines = claim["lost"].as_array()?;
    let line = |l: &Value| {
        let key = (text(&l["workload"]), text(&l["from"]), text(&l["reason"]));
        (key, l["replicas"].as_u64().unwrap_or(0).into())
    };
    let lost: Losses = lines.iter().map(line).collect();
    (lost.len() == lines.len()).then_some(lost)
}

fn evicted(facts: &Facts<'_>, claim: &Value) -> Option<BTreeMap<(LocationId, usize, Resource), i128>> {
    let mut all = BTreeMap::new();
    for line in claim["evicted"].as_array()? {
        let at = facts.location(line["location"].as_str()?)?;
        let tier = facts.model.tiers.iter().position(|t| line["tier"] == t.name.as_str())?;
        for (name, amount) in line["amount"].as_object().filter(|amounts| !amounts.is_empty())? {
            let resource = Resource::from_name(name);
            let amount = wide(&resource, amount.as_str()?)?;
            if amount == 0 || all.insert((at, tier, resource), amount).is_some() {
                return None;
            }
        }
    }
    Some(all)
}

/// Whether a scenario is survivable, by trying every assignment.
#[cfg(test)]
pub(super) fn enumerate(facts: &Facts<'_>, asked: &Asked<'_>) -> Option<bool> {
    let model = facts.model;
    if let Some((region, zone, holding)) = asked.zone {
        let fits = |location: &LocationId| {
            let sums = model.resources.iter().map(|k| zone_sums(facts, *location, zone, holding, k));
            sums.into_iter().all(|(needs, has)| needs == 0 || needs <= has)
        };
        return Some(model[region].locations.iter().all(fits));
    }
    let failure = Failure::new(facts, asked);
    let mut works = Vec::new();
    let mut arriving = Assignment::new();
    for (w, source) in failure.affected() {
        if !failure.losable(&model.workloads[w]) && failure.demand(w, source) > 0 {
            works.push((w, source));
            arriving.insert((w, source, 0), 1);
        }
    }
    let claim = serde_json::json!({});
    let reached = match impairments(&failure, asked, &claim, &arriving) {
        Ok(()) => true,
        Err(refusal) => !refusal.what.contains("reaches no copy"),
    };
    if !reached {
        return Some(false);
    }
    super::brute::fits(&failure, &works, &mut Assignment::new(), &mut 2_000_000)
}
