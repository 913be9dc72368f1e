//! Every emitted field leads back to a line of the policy or of the team's YAML.

use super::{compile, object, reference};
use seawall_compiler::emit::provenance::resolve;
use seawall_schema::bundle::{BundleFile, Provenance};
use seawall_schema::digest;
use serde_json::Value;

fn leaves(value: &Value, pointer: String, out: &mut Vec<String>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                leaves(value, format!("{pointer}/{}", seawall_schema::pointer::step(key)), out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                leaves(value, format!("{pointer}/{index}"), out);
            }
        }
        _ => out.push(pointer),
    }
}

#[test]
fn every_leaf_has_an_origin_that_exists() {
    let fleet = reference();
    let (_, rendering) = compile(&fleet);
    let mut checked = 0;
    for (path, bytes) in rendering.files.iter().filter(|(path, _)| path.ends_with("provenance.json")) {
        let folder = path.strip_suffix("provenance.json").unwrap();
        let provenance: Provenance = serde_json::from_slice(bytes).unwrap();
        for (file, fields) in &provenance.0 {
            if file.starts_with("scheduler/") {
                assert!(fields.contains_key(""));
                continue;
            }
            let mut pointers = Vec::new();
            leaves(&object(&rendering, &format!("{folder}{file}")), String::new(), &mut pointers);
            for pointer in pointers {
                let origins =
                    resolve(fields, &pointer).unwrap_or_else(|| panic!("{file}{pointer} has no origin"));
                for origin in origins {
                    let text = String::from_utf8(fleet.0[&origin.file].clone()).unwrap();
                    let line = text.lines().nth(origin.line as usize - 1);
                    assert!(
                        line.is_some_and(|l| l.chars().count() + 1 >= origin.column as usize),
                        "{origin:?}"
                    );
                    checked += 1;
                }
            }
        }
        let objects =
            rendering.files.keys().filter(|p| p.starts_with(folder) && p.ends_with(".yaml")).count();
        assert_eq!(objects, provenance.0.len(), "every object of {folder} is in its provenance");
    }
    assert!(checked > 1000, "{checked}");
}

#[test]
fn origins_name_the_line_that_decides() {
    let (_, rendering) = compile(&reference());
    let bytes = &rendering.files["regions/eu-west/provenance.json"];
    let provenance: Provenance = serde_json::from_slice(bytes).unwrap();
    let fields = &provenance.0["base/workloads-deployment-payments-prod-risk-api.yaml"];
    let files = |pointer: &str| {
        let origins = resolve(fields, pointer).unwrap();
        origins.iter().map(|o| o.file.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(files("/spec/template/spec/containers/0/image"), ["k8s/risk-api/risk-api.yaml"]);
    assert_eq!(files("/spec/replicas")[0], "workloads/risk-api.kdl");
    let line = |pointer: &str| resolve(fields, pointer).unwrap()[0].line;
    assert_eq!(line("/spec/replicas"), 6, "target DUB replicas=10");
    assert_eq!(line("/spec/template/spec/priorityClassName"), 2, "tier critical");
}

#[test]
fn digests_cover_every_file_of_a_bundle() {
    let (_, rendering) = compile(&reference());
    for (path, bytes) in rendering.files.iter().filter(|(path, _)| path.ends_with("bundle.json")) {
        let folder = path.strip_suffix("bundle.json").unwrap();
        let bundle: BundleFile = serde_json::from_slice(bytes).unwrap();
        let own = rendering.files.iter().filter(|(p, _)| p.starts_with(folder) && *p != path);
        let digests: Vec<_> = own.map(|(p, b)| (p[folder.len()..].to_owned(), digest::sha256(b))).collect();
        assert_eq!(bundle.files.into_iter().collect::<Vec<_>>(), digests);
        let listed: Vec<_> = bundle.phases.iter().flat_map(|phase| &phase.objects).collect();
        assert_eq!(listed.len(), digests.iter().filter(|(p, _)| p.starts_with("base/")).count());
    }
}
