//! Where and when objects are made for: the bundle's place, the situation, and the metadata that follows from them.

use super::Situation;
use crate::model::*;
use crate::span::Span;
use seawall_schema::{digest, keys};
use serde_json::{Map, Value, json};

/// What one bundle is for.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) folder: String,
    pub(crate) region: RegionId,
    pub(crate) cell: Option<String>,
    pub(crate) inventory: String,
    pub(crate) locations: Vec<LocationId>,
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
            places.push(Place { folder, region: id, cell: None, inventory, locations: shared });
        }
        for location in own {
            let Some(cell) = &model[location].cell else { continue };
            let parts = [model.fleet.name.value.as_str(), region.name.as_str(), cell.value.as_str()];
            let folder = format!("regions/{}/cells/{}", region.name, cell.value);
            let cell = Some(cell.value.to_string());
            places.push(Place {
                folder,
                region: id,
                cell,
                inventory: inventory(&parts),
                locations: vec![location],
            });
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

    /// Tenants with anything in this bundle: a quota in the region, replicas, standbys, or jobs; in order.
    pub(crate) fn tenants(&self) -> Vec<TenantId> {
        let model = self.model;
        let works_here = |w: &Workload| {
            w.mode != Mode::Observe
                && (w.targets.iter().any(|t| self.holds(t.location))
                    || moves_to(w).any(|to| self.holds(to.location)))
        };
        let job_here = |j: &Job| j.dispatch.iter().any(|to| self.holds(to.value));
        let all = (0..model.tenants.len() as u32).map(TenantId);
        all.filter(|id| {
            model[*id].quotas.iter().any(|q| q.region == self.place.region)
                || model.workloads.iter().any(|w| w.tenant.value == *id && works_here(w))
                || model.jobs.iter().any(|j| j.tenant.value == *id && job_here(j))
        })
        .collect()
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
