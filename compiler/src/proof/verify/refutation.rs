//! Claims of refutation: a witness is one inequality that no assignment keeps, or cases of which each has one.

use super::facts::{Facts, request};
use super::failure::{Failure, within_reach};
use super::shape::{fields, same_lines, some_lines};
use super::standing::{Asked, zone_sums};
use super::{Refusal, cases, lines, refuse};
use crate::model::{Failover, LocationId, Moves, Workload};
use seawall_schema::Resource;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) struct Claim<'a> {
    pub(super) name: &'a str,
    pub(super) witness: &'a Value,
    pub(super) resource: Resource,
    pub(super) needs: i128,
    has: i128,
}

/// Checks a witness.
pub(super) fn refuted(facts: &Facts<'_>, asked: &Asked<'_>, witness: &Value) -> Result<(), Refusal> {
    let name = asked.name.as_str();
    let resource = Resource::from_name(witness["resource"].as_str().unwrap_or(""));
    let (Some(needs), Some(has)) = (amount(&resource, &witness["needs"]), amount(&resource, &witness["has"]))
    else {
        return refuse(name, "the witness names no amounts");
    };
    let claim = Claim { name, witness, resource, needs, has };
    if needs <= has {
        return refuse(name, format!("the witness needs {} and has {}", witness["needs"], witness["has"]));
    }
    let (lines, pools) = (claim.sum("demands"), claim.sum("pools"));
    if lines != Some(needs) {
        return refuse(name, "the demands of the witness do not add up to what it needs");
    }
    let failure = Failure::new(facts, asked);
    if witness["inequality"] != "zone" {
        displaced(&failure, asked, &claim)?;
    }
    let kind = witness["inequality"].as_str().unwrap_or("");
    if pools != Some(has) {
        return refuse(name, "the pools of the witness do not add up to what it has");
    }
    match kind {
        "zone" => zone(facts, asked, &claim),
        "data" => data(&failure, asked, &claim),
        "destinations" => forced(&failure, &claim, &|_, _, _| true, true),
        "burst" => burst(&failure, &claim),
        "pools" => pools_claim(&failure, &claim),
        "exhausted" => cases::exhausted(&failure, &claim),
        _ => refuse(name, format!("{kind} is no inequality")),
    }
}

fn amount(resource: &Resource, value: &Value) -> Option<i128> {
    let text = value.as_str()?;
    match text.strip_prefix('-') {
        Some(positive) => wide(resource, positive).filter(|amount| *amount != 0).map(|amount| -amount),
        None => wide(resource, text),
    }
}

/// A quantity as proofs write them, in this form only, also beyond what a single line of a fleet may hold: sums can.
pub(super) fn wide(resource: &Resource, text: &str) -> Option<i128> {
    if let Ok(amount) = resource.parse(text) {
        return Some(amount.into()).filter(|amount| resource.format(*amount) == text);
    }
    let (digits, suffix) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let unit = match (suffix, resource) {
        ("", Resource::Cpu) => 1000,
        ("m", Resource::Cpu) | ("", _) => 1,
        _ => 1i128 << (10 * (1 + ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].iter().position(|s| *s == suffix)?)),
    };
    let amount = digits.parse::<i128>().ok()?.checked_mul(unit)?;
    (resource.format(amount) == text).then_some(amount)
}

impl Claim<'_> {
    pub(super) fn lines(&self, field: &str) -> impl Iterator<Item = &Value> {
        self.witness[field].as_array().into_iter().flatten()
    }

    fn sum(&self, field: &str) -> Option<i128> {
        self.lines(field).map(|line| amount(&self.resource, &line["amount"])).sum()
    }
}

/// Checks that each demand line is so many replicas of work that is displaced, or for data of work that stands there.
fn displaced(failure: &Failure<'_, '_>, asked: &Asked<'_>, claim: &Claim<'_>) -> Result<(), Refusal> {
    let data = claim.witness["inequality"] == "data";
    if asked.zone.is_some() {
        return refuse(claim.name, "the witness is not about a zone");
    }
    for line in claim.lines("demands") {
        let workload = named(failure, line).map(|w| &failure.facts.model.workloads[w]);
        let from = line["from"].as_str();
        let expected = line["replicas"].as_u64().zip(workload).map(|(n, workload)| {
            lines::replicas("workload", workload, from.filter(|_| !data), n.into(), &claim.resource)
        });
        if expected.as_ref() != Some(line) {
            return refuse(claim.name, format!("{line} is not replicas, their request and its product"));
        }
    }
    Ok(())
}

/// The labels of a place, each of which must exist.
pub(super) fn places(failure: &Failure<'_, '_>, claim: &Claim<'_>) -> Option<BTreeSet<LocationId>> {
    let text = claim.witness["location"].as_str()?;
    text.split('+').map(|label| failure.facts.location(label)).collect()
}

/// The workload that a line names.
pub(super) fn named(failure: &Failure<'_, '_>, line: &Value) -> Option<usize> {
    failure.facts.workload(line["workload"].as_str()?)
}

