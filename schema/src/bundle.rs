//! The bundle format: `fleet.json`, `bundle.json` and `provenance.json` of a rendering (design page 04).
//!
//! The compiler's `emit` writes these, the reconciler's `bundle` reads them; both through the types here.
//! Invariant: serialised with ordered maps, so the same bundle is the same bytes.

use crate::object::Phase;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format version that this code writes and the newest it reads.
pub const FORMAT: u32 = 1;

/// `fleet.json`: the root of a rendering.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FleetFile {
    /// Version of the rendering's format.
    pub format: u32,
    /// Version of the policy language it was compiled from.
    pub language: u32,
    /// Name of the fleet.
    pub fleet: String,
    /// For each bundle its folder in the rendering (`regions/eu-west`) and the digest of its `bundle.json`.
    pub bundles: BTreeMap<String, String>,
    /// For each bundle's folder the events declared in git that are in force there.
    pub active_events: BTreeMap<String, Vec<String>>,
    /// For each bundle's folder how its cluster is reached, where the policy says so: what `seawall sync` goes by, since it
    /// never reads the model. An agent inside its cluster needs none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub clusters: BTreeMap<String, ClusterAccess>,
}

/// How a region's cluster is reached: `{"context": "prod-eu-west"}`, `"in-cluster"`, `{"embedded": "clusters/eu-west"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterAccess {
    /// A kubeconfig context.
    Context(String),
    /// Credentials of the pod the agent runs in.
    InCluster,
    /// An embedded cluster in a folder; a relative path counts from where the command runs.
    Embedded(String),
}

/// `bundle.json`: the root of one region's bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BundleFile {
    /// Version of the bundle's format.
    pub format: u32,
    /// Name of the fleet.
    pub fleet: String,
    /// Name of the region.
    pub region: String,
    /// Name of the cell, where the bundle is for a cell's own cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// The inventory's name: one for each bundle, unique in a fleet.
    pub inventory: String,
    /// Digest of every other file of the bundle, by path relative to it.
    pub files: BTreeMap<String, String>,
    /// The phases in order, each with the paths of its base objects in the order they are applied.
    pub phases: Vec<PhaseFile>,
    /// How long a rendering may go unconfirmed and still be newly activated, in milliseconds.
    pub max_plan_age_ms: u64,
    /// The overlays in this bundle, by event (`eu-grid`, `region-eu-central`, `cell-eu-west-gpu`).
    pub events: BTreeMap<String, EventFile>,
    /// Sets of events that were proved as one scenario, each sorted; a single event is always one.
    pub combinations: Vec<Vec<String>>,
    /// Sets of those, joined by `+`, that come to no more than one event by itself, and whose overlay is in force for them
    /// (`brownout+region-eu-central` is `region-eu-central`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub same_as: BTreeMap<String, String>,
    /// How users and work go back when an event ends; `None`: at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failback: Option<Failback>,
    /// Limits the reconciler keeps.
    pub limits: Limits,
    /// What the proof does not cover.
    pub not_proved: Vec<String>,
}

/// One phase of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseFile {
    /// Which phase.
    pub name: Phase,
    /// Paths of its objects relative to the bundle.
    pub objects: Vec<String>,
}

/// One overlay of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventFile {
    /// The scenario it was computed for, as `proof.json` names it (`event:eu-grid`, `region:eu-central`).
    pub scenario: String,
    /// `survivable` or `refuted`: an overlay of a refuted scenario is the best that was found.
    pub verdict: String,
    /// Phases with the paths of the objects that differ, whole. Work that may take no room from others is a phase of its own
    /// ahead of the reserves: its pods are there when the room gets free.
    pub phases: Vec<PhaseFile>,
    /// Keys of base objects that do not exist while the event is in force, as paths of their base files.
    pub removed: Vec<String>,
}

/// `failback rate="20%" every="5m"`: how users go back when an event ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failback {
    /// Share of what was moved that goes back in one step, in thousandths of a percent.
    pub rate_thousandths: u32,
    /// Time between steps, in milliseconds.
    pub every_ms: u64,
}

/// Limits that the reconciler's gate keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The largest share of a bundle's objects that one pass may prune without approval, in thousandths of a percent.
    pub prune_share_thousandths: u32,
}

/// `provenance.json`: for each object file, for each field path (JSON pointer), the policy lines it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Provenance(pub BTreeMap<String, BTreeMap<String, Vec<Origin>>>);

/// A place in the policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Path relative to the fleet's folder.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}
