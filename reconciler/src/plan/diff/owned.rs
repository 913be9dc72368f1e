//! Fields that our manager owns in the cluster and no longer wants: applying removes them.
//!
//! Takes `metadata.managedFields` (fieldsV1), gives changes to nothing. Source: Kubernetes API reference, FieldsV1:
//! `f:name` is a field, `k:{…}` an item by its keys, `v:…` an item of a set, `.` the thing itself.

use super::same;
use super::{FieldChange, Place};
use seawall_schema::keys;
use serde_json::Value;

/// The fields that leave the object, each with its JSON pointer in `live`.
pub(super) fn no_longer_wanted(desired: &Value, live: &Value) -> Vec<(String, FieldChange)> {
    let managers = live.pointer("/metadata/managedFields").and_then(Value::as_array);
    let ours = managers.into_iter().flatten().filter(|entry| {
        entry.get("manager").and_then(Value::as_str) == Some(keys::FIELD_MANAGER)
            && entry.get("operation").and_then(Value::as_str) == Some("Apply")
    });
    let mut gone = Vec::new();
    for entry in ours.filter(|entry| entry.get("subresource").is_none()) {
        if let Some(fields) = entry.get("fieldsV1") {
            walk(fields, Some(desired), live, &Place::default(), &mut gone);
        }
    }
    gone
}

fn walk(
    fields: &Value,
    desired: Option<&Value>,
    live: &Value,
    at: &Place,
    gone: &mut Vec<(String, FieldChange)>,
) {
    for (name, below) in fields.as_object().into_iter().flatten() {
        if let Some(field) = name.strip_prefix("f:") {
            let place = at.field(field);
            if place.pointer == format!("/metadata/annotations/{}", keys::DIGEST.replace('/', "~1")) {
                continue;
            }
            step(below, desired.and_then(|d| d.get(field)), live.get(field), &place, gone);
        } else if let Some(identity) =
            name.strip_prefix("k:").and_then(|k| serde_json::from_str::<Value>(k).ok())
        {
            let matches = |item: &&Value| {
                identity.as_object().is_some_and(|keys| {
                    keys.keys().all(|key| same::identity(item, &[key]) == same::identity(&identity, &[key]))
                })
            };
            let find =
                |list: &Value| list.as_array().and_then(|items| items.iter().position(|i| matches(&i)));
            let Some(index) = find(live) else { continue };
            let wanted = desired.and_then(|d| d.as_array()?.iter().find(matches));
            let keys: Vec<&str> =
                identity.as_object().into_iter().flatten().map(|(k, _)| k.as_str()).collect();
            let place = at.item(index, &same::label(&identity, &keys));
            step(below, wanted, live.get(index), &place, gone);
        }
    }
}

fn step(
    fields: &Value,
    desired: Option<&Value>,
    live: Option<&Value>,
    at: &Place,
    gone: &mut Vec<(String, FieldChange)>,
) {
    let Some(found) = live else { return };
    let owns_below = fields.as_object().is_some_and(|below| below.keys().any(|name| name != "."));
    if owns_below {
        walk(fields, desired, found, at, gone);
    } else if desired.is_none() {
        let change = FieldChange { path: at.path.clone(), before: Some(found.clone()), after: None };
        gone.push((at.pointer.clone(), change));
    }
}
