//! What fields need of a model beside the object itself: references followed backwards, and sums.
//!
//! Takes a valid model, gives tables. Invariant: made once a check, in time linear to the model.

use crate::model::{
    self, DatasetId, Failover, JobId, LaneId, LocationId, Model, QueueId, RegionId, TenantId, TierId,
    WorkloadId,
};
use crate::span::Span;
use seawall_schema::{Duration, Resources, Share};
use std::collections::BTreeMap;
use std::ops::Deref;

/// A thing of a table of the model, and which one it is.
#[derive(Debug)]
pub(crate) struct Nth<'m, T> {
    pub(super) index: u32,
    pub(super) of: &'m T,
}

impl<T> Clone for Nth<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Nth<'_, T> {}

impl<T> Deref for Nth<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.of
    }
}

impl<'m, T> Nth<'m, T> {
    /// The thing, for as long as the model.
    pub(crate) fn get(self) -> &'m T {
        self.of
    }
}

/// Limits by resource.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits<'m>(pub(super) &'m Resources);

/// What happens to a workload in a failure, said or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failing<'m>(pub(super) &'m model::Workload);

impl Failing<'_> {
    pub(super) fn place(self) -> Span {
        match &self.0.failover {
            Failover::Moves(moves) => moves.span,
            Failover::None { span, .. } => *span,
            Failover::Lowest => Span::NONE,
        }
    }
}

/// What holds for a workload while an event is in force, said or not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct During<'m>(pub(super) &'m model::Workload);

impl During<'_> {
    pub(super) fn place(self) -> Span {
        self.0.during_failover.as_ref().map_or(Span::NONE, |during| during.span)
    }
}

/// A copy of a dataset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Copied {
    pub(super) region: RegionId,
    pub(super) lag: Duration,
    pub(super) home: bool,
}

/// A location that is drained.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drained {
    pub(super) location: LocationId,
    pub(super) share: Share,
}

/// A model, and what is worked out of it.
pub(crate) struct View<'m> {
    pub(super) model: &'m Model,
    /// Held by location and lane.
    held: BTreeMap<(LocationId, LaneId), Resources>,
    locations: Vec<Sums>,
    regions: Vec<Sums>,
    nothing: Sums,
    pub(super) of_tenant: Vec<Vec<WorkloadId>>,
    pub(super) of_tier: Vec<Vec<WorkloadId>>,
    pub(super) of_dataset: Vec<Vec<WorkloadId>>,
    pub(super) in_region: Vec<Vec<WorkloadId>>,
    pub(super) jobs_of_tenant: Vec<Vec<JobId>>,
    pub(super) jobs_of_queue: Vec<Vec<JobId>>,
}

/// What a place has, what of it is held, and what is left.
#[derive(Clone, Default)]
pub(super) struct Sums {
    pub(super) capacity: Resources,
    pub(super) held: Resources,
    pub(super) unreserved: Resources,
}

impl<'m> View<'m> {
    /// Works out what fields need.
    pub(crate) fn new(model: &'m Model) -> Self {
        let mut view = View {
            model,
            held: BTreeMap::new(),
            locations: Vec::new(),
            regions: vec![Sums::default(); model.regions.len()],
            nothing: Sums::default(),
            of_tenant: vec![Vec::new(); model.tenants.len()],
            of_tier: vec![Vec::new(); model.tiers.len()],
            of_dataset: vec![Vec::new(); model.datasets.len()],
            in_region: vec![Vec::new(); model.regions.len()],
            jobs_of_tenant: vec![Vec::new(); model.tenants.len()],
            jobs_of_queue: vec![Vec::new(); model.queues.len()],
        };
        view.add_up();
        view.refer();
        view
    }

