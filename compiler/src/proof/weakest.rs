//! The smallest set of boundaries whose loss the fleet does not survive, and what mends it.
//!
//! Takes a model and limits, gives the first such set by size and then by order of regions, cells and zones, with repairs
//! that were proved. Invariant: a size is either searched whole or not at all, so what is said of smaller sets is certain.
//! A zone is only tried by itself: page 03 defines no loss of zones together with anything else.

use super::tables::Tables;
use super::*;
use crate::model::{Event, LocationId, Model, RegionId};
use crate::span::{Span, Spanned};
use seawall_schema::name::EventName;

/// How far to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Boundaries that are lost together, at most.
    pub size: usize,
    /// Sets of one size, at most: a size that has more is not searched.
    pub sets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { size: 3, sets: 20_000 }
    }
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Weakest {
    /// The smallest set that is not survived; `None` where every set that was searched is.
    pub found: Option<Breach>,
    /// Every set of up to so many boundaries was decided.
    pub searched: usize,
    /// The sizes up to it hold so many sets.
    pub sets: usize,
    /// Sets that the solver could not decide, as names.
    pub undecided: Vec<String>,
    /// Why the search went no further: the next size and how many sets it has. `None`: it was asked for no more, or has none.
    pub too_many: Option<(usize, u128)>,
}

/// A set of boundaries that is not survived.
#[derive(Clone, Debug)]
pub struct Breach {
    /// `region:R`, `cell:R/C`, `zone:R/Z`, in order.
    pub boundaries: Vec<String>,
    /// The inequality that fails.
    pub witness: Witness,
    /// How many other sets of that size are not survived either.
    pub others: usize,
    /// Changes that mend it, each proved again, the cheapest first: more of a reserve or of nodes, then less work.
    pub repairs: Vec<String>,
}

/// One thing that may be lost.
#[derive(Clone)]
struct Boundary {
    name: String,
    region: RegionId,
    lost: Vec<LocationId>,
}

/// Searches by size.
pub fn weakest(model: &Model, limits: Limits) -> Weakest {
    let tables = Tables::new(model);
    let boundaries = boundaries(model);
    let mut result = Weakest { found: None, searched: 0, sets: 0, undecided: Vec::new(), too_many: None };
    for size in 1..=limits.size.min(boundaries.len()) {
        let count = choose(boundaries.len(), size);
        if count > limits.sets as u128 {
            result.too_many = Some((size, count));
            break;
        }
        let mut scenarios: Vec<(Vec<String>, Scenario)> =
            sets(boundaries.len(), size).iter().filter_map(|set| lost(model, &boundaries, set)).collect();
        if size == 1 {
            scenarios.extend(zones(model));
        }
        if scenarios.is_empty() {
            continue;
        }
        result.sets += scenarios.len();
        let decided: Vec<Verdict> = scenarios.par_iter().map(|(_, s)| decide::decide(&tables, s)).collect();
        let mut breaches = Vec::new();
        for ((names, scenario), verdict) in scenarios.into_iter().zip(decided) {
            match verdict {
                Verdict::Survivable(_) => {}
                Verdict::Undecided => result.undecided.push(names.join(" + ")),
                Verdict::Refuted(witness) => breaches.push((names, scenario, *witness)),
            }
        }
        result.searched = size;
        let others = breaches.len().saturating_sub(1);
        if let Some((names, scenario, witness)) = breaches.into_iter().next() {
            let repairs = repairs(model, &scenario, &witness);
            result.found = Some(Breach { boundaries: names, witness, others, repairs });
            break;
        }
    }
    result
}

/// Regions, and cells of regions that have more than one.
fn boundaries(model: &Model) -> Vec<Boundary> {
    let mut all = Vec::new();
    for (r, region) in model.regions.iter().enumerate() {
        let (region_id, lost) = (RegionId(r as u32), region.locations.clone());
        all.push(Boundary { name: format!("region:{}", region.name), region: region_id, lost });
    }
    for (r, region) in model.regions.iter().enumerate().filter(|(_, r)| r.locations.len() > 1) {
        for location in &region.locations {
            let name = format!("cell:{}", model[*location].label);
            all.push(Boundary { name, region: RegionId(r as u32), lost: vec![*location] });
        }
    }
    all
}

fn choose(of: usize, size: usize) -> u128 {
    (0..size).fold(1u128, |product, i| product.saturating_mul((of - i) as u128) / (i as u128 + 1))
}

/// All sets of one size in lexicographic order.
fn sets(of: usize, size: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for left in (0..size).rev() {
        let longer = |set: Vec<usize>| {
            let from = set.last().map_or(0, |last| last + 1);
            (from..of - left).map(move |next| [set.as_slice(), &[next]].concat())
        };
        all = all.into_iter().flat_map(longer).collect();
    }
    all
}

