//! Repairs of work that reaches no copy of its data: a staler copy that will do, another copy, work that may be lost.

use super::work::at_end;
use super::{Repair, Search};
use crate::diagnostic::Edit;
use crate::model::{Dataset, Model, RegionId, Replica, WorkloadId};
use crate::proof::{PoolKind, ScenarioKind, WitnessKind};
use crate::span::{Span, Spanned};
use seawall_schema::Duration;

impl Search<'_> {
    /// The workload of a witness about data, which of its uses fails, and the dataset.
    fn cut_off(&self) -> Option<(WorkloadId, usize, &Dataset)> {
        let pool = self.witness.pools.first().filter(|pool| pool.pool == PoolKind::Copy)?;
        let workload = self.workloads().first().copied()?;
        let named =
            |u: &crate::model::Uses| Some(self.model[u.dataset].name.as_str()) == pool.name.as_deref();
        let at = self.model[workload].uses.iter().position(named)?;
        Some((workload, at, &self.model[self.model[workload].uses[at].dataset]))
    }

    /// Data: an rpo that a copy meets, another copy where residency lets one be, or an event that may cost the tier.
    pub(super) fn data(&self) -> Vec<Repair> {
        if self.witness.kind != WitnessKind::Data {
            return Vec::new();
        }
        [self.wider(), self.copy(), self.lose()].into_iter().flatten().collect()
    }

    /// The smallest rpo that one of the copies meets.
    fn wider(&self) -> Option<Repair> {
        let (workload, at, dataset) = self.cut_off()?;
        let rpo = self.model[workload].uses[at].rpo.as_ref()?;
        let mut lags: Vec<Duration> =
            dataset.replicas.iter().map(|r| r.lag).filter(|l| *l > rpo.value).collect();
        lags.sort();
        lags.dedup();
        let with = |lag: Duration| {
            let mut changed = self.model.clone();
            changed.workloads[workload.index()].uses[at].rpo = Some(Spanned::default_of(lag));
            changed
        };
        let lag = lags.into_iter().find(|lag| self.mends(&with(*lag)).is_ok())?;
        let words = format!("rpo=\"{lag}\"");
        let edits = vec![Edit { span: rpo.span, replacement: format!("\"{lag}\"") }];
        let words = format!("`{words}` for {} on {}", self.model[workload].name, dataset.name);
        Some(Repair { words, edits: self.own(workload, edits), size: 0 })
    }

    /// A copy in a region that the dataset's residency allows, first where the work stands or arrives; as recent as the
    /// work asks for.
    fn copy(&self) -> Option<Repair> {
        let (workload, at, dataset) = self.cut_off()?;
        let lags = dataset.replicas.iter().map(|replica| replica.lag);
        let asked = self.model[workload].uses[at].rpo.as_ref().map(|rpo| rpo.value);
        let lag = asked.or(lags.max()).unwrap_or(Duration::from_millis(10_000));
        let here = self.witness.locations.first().map(|c| self.model[*c].region);
        let others = (0..self.model.regions.len() as u32).map(RegionId);
        let regions = here.into_iter().chain(others.filter(|r| Some(*r) != here));
        let open = |region: &RegionId| {
            let country = &self.model[*region].country.value;
            let allowed = dataset.residency.as_ref().is_none_or(|r| r.countries.contains(country));
            let held = dataset.home.value == *region || dataset.replicas.iter().any(|r| r.region == *region);
            allowed && !held
        };
        let id = self.model[workload].uses[at].dataset;
        let with = |region: RegionId| {
            let mut changed: Model = self.model.clone();
            changed.datasets[id.index()].replicas.push(Replica { region, lag, span: Span::NONE });
            changed
        };
        let region = regions.filter(open).find(|region| self.mends(&with(*region)).is_ok())?;
        let line = format!("replica {} lag=\"{lag}\"", self.model[region].name);
        let words = format!("`{line}` in dataset {}", dataset.name);
        Some(Repair { words, edits: vec![at_end(dataset.home.span, format!("; {line}"))], size: 1 })
    }

    /// Where only events are refuted: that they may cost the workload's tier.
    fn lose(&self) -> Option<Repair> {
        let (workload, ..) = self.cut_off()?;
        let tier = self.model[workload].tier.value;
        let outcomes = self.proof.scenarios.iter();
        let refuted = outcomes.filter(|o| self.scenarios.contains(&o.scenario.name.as_str()));
        let events = refuted.map(|outcome| match outcome.scenario.kind {
            ScenarioKind::Event(id) | ScenarioKind::Partition(id) => Some(id),
            _ => None,
        });
        let events: Vec<_> = events.collect::<Option<_>>()?;
        let mut changed = self.model.clone();
        for event in &events {
            changed.events[event.index()].may_lose.push(Spanned::default_of(tier));
        }
        self.mends(&changed).ok().filter(|()| !events.is_empty())?;
        let line = format!("expect degraded {{ lose tier={} }}", self.model[tier].name);
        let names: Vec<_> = events.iter().map(|event| self.model[*event].name.as_str()).collect();
        let edits = match events.as_slice() {
            [one] if self.model[*one].may_lose.is_empty() => {
                let ends = self.model[*one].failed.iter().map(|c| c.span).filter(|span| span.is_some());
                ends.max_by_key(|span| span.end)
                    .map(|end| at_end(end, format!("; {line}")))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        };
        Some(Repair { words: format!("`{line}` in {}", names.join(", ")), edits, size: 2 })
    }
}
