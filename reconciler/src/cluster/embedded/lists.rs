//! How lists merge: by key, as a set, or whole. Takes a field's name and its items, gives the rule.
//!
//! The rules are those of the well-known Kubernetes types; a list that is not here is replaced whole, as for a custom
//! resource without a schema.

use serde_json::{Map, Value};

/// How a list merges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Items are known by these fields.
    Keyed(&'static [&'static str]),
    /// Items are known by their value.
    Set,
    /// The list is one value.
    Whole,
}

/// Field names with the keys of their items.
const KEYED: &[(&str, &[&str])] = &[
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("env", &["name"]),
    ("volumes", &["name"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("imagePullSecrets", &["name"]),
    ("resourceClaims", &["name"]),
    ("hostAliases", &["ip"]),
    ("conditions", &["type"]),
    ("ownerReferences", &["uid"]),
    ("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
    ("webhooks", &["name"]),
    ("secrets", &["name"]),
    ("ports", &["containerPort", "protocol"]),
    ("ports", &["port", "protocol"]),
];

/// The rule for the list `items` in the field `name`.
pub(super) fn rule(name: &str, items: &[Value]) -> Rule {
    if name == "finalizers" && items.iter().all(Value::is_string) {
        return Rule::Set;
    }
    let fits = |keys: &&[&str]| !items.is_empty() && items.iter().all(|item| item_key(keys, item).is_some());
    let found =
        KEYED.iter().filter(|(field, _)| *field == name).map(|(_, keys)| keys).find(|keys| fits(keys));
    found.map_or(Rule::Whole, |keys| Rule::Keyed(keys))
}

/// The key of `item` as canonical JSON; `None` where a key field is missing.
pub(super) fn item_key(keys: &[&str], item: &Value) -> Option<String> {
    let mut key = Map::new();
    for name in keys {
        let value = match item.get(*name) {
            Some(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) => value.clone(),
            Some(_) => return None,
            None if *name == "protocol" && item.is_object() => Value::from("TCP"),
            None => return None,
        };
        key.insert((*name).to_owned(), value);
    }
    Some(Value::Object(key).to_string())
}
