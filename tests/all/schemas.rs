//! The schemas of `schema/`: what commands print is valid for them, what is broken is not; and the language's own schema.

use super::commands::{copy, seawall};
use seawall_compiler::decode::schema::{TYPES, json, paths};
use seawall_compiler::decode::{kdl_schema, value};
use seawall_compiler::span::{FileId, Span};
use seawall_compiler::syntax::{format, parse};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn printed(folder: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&seawall(folder, args).stdout).unwrap_or_else(|e| panic!("{args:?}: {e}"))
}

fn schema(of: &str) -> jsonschema::Validator {
    let schema = printed(&root(), &["schema", of]);
    jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|e| panic!("{of}: {e}"));
    jsonschema::draft202012::new(&schema).unwrap()
}

fn valid(schema: &jsonschema::Validator, data: &Value, what: &str) {
    let faults: Vec<String> =
        schema.iter_errors(data).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(faults.is_empty(), "{what}:\n{}", faults.join("\n"));
}

/// Every fleet of some folders.
fn fleets(folders: &[&str]) -> Vec<PathBuf> {
    let below = folders.iter().flat_map(|folder| std::fs::read_dir(root().join(folder)).unwrap());
    let all = below.map(|entry| entry.unwrap().path()).filter(|path| path.join("fleet.kdl").is_file());
    all.collect()
}

#[test]
fn findings_are_what_their_schema_says() {
    let schema = schema("findings");
    let mut seen = 0;
    for fleet in fleets(&["tests/cases/check", "tests/cases/proof"]) {
        let data = printed(&fleet, &["check", "--format", "json", "--today", "2026-01-31", "-q"]);
        valid(&schema, &data, &fleet.display().to_string());
        seen += data["findings"].as_array().unwrap().len();
    }
    assert!(seen > 60, "only {seen} findings");
    assert!(
        !schema.is_valid(&serde_json::json!({ "findings": [{}], "summary": { "errors": 0, "warnings": 0 } }))
    );
}

#[test]
fn proofs_are_what_their_schema_says() {
    let schema = schema("proof");
    let mut proofs = Vec::new();
    for fleet in fleets(&["tests/cases/check", "tests/cases/proof", "examples"]) {
        let text =
            seawall(&fleet, &["check", "--proof", "-", "--format", "junit", "--today", "2026-01-31"]).stdout;
        let Some(start) = text.find("{\n") else { continue };
        let Some(Ok(proof)) = serde_json::Deserializer::from_str(&text[start..]).into_iter().next() else {
            continue;
        };
        valid(&schema, &proof, &fleet.display().to_string());
        proofs.push(proof);
    }
    let verdicts: Vec<&str> = proofs
        .iter()
        .flat_map(|p| p["scenarios"].as_array().unwrap())
        .filter_map(|s| s["verdict"].as_str())
        .collect();
    assert!(
        verdicts.len() > 100 && verdicts.contains(&"refuted") && verdicts.contains(&"survivable"),
        "{verdicts:?}"
    );
    let mut broken = proofs[0].clone();
    broken["scenarios"][0]["verdict"] = "certain".into();
    assert!(!schema.is_valid(&broken));
}

#[test]
fn bundles_and_status_are_what_their_schemas_say() {
    let (bundle, status) = (schema("bundle"), schema("status"));
    let here = tempfile::tempdir().unwrap();
    copy(&root().join("examples/reference"), &here.path().join("reference"));
    copy(&root().join("cli/templates/small"), &here.path().join("small"));
    for fleet in ["reference", "small"] {
        let out = format!("out-{fleet}");
        let ran = seawall(here.path(), &["render", fleet, "--out", &out, "--today", "2026-01-31"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let mut seen = 0;
        let mut open = vec![here.path().join(out)];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else if path.ends_with("bundle.json") {
                    let data = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
                    valid(&bundle, &data, &path.display().to_string());
                    seen += 1;
                }
            }
        }
        assert!(seen >= 2, "{fleet}: {seen} bundles");
    }
    let small = here.path().join("small");
    std::fs::create_dir(small.join("state")).unwrap();
    let sync = seawall(&small, &["sync", "--rendering", "../out-small", "--once", "--state", "state"]);
    assert_eq!(sync.code, 0, "{}", sync.stderr);
    let data = printed(&small, &["status", "--format", "json", "--state", "state"]);
    assert_eq!(data["regions"].as_array().unwrap().len(), 2);
    valid(&status, &data, "status");
}

/// A default, and an example, is a value that its own type reads.
#[test]
fn defaults_and_examples_are_values_of_their_types() {
    let mut tried = 0;
    for (path, shape) in paths() {
        let args = shape.args.iter().map(|arg| (&arg.kind, arg.default));
        let props = shape.props.iter().map(|prop| (&prop.kind, prop.default));
        for (kind, default) in args.chain(props) {
            let example = TYPES.iter().find(|t| t.name == kind.type_name()).map(|t| t.example);
            let example =
                example.filter(|_| !matches!(kind.type_name(), "word" | "country" | "amount-or-share"));
            for text in default.into_iter().chain(example) {
                let text = if text.starts_with(['"', '#']) || kind.type_name() == "count" {
                    text.to_owned()
                } else {
                    format!("\"{text}\"")
                };
                let document = format!("node {text}");
                let parsed = parse(FileId(0), &document);
                let node = parsed.document.nodes().next().unwrap();
                let entry = node.arguments().next().unwrap();
                let read = value::read(entry.value(), kind, "it", Span::NONE);
                assert!(read.is_ok(), "{path}: {text} is no {}", kind.type_name());
                tried += 1;
            }
        }
    }
    assert!(tried > 150, "only {tried}");
}

#[test]
fn the_language_is_whole() {
    let schema = json();
    let nodes = schema["nodes"].as_object().unwrap();
    assert!(nodes.len() > 60, "{} nodes", nodes.len());
    let mut reached = 0;
    let all = nodes
        .values()
        .chain(std::iter::once(&schema))
        .flat_map(|node| node.get("children").or(node.get("top")).and_then(Value::as_array).unwrap());
    for child in all {
        assert!(nodes.contains_key(child["node"].as_str().unwrap()), "{child}");
        reached += 1;
    }
    assert!(reached >= nodes.len());
    for value in nodes
        .values()
        .flat_map(|n| n["properties"].as_array().unwrap().iter().chain(n["arguments"].as_array().unwrap()))
    {
        assert!(schema["types"].get(value["type"].as_str().unwrap()).is_some(), "{value}");
    }
}

/// The KDL form is a document for both readers, formatted, and its references lead somewhere.
#[test]
fn the_kdl_form_is_a_document() {
    let text = kdl_schema::kdl();
    assert_eq!(format(&text).unwrap(), text);
    kdl::KdlDocument::parse_v2(&text).unwrap();
    let ids: Vec<&str> =
        text.split(" id=").skip(1).filter_map(|rest| rest.split([' ', '\n']).next()).collect();
    for reference in text.split("ref=\"[id=\\\"").skip(1) {
        let id = reference.split("\\\"").next().unwrap();
        assert!(ids.iter().any(|known| known.trim_matches('"') == id), "{id}");
    }
}
