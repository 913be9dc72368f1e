//! Metadata of an object as the reconciler watches it. Takes an object or its metadata as JSON, gives [`Observed`].
//!
//! Both clusters use this, so that what an apply returns and what a watch shows can be compared.

use super::{Deletion, Observed};
use seawall_schema::digest::sha256;
use seawall_schema::keys::{DIGEST, FIELD_MANAGER, INVENTORY, TRAFFIC_WEIGHT};
use seawall_schema::object::ObjectKey;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a watch and a listing hold of `object` (whole, or with its metadata alone); `None` where it has no key.
pub fn observe(object: &Value) -> Option<Observed> {
    let key = ObjectKey::of(object)?;
    let metadata = object.get("metadata")?;
    let text = |name: &str| metadata.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let annotation = metadata.get("annotations").and_then(|map| map.get(DIGEST)).and_then(Value::as_str);
    let label = |name: &str| metadata.get("labels")?.get(name)?.as_str();
    Some(Observed {
        key,
        uid: text("uid"),
        resource_version: text("resourceVersion"),
        generation: metadata.get("generation").and_then(Value::as_i64),
        digest: annotation.map(str::to_owned),
        inventory: label(INVENTORY).map(str::to_owned),
        weight: label(TRAFFIC_WEIGHT).and_then(|weight| weight.parse().ok()),
        deletion: deletion(metadata),
        owned_fields: owned_fields(metadata),
    })
}

fn deletion(metadata: &Value) -> Option<Box<Deletion>> {
    let since = metadata.get("deletionTimestamp")?.as_str()?.to_owned();
    let finalizers = metadata.get("finalizers").and_then(Value::as_array).into_iter().flatten();
    let finalizers = finalizers.filter_map(Value::as_str).map(str::to_owned).collect();
    Some(Box::new(Deletion { since, finalizers }))
}

/// Hash of the fields that `metadata.managedFields` says are Seawall's by server-side apply, and of when it last set one
/// (somebody who applies other values under our name changes the time alone): the first half of a SHA-256, since one is held
/// for every object.
pub fn owned_fields(metadata: &Value) -> Option<u128> {
    let entries = metadata.get("managedFields")?.as_array()?;
    let ours = entries.iter().find(|entry| {
        let is = |name: &str, value: &str| entry.get(name).and_then(Value::as_str) == Some(value);
        is("manager", FIELD_MANAGER) && is("operation", "Apply") && !is("subresource", "status")
    })?;
    let mut text = String::new();
    canonical(ours.get("fieldsV1")?, &mut text);
    text.push_str(ours.get("time").and_then(Value::as_str).unwrap_or_default());
    let digest = sha256(text.as_bytes());
    u128::from_str_radix(digest.strip_prefix("sha256:")?.get(..32)?, 16).ok()
}

/// JSON with sorted keys, so that the order a server chose does not matter.
pub fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            out.push('{');
            for (name, value) in sorted {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for item in items {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}
