//! When two values mean the same to Kubernetes: merge keys of lists, quantities, Secrets' two spellings.
//!
//! Takes values, gives verdicts. Source: `x-kubernetes-list-map-keys` of the Kubernetes 1.36 OpenAPI document.

use base64::Engine as _;
use seawall_schema::Resource;
use serde_json::Value;

/// Keys that identify an item of a list, by the field that holds the list.
const MERGE_KEYS: [(&str, &[&str]); 14] = [
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("volumes", &["name"]),
    ("env", &["name"]),
    ("imagePullSecrets", &["name"]),
    ("hostAliases", &["ip"]),
    ("volumeMounts", &["mountPath"]),
    ("volumeDevices", &["devicePath"]),
    ("topologySpreadConstraints", &["topologyKey", "whenUnsatisfiable"]),
    ("conditions", &["type"]),
    ("ownerReferences", &["uid"]),
    ("validations", &["expression"]),
    ("resourceGroups", &["coveredResources"]),
];
/// Fields whose values are maps of quantities.
const QUANTITY_MAPS: [&str; 8] =
    ["requests", "limits", "hard", "capacity", "default", "defaultRequest", "min", "max"];

/// Fields that an API server leaves out where they are false (Go's `omitempty` on a plain bool).
const ABSENT_WHEN_FALSE: [&str; 11] = [
    "globalDefault",
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "paused",
    "publishNotReadyAddresses",
    "readOnly",
    "stdin",
    "stdinOnce",
    "tty",
    "unschedulable",
];

/// Whether `desired` in the field `name` is what an API server stores as no field at all.
pub(super) fn is_absent(name: &str, desired: &Value) -> bool {
    *desired == Value::Bool(false) && ABSENT_WHEN_FALSE.contains(&name)
}

/// The keys by which the items of a list are matched; `None` where the list is replaced whole.
pub(super) fn merge_key(field: &str, items: &[Value]) -> Option<&'static [&'static str]> {
    let named = MERGE_KEYS.iter().find(|(name, _)| *name == field).map(|(_, keys)| *keys);
    let keys = match field {
        "ports" => items.first().map(|item| match item.get("containerPort") {
            Some(_) => ["containerPort", "protocol"].as_slice(),
            None => ["port", "protocol"].as_slice(),
        }),
        _ => named,
    }?;
    items.iter().all(|item| item.get(keys[0]).is_some()).then_some(keys)
}

/// What identifies an item; a port without a protocol is TCP.
pub(super) fn identity(item: &Value, keys: &[&str]) -> Vec<Value> {
    let default = |key: &str| if key == "protocol" { Value::from("TCP") } else { Value::Null };
    keys.iter().map(|key| item.get(key).cloned().unwrap_or_else(|| default(key))).collect()
}

/// The item for people: `name=api`.
pub(super) fn label(item: &Value, keys: &[&str]) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let present = keys.iter().filter_map(|key| Some(format!("{key}={}", text(item.get(key)?))));
    present.collect::<Vec<_>>().join(",")
}

/// Whether two lists without merge keys are the same, item by item; an item may have more fields than is wanted.
pub(super) fn lists(desired: &[Value], live: &[Value]) -> bool {
    desired.len() == live.len() && desired.iter().zip(live).all(|(wanted, found)| covers(wanted, found, ""))
}

fn covers(wanted: &Value, found: &Value, parent: &str) -> bool {
    match (wanted, found) {
        (Value::Object(fields), Value::Object(_)) => {
            fields.iter().all(|(name, value)| match found.get(name) {
                Some(other) => covers(value, other, name),
                None => is_absent(name, value),
            })
        }
        (Value::Array(items), Value::Array(others)) => lists(items, others),
        _ => scalars(wanted, found, parent),
    }
}

/// Whether two scalars are the same; inside the field `parent`, which may be a map of quantities.
pub(super) fn scalars(desired: &Value, live: &Value, parent: &str) -> bool {
    desired == live
        || (QUANTITY_MAPS.contains(&parent) && quantity(desired).is_some_and(|q| Some(q) == quantity(live)))
}

fn quantity(value: &Value) -> Option<u64> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    // CPU is the finest unit: milli of anything.
    Resource::Cpu.parse(&text).ok().or_else(|| Resource::Memory.parse(&text).ok())
}

/// A Secret with `stringData` moved into `data`, as the server stores it.
pub(crate) fn encode_secret(secret: &Value) -> Value {
    let mut secret = secret.clone();
    let Some(fields) = secret.as_object_mut() else { return secret };
    if let Some(Value::Object(plain)) = fields.remove("stringData") {
        let data = fields.entry("data").or_insert_with(|| Value::Object(serde_json::Map::new()));
        if let Some(data) = data.as_object_mut() {
            let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
            data.extend(plain.into_iter().map(|(k, v)| (k, Value::from(encode(v.as_str().unwrap_or(""))))));
        }
    }
    secret
}
