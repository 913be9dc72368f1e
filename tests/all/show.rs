//! `seawall show`: data that its schema allows, with every value of the files in it, each at the place it has.

use super::commands::seawall;
use super::language::folder;
use seawall_compiler::files::MemoryFiles;
use seawall_compiler::show::{schema, show};
use seawall_compiler::span::FileId;
use seawall_compiler::syntax::{NodeRef, parse};
use seawall_compiler::{Checked, Options, check};
use seawall_schema::{Duration, Resource};
use seawall_tests::generate;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every fleet of the repository that has a model, and some generated ones.
fn fleets() -> Vec<(String, Checked)> {
    let mut all: Vec<(String, MemoryFiles)> = ["examples/reference", "cli/templates/small"]
        .iter()
        .map(|p| ((*p).to_owned(), folder(&root().join(p))))
        .collect();
    for cases in ["tests/cases/check", "tests/cases/proof"] {
        for entry in std::fs::read_dir(root().join(cases)).unwrap() {
            let path = entry.unwrap().path();
            all.push((path.display().to_string(), folder(&path)));
        }
    }
    for seed in 0..3 {
        let files = generate::fleet(&generate::Options::new(seed, 30, 5));
        let files = files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
        all.push((format!("seed {seed}"), MemoryFiles(files)));
    }
    let checked = all.into_iter().map(|(name, files)| (name, check(&files, &Options::default())));
    checked.filter(|(_, checked)| checked.model.is_some()).collect()
}

fn shown(checked: &Checked) -> Value {
    show(checked.model.as_ref().unwrap(), &checked.sources)
}

#[test]
fn data_is_what_the_schema_says() {
    let schema = schema();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let fleets = fleets();
    assert!(fleets.len() > 20, "{} fleets", fleets.len());
    for (name, checked) in fleets {
        let data = shown(&checked);
        let faults: Vec<String> =
            validator.iter_errors(&data).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert!(faults.is_empty(), "{name}:\n{}", faults.join("\n"));
    }
    let bare = serde_json::json!({ "format": 1 });
    assert!(!validator.is_valid(&bare), "the schema allows anything");
}

type Place = (String, u64, u64);

/// Every `{value, source}` with a place.
fn placed(data: &Value, found: &mut Vec<(Place, Value)>) {
    if let (Some(value), Some(source)) = (data.get("value"), data.get("source"))
        && let Some(file) = source["file"].as_str()
    {
        let place = (file.to_owned(), source["line"].as_u64().unwrap(), source["column"].as_u64().unwrap());
        found.push((place, value.clone()));
    }
    match data {
        Value::Array(all) => all.iter().for_each(|one| placed(one, found)),
        Value::Object(map) => map.values().for_each(|one| placed(one, found)),
        _ => {}
    }
}

/// The word at a place, without quotes.
fn word(checked: &Checked, place: &Place) -> String {
    let (_, source) = checked.sources.iter().find(|(_, source)| source.path == place.0).unwrap();
    let line = source.text.lines().nth(place.1 as usize - 1).unwrap();
    let rest: String = line.chars().skip(place.2 as usize - 1).collect();
    match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap().to_owned(),
        None => rest.split([' ', '}', ';', ',']).next().unwrap().to_owned(),
    }
}

/// Whether a written word means a value that is shown.
fn means(word: &str, value: &Value) -> bool {
    let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let word = word.trim_start_matches('#');
    let quantity = word.rsplit('=').next().unwrap();
    let same = |resource: Resource| resource.parse(quantity).is_ok_and(|n| resource.parse(&shown) == Ok(n));
    // A share of a capacity is worked out; a place stands for its region, or its region and cell.
    word == shown
        || word.ends_with('%')
        || Duration::parse(word).is_some_and(|d| Duration::parse(&shown) == Some(d))
        || same(Resource::Cpu)
        || same(Resource::Memory)
        || shown.split('/').any(|part| part == word)
}

#[test]
fn every_value_stands_where_it_says() {
    let mut seen = 0;
    for (name, checked) in fleets() {
        let mut found = Vec::new();
        placed(&shown(&checked), &mut found);
        for (place, value) in found {
            // The sum over the pods of manifests stands in no one place of them.
            if place.0.ends_with(".yaml") {
                continue;
            }
            let word = word(&checked, &place);
            let line_of_list = ["to", "fail"].contains(&word.as_str());
            assert!(line_of_list || means(&word, &value), "{name}: {place:?}: `{word}` is shown as {value}");
            seen += 1;
        }
    }
    assert!(seen > 2000, "only {seen} values");
}

