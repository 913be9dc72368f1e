//! Fleets that ask for too little, too much or nonsense: each comes to a verdict or a finding, never to a panic or a wrong sum.

use seawall_compiler::files::MemoryFiles;
use seawall_compiler::proof::suggest::{Weights, suggest};
use seawall_compiler::proof::weakest::{Limits, weakest};
use seawall_compiler::proof::{Verdict, verify};
use seawall_compiler::{Checked, Options, check};

const HEAD: &str = "seawall language=1
tier standard order=50
tier batch order=1 preemptible=#true
lane recovery { draws-on reserve free; opens-on declaration }
tenant shop {}
";

fn region(name: &str, city: &str, nodes: &str, rest: &str) -> String {
    format!("region {name} country=DE {{\n city {city}\n nodes small {nodes}\n {rest}\n}}\n")
}

fn work(name: &str, request: &str, at: &str, failover: &str) -> String {
    format!(
        "workload {name} tenant=shop {{\n tier standard\n container image=\"registry.example/{name}:1\"\n \
         request {request}\n target {at}\n {failover}\n}}\n"
    )
}

const NODES: &str = "count=4 { allocatable cpu=16 memory=\"64Gi\" pods=50 }";
const RESERVE: &str = "reserve recovery cpu=16 memory=\"64Gi\" pods=20";

/// Checks a fleet; where it has a proof, that proof is verified, and the searches on it end.
fn examined(parts: &[String]) -> Checked {
    let mut files = MemoryFiles::default();
    files.0.insert("fleet.kdl".into(), (HEAD.to_owned() + &parts.concat()).into_bytes());
    let checked = check(&files, &Options::default());
    if let (Some(model), Some(proof)) = (&checked.model, &checked.proof) {
        verify(model, &proof.to_json(model)).unwrap();
        if let Ok(suggestion) = suggest(model, &Weights::default()) {
            verify(&suggestion.model, &suggestion.proof.to_json(&suggestion.model)).unwrap();
        }
        weakest(model, Limits::default());
    }
    checked
}

fn codes(checked: &Checked) -> Vec<&str> {
    checked.diagnostics.iter().map(|finding| finding.code.id).collect()
}

/// `survivable`, `refuted` or `undecided` of each scenario.
fn verdicts(checked: &Checked) -> Vec<(String, &'static str)> {
    let proof = checked.proof.as_ref().unwrap();
    proof.scenarios.iter().map(|s| (s.scenario.name.clone(), s.verdict.word())).collect()
}

fn fleet(asks: &str) -> String {
    format!("fleet f {{ {asks} }}\n")
}

fn two(first: &str, second: &str) -> String {
    region("north", "FRA", first, RESERVE) + &region("south", "DUB", second, RESERVE)
}

const MOVES: &str = "failover { to south lane=recovery }";

#[test]
fn one_region_has_no_other_to_lose() {
    let north = region("north", "FRA", NODES, "");
    let api = work("api", "cpu=1 memory=\"1Gi\"", "FRA replicas=2", "failover none reason=\"one region\"");
    let checked = examined(&[fleet("survive any-region=1"), north, api]);
    let told = codes(&checked);
    assert!(!told.is_empty(), "{told:?}");
    assert!(checked.proof.is_none_or(|proof| proof.scenarios.is_empty()));
}

#[test]
fn no_reserves_are_a_refutation() {
    let places = region("north", "FRA", NODES, "")
        + &region("south", "DUB", "count=1 { allocatable cpu=1 memory=\"64Gi\" pods=50 }", "");
    let api = work("api", "cpu=1 memory=\"1Gi\"", "FRA replicas=2", MOVES);
    let checked = examined(&[fleet("survive any-region=1"), places, api]);
    assert!(checked.errors() > 0, "{:?}", codes(&checked));
}

#[test]
fn zero_capacity_holds_nothing() {
    let none = "count=0 { allocatable cpu=16 memory=\"64Gi\" pods=50 }";
    let api = work("api", "cpu=1 memory=\"1Gi\"", "FRA replicas=2", MOVES);
    let checked = examined(&[fleet("survive any-region=1"), two(NODES, none), api]);
    assert!(checked.errors() > 0, "{:?}", codes(&checked));
}

#[test]
fn a_million_replicas_are_counted() {
    let many = "count=100000 { allocatable cpu=16 memory=\"64Gi\" pods=50 }";
    let api = work("api", "cpu=1 memory=\"1Gi\"", "FRA replicas=1000000", MOVES);
    let checked = examined(&[fleet("survive any-region=1"), two(many, many), api.clone()]);
    assert_eq!(verdicts(&checked)[0], ("region:north".into(), "survivable"), "{:?}", codes(&checked));
    let checked = examined(&[fleet("survive any-region=1"), two(many, NODES), api]);
    assert_eq!(verdicts(&checked)[0], ("region:north".into(), "refuted"));
    let Verdict::Refuted(witness) = &checked.proof.unwrap().scenarios[0].verdict.clone() else { panic!() };
    assert!(witness.needs > witness.has);
}

