//! The model and its proof become Kubernetes objects: one bundle for each cluster, one file here for each kind of object.
//!
//! Takes a [`Model`] and a [`Proof`], gives [`Lowering`], which makes one [`Bundle`] after another. An overlay is what the same code makes of the same model while
//! the event is in force, less what the base already says; so base and overlays cannot drift apart.
//! Invariant: pure and ordered; every object's provenance has an origin at its root, and a field without one of its own
//! has that of its nearest ancestor.

mod admission;
mod appwrapper;
mod container;
mod context;
mod dns_endpoint;
mod fill;
mod footprint;
mod horizontal_pod_autoscaler;
mod kueue;
mod limit_range;
mod manifests;
mod names;
mod namespace;
mod object;
mod overlay;
mod placeholder;
mod pod;
mod pod_disruption_budget;
mod priority_class;
mod residency;
mod resource_quota;
mod scheduler;
mod shape;
mod situation;
mod together;
mod workload;

pub use object::LoweredObject;
pub use overlay::Overlay;
pub use together::Together;

pub(crate) use context::{Context, Place, places};
pub(crate) use dns_endpoint::{step, weight};
pub(crate) use footprint::{Instance, Role, footprint, proved_replicas, standbys};
pub(crate) use object::Objects;
pub(crate) use overlay::{of_scenario, situation};
pub(crate) use situation::Situation;

use crate::model::{LocationId, Model, RegionId, TenantId, WorkloadId};
use crate::proof::Proof;
use overlay::Day;
use seawall_schema::object::ObjectKey;
use std::collections::BTreeMap;

/// What bundles are lowered from: what is the same for all of them is worked out once, and a bundle only when asked for,
/// so that no more than a few are in memory at a time.
pub struct Lowering<'a> {
    model: &'a Model,
    /// One for each bundle, sorted by folder.
    places: Vec<Place>,
    days: Vec<Day<'a>>,
    together: Vec<Together>,
    more_together: bool,
}

/// What one cluster needs.
pub struct Bundle<'a> {
    model: &'a Model,
    place: &'a Place,
    days: &'a [Day<'a>],
    normal: Normal<'a>,
    /// The scheduler's configuration.
    pub scheduler: LoweredObject,
    /// Sets of overlays that may be in force together.
    pub together: &'a [Together],
    /// Whether more sets than those would hold.
    pub more_together: bool,
}

/// Two objects of one bundle are the same object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{bundle}: {key} is made twice")]
pub struct Clash {
    /// The bundle's folder.
    pub bundle: String,
    /// Which object.
    pub key: ObjectKey,
}

/// Works out what all bundles are lowered from.
pub fn lower<'a>(model: &'a Model, proof: &'a Proof) -> Lowering<'a> {
    let days = overlay::days(model, proof);
    let (together, more_together) = together::together(&days);
    Lowering { model, places: places(model), days, together, more_together }
}

impl Lowering<'_> {
    /// How many bundles there are.
    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// Lowers the bundle of that number; they are sorted by folder.
    ///
    /// # Errors
    /// [`Clash`] where two parts of the policy describe one and the same object.
    pub fn bundle(&self, number: usize) -> Result<Bundle<'_>, Clash> {
        let (model, place) = (self.model, &self.places[number]);
        let normal = Normal::new(&Context { model, place, now: &situation::NORMAL })?;
        let scheduler = scheduler::configuration(model, place);
        let Self { days, together, more_together, .. } = self;
        Ok(Bundle { model, place, days, normal, scheduler, together, more_together: *more_together })
    }

    /// The name of a scenario's overlay, which is the same in every bundle.
    pub fn overlay_of(&self, scenario: &str) -> Option<&str> {
        let found =
            self.days.iter().find(|day| day.outcome.scenario.name == scenario || day.name == scenario);
        found.map(|day| day.name.as_str())
    }
}

