//! What does not move: normal running, the list of scenarios, zones.

use super::facts::{Facts, homes, one_node, request};
use super::{Refusal, refuse};
use crate::model::{Boundary, Event, LocationId, Model, RegionId};
use seawall_schema::{Resource, Share};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A scenario as the model asks for it.
pub(super) struct Asked<'m> {
    pub(super) name: String,
    kind: &'static str,
    pub(super) failed: Vec<LocationId>,
    pub(super) drained: Vec<(LocationId, Share)>,
    pub(super) event: Option<&'m Event>,
    /// Region, zone, and whether reserves stay whole.
    pub(super) zone: Option<(RegionId, usize, bool)>,
}

/// Checks normal running; gives whether it is infeasible.
pub(super) fn normal(facts: &Facts<'_>, claim: &Value) -> Result<bool, Refusal> {
    let mut broken = BTreeSet::new();
    places(facts, &mut broken);
    quotas(facts, &mut broken);
    let word = |v: &Value, key: &str| v[key].as_str().unwrap_or("").to_string();
    let given: Vec<_> = claim["violations"].as_array().cloned().unwrap_or_default();
    let listed = given.iter().map(|v| {
        [word(v, "inequality"), word(v, "location"), word(v, "resource"), word(v, "needs"), word(v, "has")]
    });
    let listed: BTreeSet<_> = listed.collect();
    if let Some(missing) = broken.difference(&listed).next() {
        return refuse("normal", format!("broken and not listed: {}", missing.join(" ")));
    }
    if let Some(wrong) = listed.difference(&broken).next() {
        return refuse("normal", format!("listed and not broken: {}", wrong.join(" ")));
    }
    let verdict = if broken.is_empty() { "feasible" } else { "infeasible" };
    if claim["verdict"] != verdict {
        return refuse("normal", format!("{} is not {verdict}", claim["verdict"]));
    }
    Ok(!broken.is_empty())
}

type Broken = BTreeSet<[String; 5]>;

fn note(broken: &mut Broken, kind: &str, place: &str, resource: &Resource, needs: i128, has: i128) {
    if needs > has {
        broken.insert([
            kind.into(),
            place.into(),
            resource.to_string(),
            resource.format(needs),
            resource.format(has),
        ]);
    }
}

fn places(facts: &Facts<'_>, broken: &mut Broken) {
    for (c, location) in facts.model.locations.iter().enumerate() {
        for resource in &facts.model.resources {
            let place = facts.place(LocationId(c as u32), resource);
            note(broken, "reserves", &location.label, resource, place.held(), place.capacity);
            let runs = place.steady.saturating_add(place.evictable());
            note(broken, "running", &location.label, resource, runs, place.capacity - place.held());
            for (lane, standbys) in place.standbys.iter().enumerate() {
                let of_lane =
                    location.reserves.iter().zip(&place.reserves).filter(|(r, _)| r.lane.index() == lane);
                let held = of_lane.map(|(_, amount)| amount).sum();
                note(broken, "standbys", &location.label, resource, *standbys, held);
            }
        }
    }
}

fn quotas(facts: &Facts<'_>, broken: &mut Broken) {
    let model = facts.model;
    let mut used: BTreeMap<(usize, RegionId, &Resource), i128> = BTreeMap::new();
    for workload in &model.workloads {
        for (location, replicas) in homes(workload) {
            for resource in &model.resources {
                let sum = used
                    .entry((workload.tenant.value.index(), model[location].region, resource))
                    .or_default();
                *sum = sum.saturating_add(replicas.saturating_mul(request(workload, resource)));
            }
        }
    }
    for ((tenant, region, resource), needs) in used {
        let quotas = model.tenants[tenant].quotas.iter().filter(|q| q.region == region);
        for has in quotas.filter_map(|quota| quota.amount.named(resource)) {
            note(broken, "quota", model[region].name.as_str(), resource, needs, has.into());
        }
    }
}

