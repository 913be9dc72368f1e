//! How many replicas of what stand where, in a situation: the quantities of the proof, as whole controllers.
//!
//! Takes a [`Context`], gives [`Instance`]s: where a workload runs already, what it is to receive grows it; elsewhere it
//! gets a controller of its own for each lane. Source: design pages 03 (`n`, `v`) and 04.

use super::Context;
use super::context::moves_to;
use super::{manifests, names};
use crate::model::*;
use crate::span::Span;
use seawall_schema::{Resource, Share};
use std::collections::BTreeSet;

/// One controller: replicas of a workload at a location.
pub(crate) struct Instance<'a> {
    pub(crate) id: WorkloadId,
    pub(crate) workload: &'a Workload,
    pub(crate) location: LocationId,
    pub(crate) role: Role,
    /// Name of its Deployment (or what the manifests hold instead).
    pub(crate) name: String,
    /// Whether its selector must be told apart from that of another controller in the same namespace.
    pub(crate) twin: bool,
    /// Without an autoscaler: how many, growth included. With one: where it starts.
    pub(crate) replicas: u64,
    /// What standbys and arriving work add to its own.
    pub(crate) grown: u64,
    pub(crate) autoscale: Option<Scale>,
    /// The lines that its number comes from.
    pub(crate) spans: Vec<Span>,
}

/// Whose work a controller does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// What its targets ask for.
    Own,
    /// Standbys and lane work where it has no target.
    Standby(LaneId),
}

/// An autoscaler's bounds, growth included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    pub(crate) min: u64,
    pub(crate) max: u64,
    pub(crate) cpu: Option<Share>,
    pub(crate) span: Span,
}

impl Instance<'_> {
    /// The most replicas it can come to: what the proof counted.
    pub(crate) fn most(&self) -> u64 {
        self.autoscale.map_or(self.replicas, |scale| scale.max)
    }

    /// An amount of a resource for so many replicas.
    pub(crate) fn times(&self, replicas: u64, resource: &Resource) -> u64 {
        self.workload.request.value.get(resource).saturating_mul(replicas)
    }
}

/// `n[w][c]`: what the proof counts of a workload at a location in normal running.
pub(crate) fn proved_replicas(workload: &Workload, location: LocationId) -> u64 {
    workload.targets.iter().filter(|t| t.location == location).map(Target::proved_replicas).sum()
}

/// `v[w][j]` of one `to`: standbys for the sources that `counts` lets through.
pub(crate) fn standbys(workload: &Workload, to: &To, counts: impl Fn(LocationId) -> bool) -> u64 {
    let Failover::Moves(moves) = &workload.failover else { return 0 };
    let of_source = |source: LocationId| {
        let n = i128::from(proved_replicas(workload, source));
        let degraded = moves.degraded.value.ceil_of(n);
        to.warm.value.ceil_of(to.share.value.ceil_of(degraded))
    };
    let sources: BTreeSet<LocationId> = workload.targets.iter().map(|t| t.location).collect();
    let sources = sources.into_iter().filter(|c| *c != to.location && counts(*c));
    let sum: i128 = sources.map(of_source).sum();
    u64::try_from(sum).unwrap_or(u64::MAX)
}

/// The controllers of some workloads in this bundle, by workload, own ones first; in every situation the same ones, with
/// other numbers.
pub(crate) fn footprint<'a>(context: &Context<'a>, wanted: impl Fn(WorkloadId) -> bool) -> Vec<Instance<'a>> {
    let mut instances = Vec::new();
    for (id, workload) in context.workloads() {
        if workload.mode != Mode::Observe && wanted(id) {
            of_workload(context, id, workload, &mut instances);
        }
    }
    instances
}

fn of_workload<'a>(
    context: &Context<'a>,
    id: WorkloadId,
    workload: &'a Workload,
    out: &mut Vec<Instance<'a>>,
) {
    let base = manifests::main_name(context.model, workload);
    let (first, mut lanes) = (out.len(), Vec::new());
    for (location, _) in context.locations() {
        if workload.targets.iter().any(|t| t.location == location) {
            let twin = out.len() > first;
            let name = if twin { names::at(&base, context.model, location) } else { base.clone() };
            out.push(own(context, id, workload, location, name, twin));
        }
    }
    let runs_here = out.len() > first;
    for to in moves_to(workload).filter(|to| context.holds(to.location)) {
        if workload.targets.iter().any(|t| t.location == to.location) {
            continue;
        }
        let mut name = format!("{base}-{}", context.model[to.lane.value].name);
        if lanes.contains(&to.lane.value) {
            name = names::at(&name, context.model, to.location);
        }
        lanes.push(to.lane.value);
        let replicas = waiting_or_arriving(context, id, workload, to);
        let role = Role::Standby(to.lane.value);
        let spans = vec![to.span, workload.name_span];
        let twin = runs_here || lanes.len() > 1;
        let (location, grown, autoscale) = (to.location, replicas, None);
        out.push(Instance { id, workload, location, role, name, twin, replicas, grown, autoscale, spans });
    }
}

/// Standbys whose source still stands, and the work that arrives of those that do not.
fn waiting_or_arriving(context: &Context<'_>, id: WorkloadId, workload: &Workload, to: &To) -> u64 {
    // What failed itself is left as it is.
    let failed = context.now.failed.contains(&to.location);
    let waiting = standbys(workload, to, |source| failed || !context.now.displaces(source));
    waiting.saturating_add(context.now.arriving(id, to.location, to.lane.value))
}

fn own<'a>(
    context: &Context<'a>,
    id: WorkloadId,
    workload: &'a Workload,
    location: LocationId,
    name: String,
    twin: bool,
) -> Instance<'a> {
    let here: Vec<_> = workload.targets.iter().filter(|t| t.location == location).collect();
    let to_here: Vec<_> = moves_to(workload).filter(|to| to.location == location).collect();
    let grown = to_here.iter().map(|to| waiting_or_arriving(context, id, workload, to)).sum::<u64>();
    let fixed: u64 = here.iter().map(|t| t.replicas.value).sum();
    let scaled = here.iter().find_map(|t| t.autoscale.as_ref());
    let autoscale = scaled.map(|first| {
        let Autoscale { min: _, max: _, cpu, span } = first;
        let least = |t: &&Target| t.autoscale.as_ref().map_or(t.replicas.value, |a| a.min.value);
        let min = here.iter().map(least).sum::<u64>() + grown;
        let max = here.iter().map(|t| t.proved_replicas()).sum::<u64>() + grown;
        Scale { min, max, cpu: cpu.map(|c| c.value), span: *span }
    });
    let mut spans: Vec<_> = here.iter().map(|t| t.span).collect();
    if grown > 0 {
        spans.extend(to_here.iter().map(|to| to.span));
    }
    let replicas = autoscale.map_or(fixed + grown, |scale| scale.min.max(fixed + grown).min(scale.max));
    Instance { id, workload, location, role: Role::Own, name, twin, replicas, grown, autoscale, spans }
}
