//! Where and when objects are made for: the bundle's place, the situation, and the metadata that follows from them.

use super::{Situation, residency};
use crate::model::*;
use crate::span::Span;
use seawall_schema::{digest, keys};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What one bundle is for.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) folder: String,
    pub(crate) region: RegionId,
    pub(crate) cell: Option<String>,
    pub(crate) inventory: String,
    pub(crate) locations: Vec<LocationId>,
    /// Workloads with a target or a destination here, in order.
    pub(crate) workloads: Vec<WorkloadId>,
    /// Tenants with anything here: a quota in the region, replicas, standbys, or jobs; in order.
    pub(crate) tenants: Vec<TenantId>,
    /// Which tiers come here by which lanes.
    pub(crate) carried: BTreeSet<(LaneId, TierId)>,
    /// All work of the tenants that have a quota in the region, by tenant.
    pub(crate) quota_work: BTreeMap<TenantId, Vec<WorkloadId>>,
    /// Labels of the residencies too long to be spelt out that include this country.
    pub(crate) residency_sets: BTreeSet<String>,
}

impl Place {
    /// Works out once what everything made for the place asks for again and again.
    fn new(
        model: &Model,
        folder: String,
        region: RegionId,
        cell: Option<String>,
        inventory: String,
        locations: Vec<LocationId>,
    ) -> Self {
        let here = |w: &Workload| {
            w.targets.iter().any(|t| locations.contains(&t.location))
                || moves_to(w).any(|to| locations.contains(&to.location))
        };
        let all = model.workloads.iter().enumerate().filter(|(_, w)| here(w));
        let workloads: Vec<_> = all.map(|(index, _)| WorkloadId(index as u32)).collect();
        let written: Vec<_> =
            workloads.iter().map(|id| &model[*id]).filter(|w| w.mode != Mode::Observe).collect();
        let carried = |w: &Workload| {
            let to_here = moves_to(w).filter(|to| locations.contains(&to.location));
            to_here.map(|to| (to.lane.value, w.tier.value)).collect::<Vec<_>>()
        };
        let carried = written.iter().flat_map(|w| carried(w)).collect();
        let mut tenants: BTreeSet<TenantId> = written.iter().map(|w| w.tenant.value).collect();
        let jobs = model.jobs.iter().filter(|j| j.dispatch.iter().any(|to| locations.contains(&to.value)));
        tenants.extend(jobs.map(|j| j.tenant.value));
        let quota = |t: &Tenant| t.quotas.iter().any(|q| q.region == region);
        let with_quota = model.tenants.iter().enumerate().filter(|(_, t)| quota(t));
        let mut quota_work: BTreeMap<_, Vec<_>> =
            with_quota.map(|(index, _)| (TenantId(index as u32), Vec::new())).collect();
        for (index, workload) in model.workloads.iter().enumerate() {
            if let Some(theirs) = quota_work.get_mut(&workload.tenant.value) {
                theirs.push(WorkloadId(index as u32));
            }
        }
        tenants.extend(quota_work.keys().copied());
        let residency_sets = residency::sets_with(model, &model[region].country.value);
        let tenants = tenants.into_iter().collect();
        Self {
            folder,
            region,
            cell,
            inventory,
            locations,
            workloads,
            tenants,
            carried,
            quota_work,
            residency_sets,
        }
    }
}

/// One bundle for each cluster, sorted by folder.
pub(crate) fn places(model: &Model) -> Vec<Place> {
    let mut places = Vec::new();
    for (index, region) in model.regions.iter().enumerate() {
        let id = RegionId(index as u32);
        let has_own = |l: &LocationId| model[*l].cell.is_some() && model[*l].cluster.is_some();
        let (own, shared): (Vec<_>, Vec<_>) = region.locations.iter().copied().partition(has_own);
        if !shared.is_empty() || own.is_empty() {
            let inventory = inventory(&[model.fleet.name.value.as_str(), region.name.as_str()]);
            let folder = format!("regions/{}", region.name);
            places.push(Place::new(model, folder, id, None, inventory, shared));
        }
        for location in own {
            let Some(cell) = &model[location].cell else { continue };
            let parts = [model.fleet.name.value.as_str(), region.name.as_str(), cell.value.as_str()];
            let folder = format!("regions/{}/cells/{}", region.name, cell.value);
            let cell = Some(cell.value.to_string());
            places.push(Place::new(model, folder, id, cell, inventory(&parts), vec![location]));
        }
    }
    places.sort_by(|a, b| a.folder.cmp(&b.folder));
    places
}

