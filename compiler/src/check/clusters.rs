//! Clusters: each bundle has one of its own. What one control plane serves fails as one, and two bundles in it would
//! overwrite each other.

use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{Cluster, ClusterAccess, Model};
use crate::resolve::Draft;
use crate::span::Span;
use std::collections::BTreeMap;

/// Every cluster that is named, with the place it is the cluster of.
fn named(model: &Model) -> impl Iterator<Item = (&str, &Cluster)> {
    let regions = model.regions.iter().map(|region| (region.name.as_str(), region.cluster.as_ref()));
    let cells = model.locations.iter().filter(|location| location.cell.is_some());
    let cells = cells.map(|location| (location.label.as_str(), location.cluster.as_ref()));
    regions.chain(cells).filter_map(|(place, cluster)| Some((place, cluster?)))
}

/// How a cluster is reached, in words; the same words are the same cluster. In a pod every agent has its own.
fn reached(access: &ClusterAccess) -> Option<String> {
    match access {
        ClusterAccess::Context(name) => Some(format!("the context `{name}`")),
        ClusterAccess::Embedded(folder) => {
            let folder = folder.trim_start_matches("./").trim_end_matches('/');
            Some(format!("the folder `{folder}`"))
        }
        ClusterAccess::InCluster => None,
    }
}

/// Reports places that are one cluster.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let mut seen: BTreeMap<String, (&str, Span)> = BTreeMap::new();
    for (place, cluster) in named(&draft.model) {
        let Some(reached) = reached(&cluster.access) else { continue };
        let Some((first, span)) = seen.get(&reached).copied() else {
            seen.insert(reached, (place, cluster.span));
            continue;
        };
        let message = format!("`{first}` and `{place}` are one cluster, {reached}");
        let label = format!("the cluster of `{place}`");
        let finding = Diagnostic::new(&codes::CLUSTER_TWICE, message, cluster.span, label);
        let finding = finding.label(span, format!("and of `{first}`"));
        let within = place.strip_prefix(first).is_some_and(|rest| rest.starts_with('/'));
        out.push(finding.help(if within {
            "leave it out in the cell, which is in its region's cluster then; or name the cell's own"
        } else {
            "give each its own: what one control plane serves fails as one, and two bundles would overwrite each other"
        }));
    }
}
