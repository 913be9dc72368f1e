//! Whether an object that is already there may become ours. Takes the wanted and the live object, gives a verdict.

use super::Fault;
use seawall_schema::keys::{FIELD_MANAGER, INVENTORY};
use seawall_schema::object::ObjectKey;
use serde_json::Value;

/// Annotation by which the policy, or whoever owns the live object, allows it to be taken over.
const ADOPT: &str = "seawall.dev/adopt";

/// Whether `live` may be applied to, and whether by force; an error where it is somebody else's.
pub(super) fn allowed(key: &ObjectKey, wanted: &Value, live: &Value, inventory: &str) -> Result<bool, Fault> {
    let label = live.pointer("/metadata/labels").and_then(|map| map.get(INVENTORY)).and_then(Value::as_str);
    let says = |object: &Value| {
        let annotations = object.pointer("/metadata/annotations");
        annotations.and_then(|map| map.get(ADOPT)).and_then(Value::as_str) == Some("true")
    };
    match label {
        Some(label) if label == inventory => Ok(true),
        Some(label) => Err(Fault::Foreign(format!("{key} belongs to the inventory {label}"))),
        // It carries our ownership and lost its label: somebody took the label away.
        None if ours(live) => Ok(true),
        None if says(wanted) || says(live) => Ok(true),
        None => {
            let owners = others(live);
            let owners = if owners.is_empty() { "somebody else".to_owned() } else { owners.join(", ") };
            Err(Fault::Foreign(format!(
                "{key} exists and is owned by {owners}; the annotation {ADOPT}=true adopts it"
            )))
        }
    }
}

/// Whether we own anything of `object`.
pub(super) fn ours(object: &Value) -> bool {
    managers(object).any(|manager| manager == FIELD_MANAGER)
}

fn managers(object: &Value) -> impl Iterator<Item = &str> {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| entry.get("manager")?.as_str())
}

/// The managers beside us that own something of `object`, without controllers that only write status.
pub(super) fn others(object: &Value) -> Vec<String> {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array).into_iter().flatten();
    let mut names: Vec<String> = entries
        .filter(|entry| entry.get("subresource").and_then(Value::as_str) != Some("status"))
        .filter_map(|entry| entry.get("manager")?.as_str())
        .filter(|manager| *manager != FIELD_MANAGER)
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}
