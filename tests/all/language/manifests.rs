//! Manifests against their schemas: another validator comes to the same verdicts, secrets stay secret, large files are quick.

use super::{folder, root};
use proptest::prelude::*;
use seawall_compiler::diagnostic::render::{TextStyle, json, narrated, text};
use seawall_compiler::diagnostic::{Diagnostics, github, junit, sarif};
use seawall_compiler::files::{MemoryFiles, Sources};
use seawall_compiler::manifest::schema::{SERVED, Schemas};
use seawall_compiler::manifest::{Manifests, read};
use seawall_compiler::model::ManifestObject;
use seawall_compiler::{Options, check};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The checked-in schemas of one version as one JSON schema, by the name of the definition.
fn definitions(minor: u8) -> Map<String, Value> {
    let text = std::fs::read_to_string(root().join("schema/kubernetes/definitions.jsonl")).unwrap();
    lines(&text, minor, 1).map(|line| (line[0].as_str().unwrap().to_owned(), line[2].clone())).collect()
}

fn lines(text: &str, minor: u8, range: usize) -> impl Iterator<Item = Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).filter(move |line: &Value| {
        let (first, last) = line[range].as_str().unwrap().split_once('-').unwrap();
        (first.parse::<u8>().unwrap()..=last.parse().unwrap()).contains(&minor)
    })
}

/// Another validator of each kind that occurs in the samples.
struct Oracle {
    by_kind: BTreeMap<(String, String), jsonschema::Validator>,
}

impl Oracle {
    fn new(minor: u8, objects: &[ManifestObject]) -> Self {
        let defs = definitions(minor);
        let kinds = std::fs::read_to_string(root().join("schema/kubernetes/kinds.jsonl")).unwrap();
        let mut by_kind = BTreeMap::new();
        for line in lines(&kinds, minor, 3) {
            let [group, version, kind] = [0, 1, 2].map(|index| line[index].as_str().unwrap());
            let api = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
            if !objects
                .iter()
                .any(|object| object.value["apiVersion"] == *api && object.value["kind"] == *kind)
            {
                continue;
            }
            let schema = json!({ "$ref": format!("#/$defs/{}", line[4].as_str().unwrap()), "$defs": defs });
            let options = jsonschema::draft202012::options()
                .should_validate_formats(true)
                .with_format("int32", |_: &str| true)
                .with_format("byte", |text: &str| base64(text))
                .with_format("date-time", |_: &str| true);
            by_kind.insert((api, kind.to_owned()), options.build(&schema).unwrap());
        }
        Self { by_kind }
    }

    fn valid(&self, value: &Value) -> Option<bool> {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Some(self.by_kind.get(&(text("apiVersion"), text("kind")))?.is_valid(value))
    }

    fn faults(&self, value: &Value) -> Vec<String> {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let validator = &self.by_kind[&(text("apiVersion"), text("kind"))];
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }
}

fn base64(text: &str) -> bool {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.decode(text).is_ok()
}

/// Manifests of every example and case that are built in.
fn samples() -> &'static (Vec<ManifestObject>, Oracle) {
    static SAMPLES: OnceLock<(Vec<ManifestObject>, Oracle)> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        for below in ["examples", "tests/cases/check", "tests/cases/rendering", "tests/yaml"] {
            files.extend(folder(&root().join(below)).0);
        }
        let yaml = files.into_iter().filter(|(path, _)| path.ends_with(".yaml"));
        let mut objects = Vec::new();
        for (path, bytes) in yaml.filter(|(path, _)| !path.contains("crds/")) {
            let mut sources = Sources::default();
            let text = String::from_utf8(bytes).unwrap();
            let file = sources.add(path, text.clone());
            objects.extend(read(file, &text).objects);
        }
        assert!(objects.len() > 30, "{} samples", objects.len());
        let oracle = Oracle::new(36, &objects);
        (objects, oracle)
    })
}

/// An empty value of a mapping is the same as none to Kubernetes, and not to JSON schema.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            map.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), without_nulls(v))).collect()
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

/// What Seawall finds, without what JSON schema has no word for.
fn own_faults(schemas: &Schemas, object: &ManifestObject) -> Vec<String> {
    let findings = schemas.check(object, None).findings;
    let other = |message: &str| message.contains("`metadata.name` takes");
    let kept = findings.into_iter().filter(|f| f.code.id != "SW0814" && !other(&f.message));
    kept.map(|finding| format!("{} {}", finding.code.id, finding.message)).collect()
}

