//! Changes that mend a refuted scenario, each proved again before it is offered.
//!
//! Takes the model, its proof and a witness with the scenarios it refutes, gives changes in words. Invariant: with any one
//! of them made, those scenarios are survivable, and nothing that held before is broken.

use super::{DemandOf, PoolKind, Proof, Verdict, Witness, WitnessKind, prove};
use crate::model::{Failover, LaneId, LocationId, Model, Moves, To, WorkloadId};
use crate::span::Spanned;
use seawall_schema::{Resource, Share};

/// Scenarios × workloads beyond which no fixes are looked for: each candidate is a whole proof.
const LIMIT: usize = 40_000;
/// How often an amount is corrected after another proof.
const ROUNDS: usize = 6;

/// Up to four fixes, more reserve first, then less demand, then another way out.
pub fn suggest(model: &Model, proof: &Proof, witness: &Witness, scenarios: &[&str]) -> Vec<String> {
    if proof.scenarios.len().saturating_mul(model.workloads.len()) > LIMIT {
        return Vec::new();
    }
    let search = Search { model, proof, witness, scenarios };
    let mut fixes = Vec::new();
    fixes.extend(search.reserve());
    fixes.extend(search.burst());
    fixes.extend(search.workloads().into_iter().filter_map(|w| search.degraded(w)).take(2));
    fixes.extend(search.workloads().into_iter().find_map(|w| search.destination(w)));
    fixes.truncate(4);
    fixes
}

struct Search<'a> {
    model: &'a Model,
    proof: &'a Proof,
    witness: &'a Witness,
    scenarios: &'a [&'a str],
}