impl Bundle<'_> {
    /// `regions/R`, or `regions/R/cells/C` for a cell with a cluster of its own.
    pub fn folder(&self) -> &str {
        &self.place.folder
    }

    /// The region.
    pub fn region(&self) -> RegionId {
        self.place.region
    }

    /// The cell's name, where the bundle is for a cell's own cluster.
    pub fn cell(&self) -> Option<&str> {
        self.place.cell.as_deref()
    }

    /// The inventory's name.
    pub fn inventory(&self) -> &str {
        &self.place.inventory
    }

    /// The locations in that cluster, in order.
    pub fn locations(&self) -> &[LocationId] {
        &self.place.locations
    }

    /// Workloads with a target or a destination there, in order.
    pub fn workloads(&self) -> &[WorkloadId] {
        &self.place.workloads
    }

    /// Its objects in normal running, in order of application.
    pub fn objects(&self) -> Vec<&LoweredObject> {
        object::ordered(self.normal.objects.iter().collect())
    }

    /// The objects, to be spoilt.
    #[cfg(test)]
    pub(crate) fn objects_mut(&mut self) -> &mut Objects {
        &mut self.normal.objects
    }

    /// One overlay after the other, in order of their names: for each event, single region and single cell that was proved
    /// or refuted, and for each set of regions that was proved.
    pub fn overlays(&self) -> impl Iterator<Item = Result<Overlay, Clash>> {
        self.days.iter().map(move |day| overlay::overlay(self.model, self.place, day, &self.normal))
    }

    /// How many of the overlays are for sets of regions.
    pub fn sets(&self) -> usize {
        self.days.iter().filter(|day| day.outcome.scenario.name.starts_with("regions:")).count()
    }
}

/// Whose an object is: what an overlay may leave alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    /// No situation changes it.
    Always,
    Tenant(TenantId),
    Workload(WorkloadId),
    /// Any situation may change it.
    Bundle,
}

/// A bundle in normal running: what overlays are compared with.
struct Normal<'a> {
    instances: Vec<Instance<'a>>,
    objects: Objects,
    owners: BTreeMap<ObjectKey, Owner>,
}

impl<'a> Normal<'a> {
    fn new(context: &Context<'a>) -> Result<Self, Clash> {
        let all = |_: WorkloadId| true;
        let instances = footprint(context, all);
        let (mut objects, mut owners) = (Objects::default(), BTreeMap::new());
        let mut own = |made: Vec<LoweredObject>, owner| {
            owners.extend(made.iter().map(|object| (object.key.clone(), owner)));
            put(context, &mut objects, made)
        };
        own(that_stay(context), Owner::Always)?;
        own(of_bundle(context), Owner::Bundle)?;
        let by_tenant = by_tenant(instances.iter());
        for id in &context.place.tenants {
            own(resource_quota::of_tenant(context, theirs(&by_tenant, *id), *id), Owner::Tenant(*id))?;
        }
        for own_instances in instances.chunk_by(|a, b| a.id == b.id) {
            own(of_workloads(context, own_instances), Owner::Workload(own_instances[0].id))?;
        }
        Ok(Self { instances, objects, owners })
    }
}

fn put(context: &Context<'_>, objects: &mut Objects, made: Vec<LoweredObject>) -> Result<(), Clash> {
    made.into_iter().try_for_each(|object| {
        objects.insert(object).map_err(|key| Clash { bundle: context.place.folder.clone(), key })
    })
}

/// What no situation changes; a new kind of object is a line here or below.
fn that_stay(context: &Context<'_>) -> Vec<LoweredObject> {
    let mut made = namespace::namespaces(context);
    made.extend(priority_class::priority_classes(context));
    made.extend(limit_range::limit_ranges(context));
    made.extend(admission::policies(context));
    made
}

/// What any situation may change.
fn of_bundle(context: &Context<'_>) -> Vec<LoweredObject> {
    let mut made = kueue::objects(context);
    made.extend(placeholder::placeholders(context));
    made.extend(appwrapper::appwrappers(context));
    made
}

/// What a workload is made into. A situation changes it only where work is asked to leave a place that the workload has a
/// target in ([`overlay`] asks for no others).
fn of_workloads(context: &Context<'_>, instances: &[Instance<'_>]) -> Vec<LoweredObject> {
    let mut made = workload::objects(context, instances);
    made.extend(pod_disruption_budget::budgets(context, instances));
    made.extend(horizontal_pod_autoscaler::autoscalers(context, instances));
    made.extend(dns_endpoint::records(context, instances));
    made
}

type ByTenant<'i, 'a> = BTreeMap<TenantId, Vec<&'i Instance<'a>>>;

fn by_tenant<'i, 'a>(instances: impl Iterator<Item = &'i Instance<'a>>) -> ByTenant<'i, 'a> {
    let mut found = ByTenant::new();
    for instance in instances {
        found.entry(instance.workload.tenant.value).or_default().push(instance);
    }
    found
}

fn theirs<'f, 'i, 'a>(found: &'f ByTenant<'i, 'a>, tenant: TenantId) -> &'f [&'i Instance<'a>] {
    found.get(&tenant).map_or(&[], Vec::as_slice)
}
