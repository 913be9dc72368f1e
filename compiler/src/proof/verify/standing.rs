//! What does not move: normal running, the list of scenarios, zones.

use super::facts::{Facts, homes, one_node, request};
use super::{Refusal, lines, refuse, shape};
use crate::model::{Boundary, Event, Failover, LocationId, Model, RegionId};
use seawall_schema::{Resource, Share};
use serde_json::{Value, json};
use std::collections::BTreeMap;

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
    shape::fields("normal", claim, &["verdict", "violations"], &[])?;
    let mut broken = Vec::new();
    places(facts, &mut broken);
    quotas(facts, &mut broken);
    let Some(given) = claim["violations"].as_array() else {
        return refuse("normal", "violations is no list");
    };
    given.iter().try_for_each(|violation| shape::witness("normal", violation))?;
    let key = |v: &Value| ["inequality", "location", "resource", "needs", "has"].map(|name| v[name].clone());
    let words = |v: &Value| key(v).map(|field| field.as_str().unwrap_or("?").to_string()).join(" ");
    let mut open: Vec<&Value> = given.iter().collect();
    for expected in &broken {
        let lines = |v: &Value| {
            let same = |name: &str| expected[name].as_array().is_some_and(|e| shape::same_lines(&v[name], e));
            same("demands") && same("pools")
        };
        let Some(at) = open.iter().position(|v| key(v) == key(expected) && lines(v)) else {
            let known = open.iter().any(|v| key(v) == key(expected));
            let what = if known { "lines are not what they are" } else { "broken and not listed" };
            return refuse("normal", format!("{what}: {}", words(expected)));
        };
        open.swap_remove(at);
    }
    if let Some(wrong) = open.first() {
        return refuse("normal", format!("listed and not broken: {}", words(wrong)));
    }
    let verdict = if broken.is_empty() { "feasible" } else { "infeasible" };
    if claim["verdict"] != verdict {
        return refuse("normal", format!("{} is not {verdict}", claim["verdict"]));
    }
    Ok(!broken.is_empty())
}

/// A broken inequality as the proof must write it.
fn broken(
    (kind, place, resource): (&str, &str, &Resource),
    (needs, has): (i128, i128),
    demands: Vec<Value>,
    pools: Vec<Value>,
) -> Value {
    json!({
        "inequality": kind, "location": place, "resource": resource.as_str(),
        "needs": resource.format(needs), "has": resource.format(has), "demands": demands, "pools": pools,
    })
}

fn places(facts: &Facts<'_>, out: &mut Vec<Value>) {
    for (c, location) in facts.model.locations.iter().enumerate() {
        let (id, label) = (LocationId(c as u32), location.label.as_str());
        for resource in &facts.model.resources {
            let place = facts.place(id, resource);
            let capacity = || lines::capacity(facts, id, place, resource);
            if place.held() > place.capacity {
                let held = lines::held(facts, id, place, resource);
                let sums = (place.held(), place.capacity);
                out.push(broken(("reserves", label, resource), sums, held, vec![capacity()]));
            }
            let sums = (place.steady.saturating_add(place.evictable()), place.capacity - place.held());
            if sums.0 > sums.1 {
                let mut demands = lines::work(facts, id, resource, &[true, false]);
                if place.lent > 0 {
                    demands.push(json!({ "lent": "lent", "amount": resource.format(-place.lent) }));
                }
                let mut pools = vec![capacity()];
                pools.extend(lines::reserve_pools(facts, id, place, resource, (None, -1)));
                out.push(broken(("running", label, resource), sums, demands, pools));
            }
            for (lane, standbys) in place.standbys.iter().enumerate() {
                let of_lane = location.reserves.iter().zip(&place.reserves);
                let of_lane = of_lane.filter(|(r, _)| r.lane.index() == lane);
                let sums = (*standbys, of_lane.map(|(_, amount)| amount).sum());
                if sums.0 > sums.1 {
                    let demands = lines::standbys(facts, id, Some(lane), resource);
                    let pools = lines::reserve_pools(facts, id, place, resource, (Some(lane), 1));
                    out.push(broken(("standbys", label, resource), sums, demands, pools));
                }
            }
        }
    }
}

fn quotas(facts: &Facts<'_>, out: &mut Vec<Value>) {
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
        for has in
            quotas.filter_map(|quota| quota.amount.named(resource)).map(i128::from).filter(|has| needs > *has)
        {
            let name = model.tenants[tenant].name.as_str();
            let pools = vec![json!({ "pool": "quota", "tenant": name, "amount": resource.format(has) })];
            let demands = lines::quota_work(facts, tenant, region, resource);
            out.push(broken(("quota", model[region].name.as_str(), resource), (needs, has), demands, pools));
        }
    }
}

fn most_regions(model: &Model) -> usize {
    let asked = model.fleet.survive.iter().filter(|s| s.boundary == Boundary::Region);
    let most = asked.map(|s| s.count as usize).max().unwrap_or(0);
    most.min(model.regions.len().saturating_sub(1))
}

type List<'m> = Box<dyn Iterator<Item = Asked<'m>> + 'm>;

