//! Fields that are seeded at creation and then left to others, by the annotation `seawall.dev/ignored-fields`.
//!
//! To leave a field out of a later apply would delete it as long as we own it, so the live value is sent instead: then
//! nothing changes whoever owns it.

use crate::plan::diff::ignored_fields;
use seawall_schema::keys::SEED;
use serde_json::Value;
use std::collections::BTreeMap;

/// Whether the object leaves any field to others.
pub(super) fn any(object: &Value) -> bool {
    !ignored_fields(object).is_empty()
}

/// `object` with its ignored fields as `live` has them; a field that `live` does not have is left out.
pub(super) fn leave(mut object: Value, live: &Value) -> Value {
    for pointer in ignored_fields(&object) {
        let Some((parent, name)) = pointer.rsplit_once('/') else { continue };
        let name = name.replace("~1", "/").replace("~0", "~");
        let Some(Value::Object(map)) = object.pointer_mut(parent) else { continue };
        match live.pointer(&pointer) {
            Some(value) => drop(map.insert(name, value.clone())),
            None => drop(map.shift_remove(&name)),
        }
    }
    object
}

/// `object` with the values of its annotation `seawall.dev/seed`, for the moment in which it is created.
pub(super) fn seed(mut object: Value) -> Value {
    let annotations = object.pointer("/metadata/annotations");
    let text = annotations.and_then(|map| map.get(SEED)).and_then(Value::as_str).unwrap_or("{}");
    let seeds: BTreeMap<String, Value> = serde_json::from_str(text).unwrap_or_default();
    for (pointer, value) in seeds {
        let Some((parent, name)) = pointer.rsplit_once('/') else { continue };
        if let Some(Value::Object(map)) = object.pointer_mut(parent) {
            map.insert(name.replace("~1", "/").replace("~0", "~"), value);
        }
    }
    object
}

#[cfg(test)]
mod tests {
    use super::{leave, seed};
    use serde_json::json;

    #[test]
    fn the_live_value_wins_and_a_missing_one_stays_missing() {
        let pointers = "/spec/replicas\n/spec/paused";
        let wanted = json!({"metadata": {"annotations": {"seawall.dev/ignored-fields": pointers}},
            "spec": {"replicas": 3, "paused": true, "x": 1}});
        let left = leave(wanted, &json!({"spec": {"replicas": 9}}));
        assert_eq!(left["spec"], json!({"replicas": 9, "x": 1}));
    }

    #[test]
    fn seeds_are_set_where_they_point() {
        let text = r#"{"/spec/replicas": 4, "/nowhere/x": 1}"#;
        let object = json!({"metadata": {"annotations": {"seawall.dev/seed": text}}, "spec": {}});
        assert_eq!(seed(object)["spec"]["replicas"], 4);
    }
}
