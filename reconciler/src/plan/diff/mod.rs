//! What applying an object would change, field by field.
//!
//! Takes the object as it is wanted and as the cluster has it, gives the fields that differ, in order of their paths.
//! Pure. Invariants: only fields that are ours count (those wanted, and those our manager still owns and no longer
//! wants); a field that the object leaves to others is never named; no value of a Secret leaves this module.

mod owned;
mod same;
#[cfg(test)]
mod tests;

pub(crate) use same::encode_secret;
use seawall_schema::keys;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;

/// One field that would change.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldChange {
    /// The field for people: `spec.template.spec.containers[name=api].image`.
    pub path: String,
    /// Its value now; `None` where it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// Its value afterwards; `None` where it is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

impl fmt::Display for FieldChange {
    /// `spec.replicas: 3 -> 4`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text =
            |value: &Option<Value>| value.as_ref().map_or_else(|| "(none)".to_owned(), Value::to_string);
        write!(f, "{}: {} -> {}", self.path, text(&self.before), text(&self.after))
    }
}

/// What stands in for a value of a Secret.
const MASK: &str = "(masked)";

/// Metadata that the server writes, or that the reconciler writes for itself.
const SERVER_METADATA: [&str; 7] = [
    "managedFields",
    "resourceVersion",
    "uid",
    "creationTimestamp",
    "generation",
    "selfLink",
    "deletionTimestamp",
];

/// The fields in which `live` differs from what applying `desired` would leave; all of `desired` where there is no
/// `live`.
pub fn diff(desired: &Value, live: Option<&Value>) -> Vec<FieldChange> {
    let secret = desired.get("kind").and_then(Value::as_str) == Some("Secret");
    let desired = if secret { same::encode_secret(desired) } else { desired.clone() };
    let mut walk = Walk { ignored: BTreeSet::new(), against_live: live.is_some(), changes: Vec::new() };
    if live.is_some() {
        walk.ignored = ignored_fields(&desired);
    }
    let empty = Value::Object(Map::new());
    walk.fields(&desired, live.unwrap_or(&empty), &Place::default());
    if let Some(live) = live {
        let gone = owned::no_longer_wanted(&desired, live);
        walk.changes
            .extend(gone.into_iter().filter(|(pointer, _)| !walk.ignored.contains(pointer)).map(|(_, c)| c));
    }
    if secret {
        walk.changes.iter_mut().for_each(mask);
    }
    walk.changes.sort_by(|a, b| a.path.cmp(&b.path));
    walk.changes
}

/// The JSON pointers that the object's annotation leaves to others once it exists.
pub fn ignored_fields(object: &Value) -> BTreeSet<String> {
    let annotations = object.pointer("/metadata/annotations").and_then(Value::as_object);
    let lines = annotations.and_then(|a| a.get(keys::IGNORED_FIELDS)).and_then(Value::as_str).unwrap_or("");
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn mask(change: &mut FieldChange) {
    if change.path.starts_with("data") || change.path.starts_with("stringData") {
        for side in [&mut change.before, &mut change.after] {
            if side.is_some() {
                *side = Some(Value::from(MASK));
            }
        }
    }
}

/// A place in an object: for people, and as a JSON pointer.
#[derive(Clone, Default)]
struct Place {
    path: String,
    pointer: String,
    /// Name of the innermost field.
    field: String,
    /// Name of the field around it.
    parent: String,
}

impl Place {
    fn field(&self, name: &str) -> Self {
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        let path = match (self.path.is_empty(), plain) {
            (true, true) => name.to_owned(),
            (false, true) => format!("{}.{name}", self.path),
            (_, false) => format!("{}[{name:?}]", self.path),
        };
        let pointer = format!("{}/{}", self.pointer, seawall_schema::pointer::step(name));
        Self { path, pointer, field: name.to_owned(), parent: self.field.clone() }
    }

    fn item(&self, index: usize, label: &str) -> Self {
        Self {
            path: format!("{}[{label}]", self.path),
            pointer: format!("{}/{index}", self.pointer),
            field: self.field.clone(),
            parent: self.parent.clone(),
        }
    }
}

struct Walk {
    ignored: BTreeSet<String>,
    against_live: bool,
    changes: Vec<FieldChange>,
}

impl Walk {
    fn fields(&mut self, desired: &Value, live: &Value, at: &Place) {
        let Some(fields) = desired.as_object() else { return };
        for (name, value) in fields {
            let server_side = at.pointer == "/metadata" && SERVER_METADATA.contains(&name.as_str());
            let bookkeeping = at.pointer == "/metadata/annotations" && name == keys::DIGEST;
            if server_side || bookkeeping || (at.pointer.is_empty() && name == "status") {
                continue;
            }
            self.value(value, live.get(name), &at.field(name));
        }
    }

    fn value(&mut self, desired: &Value, live: Option<&Value>, at: &Place) {
        if self.ignored.contains(&at.pointer) {
            return;
        }
        match (desired, live) {
            (Value::Null, None) => {}
            (_, None) if same::is_absent(&at.field, desired) && self.against_live => {}
            (Value::Object(fields), Some(Value::Object(_)) | None) if !fields.is_empty() => {
                self.fields(desired, live.unwrap_or(&Value::Null), at);
            }
            (Value::Array(items), Some(Value::Array(found))) => self.list(items, found, at),
            (Value::Object(fields), None) if fields.is_empty() => {}
            (_, Some(found)) if same::scalars(desired, found, at.parent.as_str()) => {}
            _ => self.push(live.cloned(), Some(desired.clone()), at),
        }
    }

    fn list(&mut self, desired: &[Value], live: &[Value], at: &Place) {
        let Some(key) = same::merge_key(&at.field, desired) else {
            if !same::lists(desired, live) {
                self.push(Some(Value::from(live)), Some(Value::from(desired)), at);
            }
            return;
        };
        for (index, item) in desired.iter().enumerate() {
            let found = live.iter().find(|other| same::identity(other, key) == same::identity(item, key));
            self.value(item, found, &at.item(index, &same::label(item, key)));
        }
    }

    fn push(&mut self, before: Option<Value>, after: Option<Value>, at: &Place) {
        self.changes.push(FieldChange { path: at.path.clone(), before, after });
    }
}