/// Every scenario that must be there, in order, by kind; as they are asked for, since a few words ask for very many.
pub(super) fn scenarios(model: &Model) -> [(&'static str, List<'_>); 4] {
    let demands =
        |boundary| model.fleet.survive.iter().filter(move |s| s.boundary == boundary && s.count > 0);
    let cells = model.locations.iter().enumerate().filter(|(_, c)| c.cell.is_some());
    let cells = cells.take(if demands(Boundary::Cell).next().is_some() { usize::MAX } else { 0 });
    let cell = |(c, location): (usize, &crate::model::Location)| {
        let failed = vec![LocationId(c as u32)];
        Asked { failed, ..asked(format!("cell:{}", location.label), "cell") }
    };
    let holding = demands(Boundary::Zone).any(|s| s.holding_reserves);
    let zoned = if demands(Boundary::Zone).next().is_some() { model.regions.len() } else { 0 };
    let zones = model.regions.iter().enumerate().take(zoned).flat_map(move |(r, region)| {
        region.zones.iter().enumerate().map(move |(z, zone)| Asked {
            zone: Some((RegionId(r as u32), z, holding)),
            ..asked(format!("zone:{}/{}", region.name, zone.value), "zone")
        })
    });
    let events = model.events.iter().map(|event| Asked {
        failed: event.failed.iter().map(|c| c.value).collect(),
        drained: event.drained.iter().map(|(c, share)| (*c, share.value)).collect(),
        event: Some(event),
        ..asked(format!("event:{}", event.name), if event.sides.is_empty() { "event" } else { "partition" })
    });
    [
        ("regions", Box::new(region_sets(model))),
        ("cells", Box::new(cells.map(cell))),
        ("zones", Box::new(zones)),
        ("events", Box::new(events)),
    ]
}

fn asked<'m>(name: String, kind: &'static str) -> Asked<'m> {
    Asked { name, kind, failed: Vec::new(), drained: Vec::new(), event: None, zone: None }
}

fn region_sets(model: &Model) -> impl Iterator<Item = Asked<'_>> {
    let regions = model.regions.len();
    let of_size = move |size: usize| {
        std::iter::successors(Some((0..size).collect()), move |set: &Vec<usize>| {
            // The last of them that is not as late as it can be moves on, and those behind it follow.
            let at = (0..size).rev().find(|at| set[*at] < regions - size + at)?;
            let behind = (0..size - at).map(|step| set[at] + 1 + step);
            Some(set[..at].iter().copied().chain(behind).collect())
        })
    };
    (1..=most_regions(model)).flat_map(of_size).map(|set| {
        let names: Vec<_> = set.iter().map(|r| model.regions[*r].name.as_str()).collect();
        let word = if set.len() > 1 { "regions" } else { "region" };
        let lost = |c: &usize| set.contains(&model.locations[*c].region.index());
        let failed = (0..model.locations.len()).filter(lost).map(|c| LocationId(c as u32)).collect();
        Asked { failed, ..asked(format!("{word}:{}", names.join("+")), "regions") }
    })
}

/// A claim beside what it must be about.
pub(super) type Pairs<'m, 'v> = Vec<(Asked<'m>, &'v Value)>;

/// Puts each claim beside its scenario. Where so many are asked for that a proof may leave off, one claim for each kind
/// says that the rest of it is open; how many those are is given as well.
pub(super) fn pairs<'m, 'v>(
    facts: &Facts<'m>,
    given: &'v [Value],
    broken: bool,
) -> Result<(Pairs<'m, 'v>, usize), Refusal> {
    let model = facts.model;
    let mut pairs = Pairs::new();
    let (mut missing, mut steps) = (Vec::new(), 0usize);
    for (kind, scenarios) in scenarios(model) {
        for asked in scenarios {
            steps = steps.saturating_add(weight(facts, &asked));
            match given.get(pairs.len()).filter(|claim| claim["name"] == asked.name.as_str()) {
                Some(claim) => pairs.push((asked, claim)),
                None => {
                    missing.push((kind, asked));
                    break;
                }
            }
        }
    }
    let mut rest = given[pairs.len()..].iter();
    let enough = steps > LISTED || pairs.len() > LISTED / 10;
    for (kind, asked) in &missing {
        let open = Asked {
            name: format!("{kind}:more-than-{}", pairs.len()),
            ..self::asked(String::new(), asked.kind)
        };
        let Some(claim) = rest.next().filter(|claim| enough && claim["name"] == open.name.as_str()) else {
            return refuse("scenarios", format!("{} is missing", asked.name));
        };
        header(facts, &open, claim, broken)?;
        shape::scenario(claim)?;
        if claim["verdict"] != "undecided" {
            return refuse(&open.name, "so many scenarios have no verdict together");
        }
    }
    match rest.next() {
        Some(claim) => refuse("scenarios", format!("{} is not asked for", claim["name"])),
        None => Ok((pairs, missing.len())),
    }
}

/// Steps before which a proof may not leave off.
const LISTED: usize = 1_000_000;

/// About how many steps a scenario takes.
fn weight(facts: &Facts<'_>, asked: &Asked<'_>) -> usize {
    let touched = asked.failed.iter().chain(asked.drained.iter().map(|(c, _)| c));
    let ways = |w: &usize| match &facts.model.workloads[*w].failover {
        Failover::Moves(moves) => 1 + moves.to.len(),
        _ => 1,
    };
    let work: usize = touched.flat_map(|c| facts.here(*c)).map(ways).sum();
    facts.model.locations.len() + work
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
    if claim.get("on_paper") != broken.then_some(&Value::Bool(true)) {
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