/// Joined by dots, which none of the parts holds; a label's value has at most 63 characters.
fn inventory(parts: &[&str]) -> String {
    let name = parts.join(".");
    if name.len() <= 63 {
        return name;
    }
    let digest = digest::sha256(name.as_bytes());
    let short: String = name.chars().take(50).collect();
    format!("{}.{}", short.trim_end_matches(['.', '-']), &digest["sha256:".len()..][..12])
}

/// What every kind of object is made from.
pub(crate) struct Context<'a> {
    pub(crate) model: &'a Model,
    pub(crate) place: &'a Place,
    pub(crate) now: &'a Situation,
}

impl<'a> Context<'a> {
    pub(crate) fn region(&self) -> &'a Region {
        &self.model[self.place.region]
    }

    /// The locations of this bundle.
    pub(crate) fn locations(&self) -> impl Iterator<Item = (LocationId, &'a Location)> {
        self.place.locations.iter().map(|id| (*id, &self.model[*id]))
    }

    pub(crate) fn holds(&self, location: LocationId) -> bool {
        self.place.locations.contains(&location)
    }

    /// Labels of every object of this bundle, with some of its own.
    pub(crate) fn labels(&self, own: &[(&str, &str)]) -> Map<String, Value> {
        let mut labels = self.pod_labels(own);
        labels.insert(keys::INVENTORY.to_owned(), json!(self.place.inventory));
        sorted(labels)
    }

    /// The same without the inventory: pods belong to their controllers, not to the bundle.
    pub(crate) fn pod_labels(&self, own: &[(&str, &str)]) -> Map<String, Value> {
        let fleet = self.model.fleet.name.value.as_str();
        let common = [(keys::FLEET, fleet), (keys::REGION, self.region().name.as_str())];
        sorted(common.iter().chain(own).map(|(key, value)| ((*key).to_owned(), json!(value))).collect())
    }

    /// Metadata of an object.
    pub(crate) fn metadata(&self, name: &str, namespace: Option<&str>, own: &[(&str, &str)]) -> Value {
        let mut metadata = Map::new();
        metadata.insert("name".into(), json!(name));
        if let Some(namespace) = namespace {
            metadata.insert("namespace".into(), json!(namespace));
        }
        metadata.insert("labels".into(), Value::Object(self.labels(own)));
        Value::Object(metadata)
    }

    /// The given lines, and that of the event where one is in force.
    pub(crate) fn origin(&self, spans: impl IntoIterator<Item = Span>) -> Vec<Span> {
        spans.into_iter().chain(self.now.span()).collect()
    }

    /// Whether pods of a location name a scheduler profile of the rendered configuration.
    pub(crate) fn own_scheduler(&self, location: LocationId) -> bool {
        let cluster = self.model[location].cluster.as_ref().or(self.region().cluster.as_ref());
        cluster.is_some_and(|cluster| cluster.own_scheduler)
    }

    /// Workloads with a target or a destination in this bundle, in order.
    pub(crate) fn workloads(&self) -> impl Iterator<Item = (WorkloadId, &'a Workload)> {
        self.place.workloads.iter().map(|id| (*id, &self.model[*id]))
    }
}

/// A workload's destinations, none where it does not move.
pub(crate) fn moves_to(workload: &Workload) -> impl Iterator<Item = &To> {
    match &workload.failover {
        Failover::Moves(moves) => moves.to.as_slice(),
        Failover::Lowest | Failover::None { .. } => &[],
    }
    .iter()
}

/// Label and annotation keys stand in the order of their bytes.
pub(crate) fn sorted(map: Map<String, Value>) -> Map<String, Value> {
    let mut entries: Vec<_> = map.into_iter().collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries.into_iter().collect()
}
