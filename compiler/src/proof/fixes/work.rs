//! Repairs of where work goes and how much of it: a larger share of one `to`, another `to`, less of it.

use super::{Repair, Search};
use crate::diagnostic::Edit;
use crate::model::{Failover, LaneId, LocationId, Model, Moves, To, WorkloadId};
use crate::proof::WitnessKind;
use crate::span::{Span, Spanned};
use seawall_schema::Share;

impl Search<'_> {
    fn moves(&self, workload: WorkloadId) -> Option<&Moves> {
        match &self.model[workload].failover {
            Failover::Moves(moves) => Some(moves),
            _ => None,
        }
    }

    fn changed(&self, workload: WorkloadId, change: impl FnOnce(&mut Moves)) -> Model {
        let mut changed = self.model.clone();
        if let Failover::Moves(moves) = &mut changed.workloads[workload.index()].failover {
            change(moves);
        }
        changed
    }

    /// Edits, unless the failover is a class's, which other work has too.
    pub(super) fn own(&self, workload: WorkloadId, edits: Vec<Edit>) -> Vec<Edit> {
        if self.model[workload].class.is_none() { edits } else { Vec::new() }
    }

    /// The least part of its replicas that less work is, in whole percent, largest first.
    pub(super) fn degraded(&self) -> Vec<Repair> {
        self.workloads().into_iter().filter_map(|w| self.less(w)).collect()
    }

    fn less(&self, workload: WorkloadId) -> Option<Repair> {
        let moves = self.moves(workload)?;
        let most = moves.degraded.value.thousandths().div_ceil(1000);
        // So many percent fewer: the least of them leaves most of the work.
        let with = |fewer: u64| {
            let percent = most.saturating_sub(u32::try_from(fewer).unwrap_or(most)).max(1);
            self.changed(workload, |moves| {
                moves.degraded.value = Share::from_thousandths(percent * 1000).unwrap_or(Share::FULL);
            })
        };
        let fewer = self.least(u64::from(most.saturating_sub(1)), &with).filter(|n| *n > 0)?;
        let percent = u64::from(most) - fewer;
        let words = format!("degraded=\"{percent}%\"");
        let edits = match moves.degraded.span {
            span if span.is_some() => vec![Edit { span, replacement: format!("\"{percent}%\"") }],
            _ => vec![at_end(moves.span, format!(" {words}"))],
        };
        let words = format!("`{words}` for {}", self.model[workload].name);
        Some(Repair { words, edits: self.own(workload, edits), size: fewer.into() })
    }

    /// A larger share of one `to` that takes a part only.
    pub(super) fn shares(&self) -> Vec<Repair> {
        let all = self.workloads();
        all.into_iter()
            .flat_map(|w| {
                let count = self.moves(w).map_or(0, |moves| moves.to.len());
                (0..count).filter_map(move |to| self.share(w, to))
            })
            .collect()
    }

    fn share(&self, workload: WorkloadId, at: usize) -> Option<Repair> {
        let to = &self.moves(workload)?.to[at];
        let now = u64::from(to.share.value.thousandths()) / 1000;
        if now >= 100 {
            return None;
        }
        let with = |more: u64| {
            let thousandths = u32::try_from((now + more).min(100) * 1000).unwrap_or(100_000);
            let share = Share::from_thousandths(thousandths).unwrap_or(Share::FULL);
            self.changed(workload, |moves| moves.to[at].share.value = share)
        };
        let more = self.least(100 - now, &with)?;
        let words = format!("share=\"{}%\"", now + more);
        let edits = vec![Edit { span: to.share.span, replacement: format!("\"{}%\"", now + more) }];
        let place = &self.model[to.location].label;
        let words = format!("`{words}` for {} to {place}", self.model[workload].name);
        Some(Repair { words, edits: self.own(workload, edits), size: more.into() })
    }

    /// One workload with another `to` that residency and data allow.
    pub(super) fn destinations(&self) -> Vec<Repair> {
        if self.witness.kind == WitnessKind::Data {
            return Vec::new();
        }
        self.workloads().into_iter().find_map(|w| self.destination(w)).into_iter().collect()
    }

    /// Work that needs other work nearby is left alone.
    fn destination(&self, workload: WorkloadId) -> Option<Repair> {
        let found = &self.model[workload];
        let moves = self.moves(workload)?;
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
                share: Spanned::default_of(Share::FULL),
                ..first.clone()
            };
            if self.mends(&self.changed(workload, |moves| moves.to.push(to))).is_ok() {
                return Some(self.another(workload, lane, &location.label));
            }
        }
        None
    }

    fn another(&self, workload: WorkloadId, lane: LaneId, place: &str) -> Repair {
        let lane = &self.model[lane].name;
        let last = self.moves(workload).and_then(|moves| moves.to.last());
        let edits = last.map(|to| at_end(to.span, format!("; to {place} lane={lane}"))).into_iter().collect();
        let words = format!("another `to` for {}: {place} by lane {lane}", self.model[workload].name);
        Repair { words, edits: self.own(workload, edits), size: 0 }
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

pub(super) fn at_end(span: Span, replacement: String) -> Edit {
    Edit { span: Span::new(span.file, span.end, span.end), replacement }
}
