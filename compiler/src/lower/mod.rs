//! The model and its proof become Kubernetes objects: one bundle for each cluster, one file here for each kind of object.
//!
//! Takes a [`Model`] and a [`Proof`], gives [`Lowered`]. An overlay is what the same code makes of the same model while
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

use crate::model::{LocationId, Model, RegionId, WorkloadId};
use crate::proof::Proof;
use rayon::prelude::*;
use seawall_schema::object::ObjectKey;
use std::collections::BTreeMap;

/// All bundles.
#[derive(Clone, Debug)]
pub struct Lowered {
    /// Sorted by folder.
    pub bundles: Vec<Bundle>,
}

/// What one cluster needs.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// `regions/R`, or `regions/R/cells/C` for a cell with a cluster of its own.
    pub folder: String,
    /// The region.
    pub region: RegionId,
    /// The cell's name, where the bundle is for a cell's own cluster.
    pub cell: Option<String>,
    /// The inventory's name.
    pub inventory: String,
    /// The locations in that cluster, in order.
    pub locations: Vec<LocationId>,
    /// Its objects, in order of application.
    pub objects: Vec<LoweredObject>,
    /// The scheduler's configuration.
    pub scheduler: LoweredObject,
    /// One for each event, single region and single cell that was proved or refuted, and for each set of regions that was
    /// proved.
    pub overlays: Vec<Overlay>,
    /// Sets of overlays that may be in force together.
    pub together: Vec<Together>,
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

/// Lowers every bundle.
///
/// # Errors
/// [`Clash`] where two parts of the policy describe one and the same object.
pub fn lower(model: &Model, proof: &Proof) -> Result<Lowered, Clash> {
    let places = places(model);
    let days = overlay::days(model, proof);
    let (together, more_together) = together::together(&days);
    let lower = |place: &Place| {
        let now = Situation::default();
        let normal = Normal::new(&Context { model, place, now: &now })?;
        let overlays = overlay::overlays(model, place, &days, &normal)?;
        let Place { folder, region, cell, inventory, locations, .. } = place.clone();
        let scheduler = scheduler::configuration(model, place);
        let objects = normal.objects.into_ordered();
        let together = together.clone();
        Ok(Bundle {
            folder,
            region,
            cell,
            inventory,
            locations,
            objects,
            scheduler,
            overlays,
            together,
            more_together,
        })
    };
    Ok(Lowered { bundles: places.par_iter().map(lower).collect::<Result<_, Clash>>()? })
}

/// A bundle in normal running: what overlays are compared with.
struct Normal<'a> {
    instances: Vec<Instance<'a>>,
    objects: Objects,
    /// Whose an object is, where it is one of [`of_workloads`].
    owners: BTreeMap<ObjectKey, WorkloadId>,
}

impl<'a> Normal<'a> {
    fn new(context: &Context<'a>) -> Result<Self, Clash> {
        let instances = footprint(context);
        let mut objects = of_bundle(context, &instances)?;
        let mut owners = BTreeMap::new();
        for own in instances.chunk_by(|a, b| a.id == b.id) {
            let made = of_workloads(context, own);
            owners.extend(made.iter().map(|object| (object.key.clone(), own[0].id)));
            put(context, &mut objects, made)?;
        }
        Ok(Self { instances, objects, owners })
    }
}

fn put(context: &Context<'_>, objects: &mut Objects, made: Vec<LoweredObject>) -> Result<(), Clash> {
    made.into_iter().try_for_each(|object| {
        objects.insert(object).map_err(|key| Clash { bundle: context.place.folder.clone(), key })
    })
}

/// What a bundle holds in a situation, its workloads apart; a new kind of object is a line here or there.
fn of_bundle(context: &Context<'_>, instances: &[Instance<'_>]) -> Result<Objects, Clash> {
    let mut objects = Objects::default();
    let mut put = |made| put(context, &mut objects, made);
    put(namespace::namespaces(context))?;
    put(priority_class::priority_classes(context))?;
    put(resource_quota::resource_quotas(context, instances))?;
    put(limit_range::limit_ranges(context))?;
    put(admission::policies(context))?;
    put(kueue::objects(context))?;
    put(placeholder::placeholders(context))?;
    put(appwrapper::appwrappers(context))?;
    put(dns_endpoint::records(context))?;
    Ok(objects)
}

/// What workloads are made into. In a situation it differs only where their instances do
/// ([`overlay`] asks for no others), so that whatever else it is to depend on must be compared there.
fn of_workloads(context: &Context<'_>, instances: &[Instance<'_>]) -> Vec<LoweredObject> {
    let mut made = workload::objects(context, instances);
    made.extend(pod_disruption_budget::budgets(context, instances));
    made.extend(horizontal_pod_autoscaler::autoscalers(context, instances));
    made
}
