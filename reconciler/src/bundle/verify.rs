//! Whether fetched files are a bundle that may be acted on.
//!
//! Takes the files of `fleet.json` and one bundle's folder, gives a [`Verified`] bundle. Invariant: every byte that is acted on
//! later is covered by a digest that hangs on `fleet.json`.

use super::{Bundle, BundleError, Entry, digest_of, path, read_object};
use crate::source::Fetched;
use seawall_schema::bundle::{BundleFile, FORMAT, FleetFile};
use seawall_schema::keys;
use seawall_schema::object::ObjectKey;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// A bundle with its files as they came, for the copy on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What may be acted on.
    pub bundle: Bundle,
    /// Its files, by path relative to the bundle.
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

/// Verifies what was fetched for the bundle in `bundle_path` (`regions/eu-west`, `regions/R/cells/C`).
///
/// # Errors
/// The first thing that is off; nothing of the bundle is used then.
pub fn verify(fetched: Fetched, bundle_path: &str) -> Result<Verified, BundleError> {
    let missing =
        |name: &str| BundleError::Missing(format!("no {name} in the rendering at commit {}", fetched.commit));
    let fleet = fetched.files.get("fleet.json").ok_or_else(|| missing("fleet.json"))?;
    let fleet: FleetFile = read_json("fleet.json", fleet)?;
    check_format("fleet.json", fleet.format)?;
    let digest = fleet.bundles.get(bundle_path).ok_or_else(|| {
        BundleError::Missing(format!(
            "fleet.json names no bundle {bundle_path}; is the region still in the fleet?"
        ))
    })?;
    let Fetched { files, commit, confirmed_at, descends: _ } = fetched;
    let own = |(name, bytes): (String, Vec<u8>)| {
        let name = name.strip_prefix(bundle_path)?.strip_prefix('/')?;
        // A cell with a cluster of its own has its bundle inside the region's folder; it is not part of the region's.
        (!name.starts_with("cells/")).then(|| (name.to_owned(), bytes))
    };
    let files = files.into_iter().filter_map(own).collect();
    let mut bundle = verify_files(&files, digest, bundle_path)?;
    bundle.commit = commit;
    bundle.confirmed_at = confirmed_at;
    bundle.active_events = fleet.active_events.get(bundle_path).cloned().unwrap_or_default();
    Ok(Verified { bundle, files })
}

/// Verifies the files of one bundle against the digest of its `bundle.json`.
pub(super) fn verify_files(
    files: &BTreeMap<String, Vec<u8>>,
    digest: &str,
    bundle_path: &str,
) -> Result<Bundle, BundleError> {
    let root = files.get("bundle.json");
    let root = root.ok_or_else(|| BundleError::Missing(format!("no bundle.json in {bundle_path}")))?;
    expect_digest(&format!("{bundle_path}/bundle.json"), root, digest)?;
    let mut file: BundleFile = read_json(&format!("{bundle_path}/bundle.json"), root)?;
    check_format("bundle.json", file.format)?;
    check_place(&file, bundle_path)?;
    check_files(&file, files)?;
    let entries = read_entries(&file, files)?;
    file.files.clear();
    let others = files.iter().filter(|(name, _)| !entries.contains_key(*name) && *name != "bundle.json");
    let others = others.map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
    Ok(Bundle {
        commit: String::new(),
        confirmed_at: jiff::Timestamp::UNIX_EPOCH,
        digest: digest.to_owned(),
        path: bundle_path.to_owned(),
        file,
        active_events: Vec::new(),
        entries,
        others,
    })
}

fn read_json<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, BundleError> {
    serde_json::from_slice(bytes).map_err(|e| BundleError::Format(format!("{name} is not readable: {e}")))
}

fn check_format(name: &str, format: u32) -> Result<(), BundleError> {
    if format == FORMAT {
        return Ok(());
    }
    Err(BundleError::Format(format!("{name} has format {format}, this version reads {FORMAT}")))
}

fn check_place(file: &BundleFile, bundle_path: &str) -> Result<(), BundleError> {
    let own = match &file.cell {
        Some(cell) => format!("regions/{}/cells/{cell}", file.region),
        None => format!("regions/{}", file.region),
    };
    if own == bundle_path {
        return Ok(());
    }
    Err(BundleError::Format(format!("{bundle_path}/bundle.json says that it belongs to {own}")))
}

