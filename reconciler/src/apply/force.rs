//! Whether the fields that another manager holds were ours before. Takes conflicts and the bundle that was in force,
//! gives yes or no. Pure.

use crate::bundle::Bundle;
use crate::plan::Identity;
use seawall_schema::object::ObjectKey;
use serde_json::Value;

/// Whether every field in `managers` stood in the same object of `previous`, or of the current bundle's base where an
/// overlay is now applied over it.
pub(super) fn were_ours(
    previous: Option<&Bundle>,
    bundle: &Bundle,
    object: &Value,
    managers: &[(String, Vec<String>)],
) -> bool {
    let Some(key) = ObjectKey::of(object) else { return false };
    let mut before: Vec<Value> = previous.into_iter().flat_map(|bundle| objects(bundle, &key)).collect();
    before.extend(objects(bundle, &key).into_iter().filter(|other| !same(other, object)));
    let known = |field: &String| before.iter().any(|object| has(object, field));
    !managers.is_empty() && managers.iter().all(|(_, fields)| !fields.is_empty() && fields.iter().all(known))
}

/// Every form of the object in the bundle.
fn objects(bundle: &Bundle, key: &ObjectKey) -> Vec<Value> {
    let wanted = Identity::of(key);
    let entries = bundle.entries.iter().filter(|(_, entry)| Identity::of(&entry.key) == wanted);
    entries.filter_map(|(path, _)| bundle.object(path).ok()).collect()
}

fn same(a: &Value, b: &Value) -> bool {
    a.get("spec") == b.get("spec") && a.get("data") == b.get("data")
}

/// Whether `object` has the field that the API server prints as `.spec.containers[name="app"].image`.
pub(super) fn has(object: &Value, field: &str) -> bool {
    let mut at = object;
    let mut rest = field;
    while !rest.is_empty() {
        let found = match rest.strip_prefix('[') {
            Some(inside) => {
                let Some(end) = closing(inside) else { return false };
                rest = &inside[end + 1..];
                item(at, &inside[..end])
            }
            None => {
                let name = rest.strip_prefix('.').unwrap_or(rest);
                // A key of a map may hold dots itself (labels): the longest one that exists is meant.
                let Some((value, left)) = longest_field(at, name) else { return false };
                rest = left;
                Some(value)
            }
        };
        match found {
            Some(value) => at = value,
            None => return false,
        }
    }
    true
}

fn closing(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

fn longest_field<'v, 't>(at: &'v Value, text: &'t str) -> Option<(&'v Value, &'t str)> {
    let map = at.as_object()?;
    let ends = |rest: &str| rest.is_empty() || rest.starts_with(['.', '[']);
    let fits = map.iter().filter_map(|(name, value)| {
        let rest = text.strip_prefix(name.as_str())?;
        ends(rest).then_some((name.len(), value, rest))
    });
    fits.max_by_key(|(length, ..)| *length).map(|(_, value, rest)| (value, rest))
}

/// A value as the server prints it in a selector: JSON.
fn printed(value: &Value) -> String {
    value.to_string()
}

fn item<'v>(list: &'v Value, selector: &str) -> Option<&'v Value> {
    let items = list.as_array()?;
    if let Some(value) = selector.strip_prefix('=') {
        return items.iter().find(|item| printed(item) == value);
    }
    let pairs: Vec<(&str, &str)> = selector.split(',').filter_map(|pair| pair.split_once('=')).collect();
    let fits = |item: &&Value| {
        pairs.iter().all(|(name, value)| match item.get(name) {
            Some(found) => printed(found) == *value,
            None => *name == "protocol" && *value == "\"TCP\"",
        })
    };
    items.iter().find(fits)
}

#[cfg(test)]
mod tests {
    use super::has;
    use serde_json::json;

    #[test]
    fn fields_are_found_as_the_server_prints_them() {
        let object = json!({"metadata": {"labels": {"app.kubernetes.io/name": "x"}, "finalizers": ["f"]},
            "spec": {"c": [{"name": "app", "image": "i", "ports": [{"containerPort": 80}]}]}});
        for field in [
            ".metadata.labels.app.kubernetes.io/name",
            ".metadata.finalizers[=\"f\"]",
            ".spec.c[name=\"app\"].image",
            ".spec.c[name=\"app\"].ports[containerPort=80,protocol=\"TCP\"].containerPort",
        ] {
            assert!(has(&object, field), "{field}");
        }
        for field in [".spec.replicas", ".spec.c[name=\"b\"].image", ".metadata.labels.app", ".spec.c[name"] {
            assert!(!has(&object, field), "{field}");
        }
    }
}
