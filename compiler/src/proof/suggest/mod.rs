//! The least reserves with which every scenario is survivable.
//!
//! Takes a model and weights, gives amounts for the reserves that the model has, the scenario that binds each, and the model
//! with them, proved. Invariant: whether the total is the least is only said where a bound shows it or every way was tried.

mod arrive;
mod search;
mod site;
mod ways;

use super::day::Day;
use super::tables::Tables;
use super::*;
use crate::diagnostic::Edit;
use crate::model::{Boundary, Declared, LocationId, Model, RegionId};
use crate::span::Spanned;
use arrive::Arrivals;
use seawall_schema::Resource;
use site::{Least, Site};
use std::collections::BTreeMap;
use ways::Ways;

/// How much an amount weighs: one core, one GiB, one pod, one of an extended resource weigh 1 where nothing else is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weights {
    /// By region.
    pub regions: BTreeMap<RegionId, u32>,
    /// By resource.
    pub resources: BTreeMap<Resource, u32>,
}

/// What a reserve should hold of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggested {
    /// Where.
    pub location: LocationId,
    /// Which of the location's reserves.
    pub reserve: usize,
    /// Of what.
    pub resource: Resource,
    /// What it holds, in the resource's unit.
    pub now: u64,
    /// What is enough.
    pub least: u64,
    /// Why not less.
    pub binding: Binding,
}

/// What keeps a reserve from being smaller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// Nothing: it is 0, or it is not the first reserve of its lane there and keeps its amount.
    Nothing,
    /// The standbys that stand in it.
    Standbys,
    /// A scenario, by name.
    Scenario(String),
}

/// The reserves, and what is known of them.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// By location, reserve and resource.
    pub reserves: Vec<Suggested>,
    /// Whether no smaller total exists.
    pub proved_least: bool,
    /// The weighted total.
    pub cost: i128,
    /// A weighted total below which none exists, in the same unit.
    pub bound: i128,
    /// Whether a location holds more than one reserve for a lane: only the first of them is resized, the others stay as
    /// they are, and the total is the least beside them.
    pub kept: bool,
    /// The model with these reserves.
    pub model: Model,
    /// Its proof. What it refutes, no reserves mend, or none were found that do.
    pub proof: Proof,
}

/// Why there is no suggestion.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// What runs exceeds the location even with the smallest reserves that its standbys need.
    #[error("{place} has too little {resource} for what runs there, whatever is held in reserve")]
    Running {
        /// The location.
        place: String,
        /// Of what.
        resource: Resource,
    },
}

/// What amounts cost, by region and resource.
pub(super) struct Cost(Vec<i128>, usize);

impl Cost {
    fn new(model: &Model, weights: &Weights) -> Self {
        let unit = |resource: &Resource| match resource {
            Resource::Cpu => 1i128 << 30,
            Resource::Memory => 1000,
            Resource::Pods | Resource::Extended(_) => 1000i128 << 30,
        };
        let of = |r: usize, resource: &Resource| {
            let region = weights.regions.get(&RegionId(r as u32)).copied().unwrap_or(1);
            let weight = weights.resources.get(resource).copied().unwrap_or(1);
            i128::from(region) * i128::from(weight) * unit(resource)
        };
        let all = (0..model.regions.len()).flat_map(|r| model.resources.iter().map(move |k| of(r, k)));
        Self(all.collect(), model.resources.len())
    }

    fn of(&self, region: RegionId, k: usize, amount: i128) -> i128 {
        amount.saturating_mul(self.0[region.index() * self.1 + k])
    }
}

/// Finds the least reserves.
///
/// # Errors
/// Where normal running does not fit.
pub fn suggest(model: &Model, weights: &Weights) -> Result<Suggestion, Unfit> {
    let tables = Tables::new(model);
    let cost = Cost::new(model, weights);
    let mut sites = sites(&tables)?;
    let found = attempt(model, &tables, &cost, &sites);
    if sites.iter().all(Site::holds_zone) || found.open().is_empty() {
        return Ok(found);
    }
    // A zone's loss that does not hold now may stand in the way of a scenario that does.
    sites.iter_mut().filter(|site| !site.holds_zone()).for_each(Site::without_zone);
    let other = attempt(model, &tables, &cost, &sites);
    Ok(if other.open().len() < found.open().len() || loses(model, &found) { other } else { found })
}

/// Whether something that is survivable now is not with what was found.
fn loses(model: &Model, found: &Suggestion) -> bool {
    let survives = |outcome: &Outcome| matches!(outcome.verdict, Verdict::Survivable(_));
    let before = prove(model).scenarios;
    before.iter().zip(&found.proof.scenarios).any(|(before, after)| survives(before) && !survives(after))
}

