//! What Kubernetes refuses and the schemas of k8s-openapi do not say.
//!
//! Takes the versions, changes their schemas: fields that are not known are refused, and what stands in [`table`] is added.
//! Invariant: a line of the table that fits nowhere is an error, so that no rule is lost when the API changes.

use super::read::Version;
use super::table::{ANYTHING, ENUMS, FILLED, FORMATS, Format, MAPS, QUANTITY, RANGES, REQUIRED, UNIQUE};
use serde_json::{Map, Value, json};
use std::error::Error;

/// Tightens every definition.
pub(super) fn tighten(versions: &mut [Version]) -> Result<(), Box<dyn Error>> {
    for version in versions.iter_mut() {
        for (name, schema) in &mut version.definitions {
            whole(name, schema);
        }
    }
    for (place, words) in ENUMS {
        each(versions, place, &|property, optional| {
            let mut all: Vec<&str> = words.to_vec();
            // Of a field with a default an empty text is the same as none.
            if optional && !all.contains(&"") {
                all.push("");
            }
            set(innermost(property), "enum", json!(all));
        })?;
    }
    for (place, least, most) in RANGES {
        each(versions, place, &|property, _| {
            set(property, "minimum", json!(least));
            if *most != i64::MAX {
                set(property, "maximum", json!(most));
            }
        })?;
    }
    for (place, format) in FORMATS {
        each(versions, place, &|property, optional| text(innermost(property), format, optional))?;
    }
    for (place, format) in MAPS {
        each(versions, place, &|property, _| {
            if let Some(values) = property.get_mut("additionalProperties") {
                text(values, format, false);
            }
        })?;
    }
    for (place, key) in UNIQUE {
        each(versions, place, &|property, _| {
            set(property, "x-kubernetes-list-type", json!("map"));
            set(property, "x-kubernetes-list-map-keys", json!([key]));
        })?;
    }
    for place in FILLED {
        each(versions, place, &|property, _| set(property, "minItems", json!(1)))?;
    }
    for place in REQUIRED {
        let (definition, property) = place.rsplit_once('.').unwrap_or_default();
        each(versions, place, &|_, _| {})?;
        for schema in named(versions, definition) {
            let required = schema.as_object_mut().map(|map| map.entry("required").or_insert(json!([])));
            if let Some(list) =
                required.and_then(Value::as_array_mut).filter(|list| !list.contains(&json!(property)))
            {
                list.push(json!(property));
            }
        }
    }
    Ok(())
}

fn set(schema: &mut Value, key: &str, value: Value) {
    if let Some(map) = schema.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}

/// The schema of a list's items, for a list.
fn innermost(schema: &mut Value) -> &mut Value {
    match schema.get("items").is_some() {
        true => &mut schema["items"],
        false => schema,
    }
}

fn text(schema: &mut Value, format: &Format, optional: bool) {
    let pattern = match optional {
        true => format!("^({})?$", format.pattern),
        false => format!("^({})$", format.pattern),
    };
    set(schema, "format", json!(format.name));
    set(schema, "pattern", json!(pattern));
    set(schema, "maxLength", json!(format.most));
}

/// Definitions whose name ends so: `core.v1.Container` is `io.k8s.api.core.v1.Container`.
fn named<'v>(versions: &'v mut [Version], name: &str) -> Vec<&'v mut Value> {
    let suffix = format!(".{name}");
    let all = versions.iter_mut().flat_map(|version| version.definitions.iter_mut());
    all.filter(|(own, _)| own.ends_with(&suffix)).map(|(_, schema)| schema).collect()
}

