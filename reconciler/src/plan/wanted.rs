//! Which objects a bundle asks for while certain events are in force.
//!
//! Takes a bundle and events, gives the objects with their files. An overlay's object replaces the base object of the
//! same identity, whatever its file is called. Pure.

use super::{Back, Turn};
use crate::bundle::Bundle;
use seawall_schema::object::ObjectKey;
use std::collections::BTreeMap;

/// An object whatever version its API has: the same object after `v1beta1` became `v1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Identity {
    group: String,
    kind: String,
    namespace: Option<String>,
    name: String,
}

impl Identity {
    /// The identity behind a key.
    pub fn of(key: &ObjectKey) -> Self {
        let ObjectKey { api_version: _, kind, namespace, name } = key;
        Self {
            group: key.group().to_owned(),
            kind: kind.clone(),
            namespace: namespace.clone(),
            name: name.clone(),
        }
    }
}

/// One wanted object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// Which.
    pub key: ObjectKey,
    /// When it is applied.
    pub turn: Turn,
    /// Its file in the bundle.
    pub path: String,
    /// The digest of that file.
    pub digest: String,
    /// The weights that a traffic record takes one after another; empty: its own at once.
    pub weights: Vec<u64>,
    /// The weight in that file, where it is a traffic record.
    pub weight: Option<u64>,
    /// Where it is a record that goes back at the end of an event: from which weight to which.
    pub back: Option<Back>,
}

/// The objects that are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// In the order in which they are applied.
    pub objects: Vec<Want>,
}

/// The objects of `bundle` while `events` are in force; an error where two overlays want different things of one object.
pub fn wanted(bundle: &Bundle, events: &[String]) -> Result<Wanted, String> {
    let mut objects: BTreeMap<Identity, Want> = BTreeMap::new();
    let mut order: BTreeMap<Identity, usize> = BTreeMap::new();
    for (at, (phase, path)) in bundle.base().enumerate() {
        let Some(want) = want(bundle, Turn::of(phase, false), path) else { continue };
        order.insert(Identity::of(&want.key), at);
        objects.insert(Identity::of(&want.key), want);
    }
    let mut decided: BTreeMap<Identity, (&str, Option<String>)> = BTreeMap::new();
    for event in overlays(bundle, events) {
        let Some(overlay) = bundle.file.events.get(event) else {
            return Err(format!("the bundle has no overlay for event {event}"));
        };
        let mut changes: Vec<(Identity, Option<Want>)> = Vec::new();
        let removed = overlay.removed.iter().filter_map(|path| bundle.entries.get(path));
        changes.extend(removed.map(|entry| (Identity::of(&entry.key), None)));
        for (at, phase) in overlay.phases.iter().enumerate() {
            let ahead = overlay.phases[at..].iter().any(|later| later.name < phase.name);
            let turn = Turn::of(phase.name, ahead);
            let wants = phase.objects.iter().filter_map(|path| want(bundle, turn, path));
            changes.extend(wants.map(|want| (Identity::of(&want.key), Some(want))));
        }
        for (identity, change) in changes {
            let digest = change.as_ref().map(|want| want.digest.clone());
            if let Some((other, before)) = decided.insert(identity.clone(), (event, digest.clone()))
                && before != digest
            {
                return Err(format!("events {other} and {event} want different things of {}", identity.name));
            }
            match change {
                Some(want) => {
                    let last = order.len();
                    order.entry(identity.clone()).or_insert(last);
                    objects.insert(identity, want);
                }
                None => drop(objects.remove(&identity)),
            }
        }
    }
    let mut objects: Vec<(Identity, Want)> = objects.into_iter().collect();
    objects.sort_by_key(|(identity, want)| (want.turn, order.get(identity).copied()));
    Ok(Wanted { objects: objects.into_iter().map(|(_, want)| want).collect() })
}

/// The overlays to lay over the base: the one of the whole combination where the bundle has it or says which it is, else
/// each event's.
fn overlays<'a>(bundle: &'a Bundle, events: &'a [String]) -> Vec<&'a str> {
    let mut sorted: Vec<&str> = events.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let together = sorted.join("+");
    let same = bundle.file.same_as.get(&together).unwrap_or(&together);
    match bundle.file.events.get_key_value(same) {
        Some((name, _)) => vec![name.as_str()],
        None => sorted,
    }
}

fn want(bundle: &Bundle, turn: Turn, path: &str) -> Option<Want> {
    let entry = bundle.entries.get(path)?;
    let (key, digest, weights) = (entry.key.clone(), entry.digest.clone(), entry.weights.clone());
    Some(Want { key, turn, path: path.to_owned(), digest, weights, weight: entry.weight, back: None })
}

/// In which order kinds go away, later ones first: what holds others goes last.
pub(super) fn rank(kind: &str) -> usize {
    match kind {
        "Namespace" | "CustomResourceDefinition" => 0,
        "PriorityClass" | "ResourceFlavor" | "WorkloadPriorityClass" => 1,
        "ResourceQuota" | "LimitRange" | "ClusterQueue" | "LocalQueue" | "Cohort" => 2,
        "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding" => 2,
        "ConfigMap"
        | "Secret"
        | "ServiceAccount"
        | "Role"
        | "RoleBinding"
        | "Service"
        | "PersistentVolumeClaim" => 3,
        "PodDisruptionBudget" | "HorizontalPodAutoscaler" | "DNSEndpoint" => 5,
        _ => 4,
    }
}
