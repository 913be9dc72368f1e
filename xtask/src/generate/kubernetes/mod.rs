//! `schema/kubernetes/`: what Kubernetes takes, for every version that k8s-openapi knows, tightened.
//!
//! Takes the source of k8s-openapi as Cargo has it, gives two files of JSON lines, sorted, each definition once for all the
//! versions in which it is the same. The schemas are read out of the source (its `JsonSchema` implementations) and not by
//! building them: one build knows one version, and five builds would cost CI minutes (docs/decisions/manifest-schemas.md).

mod read;
mod table;
mod tighten;

use super::{Files, Generator};
use read::{Kind, Version};
use seawall_tests::control_plane::workspace;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::PathBuf;
use std::process::Command;

pub(super) static GENERATOR: Generator = Generator {
    name: "kubernetes",
    about: "schema/kubernetes/, from k8s-openapi",
    owns: Some("schema/kubernetes"),
    make,
};

fn make() -> Result<Files, Box<dyn Error>> {
    let source = source()?.join("src");
    let mut versions = Vec::new();
    for entry in std::fs::read_dir(&source)? {
        let path = entry?.path();
        let minor = path.file_name().and_then(|name| name.to_str()?.strip_prefix("v1_")?.parse::<u8>().ok());
        if let Some(minor) = minor {
            versions.push(read::version(minor, &path)?);
        }
    }
    versions.sort_by_key(|version| version.minor);
    tighten::tighten(&mut versions)?;
    for version in &mut versions {
        keep_reachable(version)?;
    }
    let (definitions, kinds) = (definitions(&versions), kinds(&versions));
    Ok(Files::from([
        ("schema/kubernetes/definitions.jsonl".to_owned(), definitions.into_bytes()),
        ("schema/kubernetes/kinds.jsonl".to_owned(), kinds.into_bytes()),
    ]))
}

/// Where Cargo keeps the source of the k8s-openapi that Cargo.lock names.
fn source() -> Result<PathBuf, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(workspace())
        .output()?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let found: Vec<&str> = packages
        .filter(|package| package["name"] == "k8s-openapi")
        .filter_map(|package| package["manifest_path"].as_str())
        .collect();
    match found.as_slice() {
        [one] => Ok(PathBuf::from(one).parent().map(PathBuf::from).unwrap_or_default()),
        found => Err(format!("{} packages are called k8s-openapi, not one", found.len()).into()),
    }
}

/// Drops what no kind of object is made of.
fn keep_reachable(version: &mut Version) -> Result<(), Box<dyn Error>> {
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<String> = version.kinds.iter().map(|kind| kind.definition.clone()).collect();
    while let Some(name) = open.pop() {
        if !wanted.insert(name.clone()) {
            continue;
        }
        let schema = version.definitions.get(&name);
        references(schema.ok_or_else(|| format!("1.{}: {name} is not defined", version.minor))?, &mut open);
    }
    version.definitions.retain(|name, _| wanted.contains(name));
    Ok(())
}

fn references(schema: &Value, out: &mut Vec<String>) {
    match schema {
        Value::Object(map) => {
            let own = map.get("$ref").and_then(Value::as_str).and_then(|r| r.strip_prefix(read::REFERENCE));
            out.extend(own.map(str::to_owned));
            map.values().for_each(|inner| references(inner, out));
        }
        Value::Array(items) => items.iter().for_each(|inner| references(inner, out)),
        _ => {}
    }
}

/// `["NAME", "FIRST-LAST", SCHEMA]`, one a line, by name and version.
fn definitions(versions: &[Version]) -> String {
    let all = versions.iter().flat_map(|version| {
        version.definitions.iter().map(|(name, schema)| (name.clone(), version.minor, schema.to_string()))
    });
    let lines = spans(all)
        .into_iter()
        .map(|(name, range, schema)| format!("[{},\"{range}\",{schema}]\n", json!(name)));
    lines.collect()
}

/// `["GROUP", "VERSION", "KIND", "FIRST-LAST", "DEFINITION", "SCOPE"]`, one a line.
fn kinds(versions: &[Version]) -> String {
    let all = versions.iter().flat_map(|version| {
        version.kinds.iter().map(|kind| {
            let Kind { group, version: api, kind, definition, scope } = kind;
            (
                format!("{},{},{}", json!(group), json!(api), json!(kind)),
                version.minor,
                format!("{},{}", json!(definition), json!(scope)),
            )
        })
    });
    let lines = spans(all).into_iter().map(|(key, range, rest)| format!("[{key},\"{range}\",{rest}]\n"));
    lines.collect()
}

/// Joins versions that follow each other and say the same.
fn spans(all: impl Iterator<Item = (String, u8, String)>) -> Vec<(String, String, String)> {
    let mut by_name: BTreeMap<String, Vec<(u8, u8, String)>> = BTreeMap::new();
    let mut all: Vec<_> = all.collect();
    all.sort();
    for (name, minor, text) in all {
        let runs = by_name.entry(name).or_default();
        match runs.last_mut() {
            Some((_, last, same)) if *last + 1 == minor && *same == text => *last = minor,
            _ => runs.push((minor, minor, text)),
        }
    }
    let one = |(name, runs): (String, Vec<(u8, u8, String)>)| {
        runs.into_iter().map(move |(first, last, text)| (name.clone(), format!("{first}-{last}"), text))
    };
    by_name.into_iter().flat_map(one).collect()
}