fn attempt(model: &Model, tables: &Tables<'_>, cost: &Cost, sites: &[Site<'_, '_>]) -> Suggestion {
    let (mut names, mut days): (Vec<String>, Vec<Day<'_, '_>>) = days(tables).into_iter().unzip();
    let mut known: Vec<Option<Vec<i128>>> = vec![None; days.len()];
    let mut proof = None;
    loop {
        match settle(tables, cost, sites, &days, &known) {
            Ok(settled) => return finish(model, tables, sites, settled, &names),
            Err(s) => {
                let proof = proof.get_or_insert_with(|| prove(model));
                if !keep_proved(proof, &names, &days, &mut known, s) {
                    names.remove(s);
                    days.remove(s);
                    known.remove(s);
                }
            }
        }
    }
}

/// Lets a scenario go the ways that the reserves as they are are proved for, or where it does already, all that can.
/// Whether any of them did not before.
fn keep_proved(
    proof: &Proof,
    names: &[String],
    days: &[Day<'_, '_>],
    known: &mut [Option<Vec<i128>>],
    s: usize,
) -> bool {
    let plan = |s: usize| as_proved(proof, &names[s], &days[s]);
    if known[s].is_none() {
        known[s] = plan(s);
        if known[s].is_some() {
            return true;
        }
    }
    let mut changed = false;
    for (s, known) in known.iter_mut().enumerate().filter(|(_, known)| known.is_none()) {
        *known = plan(s);
        changed |= known.is_some();
    }
    changed
}

/// The ways that a scenario goes with the reserves as they are, where it is survivable with them.
fn as_proved(proof: &Proof, name: &str, day: &Day<'_, '_>) -> Option<Vec<i128>> {
    let outcome = proof.scenarios.iter().find(|outcome| outcome.scenario.name == name)?;
    let Verdict::Survivable(plan) = &outcome.verdict else { return None };
    let of = |option: &super::day::Choice| {
        let from = &day.displaced[option.of];
        let same = |m: &&Move| m.workload == from.workload && m.from == from.from && m.to == option.to;
        plan.moves.iter().filter(|_| day.required(option.of)).find(same).map_or(0, |m| m.replicas)
    };
    Some(day.options.iter().map(of).collect())
}

fn sites<'t, 'm>(tables: &'t Tables<'m>) -> Result<Vec<Site<'t, 'm>>, Unfit> {
    let asked =
        |s: &&crate::model::Survive| s.boundary == Boundary::Zone && s.count > 0 && s.holding_reserves;
    let holding = tables.model.fleet.survive.iter().any(|s| asked(&s));
    let mut sites = Vec::new();
    for location in tables.locations() {
        for k in 0..tables.k {
            let zones = &tables.model[tables.region(location)].zones;
            let i = tables.ck(location, k);
            let without = |zone: usize| {
                tables.capacity[i] - super::zone::zone_capacity(tables, location, zone, k) - tables.steady[i]
            };
            let most = (0..zones.len()).map(without).min().filter(|_| holding);
            let site = Site::new(tables, location, k, most);
            if site.least(&[]).is_none() {
                let place = tables.model[location].label.clone();
                return Err(Unfit::Running { place, resource: tables.model.resources[k].clone() });
            }
            sites.push(site);
        }
    }
    Ok(sites)
}

/// The scenarios in which something moves, those left out that no reserve mends.
fn days<'t, 'm>(tables: &'t Tables<'m>) -> Vec<(String, Day<'t, 'm>)> {
    let moving =
        |s: &Scenario| matches!(s.kind, ScenarioKind::Regions | ScenarioKind::Cell | ScenarioKind::Event(_));
    let listed = scenario::list(tables.model).scenarios.into_par_iter().filter(moving);
    let day = |scenario: Scenario| (Day::new(tables, &scenario), scenario.name);
    let all = listed.map(day).filter(|(day, _)| cut::destinations(day).or_else(|| cut::burst(day)).is_none());
    all.map(|(day, name)| (name, day)).collect()
}

/// Amounts by site, with their cost and what is known of it.
struct Settled {
    least: Vec<Least>,
    arrivals: Vec<Arrivals>,
    cost: i128,
    bound: i128,
    exhausted: bool,
}