/// Does something to `DEFINITION.PROPERTY` in each version that has it, told whether the property may be left out.
fn each(
    versions: &mut [Version],
    place: &str,
    change: &dyn Fn(&mut Value, bool),
) -> Result<(), Box<dyn Error>> {
    let (definition, property) = place.rsplit_once('.').unwrap_or_default();
    let mut found = 0;
    for schema in named(versions, definition) {
        let required = schema["required"].as_array().is_some_and(|list| list.contains(&json!(property)));
        if let Some(own) = schema.get_mut("properties").and_then(|all| all.get_mut(property)) {
            found += 1;
            change(own, !required);
        }
    }
    match found {
        0 => Err(format!("nothing is called {place}: the table of what Kubernetes refuses is stale").into()),
        _ => Ok(()),
    }
}

/// Types that JSON schema has no word for, and objects that take no other fields.
fn whole(name: &str, schema: &mut Value) {
    let short = name.rsplit('.').next().unwrap_or_default();
    if ANYTHING.contains(&short) {
        *schema = json!({});
        return;
    }
    match short {
        "IntOrString" => *schema = json!({ "type": ["integer", "string"], "format": "int-or-string" }),
        "Quantity" => {
            *schema = json!({ "type": ["string", "number"], "format": "quantity", "pattern": QUANTITY })
        }
        _ => strict(schema),
    }
}

fn strict(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            map.values_mut().for_each(strict);
            let says = |map: &Map<String, Value>, key: &str| map.get(key).is_some_and(Value::is_object);
            let is_schema = map.get("type").is_some_and(Value::is_string);
            if is_schema && says(map, "properties") && !map.contains_key("additionalProperties") {
                map.insert("additionalProperties".to_owned(), json!(false));
            }
            // `oneOf` of a definition and a plain type: the branches never both hold.
            if map.get("oneOf").is_some_and(Value::is_array)
                && let Some(branches) = map.remove("oneOf")
            {
                map.insert("anyOf".to_owned(), branches);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(strict),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::REFERENCE;
    use super::*;
    use std::collections::BTreeMap;

    fn version(schema: Value) -> Version {
        let definitions = BTreeMap::from([("io.k8s.api.core.v1.Thing".to_owned(), schema)]);
        Version { minor: 36, definitions, kinds: Vec::new() }
    }

    #[test]
    fn a_rule_that_fits_nowhere_is_an_error() {
        let schema = json!({ "type": "object", "properties": { "size": { "type": "integer" } } });
        let mut versions = [version(schema)];
        each(&mut versions, "core.v1.Thing.size", &|property, optional| {
            set(property, "minimum", json!(u8::from(optional)));
        })
        .unwrap();
        assert_eq!(versions[0].definitions["io.k8s.api.core.v1.Thing"]["properties"]["size"]["minimum"], 1);
        for place in ["core.v1.Thing.sizes", "core.v1.Thin.size", "v2.Thing.size"] {
            let problem = each(&mut versions, place, &|_, _| {}).unwrap_err().to_string();
            assert!(problem.contains("stale") && problem.contains(place), "{problem}");
        }
    }

    #[test]
    fn objects_take_no_other_fields_and_maps_do() {
        let mut schema = json!({ "type": "object", "properties": {
            "properties": { "type": "object", "additionalProperties": { "type": "string" } },
            "free": { "type": "object" },
            "oneOf": { "type": "array" },
            "either": { "oneOf": [{ "$ref": format!("{REFERENCE}x") }, { "type": "boolean" }] },
        } });
        whole("io.k8s.api.core.v1.Thing", &mut schema);
        assert_eq!(schema["additionalProperties"], false);
        assert_eq!(schema["properties"].as_object().unwrap().len(), 4);
        assert_eq!(schema["properties"]["properties"]["additionalProperties"]["type"], "string");
        assert_eq!(schema["properties"]["oneOf"]["type"], "array");
        assert_eq!(schema["properties"]["free"], json!({ "type": "object" }));
        assert_eq!(schema["properties"]["either"]["anyOf"][1]["type"], "boolean");
        let mut json = json!({ "type": "object" });
        whole("io.k8s.apiextensions.v1.JSON", &mut json);
        assert_eq!(json, json!({}));
    }
}
