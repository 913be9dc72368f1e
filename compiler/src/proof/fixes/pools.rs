//! Repairs of what destinations give: more of a reserve, a larger burst, a reserve that is lent.

use super::{Repair, Search, amount_words};
use crate::diagnostic::Edit;
use crate::model::{Failover, LaneId, Lend, LocationId, Model};
use crate::proof::{PoolKind, Witness, WitnessKind};
use crate::span::{Span, Spanned};
use seawall_schema::{Duration, Resource};

/// How often an amount is corrected after another proof.
const ROUNDS: usize = 6;
/// Reserves that are tried for one witness.
const RESERVES: usize = 4;

/// A reserve: its location, and its index there.
type Place = (LocationId, usize);

impl Search<'_> {
    /// More of one reserve that the witness falls short of.
    pub(super) fn reserves(&self) -> Vec<Repair> {
        match self.witness.kind {
            WitnessKind::Pools => {
                self.reserves_of(self.witness).into_iter().filter_map(|at| self.more_of(at)).collect()
            }
            WitnessKind::Combined | WitnessKind::Exhausted => self.whole_replicas(),
            _ => Vec::new(),
        }
    }

    fn reserve_at(&self, location: LocationId, lane: LaneId) -> Option<Place> {
        Some((location, self.model[location].reserves.iter().position(|r| r.lane == lane)?))
    }

    /// The reserves that a witness falls short of.
    fn reserves_of(&self, witness: &Witness) -> Vec<Place> {
        let of = |pool: &crate::proof::PoolShare| {
            let (location, name) = (pool.location?, pool.name.as_deref()?);
            let lane = self.model.lanes.iter().position(|lane| lane.name.as_str() == name)?;
            self.reserve_at(location, LaneId(lane as u32))
        };
        let reserves = witness.pools.iter().filter(|pool| pool.pool == PoolKind::Reserve);
        reserves.filter_map(of).take(RESERVES).collect()
    }

    /// What is missing, put on one reserve, until nothing is.
    fn more_of(&self, (location, index): Place) -> Option<Repair> {
        let mut changed = self.model.clone();
        let mut witness = self.witness.clone();
        for _ in 0..ROUNDS {
            let same =
                witness.kind == WitnessKind::Pools && self.reserves_of(&witness).contains(&(location, index));
            let missing = u64::try_from(witness.needs - witness.has).ok().filter(|_| same)?;
            let amount = &mut changed.locations[location.index()].reserves[index].amount;
            let now = amount.get(&witness.resource).checked_add(missing)?;
            amount.set(witness.resource.clone(), now);
            match self.mends(&changed) {
                Ok(()) => return Some(self.grown((location, index), &changed)),
                Err(next) => witness = *next?,
            }
        }
        None
    }

    /// Where only whole replicas are short: the least more of one resource in one reserve with which they fit.
    fn whole_replicas(&self) -> Vec<Repair> {
        let mut places: Vec<Place> = Vec::new();
        for workload in self.workloads() {
            let Failover::Moves(moves) = &self.model[workload].failover else { continue };
            let here = moves.to.iter().filter(|to| self.witness.locations.contains(&to.location));
            places.extend(here.filter_map(|to| self.reserve_at(to.location, to.lane.value)));
        }
        places.sort();
        places.dedup();
        let tries = places.into_iter().take(RESERVES);
        tries.flat_map(|at| self.model.resources.iter().filter_map(move |k| self.one_more(at, k))).collect()
    }

    fn one_more(&self, (location, index): Place, resource: &Resource) -> Option<Repair> {
        let amount = |request: u64| if *resource == Resource::Pods { 1 } else { request };
        let works = self.workloads();
        let requests = works.iter().map(|w| amount(self.model[*w].request.value.get(resource)));
        // Only sums of requests matter, and those are multiples of their common divisor.
        let step = requests.clone().fold(0, gcd);
        let now = self.model[location].reserves[index].amount.get(resource);
        let first = (now / step.max(1)).checked_mul(step)?;
        let most = u64::try_from(self.witness.needs).ok()?.checked_mul(requests.max()?)? / step.max(1);
        let with = |steps: u64| {
            let mut changed = self.model.clone();
            let grown = first.saturating_add(steps.saturating_mul(step));
            changed.locations[location.index()].reserves[index].amount.set(resource.clone(), grown);
            changed
        };
        let steps = self.least(most, &with).filter(|_| step > 0)?;
        Some(self.grown((location, index), &with(steps)))
    }

    fn grown(&self, (location, index): Place, changed: &Model) -> Repair {
        let (before, after) = (&self.model[location].reserves[index], &changed[location].reserves[index]);
        let grown = after.amount.iter().filter(|(resource, amount)| before.amount.get(resource) != *amount);
        let grown: Vec<(&Resource, u64)> = grown.collect();
        let words: Vec<_> = grown.iter().map(|(resource, amount)| amount_words(resource, *amount)).collect();
        let share = |(resource, amount): &(&Resource, u64)| {
            let more = i128::from(*amount) - i128::from(before.amount.get(resource));
            more * 1000 / i128::from(self.model[location].capacity.get(resource)).max(1)
        };
        let lane = &self.model[before.lane].name;
        Repair {
            words: format!("`reserve {lane} {}` in {}", words.join(" "), self.model[location].label),
            size: grown.iter().map(share).sum(),
            edits: reserve_edits(self.model, grown.iter().map(|(k, amount)| (location, index, *k, *amount))),
        }
    }

    pub(super) fn burst(&self) -> Option<Repair> {
        let pool = self.witness.pools.first().filter(|pool| pool.pool == PoolKind::Burst)?;
        let tenant = self.model.tenants.iter().position(|t| Some(t.name.as_str()) == pool.name.as_deref())?;
        let mut changed = self.model.clone();
        let mut witness = self.witness.clone();
        for _ in 0..ROUNDS {
            let burst =
                changed.tenants[tenant].burst.as_mut().filter(|_| witness.kind == WitnessKind::Burst)?;
            burst.value.set(witness.resource.clone(), u64::try_from(witness.needs).ok()?);
            let words: Vec<String> = burst.value.iter().map(|(k, amount)| amount_words(k, amount)).collect();
            let (words, span) = (format!("burst {}", words.join(" ")), burst.span);
            match self.mends(&changed) {
                Ok(()) => {
                    let edits = vec![Edit { span, replacement: words.clone() }];
                    let words = format!("`{words}` for tenant {}", self.model.tenants[tenant].name);
                    return Some(Repair { words, edits, size: 0 });
                }
                Err(next) => witness = *next?,
            }
        }
        None
    }

    /// A reserve lent to the preemptible tiers that use what is free meanwhile.
    pub(super) fn lends(&self) -> Vec<Repair> {
        let free = self.witness.pools.iter().filter(|pool| pool.pool == PoolKind::Free);
        let mut found = Vec::new();
        for location in free.filter_map(|pool| pool.location).take(RESERVES) {
            let unlent = self.model[location].reserves.iter().enumerate().filter(|(_, r)| r.lend.is_none());
            found.extend(unlent.filter_map(|(index, _)| self.lend((location, index))));
        }
        found
    }

    fn lend(&self, (location, index): Place) -> Option<Repair> {
        let runs = |w: &&crate::model::Workload| {
            self.model[w.tier.value].preemptible && w.targets.iter().any(|t| t.location == location)
        };
        let queued = |q: &&crate::model::Queue| q.quotas.iter().any(|quota| quota.location == location);
        let worked = self.model.workloads.iter().filter(runs).map(|w| w.tier.value);
        let mut tiers: Vec<_> =
            worked.chain(self.model.queues.iter().filter(queued).map(|q| q.tier.value)).collect();
        tiers.sort();
        tiers.dedup();
        let lends = self.model.locations.iter().flat_map(|c| &c.reserves).filter_map(|r| r.lend.as_ref());
        let reclaim_within =
            lends.map(|lend| lend.reclaim_within).min().unwrap_or(Duration::from_millis(60_000));
        let mut changed = self.model.clone();
        let reserve = &mut changed.locations[location.index()].reserves[index];
        let spanned = tiers.iter().map(|tier| Spanned::default_of(*tier)).collect();
        reserve.lend = Some(Lend { tiers: spanned, reclaim_within, span: Span::NONE });
        self.mends(&changed).ok().filter(|()| !tiers.is_empty())?;
        let names: Vec<_> = tiers.iter().map(|tier| self.model[*tier].name.as_str()).collect();
        let words = format!("lend-to {} reclaim-within=\"{reclaim_within}\"", names.join(" "));
        let reserve = &self.model[location].reserves[index];
        let end = Span::new(reserve.span.file, reserve.span.end, reserve.span.end);
        let edits = vec![Edit { span: end, replacement: format!(" {{ {words} }}") }];
        let lane = &self.model[reserve.lane].name;
        let words = format!("`{words}` in reserve {lane} of {}", self.model[location].label);
        Some(Repair { words, edits, size: 0 })
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The edits that write amounts into `reserve` lines: only values that change are touched, so comments, order and layout
/// stay; a resource that a line does not name yet is added at its end.
pub(in crate::proof) fn reserve_edits<'r>(
    before: &Model,
    amounts: impl Iterator<Item = (LocationId, usize, &'r Resource, u64)>,
) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for (location, index, resource, amount) in amounts {
        let reserve = &before[location].reserves[index];
        let words = amount_words(resource, amount);
        match reserve.declared.iter().find(|(name, _)| name == resource) {
            Some((_, declared)) => edits.push(Edit { span: declared.span, replacement: value(&words) }),
            None => {
                let end = Span::new(reserve.span.file, reserve.span.end, reserve.span.end);
                // Two insertions at one place would clash: they are one edit.
                match edits.iter_mut().find(|edit| edit.span == end) {
                    Some(edit) => edit.replacement.push_str(&format!(" {words}")),
                    None => edits.push(Edit { span: end, replacement: format!(" {words}") }),
                }
            }
        }
    }
    edits
}

/// `"64Gi"` of `memory="64Gi"`; all after the first `=`.
fn value(words: &str) -> String {
    words.split_once('=').map_or(words, |(_, value)| value).to_owned()
}
