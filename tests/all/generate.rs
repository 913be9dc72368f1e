//! Generated fleets: the same for the same seed, without a finding, feasible, and surviving what they say.

use seawall_compiler::files::MemoryFiles;
use seawall_compiler::{Options, check};
use seawall_tests::generate::{self, fleet};

fn findings(options: &generate::Options) -> Vec<String> {
    let files = fleet(options).into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    let checked = check(&MemoryFiles(files), &Options { today: Some("2026-01-01".to_owned()) });
    assert!(checked.model.is_some() && checked.proof.is_some(), "not decided");
    let place = |found: &seawall_compiler::diagnostic::Diagnostic| {
        let (path, place) = checked.sources.locate(found.labels[0].span).unwrap();
        format!("{path}:{}: {} {}", place.line, found.code.id, found.message)
    };
    checked.diagnostics.iter().map(place).collect()
}

fn nothing_is_found(options: &generate::Options) {
    let found = findings(options);
    assert!(found.is_empty(), "{options:?}: {} findings\n{}", found.len(), found.join("\n"));
}

#[test]
fn are_valid_and_survive() {
    for seed in 0..4 {
        for (workloads, regions, cells, zones) in
            [(40, 2, false, 2), (120, 5, true, 3), (300, 20, true, 3), (150, 12, false, 4)]
        {
            let options =
                generate::Options { cells, zones, ..generate::Options::new(seed, workloads, regions) };
            nothing_is_found(&options);
        }
    }
}

#[test]
fn survive_any_two_regions() {
    for seed in 0..4 {
        for (workloads, regions, cells) in [(60, 4, false), (120, 5, true), (300, 12, true)] {
            let options =
                generate::Options { cells, lost: 2, ..generate::Options::new(seed, workloads, regions) };
            nothing_is_found(&options);
        }
    }
}

#[test]
fn a_hundred_regions_are_named() {
    nothing_is_found(&generate::Options::new(1, 300, 100));
}

#[test]
fn are_the_same_for_the_same_seed() {
    let options = generate::Options::new(7, 100, 8);
    assert_eq!(fleet(&options), fleet(&options));
    assert_ne!(fleet(&options), fleet(&generate::Options::new(8, 100, 8)));
}

#[test]
fn have_the_style() {
    for (path, text) in fleet(&generate::Options::new(1, 100, 8)) {
        assert_eq!(seawall_compiler::syntax::format(&text).unwrap(), text, "{path}");
    }
}