    fn add_up(&mut self) {
        for (id, location) in (0..).map(LocationId).zip(&self.model.locations) {
            let mut sums = Sums { capacity: location.capacity.clone(), ..Sums::default() };
            for reserve in &location.reserves {
                add(self.held.entry((id, reserve.lane)).or_default(), &reserve.amount);
                add(&mut sums.held, &reserve.amount);
            }
            for (resource, amount) in location.capacity.iter() {
                let left = amount.saturating_sub(sums.held.get(resource));
                sums.unreserved.set(resource.clone(), left);
            }
            if let Some(region) = self.regions.get_mut(location.region.index()) {
                add(&mut region.capacity, &sums.capacity);
                add(&mut region.held, &sums.held);
                add(&mut region.unreserved, &sums.unreserved);
            }
            self.locations.push(sums);
        }
    }

    fn refer(&mut self) {
        for (id, workload) in (0..).map(WorkloadId).zip(&self.model.workloads) {
            note(&mut self.of_tenant, workload.tenant.value.index(), id);
            note(&mut self.of_tier, workload.tier.value.index(), id);
            for uses in &workload.uses {
                note(&mut self.of_dataset, uses.dataset.index(), id);
            }
            for target in &workload.targets {
                note(&mut self.in_region, self.model[target.location].region.index(), id);
            }
        }
        for (id, job) in (0..).map(JobId).zip(&self.model.jobs) {
            note(&mut self.jobs_of_tenant, job.tenant.value.index(), id);
            note(&mut self.jobs_of_queue, job.queue.value.index(), id);
        }
    }

    /// The fleet's settings.
    pub(crate) fn fleet(&self) -> &'m model::Fleet {
        &self.model.fleet
    }

    /// All events.
    pub(crate) fn events(&self) -> Vec<Nth<'m, model::Event>> {
        (0..).zip(&self.model.events).map(|(index, of)| Nth { index, of }).collect()
    }

    /// All links.
    pub(crate) fn links(&self) -> Vec<&'m model::Link> {
        self.model.links.iter().collect()
    }

    /// What a link is called.
    pub(crate) fn ends(&self, link: &model::Link) -> String {
        format!("link `{} {}`", self.model[link.a].name, self.model[link.b].name)
    }

    pub(super) fn held_for(&'m self, location: LocationId, lane: LaneId) -> &'m Resources {
        self.held.get(&(location, lane)).unwrap_or(&self.nothing.held)
    }

    pub(super) fn location_sums(&'m self, index: u32) -> &'m Sums {
        self.locations.get(index as usize).unwrap_or(&self.nothing)
    }

    pub(super) fn region_sums(&'m self, index: u32) -> &'m Sums {
        self.regions.get(index as usize).unwrap_or(&self.nothing)
    }
}

/// Each id once, in order.
fn note<T: PartialEq>(lists: &mut [Vec<T>], index: usize, id: T) {
    if let Some(list) = lists.get_mut(index).filter(|list| list.last() != Some(&id)) {
        list.push(id);
    }
}

fn add(sum: &mut Resources, more: &Resources) {
    for (resource, amount) in more.iter() {
        sum.set(resource.clone(), sum.get(resource).saturating_add(amount));
    }
}

macro_rules! tables {
    ($($name:ident, $all:ident: $id:ident => $table:ident: $item:ty;)+) => {
        impl<'m> View<'m> {$(
            pub(crate) fn $name(&self, id: $id) -> Nth<'m, $item> {
                Nth { index: id.0, of: &self.model[id] }
            }

            pub(crate) fn $all(&self) -> Vec<Nth<'m, $item>> {
                (0..).zip(&self.model.$table).map(|(index, of)| Nth { index, of }).collect()
            }
        )+}
    };
}

tables! {
    region, regions: RegionId => regions: model::Region;
    location, locations: LocationId => locations: model::Location;
    tier, tiers: TierId => tiers: model::Tier;
    lane, lanes: LaneId => lanes: model::Lane;
    tenant, tenants: TenantId => tenants: model::Tenant;
    dataset, datasets: DatasetId => datasets: model::Dataset;
    workload, workloads: WorkloadId => workloads: model::Workload;
    queue, queues: QueueId => queues: model::Queue;
    job, jobs: JobId => jobs: model::Job;
}