fn check_files(file: &BundleFile, files: &BTreeMap<String, Vec<u8>>) -> Result<(), BundleError> {
    for (name, digest) in &file.files {
        path::check(name)?;
        let bytes = files.get(name);
        let bytes =
            bytes.ok_or_else(|| BundleError::Missing(format!("{name} is missing from the bundle")))?;
        expect_digest(name, bytes, digest)?;
    }
    let unlisted = files.keys().find(|name| *name != "bundle.json" && !file.files.contains_key(*name));
    unlisted.map_or(Ok(()), |name| Err(BundleError::Digest(format!("{name} is not listed in bundle.json"))))
}

fn expect_digest(name: &str, bytes: &[u8], promised: &str) -> Result<(), BundleError> {
    let found = digest_of(bytes);
    if found == promised {
        return Ok(());
    }
    Err(BundleError::Digest(format!("{name} has digest {found}, {promised} is promised")))
}

/// Reads every object that a phase of the base or of an overlay names.
fn read_entries(
    file: &BundleFile,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<BTreeMap<String, Entry>, BundleError> {
    let base: Vec<&String> = file.phases.iter().flat_map(|phase| &phase.objects).collect();
    let mut entries = read_set(file, files, &base)?;
    for (event, overlay) in &file.events {
        let paths: Vec<&String> = overlay.phases.iter().flat_map(|phase| &phase.objects).collect();
        entries.extend(read_set(file, files, &paths)?);
        if let Some(unknown) = overlay.removed.iter().find(|path| !base.contains(path)) {
            return Err(BundleError::Format(format!(
                "event {event} removes {unknown}, which is not in the base"
            )));
        }
    }
    Ok(entries)
}

fn read_set(
    file: &BundleFile,
    files: &BTreeMap<String, Vec<u8>>,
    paths: &[&String],
) -> Result<BTreeMap<String, Entry>, BundleError> {
    let mut keys = BTreeSet::new();
    let mut entries = BTreeMap::new();
    for &path in paths {
        let entry = read_entry(file, files, path)?;
        if !keys.insert(entry.key.clone()) {
            return Err(BundleError::Object(format!("{path}: {} is in the bundle twice", entry.key)));
        }
        entries.insert(path.clone(), entry);
    }
    Ok(entries)
}

fn read_entry(
    file: &BundleFile,
    files: &BTreeMap<String, Vec<u8>>,
    path: &str,
) -> Result<Entry, BundleError> {
    let missing = || BundleError::Missing(format!("a phase names {path}, which the bundle does not list"));
    let bytes = files.get(path).ok_or_else(missing)?;
    let digest = file.files.get(path).ok_or_else(missing)?.clone();
    let object = read_object(path, bytes)?;
    let key = ObjectKey::of(&object)
        .ok_or_else(|| BundleError::Object(format!("{path}: no apiVersion, kind or metadata.name")))?;
    let inventory = object.pointer("/metadata/labels").and_then(|labels| labels.get(keys::INVENTORY));
    if inventory.and_then(|value| value.as_str()) != Some(file.inventory.as_str()) {
        let expected = &file.inventory;
        return Err(BundleError::Object(format!(
            "{path}: {key} has no label {}={expected}",
            keys::INVENTORY
        )));
    }
    let (weights, weight) = (weights(&object), weight(&object));
    Ok(Entry { key, digest, weights, weight, json: object.to_string().into_boxed_str() })
}

/// The declared weights of a traffic record; none where they do not rise.
fn weights(object: &serde_json::Value) -> Vec<u64> {
    let annotations = object.pointer("/metadata/annotations");
    let steps = annotations.and_then(|map| map.get(keys::TRAFFIC_STEPS)).and_then(|steps| steps.as_str());
    let weights: Option<Vec<u64>> =
        steps.map(|steps| steps.split(',').map(|step| step.parse().ok()).collect()).unwrap_or_default();
    weights.filter(|weights| weights.windows(2).all(|pair| pair[0] < pair[1])).unwrap_or_default()
}

/// The weight of a traffic record.
fn weight(object: &serde_json::Value) -> Option<u64> {
    let properties = object.pointer("/spec/endpoints/0/providerSpecific")?.as_array()?;
    let held = properties.iter().find(|property| property["name"] == keys::WEIGHT_PROPERTY)?;
    held["value"].as_str()?.parse().ok()
}
