//! Every case of the KDL v2 test suite, as it ships in the package of the `kdl` crate.

use super::plain;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Fewer cases than this are not the suite.
const AT_LEAST: usize = 300;

#[test]
fn passes_every_case_of_the_kdl_suite() {
    let suite = suite();
    let mut inputs: Vec<PathBuf> =
        std::fs::read_dir(suite.join("input")).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    assert!(inputs.len() >= AT_LEAST, "{} cases in {}", inputs.len(), suite.display());
    let failures: Vec<String> = inputs.iter().filter_map(|input| failure(input, &suite)).collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases fail:\n{}",
        failures.len(),
        inputs.len(),
        failures.join("\n")
    );
}

/// What is wrong with a case: the expected text is missing where the case must be refused.
fn failure(input: &Path, suite: &Path) -> Option<String> {
    let name = input.file_name().unwrap().to_str().unwrap();
    let text = std::fs::read_to_string(input).unwrap();
    let expected = std::fs::read_to_string(suite.join("expected_kdl").join(name)).ok();
    // The package leaves the expectation of `hex.kdl` out, as not every reader holds 64 bits unsigned.
    let expected = expected.or_else(|| (name == "hex.kdl").then(|| "node 12379813812177893520".to_owned()));
    assert_eq!(expected.is_none(), name.ends_with("_fail.kdl"), "{name}: name and expectation disagree");
    match (plain::ours(&text), expected) {
        (Ok(nodes), Some(expected)) => {
            let printed = plain::print(&nodes);
            (printed.trim_end() != expected.replace("\r\n", "\n").trim_end())
                .then(|| format!("{name}: expected {expected:?}, read {printed:?}"))
        }
        (Err(_), None) => None,
        (Ok(nodes), None) => Some(format!("{name}: must be refused, read {:?}", plain::print(&nodes))),
        (Err(codes), Some(_)) => Some(format!("{name}: must be read, gives {codes:?}")),
    }
}

/// The folder of the cases inside the `kdl` package that this workspace is built with.
fn suite() -> PathBuf {
    let cargo = std::env::var("CARGO").unwrap_or("cargo".to_owned());
    let host = Command::new(&cargo).args(["-vV"]).output().unwrap().stdout;
    let host = String::from_utf8(host).unwrap();
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let args = ["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host];
    let output = Command::new(&cargo).args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let kdl = packages
        .iter()
        .find(|package| package["name"] == "kdl" && package["version"].as_str().unwrap().starts_with("6."))
        .expect("the kdl crate, version 6, is a dependency");
    let manifest = PathBuf::from(kdl["manifest_path"].as_str().unwrap());
    let suite = manifest.parent().unwrap().join("tests/test_cases");
    assert!(suite.is_dir(), "the kdl package holds no tests/test_cases: {}", suite.display());
    suite
}