#[test]
fn another_validator_comes_to_the_same_verdict_on_every_sample() {
    let (objects, oracle) = samples();
    let schemas = Schemas::new(36);
    let (mut valid, mut broken) = (0, 0);
    for object in objects {
        let Some(expected) = oracle.valid(&without_nulls(&object.value)) else { continue };
        let found = own_faults(&schemas, object);
        assert_eq!(
            found.is_empty(),
            expected,
            "{found:?} {:?}\n{:#}",
            oracle.faults(&object.value),
            object.value
        );
        if expected { valid += 1 } else { broken += 1 }
    }
    assert!(valid > 15 && broken > 8, "{valid} valid, {broken} broken");
}

/// Changes a value somewhere: the field or item number `at` on a walk through all of it.
fn mutate(value: &mut Value, at: &mut usize, how: usize) -> bool {
    let other = |how: usize, old: &Value| match how % 9 {
        0 => json!("text"),
        1 => json!(7),
        2 => json!(true),
        3 => json!([]),
        4 => json!({}),
        5 => json!(-1),
        6 => json!("4GB"),
        7 => json!({ "name": "x" }),
        _ => json!([old]),
    };
    match value {
        Value::Object(map) => {
            let keys: Vec<String> = map.keys().cloned().collect();
            for key in keys {
                if *at == 0 {
                    let old = map.remove(&key).unwrap_or_default();
                    match how % 12 {
                        0 => {}
                        1 => drop(map.insert(format!("{key}x"), old)),
                        2 => {
                            map.insert("stray".to_owned(), json!(1));
                            map.insert(key, old);
                        }
                        how => drop(map.insert(key, other(how - 3, &old))),
                    }
                    return true;
                }
                *at -= 1;
                if map.get_mut(&key).is_some_and(|inner| mutate(inner, at, how)) {
                    return true;
                }
            }
            false
        }
        Value::Array(items) => items.iter_mut().any(|item| {
            if *at == 0 {
                *item = other(how, item);
                return true;
            }
            *at -= 1;
            mutate(item, at, how)
        }),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn another_validator_agrees_on_broken_objects(sample in any::<usize>(), edits in proptest::collection::vec((any::<usize>(), any::<usize>()), 1..3)) {
        let (objects, oracle) = samples();
        let mut object = objects[sample % objects.len()].clone();
        for (at, how) in edits {
            let mut at = at % 60;
            mutate(&mut object.value, &mut at, how);
        }
        let named = ["/apiVersion", "/kind", "/metadata/name"].iter().all(|p| object.value.pointer(p).is_some_and(Value::is_string));
        if let Some(expected) = oracle.valid(&without_nulls(&object.value)).filter(|_| named) {
            let found = own_faults(&Schemas::new(36), &object);
            prop_assert_eq!(found.is_empty(), expected, "{:?} {:?}\n{:#}", found, oracle.faults(&object.value), object.value);
        }
    }
}

#[test]
fn every_version_takes_what_the_examples_hold() {
    let files = folder(&root().join("examples/reference"));
    for (path, bytes) in files.0.iter().filter(|(path, _)| path.ends_with(".yaml")) {
        let text = std::str::from_utf8(bytes).unwrap();
        let mut sources = Sources::default();
        let file = sources.add(path.clone(), text.to_owned());
        for minor in SERVED {
            let schemas = Schemas::new(minor);
            for object in read(file, text).objects {
                let verdict = schemas.check(&object, sources.get(file));
                assert!(verdict.findings.is_empty() && !verdict.unchecked, "{path}: {:?}", verdict.findings);
            }
        }
    }
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - { name: web, image: x, resources: { requests: { cpu: 1, memory: 1Gi } } }
";

/// The small fleet of the pages with one workload of these manifests.
fn fleet(manifests: &str) -> MemoryFiles {
    let base = std::fs::read_to_string(root().join("docs/codes/base.kdl")).unwrap();
    let own =
        "workload web tenant=shop {\n tier batch\n manifests \"k8s/*.yaml\"\n target FRA replicas=2\n}\n";
    MemoryFiles(BTreeMap::from([
        ("fleet.kdl".to_owned(), format!("{base}{own}").into_bytes()),
        ("k8s/a.yaml".to_owned(), DEPLOYMENT.as_bytes().to_vec()),
        ("k8s/b.yaml".to_owned(), manifests.as_bytes().to_vec()),
    ]))
}

#[test]
fn no_form_of_a_finding_shows_what_a_secret_holds() {
    let head = "apiVersion: v1\nkind: Secret\nmetadata: { name: web }\n";
    let cases = [
        format!("{head}data:\n  password: 1234567\n"),
        format!("{head}data:\n  password: hunter2\n"),
        format!("{head}data: hunter2\n"),
        format!("{head}data: {{ a: [hunter2] }}\nstringDta: {{ b: hunter2 }}\n")
            .replace("stringDta: { b: hunter2 }", "typ: Opaque"),
        format!("{head}stringData: {{ password: 1234567 }}\ntype: [x]\n"),
        format!("{head}data: {{ a: hunter2, a: hunter2 }}\n"),
        format!("{head}data:\n  a: hunter2\n bad\n"),
        head.replace("kind: Secret\n", "kind: Secrt\n") + "stringData: { a: hunter2 }\n",
        format!("{head}---\n{head}stringData: {{ a: hunter2 }}\n"),
        format!("{head}data: &d {{ a: hunter2 }}\nstringData: *d\n"),
    ];
    for manifest in cases {
        let checked = check(&fleet(&manifest), &Options::default());
        let (found, sources) = (&checked.diagnostics, &checked.sources);
        assert!(!found.is_empty(), "{manifest}");
        let style = TextStyle::default();
        let forms = [
            text(found, sources, style),
            narrated(found, sources),
            json(found, sources).to_string(),
            sarif::sarif(found, sources, "", "0").to_string(),
            github::github(found, sources, ""),
            junit::junit(found, sources),
        ];
        for form in forms {
            assert!(!form.contains("hunter2") && !form.contains("1234567"), "{manifest}\n{form}");
        }
    }
}

#[test]
fn faults_of_one_object_are_bounded_and_sorted() {
    let many: String = (0..500).map(|index| format!("  stray{index}: 1\n")).collect();
    let checked = check(
        &fleet(&format!("apiVersion: v1\nkind: Service\nmetadata: {{ name: web }}\nspec:\n{many}")),
        &Options::default(),
    );
    assert_eq!(checked.diagnostics.len(), 20, "{}", super::shown(&checked));
    // Faults that the policy does not read leave the rest to be proved.
    assert!(checked.model.is_some() && checked.proof.is_some());
}

/// A schema that asks for much of an object that holds much ends, and says so.
#[test]
fn hostile_schemas_end() {
    let branch = "{ required: [x] },".repeat(300);
    let mut nested = "{ type: integer }".to_owned();
    for _ in 0..20 {
        nested =
            format!("{{ anyOf: [{nested}, {{ type: boolean, allOf: [{{ not: {{ type: string }} }}] }}] }}");
    }
    let schema = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{ name: as.example.com }}\nspec:\n  group: example.com\n  scope: Namespaced\n  names: {{ kind: A, plural: as }}\n  versions:\n  - name: v1\n    served: true\n    storage: true\n    schema:\n      openAPIV3Schema:\n        type: object\n        properties:\n          deep: {nested}\n          list: {{ type: array, items: {{ type: object, properties: {{ v: {{ type: integer, pattern: '(a*)*b' }} }}, allOf: [{branch}] }} }}\n"
    );
    let items = "{ v: 1 },".repeat(50_000);
    let object = format!(
        "---\napiVersion: example.com/v1\nkind: A\nmetadata: {{ name: a }}\ndeep: text\nlist: [{items}]\n"
    );
    let mut sources = Sources::default();
    let file = sources.add("a.yaml", format!("{schema}{object}"));
    let Manifests { objects, mut diagnostics, .. } = read(file, &sources.get(file).unwrap().text);
    assert_eq!((objects.len(), diagnostics.len()), (2, 0), "{:?}", diagnostics.into_sorted());
    let mut schemas = Schemas::new(36);
    schemas.add(&objects[0], sources.get(file), &mut diagnostics);
    let found = schemas.check(&objects[1], sources.get(file)).findings;
    assert!(diagnostics.is_empty(), "{:?}", Diagnostics::into_sorted(diagnostics));
    assert!((1..=20).contains(&found.len()), "{found:?}");
}