#[test]
fn more_regions_than_there_are_cannot_be_lost() {
    let api = work("api", "cpu=1 memory=\"1Gi\"", "FRA replicas=2", MOVES);
    let checked = examined(&[fleet("survive any-region=2"), two(NODES, NODES), api.clone()]);
    assert!(codes(&checked).iter().any(|code| code.starts_with("SW0")), "{:?}", codes(&checked));
    let checked = examined(&[fleet("survive any-region=4000000000"), two(NODES, NODES), api]);
    assert!(checked.errors() > 0);
}

#[test]
fn amounts_near_the_limit_do_not_wrap() {
    let huge = "count=1000000 { allocatable cpu=9000000 memory=\"8Ei\" pods=1000000 }";
    for request in
        ["cpu=1 memory=\"8Ei\"", "cpu=9000000000000 memory=\"7Ei\"", "cpu=9223372036854775 memory=1"]
    {
        let api = work("api", request, "FRA replicas=1000000", MOVES);
        for places in [two(huge, huge), two(huge, NODES), two(NODES, NODES)] {
            let checked = examined(&[fleet("survive any-region=1"), places, api.clone()]);
            // So much work never fits into small nodes; where everything is huge, whatever is said was verified.
            assert!(checked.errors() > 0 || checked.proof.is_some(), "{request}: {:?}", codes(&checked));
        }
        let checked = examined(&[fleet("survive any-region=1"), two(NODES, NODES), api]);
        assert!(checked.errors() > 0, "{request}: {:?}", codes(&checked));
    }
}

#[test]
fn an_event_over_everything_leaves_nowhere_to_go() {
    let api = work("api", "cpu=1 memory=\"1Gi\"", "FRA replicas=2", MOVES);
    let event = "event end { fail north south }\n".to_owned();
    let checked = examined(&[fleet(""), event, two(NODES, NODES), api.clone()]);
    match &checked.proof {
        Some(_) => assert_eq!(verdicts(&checked), [("event:end".into(), "refuted")]),
        None => assert!(checked.errors() > 0, "{:?}", codes(&checked)),
    }
    let event = "event end { drain north south }\n".to_owned();
    let checked = examined(&[fleet(""), event, two(NODES, NODES), api]);
    assert_eq!(verdicts(&checked), [("event:end".into(), "refuted")], "{:?}", codes(&checked));
}

#[test]
fn lending_in_a_circle_is_counted_once() {
    // Two reserves lent to two preemptible tiers each, more than either tier uses: no unit is lent twice.
    let tiers = "tier night order=2 preemptible=#true\n".to_owned();
    let lends = "lend-to batch night reclaim-within=\"60s\"";
    let rest = format!(
        "reserve recovery cpu=8 memory=\"64Gi\" pods=20 {{ {lends} }}\n reserve second cpu=8 memory=\"64Gi\" pods=20 {{ {lends} }}"
    );
    let lane = "lane second { draws-on reserve; opens-on declaration }\n".to_owned();
    let places = region("north", "FRA", NODES, RESERVE) + &region("south", "DUB", NODES, &rest);
    let crunch = |name: &str, tier: &str| {
        work(name, "cpu=1 memory=\"1Gi\"", "DUB replicas=10", "")
            .replace("tier standard", &format!("tier {tier}"))
    };
    let night =
        crunch("night-work", "night").replace("target", "failover none reason=\"it can wait\"\n target");
    let api = work("api", "cpu=1 memory=\"1Gi\"", "FRA replicas=2", MOVES);
    let checked = examined(&[
        fleet("survive any-region=1"),
        tiers,
        lane,
        places,
        crunch("crunch", "batch"),
        night,
        api,
    ]);
    let proof = checked.proof.as_ref().unwrap_or_else(|| panic!("{:?}", codes(&checked)));
    assert!(proof.normal.feasible(), "{:?}", proof.normal.violations);
    // A tier that lends to what lends to it cannot be said: only preemptible tiers borrow, and only reserves are lent.
    let lend = RESERVE.to_owned() + " { lend-to standard reclaim-within=\"60s\" }";
    let places = region("north", "FRA", NODES, &lend) + &region("south", "DUB", NODES, RESERVE);
    let api = work("api", "cpu=1 memory=\"1Gi\"", "FRA replicas=2", MOVES);
    assert!(examined(&[fleet("survive any-region=1"), places, api]).errors() > 0);
}