/// Surviving destinations of the works of a witness.
pub(super) fn destinations(failure: &Failure<'_, '_>, claim: &Claim<'_>) -> BTreeSet<LocationId> {
    let model = failure.facts.model;
    let mut found = BTreeSet::new();
    for line in claim.lines("demands") {
        let source = line["from"].as_str().and_then(|label| failure.facts.location(label));
        let (Some(w), Some(source)) = (named(failure, line), source) else { continue };
        let Failover::Moves(moves) = &model.workloads[w].failover else { continue };
        let demand = failure.demand(w, source);
        let open = (0..moves.to.len()).filter(|to| failure.cap(moves, *to, source, demand) > 0);
        found.extend(open.map(|to| moves.to[to].location));
    }
    found
}

fn zone(facts: &Facts<'_>, asked: &Asked<'_>, claim: &Claim<'_>) -> Result<(), Refusal> {
    let at = claim.witness["location"].as_str().and_then(|label| facts.location(label));
    let (Some(at), Some((region, zone, holding))) = (at, asked.zone) else {
        return refuse(claim.name, "the witness names no cell of the zone");
    };
    let (needs, has) = zone_sums(facts, at, zone, holding, &claim.resource);
    if facts.model[at].region != region || has != claim.has || needs < claim.needs {
        return refuse(claim.name, "the witness is not what must stand against the other zones");
    }
    let (k, place) = (&claim.resource, facts.place(at, &claim.resource));
    let mut stands = lines::work(facts, at, k, &[false]);
    if holding && place.held() > place.standbys.iter().sum() {
        stands.extend(lines::held(facts, at, place, k));
    } else {
        stands.extend(lines::standbys(facts, at, None, k));
    }
    let name = facts.model[region].zones[zone].value.as_str();
    let (label, away) = (&facts.model[at].label, k.format(has - place.capacity));
    let away = json!({ "pool": "zone", "location": label, "zone": name, "amount": away });
    let pools = [lines::capacity(facts, at, place, k), away];
    if !some_lines(&claim.witness["demands"], stands) || !same_lines(&claim.witness["pools"], &pools) {
        return refuse(claim.name, "the lines of the witness are not what stands there and what is left");
    }
    Ok(())
}

fn data(failure: &Failure<'_, '_>, asked: &Asked<'_>, claim: &Claim<'_>) -> Result<(), Refusal> {
    let model = failure.facts.model;
    let demands: Vec<&Value> = claim.lines("demands").collect();
    let w = demands.first().and_then(|line| named(failure, line));
    let at = claim.witness["location"].as_str().and_then(|label| failure.facts.location(label));
    let (Some(w), Some(at), [line]) = (w, at, demands.as_slice()) else {
        return refuse(claim.name, "the witness is not one workload at one place");
    };
    let workload = &model.workloads[w];
    let sides = asked.event.map_or(&[][..], |event| &event.sides);
    let stands = failure.facts.homes(w).get(&at).copied().filter(|_| !failure.failed.contains(&at));
    let arrives = || match &workload.failover {
        Failover::Moves(moves) if sides.is_empty() => {
            let from = failure.facts.homes(w).keys();
            let demand: i128 = from.map(|c| failure.demand(w, *c)).sum();
            let open = |to: &crate::model::To| to.location == at && !failure.closed(at);
            moves.to.iter().any(open).then_some(demand)
        }
        _ => None,
    };
    let there = line["replicas"].as_u64().map(i128::from);
    let present = match stands {
        Some(n) => there == Some(n),
        None => arrives().is_some_and(|most| there.is_some_and(|n| n > 0 && n <= most)),
    };
    let side = sides.iter().find(|side| side.contains(&model[at].region));
    let wanted = |region| side.map_or_else(|| !failure.region_lost(region), |side| side.contains(&region));
    let missing = |uses: &&crate::model::Uses| !within_reach(failure.facts, uses, &wanted);
    let copies =
        workload.uses.iter().filter(missing).map(
            |uses| json!({ "pool": "copy", "dataset": model[uses.dataset].name.as_str(), "amount": "0" }),
        );
    let pools = &claim.witness["pools"];
    let named = copies.into_iter().any(|copy| same_lines(pools, std::slice::from_ref(&copy)));
    if present && named && claim.resource == Resource::Pods && claim.has == 0 && !failure.losable(workload) {
        Ok(())
    } else {
        refuse(claim.name, "the work reaches its data, or may be lost, or does not stand there")
    }
}