/// Every scenario that must be there, in order.
pub(super) fn scenarios(model: &Model) -> Vec<Asked<'_>> {
    let mut all = region_sets(model);
    let demands =
        |boundary| model.fleet.survive.iter().filter(move |s| s.boundary == boundary && s.count > 0);
    if demands(Boundary::Cell).next().is_some() {
        for (c, location) in model.locations.iter().enumerate().filter(|(_, c)| c.cell.is_some()) {
            let failed = vec![LocationId(c as u32)];
            all.push(Asked { failed, ..asked(format!("cell:{}", location.label), "cell") });
        }
    }
    let holding = demands(Boundary::Zone).any(|s| s.holding_reserves);
    for (r, region) in model.regions.iter().enumerate().filter(|_| demands(Boundary::Zone).next().is_some()) {
        for (z, zone) in region.zones.iter().enumerate() {
            let zone_of = Some((RegionId(r as u32), z, holding));
            all.push(Asked {
                zone: zone_of,
                ..asked(format!("zone:{}/{}", region.name, zone.value), "zone")
            });
        }
    }
    all.extend(model.events.iter().map(|event| Asked {
        failed: event.failed.iter().map(|c| c.value).collect(),
        drained: event.drained.iter().map(|(c, share)| (*c, share.value)).collect(),
        event: Some(event),
        ..asked(format!("event:{}", event.name), if event.sides.is_empty() { "event" } else { "partition" })
    }));
    all
}

fn asked<'m>(name: String, kind: &'static str) -> Asked<'m> {
    Asked { name, kind, failed: Vec::new(), drained: Vec::new(), event: None, zone: None }
}

fn region_sets(model: &Model) -> Vec<Asked<'_>> {
    let counts =
        model.fleet.survive.iter().filter(|s| s.boundary == Boundary::Region).map(|s| s.count as usize);
    let most = counts.max().unwrap_or(0).min(model.regions.len().saturating_sub(1));
    let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
    let mut all = Vec::new();
    for _ in 0..most {
        let longer = |set: &Vec<usize>| {
            let set = set.clone();
            let from = set.last().map_or(0, |last| last + 1);
            (from..model.regions.len()).map(move |next| [set.clone(), vec![next]].concat())
        };
        sets = sets.iter().flat_map(longer).collect();
        for set in &sets {
            let names: Vec<_> = set.iter().map(|r| model.regions[*r].name.as_str()).collect();
            let word = if set.len() > 1 { "regions" } else { "region" };
            let lost = |c: &usize| set.contains(&model.locations[*c].region.index());
            let failed = (0..model.locations.len()).filter(lost).map(|c| LocationId(c as u32)).collect();
            all.push(Asked { failed, ..asked(format!("{word}:{}", names.join("+")), "regions") });
        }
    }
    all
}

/// Checks name, kind, what fails and what is drained.
pub(super) fn header(
    facts: &Facts<'_>,
    asked: &Asked<'_>,
    claim: &Value,
    broken: bool,
) -> Result<(), Refusal> {
    let model = facts.model;
    let failed: Vec<_> = asked.failed.iter().map(|c| model[*c].label.as_str()).collect();
    let drain = |(c, share): &(LocationId, Share)| serde_json::json!({ "location": model[*c].label, "share": share.to_string() });
    let drained: Vec<_> = asked.drained.iter().map(drain).collect();
    let fields = [
        ("name", Value::from(asked.name.as_str())),
        ("kind", Value::from(asked.kind)),
        ("failed", Value::from(failed)),
        ("drained", Value::from(drained)),
    ];
    for (field, expected) in fields {
        if claim[field] != expected {
            return refuse(&asked.name, format!("{field} is {}, not {expected}", claim[field]));
        }
    }
    if claim["on_paper"].as_bool().unwrap_or(false) != broken {
        return refuse(&asked.name, "on_paper does not say whether normal running is feasible");
    }
    Ok(())
}

/// What must stand and what is left at a cell after a zone's loss.
pub(super) fn zone_sums(
    facts: &Facts<'_>,
    location: LocationId,
    zone: usize,
    holding: bool,
    resource: &Resource,
) -> (i128, i128) {
    let model = facts.model;
    let zones = model[model[location].region].zones.len();
    let place = facts.place(location, resource);
    let mut lost = 0i128;
    for pool in &model[location].pools {
        let nodes =
            (0..zones).map(|z| (pool.count.value as usize + zones - 1 - z) / zones).nth(zone).unwrap_or(0);
        lost += (nodes as i128).saturating_mul(one_node(pool, resource));
    }
    let standbys: i128 = place.standbys.iter().sum();
    let beside = if holding { standbys.max(place.held()) } else { standbys };
    (place.steady.saturating_add(beside), place.capacity - lost)
}
