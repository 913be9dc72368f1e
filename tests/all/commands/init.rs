//! What `init` writes: clean, proved and formatted whatever it starts from, and all of it or nothing.

use super::{listing, seawall};
use std::fs;

fn clean(args: &[&str]) {
    let here = tempfile::tempdir().unwrap();
    let ran = seawall(here.path(), &[&["init", "fleet"], args].concat());
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    let written: Vec<String> =
        listing(&here.path().join("fleet")).into_iter().map(|(path, _)| format!("fleet/{path}")).collect();
    let mut said: Vec<&str> = ran.stdout.lines().collect();
    said.sort_unstable();
    assert_eq!(said, written, "{args:?}: what is said to be written is");
    for command in [["check", "fleet"], ["fmt", "fleet"], ["show", "fleet"]] {
        let command: Vec<&str> =
            command.into_iter().chain((command[0] == "fmt").then_some("--check")).collect();
        let ran = seawall(here.path(), &command);
        assert_eq!(ran.code, 0, "{args:?}: {command:?}\n{}{}", ran.stdout, ran.stderr);
        assert!(!ran.stderr.contains("warning") && !ran.stderr.contains("error"), "{args:?}: {}", ran.stderr);
    }
}

#[test]
fn every_template_is_clean_and_formatted() {
    clean(&[]);
    clean(&["--template", "small"]);
    clean(&["--template", "reference"]);
    let cities = [
        "FRA", "DUB", "IAD", "AMS", "CDG", "VIE", "SFO", "MAD", "FCO", "ARN", "LHR", "CPH", "HEL", "WAW",
        "NRT", "PRG", "LIS", "SIN", "ORD", "SYD", "BUD", "OSL", "ZRH", "DFW", "SEA", "MIA", "YYZ", "GRU",
        "BOM", "HKG", "ICN", "JNB", "DXB", "ATL", "DEN", "LAX", "BOS", "MUC", "BCN", "MXP",
    ];
    for count in [2, 3, 7, 40] {
        clean(&["--regions", &cities[..count].join(",")]);
    }
    clean(&["--template", "regions", "--region", "syd", "--region", "tyo"]);
    // Two airports of one city, and the city itself beside one of them.
    clean(&["--regions", "JFK,EWR"]);
    clean(&["--regions", "LON,LHR"]);
}

#[test]
fn nothing_is_left_of_what_could_not_be_written_whole() {
    let here = tempfile::tempdir().unwrap();
    // A file where a folder has to be.
    fs::write(here.path().join("regions"), "mine").unwrap();
    let ran = seawall(here.path(), &["init"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("nothing was written"), "{}", ran.stderr);
    assert_eq!(listing(here.path()), [("regions".to_owned(), b"mine".to_vec())]);
}

#[test]
fn what_is_there_is_not_overwritten() {
    let here = tempfile::tempdir().unwrap();
    fs::create_dir(here.path().join("workloads")).unwrap();
    fs::write(here.path().join("workloads/shop.kdl"), "mine").unwrap();
    for args in [&["init"][..], &["init", "--regions", "fra,dub"]] {
        let ran = seawall(here.path(), args);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert_eq!(listing(here.path()), [("workloads/shop.kdl".to_owned(), b"mine".to_vec())]);
    }
}
