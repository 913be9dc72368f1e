//! Server-side apply over JSON values: who owns which leaf field, what an apply changes, who is in the way.
//!
//! Takes the live object, an applied one and a manager; gives the merged object with its `managedFields`. Pure.
//! Invariants (tested as laws): applying twice changes nothing the second time; what a manager no longer applies and
//! nobody else owns goes away; without force no other manager's value changes.

use super::fields::{Fields, Path, decode, encode, get, leaves, print, remove};
use super::lists::{Rule, item_key, rule};
use serde_json::{Value, json};

/// The managers in the way, each with the fields that it owns at another value.
pub(super) type Conflicts = Vec<(String, Vec<String>)>;

/// One manager's fields.
struct Managed {
    manager: String,
    operation: String,
    fields: Fields,
}

/// Applies `desired` for `manager` to `live`.
pub(super) fn apply(
    live: Option<&Value>,
    desired: &Value,
    manager: &str,
    force: bool,
) -> Result<Value, Conflicts> {
    let wanted = leaves(desired);
    let Some(live) = live else {
        let mut object = desired.clone();
        let only = Managed { manager: manager.to_owned(), operation: "Apply".to_owned(), fields: wanted };
        store(&mut object, &[only]);
        return Ok(object);
    };
    let (mut ours, mut others): (Vec<_>, Vec<_>) =
        load(live).into_iter().partition(|entry| entry.manager == manager && entry.operation == "Apply");
    let mut merged = merge("", live, desired);
    let conflicts = find_conflicts(live, &merged, &others);
    if !conflicts.is_empty() && !force {
        return Err(conflicts);
    }
    for other in &mut others {
        other.fields.retain(|path| !changed(live, &merged, path));
    }
    let before = ours.pop().map(|entry| entry.fields).unwrap_or_default();
    // Items go before their fields: without its key fields an item is not found any more.
    let (items, plain): (Vec<&Path>, Vec<&Path>) = before.difference(&wanted).partition(|path| is_item(path));
    for path in items.into_iter().chain(plain) {
        // Nothing inside an item that somebody else has a part in may go with the item.
        let shared = |other: &Managed| other.fields.iter().any(|p| p == path || p.starts_with(item_of(path)));
        let kept = |other: &Managed| if is_item(path) { shared(other) } else { other.fields.contains(path) };
        // A map that was empty and now holds something is no field that went away.
        if !others.iter().any(kept) && !wanted.iter().any(|wanted| wanted.starts_with(path)) {
            remove(&mut merged, path);
        }
    }
    merged = merge("", &merged, desired);
    others.retain(|entry| !entry.fields.is_empty());
    others.push(Managed { manager: manager.to_owned(), operation: "Apply".to_owned(), fields: wanted });
    store(&mut merged, &others);
    Ok(merged)
}

/// Gives the fields in which `new` differs from `old` to `manager`, as an update past server-side apply does.
pub(super) fn attribute(old: Option<&Value>, new: &Value, manager: &str) -> Value {
    let present = leaves(new);
    let mut entries = old.map(load).unwrap_or_default();
    let changed: Fields = present
        .iter()
        .filter(|path| old.is_none_or(|old| get(old, path) != get(new, path)))
        .filter(|path| {
            !matches!(path.last(), Some(super::fields::Step::Itself))
                || old.is_none_or(|o| get(o, path).is_none())
        })
        .cloned()
        .collect();
    for entry in &mut entries {
        entry.fields.retain(|path| present.contains(path) && !changed.contains(path));
    }
    match entries.iter_mut().find(|entry| entry.manager == manager && entry.operation == "Update") {
        Some(entry) => entry.fields.extend(changed),
        None if changed.is_empty() => {}
        None => entries.push(Managed {
            manager: manager.to_owned(),
            operation: "Update".to_owned(),
            fields: changed,
        }),
    }
    entries.retain(|entry| !entry.fields.is_empty());
    let mut object = new.clone();
    store(&mut object, &entries);
    object
}

fn is_item(path: &Path) -> bool {
    matches!(path.last(), Some(super::fields::Step::Itself))
}

