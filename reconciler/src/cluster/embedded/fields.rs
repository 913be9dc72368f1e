//! Sets of field paths, and `metadata.managedFields` in the format of Kubernetes (`FieldsV1`).
//!
//! Takes objects, gives their leaf fields; reads, takes and removes values by path. Invariant: encoding a set and reading
//! it back gives the same set.

use super::lists::{Rule, item_key, rule};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// A field of a map.
    Field(String),
    /// An item of a keyed list, by its key as JSON.
    Item(String),
    /// An item of a set, by its value as JSON.
    Element(String),
    /// The item itself, as opposed to what is in it; only as the last step behind `Item`.
    Itself,
}

/// A path from the root of an object.
pub(super) type Path = Vec<Step>;
/// A set of leaf paths.
pub(super) type Fields = BTreeSet<Path>;

const TOP: [&str; 4] = ["apiVersion", "kind", "status", "metadata"];
const METADATA: [&str; 9] = [
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "deletionTimestamp",
    "selfLink",
];

/// The leaf fields of `object` that somebody can own: all but its identity, its status and what the server sets.
pub(super) fn leaves(object: &Value) -> Fields {
    let mut fields = Fields::new();
    let Some(map) = object.as_object() else { return fields };
    for (name, value) in map.iter().filter(|(name, _)| !TOP.contains(&name.as_str())) {
        collect(name, value, &mut vec![Step::Field(name.clone())], &mut fields);
    }
    let metadata = map.get("metadata").and_then(Value::as_object);
    for (name, value) in metadata.into_iter().flatten().filter(|(name, _)| !METADATA.contains(&name.as_str()))
    {
        let mut path = vec![Step::Field("metadata".to_owned()), Step::Field(name.clone())];
        collect(name, value, &mut path, &mut fields);
    }
    fields
}

fn collect(name: &str, value: &Value, path: &mut Path, fields: &mut Fields) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (name, value) in map {
                path.push(Step::Field(name.clone()));
                collect(name, value, path, fields);
                path.pop();
            }
        }
        Value::Array(items) => match rule(name, items) {
            Rule::Whole => drop(fields.insert(path.clone())),
            Rule::Set => {
                for item in items {
                    path.push(Step::Element(item.to_string()));
                    fields.insert(path.clone());
                    path.pop();
                }
            }
            Rule::Keyed(keys) => {
                for item in items {
                    let Some(key) = item_key(keys, item) else { continue };
                    path.push(Step::Item(key));
                    path.push(Step::Itself);
                    fields.insert(path.clone());
                    path.pop();
                    collect("", item, path, fields);
                    path.pop();
                }
            }
        },
        _ => drop(fields.insert(path.clone())),
    }
}

/// The value at `path`.
pub(super) fn get<'v>(object: &'v Value, path: &[Step]) -> Option<&'v Value> {
    let mut at = object;
    let mut name = "";
    for step in path {
        at = match step {
            Step::Field(field) => {
                name = field;
                at.get(field)?
            }
            Step::Item(_) | Step::Element(_) => &at.as_array()?[position(name, at, step)?],
            Step::Itself => at,
        };
    }
    Some(at)
}

fn position(name: &str, list: &Value, step: &Step) -> Option<usize> {
    let items = list.as_array()?;
    match (step, rule(name, items)) {
        (Step::Item(key), Rule::Keyed(keys)) => {
            items.iter().position(|item| item_key(keys, item).as_deref() == Some(key.as_str()))
        }
        (Step::Element(text), _) => {
            let printed = |item: &Value| item.to_string();
            items.iter().position(|item| printed(item) == *text)
        }
        _ => None,
    }
}

/// Removes what `path` leads to, and the maps and lists that become empty by it.
pub(super) fn remove(object: &mut Value, path: &[Step]) {
    remove_below("", object, path);
}

/// Whether `at` is empty afterwards.
fn remove_below(name: &str, at: &mut Value, path: &[Step]) -> bool {
    match path {
        [] | [Step::Itself] => {}
        [Step::Field(field), rest @ ..] => {
            let Some(map) = at.as_object_mut() else { return false };
            let Some(child) = map.get_mut(field) else { return false };
            if rest.is_empty() || remove_below(field, child, rest) {
                map.shift_remove(field);
            }
            return map.is_empty();
        }
        [step, rest @ ..] => {
            let Some(index) = position(name, at, step) else { return false };
            let Some(items) = at.as_array_mut() else { return false };
            let gone = match rest {
                [] | [Step::Itself] => true,
                _ => remove_below("", &mut items[index], rest),
            };
            if gone {
                items.remove(index);
            }
            return items.is_empty();
        }
    }
    false
}

/// The set as `FieldsV1`.
pub(super) fn encode(fields: &Fields) -> Value {
    let mut root = Map::new();
    for path in fields {
        let mut at = &mut root;
        for step in path {
            let name = match step {
                Step::Field(field) => format!("f:{field}"),
                Step::Item(key) => format!("k:{key}"),
                Step::Element(value) => format!("v:{value}"),
                Step::Itself => ".".to_owned(),
            };
            let child = at.entry(name).or_insert_with(|| json!({}));
            match child {
                Value::Object(map) => at = map,
                _ => break,
            }
        }
    }
    Value::Object(root)
}

/// `FieldsV1` as a set.
pub(super) fn decode(value: &Value) -> Fields {
    let mut fields = Fields::new();
    walk(value, &mut Vec::new(), &mut fields);
    fields
}

fn walk(value: &Value, path: &mut Path, fields: &mut Fields) {
    let Some(map) = value.as_object().filter(|map| !map.is_empty()) else {
        if !path.is_empty() {
            fields.insert(path.clone());
        }
        return;
    };
    for (name, child) in map {
        let step = match name.split_at_checked(2) {
            Some(("f:", field)) => Step::Field(field.to_owned()),
            Some(("k:", key)) => Step::Item(key.to_owned()),
            Some(("v:", value)) => Step::Element(value.to_owned()),
            _ if name == "." => Step::Itself,
            _ => continue,
        };
        path.push(step);
        walk(child, path, fields);
        path.pop();
    }
}

/// The path as the API server writes it in a conflict: `.spec.containers[name="app"].image`.
pub(super) fn print(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            Step::Field(field) => {
                let _ = write!(out, ".{field}");
            }
            Step::Item(key) => {
                let map: Map<String, Value> = serde_json::from_str(key).unwrap_or_default();
                let pairs: Vec<String> = map.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let _ = write!(out, "[{}]", pairs.join(","));
            }
            Step::Element(value) => {
                let _ = write!(out, "[={value}]");
            }
            Step::Itself => {}
        }
    }
    out
}