/// The loss of a set, unless a smaller set is the same, or nothing would be left.
fn lost(model: &Model, boundaries: &[Boundary], set: &[usize]) -> Option<(Vec<String>, Scenario)> {
    let mut failed: Vec<LocationId> = set.iter().flat_map(|b| boundaries[*b].lost.iter().copied()).collect();
    failed.sort();
    let all = failed.len();
    failed.dedup();
    let whole = |b: &&usize| boundaries[**b].lost.len() == model[boundaries[**b].region].locations.len();
    let regions = set.iter().filter(whole).count();
    let gone = |r: &crate::model::Region| r.locations.iter().all(|c| failed.contains(c));
    let same = model.regions.iter().filter(|r| gone(r)).count() > regions;
    if failed.len() < all || same || failed.len() == model.locations.len() {
        return None;
    }
    let names: Vec<String> = set.iter().map(|b| boundaries[*b].name.clone()).collect();
    Some((names.clone(), scenario(names.join("+"), ScenarioKind::Regions, failed)))
}

fn scenario(name: String, kind: ScenarioKind, failed: Vec<LocationId>) -> Scenario {
    Scenario { name, kind, failed, drained: Vec::new(), may_lose: Vec::new(), span: Span::NONE }
}

fn zones(model: &Model) -> Vec<(Vec<String>, Scenario)> {
    let mut all = Vec::new();
    for (r, region) in model.regions.iter().enumerate() {
        for (zone, named) in region.zones.iter().enumerate() {
            let kind = ScenarioKind::Zone { region: RegionId(r as u32), zone, holding_reserves: false };
            let name = format!("zone:{}/{}", region.name, named.value);
            all.push((vec![name.clone()], scenario(name, kind, Vec::new())));
        }
    }
    all
}

fn repairs(model: &Model, scenario: &Scenario, witness: &Witness) -> Vec<String> {
    if matches!(scenario.kind, ScenarioKind::Zone { .. }) {
        return more_nodes(model, scenario, witness).into_iter().collect();
    }
    // The set as an event of its own, so that repairs are proved against it beside all that was asked for.
    let mut asked = model.clone();
    let known = |name: &str| model.events.iter().any(|event| event.name.as_str() == name);
    let mut name = String::from("weakest");
    while known(&name) {
        name.push_str("-set");
    }
    asked.events.push(Event {
        name: EventName::from(name.as_str()),
        failed: scenario.failed.iter().map(|c| Spanned::default_of(*c)).collect(),
        drained: Vec::new(),
        sides: Vec::new(),
        may_lose: Vec::new(),
        span: Span::NONE,
    });
    let proof = prove(&asked);
    let found = fixes::suggest(&asked, &proof, witness, &[&format!("event:{name}")]);
    let mut found: Vec<String> = found.into_iter().map(|repair| repair.words).collect();
    if found.is_empty() {
        found.extend(more_nodes(model, scenario, witness));
    }
    found
}

/// Most nodes that are added.
const NODES: u64 = 1 << 16;

/// The least nodes more of one pool with which the scenario is survived and all that was survived still is.
fn more_nodes(model: &Model, scenario: &Scenario, witness: &Witness) -> Option<String> {
    let before = prove(model);
    let location = *witness.locations.first()?;
    let mends = |pool: usize, more: u64| {
        let changed = fixes::with_nodes(model, location, pool, more);
        let tables = Tables::new(&changed);
        let survives = |v: &Verdict| matches!(v, Verdict::Survivable(_));
        survives(&decide::decide(&tables, scenario)) && {
            let after = prove(&changed);
            after.normal.violations.len() <= before.normal.violations.len()
                && before
                    .scenarios
                    .iter()
                    .zip(&after.scenarios)
                    .all(|(b, a)| !survives(&b.verdict) || survives(&a.verdict))
        }
    };
    let mut best: Option<(u64, usize)> = None;
    for pool in 0..model[location].pools.len() {
        let limit = best.map_or(NODES, |(more, _)| more);
        let Some(mut works) = (0..=16).map(|e| 1u64 << e).find(|n| *n <= limit && mends(pool, *n)) else {
            continue;
        };
        let mut fails = works / 2;
        while works - fails > 1 {
            let middle = fails.midpoint(works);
            if mends(pool, middle) { works = middle } else { fails = middle }
        }
        if best.is_none_or(|(more, _)| works < more) {
            best = Some((works, pool));
        }
    }
    let (more, pool) = best?;
    let found = &model[location].pools[pool];
    Some(format!(
        "`nodes {} count={}` in {} ({more} more)",
        found.name,
        found.count.value + more,
        model[location].label
    ))
}