fn item_of(path: &Path) -> &[super::fields::Step] {
    &path[..path.len().saturating_sub(1)]
}

/// Whether `after` has another value at `path` than `live`; for an item itself, whether it went away.
fn changed(live: &Value, after: &Value, path: &Path) -> bool {
    match is_item(path) {
        true => get(after, path).is_none(),
        false => get(live, path) != get(after, path),
    }
}

fn find_conflicts(live: &Value, merged: &Value, others: &[Managed]) -> Conflicts {
    let mut conflicts = Conflicts::new();
    for other in others {
        let differing = other.fields.iter().filter(|path| changed(live, merged, path));
        let fields: Vec<String> = differing.map(|path| print(path)).collect();
        if !fields.is_empty() {
            conflicts.push((other.manager.clone(), fields));
        }
    }
    conflicts
}

fn merge(name: &str, live: &Value, desired: &Value) -> Value {
    match (live, desired) {
        (Value::Object(live), Value::Object(desired)) => {
            let mut merged = live.clone();
            for (name, value) in desired {
                let value = live.get(name).map_or_else(|| value.clone(), |live| merge(name, live, value));
                merged.insert(name.clone(), value);
            }
            Value::Object(merged)
        }
        (Value::Array(live), Value::Array(desired)) => merge_list(name, live, desired),
        _ => desired.clone(),
    }
}

fn merge_list(name: &str, live: &[Value], desired: &[Value]) -> Value {
    let keys = match (rule(name, desired), rule(name, live)) {
        (Rule::Set, _) => {
            let mut merged = live.to_vec();
            merged.extend(desired.iter().filter(|item| !live.contains(item)).cloned());
            return Value::Array(merged);
        }
        (Rule::Keyed(keys), Rule::Keyed(same)) if keys == same => keys,
        _ => return Value::Array(desired.to_vec()),
    };
    let same = |a: &Value, b: &Value| item_key(keys, a) == item_key(keys, b);
    // The applied order leads; what only others have follows.
    let mut merged: Vec<Value> = Vec::new();
    for item in desired {
        let old = live.iter().find(|old| same(old, item));
        merged.push(old.map_or_else(|| item.clone(), |old| merge("", old, item)));
    }
    merged.extend(live.iter().filter(|old| !desired.iter().any(|item| same(old, item))).cloned());
    Value::Array(merged)
}

fn load(object: &Value) -> Vec<Managed> {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    let text =
        |entry: &Value, name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    entries
        .into_iter()
        .flatten()
        .map(|entry| Managed {
            manager: text(entry, "manager"),
            operation: text(entry, "operation"),
            fields: entry.get("fieldsV1").map(decode).unwrap_or_default(),
        })
        .collect()
}

fn store(object: &mut Value, entries: &[Managed]) {
    let mut sorted: Vec<&Managed> = entries.iter().collect();
    sorted.sort_by(|a, b| (&a.manager, &a.operation).cmp(&(&b.manager, &b.operation)));
    let api_version = object.get("apiVersion").cloned().unwrap_or_default();
    let list: Vec<Value> = sorted
        .iter()
        .map(|entry| {
            json!({
                "manager": entry.manager, "operation": entry.operation, "apiVersion": api_version,
                "fieldsType": "FieldsV1", "fieldsV1": encode(&entry.fields),
            })
        })
        .collect();
    if let Some(metadata) =
        object.as_object_mut().map(|map| map.entry("metadata").or_insert_with(|| json!({})))
        && let Some(metadata) = metadata.as_object_mut()
    {
        metadata.insert("managedFields".to_owned(), Value::Array(list));
    }
}

/// `object` without what the server keeps for itself: for telling whether anything changed.
pub(super) fn content(object: &Value) -> Value {
    let mut copy = object.clone();
    if let Some(Value::Object(metadata)) = copy.get_mut("metadata") {
        let gone = ["resourceVersion", "generation", "creationTimestamp", "uid"];
        metadata.retain(|name: &String, _: &mut Value| !gone.contains(&name.as_str()));
    }
    if let Value::Object(map) = &mut copy {
        map.shift_remove("status");
    }
    copy
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
