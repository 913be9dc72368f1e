//! Objects as YAML that every reader takes for the same value.
//!
//! Takes a JSON value, gives text. Invariant: what a YAML 1.1 reader would take for another type is quoted; kubectl's reader
//! gives the value back exactly (checked over a corpus of traps by `tests/yaml`).

use serde_json::{Map, Value};

/// Writes an object, keys in the order people know.
///
/// # Errors
/// What the writer says; it refuses no JSON value that this compiler makes.
pub fn write(value: &Value) -> Result<String, String> {
    let mut text = String::new();
    let options = serde_saphyr::ser_options! { prefer_block_scalars: false, compact_list_indent: true };
    serde_saphyr::to_fmt_writer_with_options(&mut text, &ordered(value), options)
        .map_err(|e| e.to_string())?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// What stands first in an object and in its metadata; the rest keeps its order.
const FIRST: [&str; 4] = ["apiVersion", "kind", "metadata", "spec"];
const METADATA: [&str; 4] = ["name", "namespace", "labels", "annotations"];

fn ordered(value: &Value) -> Value {
    let Value::Object(object) = value else { return value.clone() };
    let mut object = first(object, &FIRST);
    if let Some(Value::Object(metadata)) = object.get("metadata") {
        let metadata = first(metadata, &METADATA);
        object.insert("metadata".into(), Value::Object(metadata));
    }
    Value::Object(object)
}

fn first(object: &Map<String, Value>, keys: &[&str]) -> Map<String, Value> {
    let known = keys.iter().filter_map(|key| object.get_key_value(*key));
    let rest = object.iter().filter(|(key, _)| !keys.contains(&key.as_str()));
    known.chain(rest).map(|(key, value)| (key.clone(), value.clone())).collect()
}