impl Search<'_> {
    /// Whether a changed model mends all the scenarios and breaks nothing; else the first witness among them.
    fn mends(&self, changed: &Model) -> Result<(), Option<Box<Witness>>> {
        let after = prove(changed);
        if after.normal.violations.len() > self.proof.normal.violations.len() {
            return Err(None);
        }
        for (before, after) in self.proof.scenarios.iter().zip(&after.scenarios) {
            let wanted = self.scenarios.contains(&after.scenario.name.as_str());
            match &after.verdict {
                Verdict::Survivable(_) => {}
                Verdict::Refuted(witness) if wanted => return Err(Some(witness.clone())),
                _ if wanted || matches!(before.verdict, Verdict::Survivable(_)) => return Err(None),
                _ => {}
            }
        }
        Ok(())
    }

    /// The reserve that a witness falls short of: its location, and its index there.
    fn short(&self, witness: &Witness) -> Option<(LocationId, usize)> {
        if !matches!(witness.kind, WitnessKind::Pools) {
            return None;
        }
        let pool = witness.pools.iter().find(|pool| pool.pool == PoolKind::Reserve)?;
        let (location, name) = (pool.location?, pool.name.as_deref()?);
        let lane = LaneId(self.model.lanes.iter().position(|lane| lane.name.as_str() == name)? as u32);
        Some((location, self.model[location].reserves.iter().position(|r| r.lane == lane)?))
    }

    fn reserve(&self) -> Option<String> {
        let (location, index) = self.short(self.witness)?;
        let mut changed = self.model.clone();
        let mut witness = self.witness.clone();
        for _ in 0..ROUNDS {
            if self.short(&witness) != Some((location, index)) {
                return None;
            }
            let missing = u64::try_from(witness.needs - witness.has).ok()?;
            let amount = &mut changed.locations[location.index()].reserves[index].amount;
            let now = amount.get(&witness.resource).checked_add(missing)?;
            amount.set(witness.resource.clone(), now);
            match self.mends(&changed) {
                Ok(()) => return Some(self.reserve_words(location, index, &changed)),
                Err(next) => witness = *next?,
            }
        }
        None
    }

    fn reserve_words(&self, location: LocationId, index: usize, changed: &Model) -> String {
        let (before, after) = (&self.model[location].reserves[index], &changed[location].reserves[index]);
        let grown = after.amount.iter().filter(|(resource, amount)| before.amount.get(resource) != *amount);
        let words: Vec<_> = grown.map(|(resource, amount)| amount_words(resource, amount)).collect();
        let lane = &self.model[before.lane].name;
        format!("`reserve {lane} {}` in {}", words.join(" "), self.model[location].label)
    }

    fn burst(&self) -> Option<String> {
        let pool = self.witness.pools.first().filter(|pool| pool.pool == PoolKind::Burst)?;
        let tenant = self.model.tenants.iter().position(|t| Some(t.name.as_str()) == pool.name.as_deref())?;
        let mut changed = self.model.clone();
        let mut witness = self.witness.clone();
        for _ in 0..ROUNDS {
            let burst =
                changed.tenants[tenant].burst.as_mut().filter(|_| witness.kind == WitnessKind::Burst)?;
            burst.value.set(witness.resource.clone(), u64::try_from(witness.needs).ok()?);
            let words = amount_words(&witness.resource, burst.value.get(&witness.resource));
            match self.mends(&changed) {
                Ok(()) => {
                    return Some(format!("`burst {words}` for tenant {}", self.model.tenants[tenant].name));
                }
                Err(next) => witness = *next?,
            }
        }
        None
    }

    /// Workloads of the witness, those with the largest demand first.
    fn workloads(&self) -> Vec<WorkloadId> {
        let mut lines: Vec<_> = self.witness.demands.iter().filter(|d| d.of == DemandOf::Workload).collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.amount));
        let id = |name: &str| self.model.workloads.iter().position(|w| w.name.as_str() == name);
        let mut found: Vec<WorkloadId> = Vec::new();
        for w in lines.iter().filter_map(|line| id(&line.name)).map(|w| WorkloadId(w as u32)) {
            if !found.contains(&w) {
                found.push(w);
            }
        }
        found.truncate(4);
        found
    }

    /// The largest whole percent of its replicas with which the scenarios are survivable.
    fn degraded(&self, workload: WorkloadId) -> Option<String> {
        let Failover::Moves(moves) = &self.model[workload].failover else { return None };
        let with = |percent: u32| {
            self.changed(workload, |moves| {
                moves.degraded.value = Share::from_thousandths(percent * 1000).unwrap_or(Share::FULL);
            })
        };
        let (mut works, mut fails) = (1, moves.degraded.value.thousandths().div_ceil(1000));
        self.mends(&with(works)).ok()?;
        while works + 1 < fails {
            let middle = works.midpoint(fails);
            if self.mends(&with(middle)).is_ok() { works = middle } else { fails = middle }
        }
        Some(format!("`degraded=\"{works}%\"` for {}", self.model[workload].name))
    }

    fn changed(&self, workload: WorkloadId, change: impl FnOnce(&mut Moves)) -> Model {
        let mut changed = self.model.clone();
        if let Failover::Moves(moves) = &mut changed.workloads[workload.index()].failover {
            change(moves);
        }
        changed
    }

    /// Another `to` that residency and data allow. Work that needs other work nearby is left alone.
    fn destination(&self, workload: WorkloadId) -> Option<String> {
        let found = &self.model[workload];
        let Failover::Moves(moves) = &found.failover else { return None };
        let first = moves.to.first().filter(|_| found.needs.is_empty())?;
        for (c, location) in self.model.locations.iter().enumerate() {
            let id = LocationId(c as u32);
            let lane = location.reserves.iter().map(|r| r.lane).find(|lane| *lane == first.lane.value);
            let lane = lane.or_else(|| location.reserves.first().map(|r| r.lane));
            let taken =
                moves.to.iter().any(|to| to.location == id) || found.targets.iter().any(|t| t.location == id);
            let Some(lane) = lane.filter(|_| !taken && self.allowed(workload, id)) else { continue };
            let to = To {
                location: id,
                lane: Spanned::default_of(lane),
                warm: Spanned::default_of(Share::ZERO),
                ..first.clone()
            };
            let to = To { share: Spanned::default_of(Share::FULL), ..to };
            if self.mends(&self.changed(workload, |moves| moves.to.push(to))).is_ok() {
                let lane = &self.model[lane].name;
                return Some(format!("another `to` for {}: {} by lane {lane}", found.name, location.label));
            }
        }
        None
    }

    /// Whether residency and rpo let the workload be there.
    fn allowed(&self, workload: WorkloadId, location: LocationId) -> bool {
        let (found, region) = (&self.model[workload], self.model[location].region);
        let country = &self.model[region].country.value;
        let data = found.uses.iter().map(|uses| &self.model[uses.dataset].residency);
        let mut residency = data.chain([&found.residency]).flatten();
        let holds = |uses: &crate::model::Uses| {
            let dataset = &self.model[uses.dataset];
            let near = dataset.replicas.iter().filter(|r| r.region == region);
            uses.rpo
                .as_ref()
                .is_none_or(|rpo| dataset.home.value == region || near.clone().any(|r| r.lag <= rpo.value))
        };
        residency.all(|r| r.countries.contains(country)) && found.uses.iter().all(holds)
    }
}

pub(super) fn amount_words(resource: &Resource, amount: u64) -> String {
    let amount = resource.format(amount.into());
    match resource {
        Resource::Extended(name) => format!("resource=\"{name}={amount}\""),
        _ if amount.bytes().all(|b| b.is_ascii_digit()) => format!("{resource}={amount}"),
        _ => format!("{resource}=\"{amount}\""),
    }
}
