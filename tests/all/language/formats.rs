//! Formats that machines read: SARIF against its schema, GitHub's workflow commands, JUnit; and no text of a file acts on
//! whoever shows it.

use super::pages::{examples, fleet};
use super::{folder, root};
use seawall_compiler::diagnostic::registry::ALL;
use seawall_compiler::diagnostic::render::{json, narrated};
use seawall_compiler::diagnostic::{github::github, junit::junit, sarif::sarif};
use seawall_compiler::files::MemoryFiles;
use seawall_compiler::{Checked, Options, check};

/// Every fleet with findings that tests know.
fn fleets() -> Vec<Checked> {
    let cases = std::fs::read_dir(root().join("tests/cases/check")).unwrap();
    let mut fleets: Vec<MemoryFiles> = cases.map(|entry| folder(&entry.unwrap().path())).collect();
    fleets.extend(ALL.iter().filter_map(|code| Some(fleet(&examples(code.page, "Fails")?))));
    fleets.extend(super::codes::fleets().into_iter().map(|(_, files)| files));
    fleets.push(MemoryFiles::default());
    fleets.iter().map(|files| check(files, &Options::default())).collect()
}

fn hostile(findings: usize) -> Checked {
    let lines = "node \"::error::\u{202e}%0A,[a](b){0}]]>\" \u{7}\n".repeat(findings);
    let files = MemoryFiles([("fleet.kdl".to_owned(), lines.into_bytes())].into());
    check(&files, &Options::default())
}

#[test]
fn sarif_is_valid_against_its_schema() {
    let text = std::fs::read_to_string(root().join("tests/schemas/sarif-2.1.0.json")).unwrap();
    let mut schema: serde_json::Value = serde_json::from_str(&text).unwrap();
    // Its pattern has a bracket too many for regular expressions of today; the log says no language.
    for holder in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][holder]["properties"]["language"];
        assert!(language.as_object_mut().unwrap().remove("pattern").is_some());
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })), "it refuses");
    let (mut results, mut fixes, mut related) = (0, 0, 0);
    for checked in fleets().iter().chain([&hostile(3)]) {
        let log = sarif(&checked.diagnostics, &checked.sources, "fleets/a b", "0.1.0");
        let wrong: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}\n{log:#}");
        for result in log["runs"][0]["results"].as_array().unwrap() {
            results += 1;
            fixes += usize::from(result.get("fixes").is_some());
            related += usize::from(result.get("relatedLocations").is_some());
            let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
            assert!(place["uri"].as_str().is_none_or(|uri| uri.starts_with("fleets/a%20b/")), "{place}");
        }
    }
    assert!(results > 100 && fixes > 20 && related > 20, "{results} {fixes} {related}");
}

#[test]
fn github_annotates_ten_and_logs_the_rest() {
    let checked = hostile(25);
    let text = github(&checked.diagnostics, &checked.sources, "fleet");
    let errors = checked.errors();
    assert!(errors > 10);
    assert_eq!(text.lines().filter(|line| line.starts_with("::error ")).count(), 10);
    assert!(text.contains(&format!("::notice title=seawall::{} more errors", errors - 10)), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("error SW")).count(), errors - 10);
    for line in text.lines() {
        let starts = ["::error file=", "::error title=", "::notice ", "error SW"];
        assert!(starts.iter().any(|start| line.starts_with(start)), "{line}");
        assert!(!line.contains(['\u{202e}', '\u{7}', '\r']), "{line}");
    }
}

/// Tags that are opened and closed in order, and how many there are of each name.
fn tags(xml: &str) -> std::collections::BTreeMap<String, usize> {
    let (mut open, mut found) = (Vec::new(), std::collections::BTreeMap::new());
    for part in xml.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or_else(|| panic!("not closed: {part}"));
        assert!(!text.contains("]]>") && !tag.contains('<'), "{part}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "{part}");
        } else if !tag.starts_with('?') {
            let name = tag.split([' ', '/']).next().unwrap().to_owned();
            *found.entry(name.clone()).or_insert(0) += 1;
            assert!(tag.matches('"').count() % 2 == 0, "{tag}");
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
    }
    assert!(open.is_empty(), "{open:?}");
    found
}

#[test]
fn junit_has_a_case_for_each_finding() {
    for checked in fleets().iter().chain([&hostile(3)]) {
        let found = tags(&junit(&checked.diagnostics, &checked.sources));
        let of = |name: &str| found.get(name).copied().unwrap_or(0);
        assert_eq!(of("testcase"), checked.diagnostics.len().max(1));
        assert_eq!((of("failure"), of("system-out")), (checked.errors(), checked.warnings()));
    }
}

#[test]
fn no_text_of_a_file_acts_on_who_shows_it() {
    let checked = hostile(3);
    let text = narrated(&checked.diagnostics, &checked.sources);
    assert!(!text.contains(['\u{202e}', '\u{7}', '\u{1b}']), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 200), "{text}");
    for finding in json(&checked.diagnostics, &checked.sources)["findings"].as_array().unwrap() {
        for text in [&finding["message"], &finding["help"]] {
            assert!(!text.as_str().unwrap_or_default().contains(['\u{202e}', '\u{7}', '\n']), "{finding}");
        }
    }
}