/// Checks that each demand line must land on the options that are wanted, whatever happens elsewhere; with `whole`, that
/// the options together take no more than the witness says.
fn forced(
    failure: &Failure<'_, '_>,
    claim: &Claim<'_>,
    wanted: &dyn Fn(&Workload, &Moves, usize) -> bool,
    whole: bool,
) -> Result<(), Refusal> {
    let model = failure.facts.model;
    let mut seen = BTreeSet::new();
    for line in claim.lines("demands") {
        let source = line["from"].as_str().and_then(|label| failure.facts.location(label));
        let (Some(source), Some(w)) = (source, named(failure, line)) else {
            return refuse(claim.name, format!("{line} is no displaced work"));
        };
        let workload = &model.workloads[w];
        let Failover::Moves(moves) = &workload.failover else {
            return refuse(claim.name, format!("{} does not move", workload.name));
        };
        let demand = failure.demand(w, source);
        let cap = |to: usize| failure.cap(moves, to, source, demand);
        let elsewhere: i128 = (0..moves.to.len()).filter(|to| !wanted(workload, moves, *to)).map(cap).sum();
        let must = (demand - elsewhere).max(0).saturating_mul(request(workload, &claim.resource));
        if failure.losable(workload)
            || !seen.insert((workload.name.clone(), source))
            || Some(must) < amount(&claim.resource, &line["amount"])
            || whole && Some(must) != amount(&claim.resource, &line["amount"])
        {
            return refuse(
                claim.name,
                format!("{} from {} is not forced to bring that much", workload.name, model[source].label),
            );
        }
        if whole {
            let share = |to: usize| {
                let found = &moves.to[to];
                let (at, lane) = (&model[found.location].label, model[found.lane.value].name.as_str());
                let amount = claim.resource.format(cap(to));
                json!({ "pool": "share", "location": at, "lane": lane, "amount": amount })
            };
            let shares: Vec<Value> = (0..moves.to.len()).filter(|to| cap(*to) > 0).map(share).collect();
            let at_home = claim.witness["location"] == model[source].label.as_str();
            let alone = claim.lines("demands").count() == 1 && claim.resource == Resource::Pods;
            if !same_lines(&claim.witness["pools"], &shares) || !at_home || !alone {
                return refuse(claim.name, format!("{} has other ways than the witness says", workload.name));
            }
        }
    }
    Ok(())
}

fn burst(failure: &Failure<'_, '_>, claim: &Claim<'_>) -> Result<(), Refusal> {
    let model = failure.facts.model;
    let pool = claim.lines("pools").next().unwrap_or(&Value::Null);
    let Some(tenant) = model.tenants.iter().position(|t| pool["tenant"] == t.name.as_str()) else {
        return refuse(claim.name, "the witness names no tenant");
    };
    let burst = model.tenants[tenant].burst.as_ref().and_then(|b| b.value.named(&claim.resource));
    let name = model.tenants[tenant].name.as_str();
    let line = json!({ "pool": "burst", "tenant": name, "amount": claim.resource.format(claim.has) });
    if burst.map(i128::from) != Some(claim.has) || !same_lines(&claim.witness["pools"], &[line]) {
        return refuse(claim.name, "the tenant has another burst");
    }
    let into = |workload: &Workload, moves: &Moves, to: usize| {
        let region = &model[model[moves.to[to].location].region];
        workload.tenant.value.index() == tenant && claim.witness["location"] == region.name.as_str()
    };
    forced(failure, claim, &into, false)
}

fn pools_claim(failure: &Failure<'_, '_>, claim: &Claim<'_>) -> Result<(), Refusal> {
    let model = failure.facts.model;
    let mut listed: BTreeSet<(LocationId, String)> = BTreeSet::new();
    let (places, ways) = (places(failure, claim).unwrap_or_default(), destinations(failure, claim));
    for line in claim.lines("pools") {
        let keys: &[&str] = if line["pool"] == "reserve" {
            &["pool", "location", "lane", "amount"]
        } else {
            &["pool", "location", "amount"]
        };
        fields(claim.name, line, keys, &[])?;
        let Some(at) = line["location"].as_str().and_then(|label| failure.facts.location(label)) else {
            return refuse(claim.name, "a pool of the witness has no location");
        };
        let place = failure.facts.place(at, &claim.resource);
        let lane = line["lane"].as_str().and_then(|name| super::facts::lane(model, name));
        let (key, has) = match (line["pool"].as_str(), lane) {
            (Some("reserve"), Some(lane)) => {
                (model[lane].name.to_string(), failure.reserve(at, lane, &claim.resource))
            }
            (Some("free"), _) => ("free pool".to_string(), place.free()),
            (Some("preemptible"), _) => ("preemptible pool".to_string(), place.evictable()),
            _ => return refuse(claim.name, format!("{line} is no pool")),
        };
        if amount(&claim.resource, &line["amount"]) != Some(has) || !listed.insert((at, key)) {
            return refuse(
                claim.name,
                format!("{line} is not what that pool holds, {}", claim.resource.format(has)),
            );
        }
    }
    let drawn = listed.iter().all(|(at, _)| places.contains(at));
    if !drawn || places.is_empty() || !places.is_subset(&ways) {
        return refuse(claim.name, "location is not where the pools are and the work may go");
    }
    let inside = |workload: &Workload, moves: &Moves, to: usize| {
        let (to, gentle) = (&moves.to[to], !model[workload.tier.value].preemptible);
        let lane = &model[to.lane.value];
        let pools = [
            (lane.reserve, lane.name.as_str()),
            (lane.free, "free pool"),
            (lane.preemptible && gentle, "preemptible pool"),
        ];
        pools.iter().all(|(open, key)| !open || listed.contains(&(to.location, (*key).to_string())))
    };
    forced(failure, claim, &inside, false)
}
