//! Two states of an object to the fields in which they differ.
//!
//! Lists whose members have a key of their own (`name`, `containerPort`, …) are matched by it, others by place; what
//! nobody decides (`resourceVersion`, `managedFields`, `status`) is left out; values of Secrets are hidden at the end.

use seawall_schema::bundle::Origin;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A field that changes.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// As people read it: `spec.template.spec.containers[api].image`.
    pub path: String,
    /// As a JSON pointer into the new object, or the old one where it goes.
    pub pointer: String,
    /// The old value; `None` where it is new.
    pub before: Option<Value>,
    /// The new value; `None` where it goes.
    pub after: Option<Value>,
    /// The policy lines it comes from.
    pub origins: Vec<Origin>,
}

/// Keys by which members of lists are known, in the order they are tried.
const MERGE_KEYS: [&str; 7] = ["name", "containerPort", "port", "mountPath", "topologyKey", "type", "key"];

/// What servers keep for themselves, or Seawall for its own book-keeping.
const NOT_COMPARED: [&str; 8] = [
    "/metadata/managedFields",
    "/metadata/resourceVersion",
    "/metadata/generation",
    "/metadata/uid",
    "/metadata/creationTimestamp",
    "/metadata/selfLink",
    "/metadata/annotations/seawall.dev~1digest",
    "/status",
];

/// What stands for a value of a Secret.
const HIDDEN: &str = "(hidden)";

/// The fields in which `before` and `after` differ, in order.
pub fn compare(
    before: &Value,
    after: &Value,
    provenance: Option<&BTreeMap<String, Vec<Origin>>>,
) -> Vec<FieldChange> {
    let mut walk = Walk { found: Vec::new() };
    walk.values(&mut Vec::new(), "", Some(before), Some(after));
    let secret =
        [before, after].iter().any(|object| object.get("kind").and_then(Value::as_str) == Some("Secret"));
    for change in &mut walk.found {
        change.origins = provenance.map(|p| nearest(p, &change.pointer)).unwrap_or_default();
        if secret && is_secret(&change.pointer) {
            change.before = change.before.take().map(|_| Value::from(HIDDEN));
            change.after = change.after.take().map(|_| Value::from(HIDDEN));
        }
    }
    walk.found
}

/// A Secret's `data`, `stringData`, and annotations, which may hold a copy of them.
fn is_secret(pointer: &str) -> bool {
    ["/data", "/stringData", "/metadata/annotations"].iter().any(|p| pointer.starts_with(p))
        || pointer == "/metadata"
}

/// The origins of a field, or of the nearest field around it.
pub fn nearest(provenance: &BTreeMap<String, Vec<Origin>>, pointer: &str) -> Vec<Origin> {
    let mut at = pointer;
    loop {
        if let Some(found) = provenance.get(at) {
            return found.clone();
        }
        match at.rfind('/') {
            Some(end) => at = &at[..end],
            None => return Vec::new(),
        }
    }
}

struct Walk {
    found: Vec<FieldChange>,
}

impl Walk {
    fn values(
        &mut self,
        path: &mut Vec<String>,
        pointer: &str,
        before: Option<&Value>,
        after: Option<&Value>,
    ) {
        if before == after || NOT_COMPARED.contains(&pointer) {
            return;
        }
        match (before, after) {
            (Some(Value::Object(old)), Some(Value::Object(new))) => {
                let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
                for name in names {
                    let inner = format!("{pointer}/{}", seawall_schema::pointer::step(name));
                    path.push(field(name));
                    self.values(path, &inner, old.get(name), new.get(name));
                    path.pop();
                }
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => self.lists(path, pointer, old, new),
            // A part that comes or goes with nothing but book-keeping in it is none.
            (None, Some(Value::Object(new))) if path.last().is_some_and(|p| p == ".annotations") => {
                self.values(
                    path,
                    pointer,
                    Some(&Value::Object(serde_json::Map::new())),
                    Some(&Value::Object(new.clone())),
                );
            }
            (Some(Value::Object(old)), None) if path.last().is_some_and(|p| p == ".annotations") => {
                self.values(
                    path,
                    pointer,
                    Some(&Value::Object(old.clone())),
                    Some(&Value::Object(serde_json::Map::new())),
                );
            }
            _ => self.found.push(FieldChange {
                path: path.concat().trim_start_matches('.').to_owned(),
                pointer: pointer.to_owned(),
                before: before.cloned(),
                after: after.cloned(),
                origins: Vec::new(),
            }),
        }
    }

    fn lists(&mut self, path: &mut Vec<String>, pointer: &str, old: &[Value], new: &[Value]) {
        if let Some(key) = MERGE_KEYS.iter().find(|key| is_key(key, old) && is_key(key, new)) {
            let name = |value: &Value| shown_key(&value[key]);
            for (index, member) in new.iter().enumerate() {
                let before = old.iter().find(|o| o[key] == member[key]);
                self.member(path, &format!("{pointer}/{index}"), &name(member), before, Some(member));
            }
            for (index, member) in
                old.iter().enumerate().filter(|(_, o)| !new.iter().any(|n| n[key] == o[key]))
            {
                self.member(path, &format!("{pointer}/{index}"), &name(member), Some(member), None);
            }
            return;
        }
        for index in 0..old.len().max(new.len()) {
            let inner = format!("{pointer}/{index}");
            self.member(path, &inner, &index.to_string(), old.get(index), new.get(index));
        }
    }

    fn member(
        &mut self,
        path: &mut Vec<String>,
        pointer: &str,
        name: &str,
        old: Option<&Value>,
        new: Option<&Value>,
    ) {
        path.push(format!("[{name}]"));
        self.values(path, pointer, old, new);
        path.pop();
    }
}

fn field(name: &str) -> String {
    if name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
        format!(".{name}")
    } else {
        format!("[{name}]")
    }
}

fn shown_key(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Whether every member of `list` has `key`, and no two the same.
fn is_key(key: &str, list: &[Value]) -> bool {
    let mut seen = BTreeSet::new();
    list.iter().all(|member| match member.get(key) {
        Some(value) if !value.is_object() && !value.is_array() => seen.insert(value.to_string()),
        _ => false,
    })
}