/// Finds ways and amounts for all scenarios at once, or the scenario that no reserves were found for.
fn settle(
    tables: &Tables<'_>,
    cost: &Cost,
    sites: &[Site<'_, '_>],
    days: &[Day<'_, '_>],
    known: &[Option<Vec<i128>>],
) -> Result<Settled, usize> {
    let ways = Ways::new(days, known, cost);
    let arrivals: Vec<Arrivals> =
        days.iter().zip(&ways.replicas).map(|(day, replicas)| Arrivals::new(day, replicas)).collect();
    let price = |least: &[Least], of: &dyn Fn(&Least) -> i128| {
        let at = |(i, l): (usize, &Least)| {
            let region = tables.region(LocationId((i / tables.k) as u32));
            cost.of(region, i % tables.k, of(l))
        };
        least.iter().enumerate().map(at).fold(0i128, i128::saturating_add)
    };
    let sum = |l: &Least| l.amounts.iter().sum::<i128>();
    let forced: Vec<Arrivals> = days.iter().map(|day| Arrivals::new(day, &arrive::forced(day))).collect();
    let bound = arrive::least(tables, sites, &forced).map_or(0, |forced| price(&forced, &|l| l.bound));
    let first = arrive::least(tables, sites, &arrivals);
    let best = first.as_ref().map_or(i128::MAX, |least| price(least, &sum));
    if best <= bound {
        return Ok(Settled { cost: best, least: first?, arrivals, bound, exhausted: false });
    }
    let tried = search::every_way(tables, sites, days, best, &|least| price(least, &sum));
    let (least, arrivals) = match tried.found {
        Some((replicas, least)) => {
            (least, days.iter().zip(&replicas).map(|(day, replicas)| Arrivals::new(day, replicas)).collect())
        }
        None => (first?, arrivals),
    };
    Ok(Settled { cost: price(&least, &sum), least, arrivals, bound, exhausted: tried.exhausted })
}

fn finish(
    model: &Model,
    tables: &Tables<'_>,
    sites: &[Site<'_, '_>],
    settled: Settled,
    names: &[String],
) -> Suggestion {
    let mut changed = model.clone();
    let mut reserves = Vec::new();
    for (i, (site, least)) in sites.iter().zip(&settled.least).enumerate() {
        let (location, k) = (LocationId((i / tables.k) as u32), i % tables.k);
        let resource = &model.resources[k];
        let (of, loads) = arrive::loads(tables, &settled.arrivals, location, k);
        for (reserve, amount) in least.amounts.iter().enumerate() {
            let binding = match site.binding(&least.amounts, reserve, &loads) {
                _ if *amount == 0 || !site.resizes(reserve) => Binding::Nothing,
                Some(load) => Binding::Scenario(names[of[load]].clone()),
                None => Binding::Standbys,
            };
            let held = &mut changed.locations[location.index()].reserves[reserve];
            let (now, amount) = (held.amount.get(resource), u64::try_from(*amount).unwrap_or(u64::MAX));
            if now != amount {
                hold(held, resource, amount);
            }
            reserves.push(Suggested {
                location,
                reserve,
                resource: resource.clone(),
                now,
                least: amount,
                binding,
            });
        }
    }
    reserves.retain(|r| r.now > 0 || r.least > 0);
    reserves.sort_by_key(|found| (found.location, found.reserve));
    let proof = prove(&changed);
    let Settled { cost, bound, exhausted, .. } = settled;
    let bound = if exhausted { cost } else { bound.min(cost) };
    let kept = sites.iter().any(Site::keeps);
    // A total beyond what can be counted is not known to be the least of anything.
    let proved_least = bound == cost && cost < i128::MAX;
    Suggestion { reserves, proved_least, cost, bound, kept, model: changed, proof }
}

/// Sets what a reserve holds of one resource, also as it is declared.
fn hold(reserve: &mut crate::model::Reserve, resource: &Resource, amount: u64) {
    reserve.amount.set(resource.clone(), amount);
    match reserve.declared.iter_mut().find(|(name, _)| name == resource) {
        Some((_, declared)) => declared.value = Declared::Amount(amount),
        None => reserve.declared.push((resource.clone(), Spanned::default_of(Declared::Amount(amount)))),
    }
}

impl Suggestion {
    /// Scenarios that are still not survivable.
    pub fn open(&self) -> Vec<&Outcome> {
        self.proof.scenarios.iter().filter(|s| !matches!(s.verdict, Verdict::Survivable(_))).collect()
    }

    /// The edits of `before`'s files that write these reserves; comments and everything else stay.
    pub fn edits(&self, before: &Model) -> Vec<Edit> {
        let changed = self.reserves.iter().filter(|s| s.now != s.least);
        fixes::reserve_edits(before, changed.map(|s| (s.location, s.reserve, &s.resource, s.least)))
    }
}
