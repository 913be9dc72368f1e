//! Which objects are known not to exist, so that none is asked for before it is created.
//!
//! Takes a cluster and the creations of one phase, gives the keys that one listing of names a kind and namespace did not
//! find. Invariant: what a cluster cannot or will not list, or lists only in part, is not among them, and is asked for one
//! by one. (Somebody who creates an object of the same name in the moment between still meets an apply without force: it
//! conflicts where the two differ.)

use crate::cluster::{Cluster, Kind};
use crate::plan::{Action, Step};
use futures::StreamExt as _;
use seawall_schema::object::ObjectKey;
use std::collections::{BTreeMap, BTreeSet};

/// So many creations of a kind in a namespace are worth a listing.
const WORTH: usize = 4;
/// Listings under way at once.
const AT_ONCE: usize = 8;

type Place = (Kind, Option<String>);

/// The creations among `steps` whose objects do not exist.
pub(super) async fn absent<'s>(
    cluster: &dyn Cluster,
    steps: impl Iterator<Item = &'s Step>,
) -> BTreeSet<ObjectKey> {
    let mut places: BTreeMap<Place, Vec<&ObjectKey>> = BTreeMap::new();
    for step in steps.filter(|step| step.action == Action::Create) {
        let ObjectKey { api_version, kind, namespace, .. } = &step.key;
        let kind = Kind { api_version: api_version.clone(), kind: kind.clone() };
        places.entry((kind, namespace.clone())).or_default().push(&step.key);
    }
    places.retain(|_, keys| keys.len() >= WORTH);
    let asked = places.into_iter().map(|((kind, namespace), keys)| async move {
        match cluster.names(&kind, namespace.as_deref()).await {
            Ok(Some(names)) => keys.into_iter().filter(|key| !names.contains(&key.name)).collect(),
            // Asking for each will say what is wrong, or succeed where listing is not allowed.
            Ok(None) | Err(_) => Vec::new(),
        }
    });
    let asked: Vec<_> = asked.collect();
    let found: Vec<Vec<&ObjectKey>> = futures::stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
    found.into_iter().flatten().cloned().collect()
}