/// The places of all values of a file, but for what is no setting of its own.
fn written(node: NodeRef<'_>, parent: &str, found: &mut Vec<u32>) {
    let name = node.name().text;
    // Names are shown as they are, with the place of their node; paths are the files they match.
    let named = matches!(parent, "" | "cell" | "rollout") && !["import", "link", "seawall"].contains(&name)
        || name == "nodes";
    let listed = [
        "seawall",
        "import",
        "link",
        "label",
        "taint",
        "manifests",
        "wraps",
        "dispatch",
        "expect",
        "failover",
        "fail",
    ];
    let shown = ["drain", "side", "cluster", "spread", "to", "country", "args", "env"];
    let skip = usize::from(named);
    if !listed.contains(&name) && !(shown.contains(&name)) {
        found.extend(node.arguments().skip(skip).map(|entry| entry.value_span().start));
    }
    if !["seawall", "taint", "cluster"].contains(&name) {
        let own = |entry: &seawall_compiler::syntax::EntryRef<'_>| {
            entry.key().is_some_and(|key| key.text != "cell" && key.text != "region")
        };
        found.extend(node.properties().filter(own).map(|entry| entry.value_span().start));
    }
    node.children().for_each(|child| written(child, name, found));
}

#[test]
fn every_setting_of_the_reference_is_shown() {
    let files = folder(&root().join("examples/reference"));
    let checked = check(&files, &Options::default());
    let mut found = Vec::new();
    placed(&shown(&checked), &mut found);
    let known: BTreeMap<Place, Value> = found.into_iter().collect();
    let mut missing = Vec::new();
    for (id, source) in checked.sources.iter().filter(|(_, source)| source.path.ends_with(".kdl")) {
        // Policies are about the model, and no part of it.
        if source.path.starts_with("policies/") {
            continue;
        }
        let parsed = parse(FileId(id.0), &source.text);
        let mut places = Vec::new();
        parsed.document.nodes().for_each(|node| written(node, "", &mut places));
        for start in places {
            let at = source.position(start);
            if !known.contains_key(&(source.path.clone(), at.line.into(), at.column.into())) {
                missing.push(format!("{}:{}:{}", source.path, at.line, at.column));
            }
        }
    }
    assert!(missing.is_empty(), "not shown: {}", missing.join(" "));
}

#[test]
fn what_nobody_wrote_is_a_default() {
    let files =
        [("fleet.kdl", "fleet f\nregion a country=DE { nodes n count=1 { allocatable cpu=1 pods=1 } }\n")];
    let files = files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
    let checked = check(&MemoryFiles(files.into()), &Options::default());
    let fleet = shown(&checked)["fleet"].take();
    let default = |value: &Value, text: &str| {
        assert_eq!((value["value"].as_str(), value["source"].as_str()), (Some(text), Some("default")));
    };
    default(&fleet["max_plan_age"], "30m");
    default(&fleet["detection"], "45s");
    default(&fleet["decision"], "1m");
    default(&fleet["traffic_shift"], "1m");
    default(&fleet["standby_times"]["hot"], "15s");
    default(&fleet["standby_times"]["warm"], "90s");
    default(&fleet["standby_times"]["cold"], "10m");
}

#[test]
fn a_class_gives_its_own_place() {
    let checked = check(&folder(&root().join("examples/reference")), &Options::default());
    let data = shown(&checked);
    let catalog = data["workloads"].as_array().unwrap().iter().find(|w| w["name"] == "catalog").unwrap();
    for value in [&catalog["spread"]["max_skew"], &catalog["tier"], &catalog["disruption"]] {
        assert_eq!(
            (&value["source"]["file"], &value["source"]["line"]),
            (&"fleet.kdl".into(), &47.into()),
            "{value}"
        );
    }
}

#[test]
fn parts_are_chosen_by_kind_and_name() {
    let fleet = root().join("examples/reference").canonicalize().unwrap();
    let json = |args: &[&str]| {
        let ran = seawall(&fleet, &[&["show", "--format", "json"], args].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        serde_json::from_str::<Value>(&ran.stdout).unwrap()
    };
    let whole = json(&[]);
    assert_eq!(json(&["workloads"]), whole["workloads"]);
    assert_eq!(json(&["region"]), whole["regions"]);
    assert_eq!(json(&["fleet"]), whole["fleet"]);
    let names: Vec<Value> = whole["workloads"].as_array().unwrap().clone();
    for workload in names {
        assert_eq!(json(&["workload", workload["name"].as_str().unwrap()]), workload);
    }
    assert_eq!(json(&["link", "eu-central us-east"])["rtt"]["value"], "92ms");
}
