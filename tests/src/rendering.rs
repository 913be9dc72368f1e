//! Renderings made by hand: bundles of given objects, without the compiler.
//!
//! Takes objects by region, gives the files of a whole rendering. Invariant: digests fit, so that the reconciler takes it.

use seawall_schema::bundle::{BundleFile, FORMAT, FleetFile, Limits, PhaseFile};
use seawall_schema::digest::sha256;
use seawall_schema::keys;
use seawall_schema::object::{ObjectKey, Phase};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The objects of one region.
#[derive(Clone, Debug, Default)]
pub struct Region {
    /// Its name.
    pub name: String,
    /// Its objects, each with its phase, in the order they are applied within it.
    pub objects: Vec<(Phase, Value)>,
}

impl Region {
    /// The inventory's name.
    pub fn inventory(&self) -> String {
        format!("tests.{}", self.name)
    }

    /// The bundle's folder.
    pub fn path(&self) -> String {
        format!("regions/{}", self.name)
    }
}

/// The files of a rendering with these regions.
pub fn rendering(regions: &[Region]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut bundles = BTreeMap::new();
    for region in regions {
        let bundle = bundle(region);
        bundles.insert(region.path(), sha256(&bundle["bundle.json"]));
        files.extend(bundle.into_iter().map(|(name, bytes)| (format!("{}/{name}", region.path()), bytes)));
    }
    let fleet = FleetFile {
        format: FORMAT,
        language: 1,
        fleet: "tests".to_owned(),
        bundles,
        active_events: BTreeMap::new(),
        clusters: BTreeMap::new(),
    };
    files.insert("fleet.json".to_owned(), bytes(&json!(fleet)));
    files
}

fn bundle(region: &Region) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut phases: Vec<PhaseFile> =
        Phase::ALL.iter().map(|name| PhaseFile { name: *name, objects: Vec::new() }).collect();
    for (phase, object) in &region.objects {
        let mut object = object.clone();
        object["metadata"]["labels"][keys::INVENTORY] = json!(region.inventory());
        let key = ObjectKey::of(&object).map(|key| key.to_string()).unwrap_or_default();
        let name = key.to_lowercase().replace([' ', '/'], "-");
        // JSON is YAML.
        let path = format!("base/{}-{name}.yaml", phase.as_str());
        files.insert(path.clone(), bytes(&object));
        if let Some(phase) = phases.iter_mut().find(|held| held.name == *phase) {
            phase.objects.push(path);
        }
    }
    let root = BundleFile {
        format: FORMAT,
        fleet: "tests".to_owned(),
        region: region.name.clone(),
        cell: None,
        inventory: region.inventory(),
        files: files.iter().map(|(path, bytes)| (path.clone(), sha256(bytes))).collect(),
        phases,
        max_plan_age_ms: 30 * 60 * 1000,
        events: BTreeMap::new(),
        combinations: Vec::new(),
        same_as: BTreeMap::new(),
        failback: None,
        limits: Limits { prune_share_thousandths: 50_000 },
        not_proved: Vec::new(),
    };
    files.insert("bundle.json".to_owned(), bytes(&json!(root)));
    files
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}
