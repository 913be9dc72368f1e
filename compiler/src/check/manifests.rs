//! Manifests: each object once in its cluster and namespace.
//!
//! Also says who brings which objects where, for rules that ask what is there.

use super::{destinations, workloads};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::manifest::{group_of, is_cluster_scoped, text};
use crate::model::{Content, LocationId, ManifestObject, Model, RegionId, TenantId, Workload};
use crate::resolve::Draft;
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A cluster: a region's, or that of a cell with one of its own.
pub(super) type Cluster = (RegionId, Option<LocationId>);

/// Whose manifests, which, and where they are.
pub(super) struct Owner<'m> {
    /// Its name, as it is written in messages.
    pub(super) name: &'m str,
    pub(super) tenant: TenantId,
    pub(super) objects: Vec<&'m ManifestObject>,
    /// The line that names the manifests.
    pub(super) named: Span,
    /// Every cluster it may be in: where it runs and where it may fail over to, each with a line that says so.
    pub(super) clusters: BTreeMap<Cluster, Span>,
    /// Whether that is certain.
    pub(super) certain: bool,
    /// Whether Seawall writes the objects, and nothing else does.
    pub(super) writes: bool,
    /// The workload, where it is one.
    pub(super) workload: Option<&'m Workload>,
}

fn cluster(model: &Model, location: LocationId) -> Cluster {
    let place = &model[location];
    (place.region, (place.cell.is_some() && place.cluster.is_some()).then_some(location))
}

/// A cluster as it is written in messages.
pub(super) fn label(model: &Model, (region, cell): Cluster) -> &str {
    match cell {
        Some(location) => &model[location].label,
        None => model[region].name.as_str(),
    }
}

/// All workloads and jobs that have manifests.
pub(super) fn owners(draft: &Draft) -> Vec<Owner<'_>> {
    let model = &draft.model;
    let of =
        |files: &[crate::model::ManifestId]| files.iter().flat_map(|file| &model[*file].objects).collect();
    let mut found = Vec::new();
    for (_, workload, doubt) in workloads(draft) {
        let Content::Manifests { files, span } = &workload.content else { continue };
        let runs = workload.targets.iter().map(|target| (target.location, target.span));
        let moves = destinations(workload).iter().map(|to| (to.location, to.span));
        let mut clusters = BTreeMap::new();
        for (location, span) in runs.chain(moves) {
            clusters.entry(cluster(model, location)).or_insert(span);
        }
        found.push(Owner {
            name: workload.name.as_str(),
            tenant: workload.tenant.value,
            objects: of(files),
            named: *span,
            clusters,
            certain: !doubt.places,
            writes: workload.mode == crate::model::Mode::Own,
            workload: Some(workload),
        });
    }
    for job in &model.jobs {
        let clusters = job.dispatch.iter().map(|to| (cluster(model, to.value), to.span)).collect();
        found.push(Owner {
            name: job.name.as_str(),
            tenant: job.tenant.value,
            objects: of(&job.wraps),
            named: job.span,
            clusters,
            certain: draft.notes.whole,
            writes: true,
            workload: None,
        });
    }
    found
}

/// The namespace an object is in: its own word, or its tenant's; none where its kind is of the whole cluster.
pub(super) fn namespace<'m>(model: &'m Model, owner: &Owner<'m>, object: &'m ManifestObject) -> &'m str {
    if is_cluster_scoped(&object.value, &model.schemas) {
        return "";
    }
    match text(&object.value, "/metadata/namespace") {
        "" => model[owner.tenant].namespace.value.as_str(),
        own => own,
    }
}

/// An object that was met.
struct Met<'m> {
    place: Span,
    named: Span,
    clusters: &'m BTreeMap<Cluster, Span>,
}

/// Two objects of one kind and name in one namespace of one cluster are one object to Kubernetes, whatever version of
/// their API they name.
pub(super) fn twice(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    let owners = owners(draft);
    let mut seen: BTreeMap<(&str, &str, &str, &str), Vec<Met<'_>>> = BTreeMap::new();
    for owner in &owners {
        for object in &owner.objects {
            let (kind, name) = (object.kind(), object.name());
            let group = group_of(text(&object.value, "/apiVersion"));
            let namespace = namespace(model, owner, object);
            let place = object.place("/metadata/name");
            let met = seen.entry((namespace, group, kind, name)).or_default();
            let shares =
                |earlier: &&Met<'_>| earlier.named == owner.named || meet(earlier.clusters, &owner.clusters);
            if let Some(first) = met.iter().find(shares) {
                let within =
                    if namespace.is_empty() { String::new() } else { format!(" in namespace `{namespace}`") };
                let message = format!("{kind} `{name}` is described twice{within}");
                let finding = Diagnostic::new(&codes::OBJECT_TWICE, message, place, "and again here");
                let same = first.place == place;
                let finding = if same { finding } else { finding.label(first.place, "it is described here") };
                let finding = finding.label(owner.named, "these manifests");
                let other = first.named != owner.named;
                let finding = if other { finding.label(first.named, "and these") } else { finding };
                out.push(finding.help(if same { "name the file once" } else { "rename one of them" }));
            }
            met.push(Met { place, named: owner.named, clusters: &owner.clusters });
        }
    }
}

/// Whether two may be in one cluster; of what is nowhere that is not known.
fn meet(a: &BTreeMap<Cluster, Span>, b: &BTreeMap<Cluster, Span>) -> bool {
    let here: BTreeSet<&Cluster> = a.keys().collect();
    here.is_empty() || b.is_empty() || b.keys().any(|cluster| here.contains(cluster))
}
