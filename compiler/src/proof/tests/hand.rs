//! Fleets small enough for pencil and paper.

use super::fleet::{Day, Place, Spec, Work};
use crate::check::capacity;
use crate::diagnostic::Diagnostics;
use crate::proof::{Level, Method, Plan, Verdict, Witness, WitnessKind, normal, prove, verify};

const CRITICAL: usize = 0;
const BATCH: usize = 2;

fn spec(regions: Vec<Vec<Place>>, work: Vec<Work>) -> Spec {
    Spec {
        lanes: vec![[true, true, true], [true, false, false]],
        tiers: vec![(100, false), (50, false), (2, true)],
        bursts: vec![None, None],
        any_region: 1,
        regions,
        work,
        ..Spec::default()
    }
}

fn place(cpu: u64, reserve: u64) -> Place {
    Place { nodes: 1, cpu, pods: 100, occupied: 0, reserves: vec![(0, reserve, 50, Vec::new())] }
}

fn work(cpu: u64, at: usize, n: u64, to: &[usize]) -> Work {
    let to = to.iter().map(|c| (*c, 0, 0, 100)).collect();
    Work { tier: CRITICAL, cpu, at: vec![(at, n)], moves: Some((100, to)), ..Work::default() }
}

fn outcome(spec: &Spec, name: &str) -> Verdict {
    let model = spec.model();
    let proof = prove(&model);
    verify(&model, &proof.to_json(&model)).unwrap();
    proof.scenarios.into_iter().find(|s| s.scenario.name == name).unwrap().verdict
}

fn plan(spec: &Spec, name: &str) -> Plan {
    match outcome(spec, name) {
        Verdict::Survivable(plan) => plan,
        other => panic!("{name}: {other:?}"),
    }
}

fn witness(spec: &Spec, name: &str) -> Witness {
    match outcome(spec, name) {
        Verdict::Refuted(witness) => *witness,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn fills_the_first_and_spills_into_the_next() {
    let spec =
        spec(vec![vec![place(20, 0)], vec![place(10, 4)], vec![place(10, 8)]], vec![work(2, 0, 8, &[1, 2])]);
    let plan = plan(&spec, "region:r0");
    assert_eq!(plan.method, Method::FillAndSpill);
    assert_eq!(plan.moves.iter().map(|m| m.replicas).collect::<Vec<_>>(), [5, 3]);
}

#[test]
fn a_refutation_adds_up() {
    let spec = spec(
        vec![vec![place(200, 0)], vec![place(111, 96)]],
        vec![work(2, 0, 30, &[1]), work(4, 0, 20, &[1]), work(1, 0, 12, &[1])],
    );
    let witness = witness(&spec, "region:r0");
    assert_eq!(witness.kind, WitnessKind::Pools);
    assert_eq!((witness.needs, witness.has), (140, 111));
    assert_eq!(witness.demands.len(), 2, "the third line is not needed: {witness:?}");
    assert_eq!(witness.pools.iter().map(|p| p.amount).collect::<Vec<_>>(), [96, 15, 0]);
}

#[test]
fn what_greed_blocks_is_solved_jointly() {
    // The first by name takes r1, which the second needs.
    let spec = spec(
        vec![vec![place(20, 0)], vec![place(4, 4)], vec![place(4, 4)]],
        vec![work(2, 0, 2, &[1, 2]), work(2, 0, 2, &[1])],
    );
    let plan = plan(&spec, "region:r0");
    assert_eq!(plan.method, Method::MaxFlow);
}

#[test]
fn whole_replicas_do_not_split() {
    // 3 × 3 cpu into 5 + 5: the sum fits, no whole numbers do.
    let spec =
        spec(vec![vec![place(20, 0)], vec![place(5, 5)], vec![place(5, 5)]], vec![work(3, 0, 3, &[1, 2])]);
    let witness = witness(&spec, "region:r0");
    assert!(matches!(witness.kind, WitnessKind::Combined | WitnessKind::Exhausted), "{witness:?}");
}

#[test]
fn a_share_caps_and_a_burst_binds() {
    let mut spec = spec(vec![vec![place(20, 0)], vec![place(40, 20)]], vec![work(1, 0, 10, &[1])]);
    spec.work[0].moves = Some((100, vec![(1, 0, 0, 50)]));
    assert_eq!(witness(&spec, "region:r0").kind, WitnessKind::Destinations);
    spec.work[0].moves = Some((100, vec![(1, 0, 0, 100)]));
    spec.bursts[0] = Some(9);
    let witness = witness(&spec, "region:r0");
    assert_eq!((witness.kind, witness.needs, witness.has), (WitnessKind::Burst, 10, 9));
}

#[test]
fn preemptible_work_gives_way_and_is_listed() {
    let batch = Work { tier: BATCH, cpu: 1, at: vec![(1, 8)], ..Work::default() };
    let mut spec = spec(vec![vec![place(20, 0)], vec![place(10, 4)]], vec![work(1, 0, 6, &[1]), batch]);
    spec.regions[1][0].reserves[0].3 = vec![BATCH];
    let plan = plan(&spec, "region:r0");
    // 10 cpu, 4 in reserve, all 4 lent; 4 of batch stand outside, 2 are free: 6 arrive as 4 + 2, the lent 4 give way.
    assert_eq!(plan.evicted.len(), 1);
    assert!(plan.evicted[0].amount.iter().any(|(r, a)| r.as_str() == "cpu" && *a == 4), "{:?}", plan.evicted);
}

#[test]
fn what_is_evicted_does_not_move_into_the_room_of_standbys() {
    let batch = Work { tier: BATCH, cpu: 1, at: vec![(1, 6)], ..Work::default() };
    let mut spec = spec(vec![vec![place(20, 0)], vec![place(10, 4)]], vec![work(1, 0, 4, &[1]), batch]);
    spec.lanes[0] = [false, true, true];
    spec.regions[1][0].reserves[0].3 = vec![BATCH];
    spec.work[0].moves = Some((100, vec![(1, 0, 100, 100)]));
    // 4 hot standbys fill the reserve, so nothing is lent and nothing is free. The 4 that arrive may only use what batch
    // uses; that the standbys stop, and leave the reserve empty, places none of it again.
    let plan = plan(&spec, "region:r0");
    let cpu = plan.evicted[0].amount.iter().find(|(r, _)| r.as_str() == "cpu");
    assert_eq!(cpu.map(|(_, amount)| *amount), Some(4), "{:?}", plan.evicted);
}

#[test]
fn sums_that_whole_replicas_skip_refute_at_once() {
    let places = vec![vec![place(50, 0)], vec![place(24, 24)], vec![place(19, 19)]];
    let mut spec = spec(places, vec![work(7, 0, 3, &[1, 2]), work(11, 0, 2, &[1, 2])]);
    // 43 cpu for 43, but of 7 and 11 no more than 22 fit into 24, and 18 into 19.
    let found = witness(&spec, "region:r0");
    assert_eq!(found.kind, WitnessKind::Combined, "one sum, without a split");
    spec.regions[2][0] = place(21, 21);
    plan(&spec, "region:r0");
}

#[test]
fn losses_are_named() {
    let mut spec = spec(
        vec![vec![place(30, 0)], vec![place(3, 3)]],
        vec![work(1, 0, 10, &[1]), Work { cpu: 1, at: vec![(0, 2)], ..Work::default() }],
    );
    spec.work[0].moves = Some((60, vec![(1, 0, 0, 100)]));
    spec.events = vec![Day { failed: vec![0], lose: vec![CRITICAL], ..Day::default() }];
    let plan = plan(&spec, "event:e0");
    let lost: Vec<_> = plan.lost.iter().map(|l| (l.replicas, l.reason.word())).collect();
    assert_eq!(lost, [(4, "degraded"), (3, "expected"), (2, "decided")]);
}

#[test]
fn a_zone_is_held_by_the_others() {
    let mut spec = spec(
        vec![
            vec![Place { nodes: 4, cpu: 3, pods: 10, occupied: 0, reserves: vec![(0, 3, 0, Vec::new())] }],
            vec![place(9, 9)],
        ],
        vec![work(1, 0, 7, &[1])],
    );
    spec.zones = 3;
    let found = witness(&spec, "zone:r0/r0-z0");
    assert_eq!((found.needs, found.has), (7, 6), "4 nodes over 3 zones: 2 + 1 + 1");
    plan(&spec, "zone:r0/r0-z1");
    spec.holding = true;
    assert_eq!(witness(&spec, "zone:r0/r0-z1").has, 9);
}

#[test]
fn data_out_of_reach_refutes() {
    let mut spec =
        spec(vec![vec![place(10, 0)], vec![place(10, 9)], vec![place(10, 9)]], vec![work(1, 0, 2, &[1])]);
    spec.datasets = vec![(0, vec![(1, 10)])];
    spec.work[0].uses = Some((0, Some(5)));
    assert_eq!(witness(&spec, "region:r0").kind, WitnessKind::Data);
    spec.work[0].uses = Some((0, Some(10)));
    plan(&spec, "region:r0");
}

#[test]
fn data_out_of_reach_have_repairs_that_were_proved() {
    let mut spec =
        spec(vec![vec![place(10, 0)], vec![place(10, 9)], vec![place(10, 9)]], vec![work(1, 0, 2, &[1])]);
    spec.datasets = vec![(0, vec![(1, 10)])];
    spec.work[0].uses = Some((0, Some(5)));
    let help = finding(&spec).help.unwrap();
    // Work arrives in r1, where a copy is held already; r2 is the next place for one.
    assert!(
        help.contains("`rpo=\"10s\"` for w0000 on d0") && help.contains("`replica r2 lag=\"5s\"`"),
        "{help}"
    );
    assert!(!help.contains("expect degraded"), "a region's loss expects nothing: {help}");
    spec.any_region = 0;
    spec.events = vec![Day { failed: vec![0], ..Day::default() }];
    let help = finding(&spec).help.unwrap();
    assert!(help.contains("`expect degraded { lose tier=tier0 }` in e0"), "{help}");
    // No copy anywhere, and nobody cares how old: the place where the work arrives is first.
    spec.datasets = vec![(0, Vec::new())];
    spec.work[0].uses = Some((0, None));
    let help = finding(&spec).help.unwrap();
    assert!(help.contains("`replica r1 lag=\"10s\"` in dataset d0") && !help.contains("rpo"), "{help}");
}

#[test]
fn cases_of_a_certificate_are_added_up_and_any_other_claim_is_refused() {
    // 5 × 3 cpu and 2 × 2 cpu into 7 + 7 + 5: sums fit, whole replicas do not.
    let mut spec = spec(
        vec![vec![place(40, 0)], vec![place(7, 7)], vec![place(7, 7)], vec![place(5, 5)]],
        vec![work(3, 0, 5, &[1, 2, 3]), work(2, 0, 2, &[1, 2, 3])],
    );
    spec.lanes = vec![[true, false, false]];
    let model = spec.model();
    let json = prove(&model).to_json(&model);
    let witness = &json["scenarios"][0]["witness"];
    assert_eq!(witness["inequality"], "exhausted", "{witness:#}");
    verify(&model, &json).unwrap();
    let refused = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut json = json.clone();
        change(&mut json["scenarios"][0]["witness"]["certificate"]);
        verify(&model, &json).unwrap_err().what
    };
    assert!(refused(&|c| *c = serde_json::json!({})).contains("inequalities is missing"));
    assert!(refused(&|c| c["cases"] = serde_json::json!([])).contains("leaves cases open"));
    assert!(
        refused(&|c| c["cases"].as_array_mut().unwrap().insert(0, c_case(&json))).contains("certificate")
    );
    assert!(
        refused(&|c| c["cases"].as_array_mut().unwrap().last_mut().unwrap()["times"] = serde_json::json!([]))
            .contains("not closed")
    );
}

/// 3 replicas of 3 cpu from r0 into 3 cpu of r1 and 6 of r2: they fit in one way only, 1 and 2.
#[test]
fn no_certificate_adds_up_for_what_fits() {
    let mut spec =
        spec(vec![vec![place(20, 0)], vec![place(3, 3)], vec![place(6, 6)]], vec![work(3, 0, 3, &[1, 2])]);
    spec.lanes = vec![[true, false, false]];
    let model = spec.model();
    let proof = prove(&model).to_json(&model);
    assert_eq!(proof["scenarios"][0]["verdict"], "survivable");
    let row = |at: &str| serde_json::json!({ "pools": ["lane0"], "location": at, "resource": "cpu", "free": false, "preemptible": false });
    let split = |at_least: &str| serde_json::json!({ "workload": "w0000", "from": "r0", "to": "r1", "lane": "lane0", "at_least": at_least });
    let sum = |times: &[(u64, &str)]| serde_json::json!({ "of": "1", "times": times });
    let (both, first) = (&[(0, "1"), (1, "1")][..], &[(0, "9")][..]);
    for cases in [
        vec![sum(both)],
        vec![sum(&[(0, "2"), (1, "1")])],
        vec![split("1"), sum(first), sum(both)],
        vec![split("2"), sum(first), sum(both)],
        vec![split("2"), sum(first)],
    ] {
        let mut forged = proof.clone();
        let header = ["level", "method", "assignment", "evicted", "lost"];
        let claim = forged["scenarios"][0].as_object_mut().unwrap();
        header.iter().for_each(|field| drop(claim.remove(*field)));
        claim.insert("verdict".into(), "refuted".into());
        claim.insert(
            "witness".into(),
            serde_json::json!({
                "inequality": "exhausted", "location": "r1+r2", "resource": "pods", "needs": "3", "has": "2",
                "demands": [{ "workload": "w0000", "replicas": 3, "request": "1", "amount": "3", "from": "r0" }],
                "pools": [{ "pool": "whole-replicas", "amount": "2" }],
                "certificate": { "inequalities": [row("r1"), row("r2")], "cases": cases },
            }),
        );
        let refusal = verify(&model, &forged).unwrap_err();
        assert!(refusal.what.contains("not closed") || refusal.what.contains("open"), "{refusal}");
    }
}

/// The last case of the certificate.
fn c_case(json: &serde_json::Value) -> serde_json::Value {
    json["scenarios"][0]["witness"]["certificate"]["cases"].as_array().unwrap().last().unwrap().clone()
}

#[test]
fn reserves_beyond_capacity_are_the_only_finding() {
    let spec =
        spec(vec![vec![place(10, 0)], vec![place(10, 12)]], vec![work(1, 0, 2, &[1]), work(1, 1, 30, &[0])]);
    let model = spec.model();
    assert_eq!(normal(&model).violations.len(), 2);
    let proof = prove(&model);
    assert!(proof.scenarios.iter().all(|s| s.on_paper));
    let mut out = Diagnostics::default();
    capacity::check(&model, &proof, true, &mut out);
    let ids: Vec<_> = out.iter().map(|d| (d.code.id, d.message.clone())).collect();
    assert!(
        ids.iter().any(|(id, _)| *id == "SW0701") && !ids.iter().any(|(id, _)| *id == "SW0702"),
        "{ids:?}"
    );
}

#[test]
fn huge_numbers_do_not_wrap() {
    let big = u64::MAX / 2;
    let mut fleet = spec(vec![vec![place(10, 0)], vec![place(10, 5)]], vec![work(big, 0, big, &[1])]);
    fleet.work[0].moves = Some((100, vec![(1, 0, 100, 100)]));
    let model = fleet.model();
    assert!(!normal(&model).feasible());
    let proof = prove(&model);
    assert!(matches!(proof.scenarios[0].verdict, Verdict::Refuted(_)));
}

/// The one finding of a fleet.
fn finding(spec: &Spec) -> crate::diagnostic::Diagnostic {
    let model = spec.model();
    let mut out = Diagnostics::default();
    capacity::check(&model, &prove(&model), true, &mut out);
    assert_eq!(out.len(), 1, "{out:?}");
    out.iter().next().unwrap().clone()
}

#[test]
fn more_reserve_is_proved_before_it_is_offered() {
    // 6 cpu arrive, the lane may draw on its reserve of 4 alone; 6 more are free.
    let mut spec = spec(vec![vec![place(20, 0)], vec![place(10, 4)]], vec![work(1, 0, 6, &[1])]);
    spec.lanes = vec![[true, false, false]];
    let finding = finding(&spec);
    assert_eq!(finding.code.id, "SW0710");
    assert_eq!(finding.message, "region:r0 lost: w0000 needs 6m cpu in r1, lane lane0 may use 4m");
    let help = finding.help.unwrap();
    assert!(
        help.contains("`reserve lane0 cpu=\"6m\"` in r1") && help.contains("`degraded=\"66%\"` for w0000"),
        "{help}"
    );
}

#[test]
fn scenarios_with_one_cause_are_one_finding() {
    let mut spec = spec(vec![vec![place(20, 0)], vec![place(10, 4)]], vec![work(1, 0, 16, &[1])]);
    spec.events = vec![Day { failed: vec![0], ..Day::default() }];
    let finding = finding(&spec);
    assert_eq!(
        finding.message,
        "region:r0, event:e0 lost: w0000 needs 16m cpu in r1, lane lane0 may use 10m"
    );
    assert!(finding.labels.iter().any(|l| l.text == "event:e0 as well"), "{finding:?}");
}

#[test]
fn what_fits_in_sum_may_not_fit_on_nodes() {
    // Two nodes of 5 cpu have 10 in sum and room for two replicas of 3.
    let mut spec =
        spec(vec![vec![place(20, 0)], vec![Place { nodes: 2, ..place(5, 10) }]], vec![work(3, 0, 3, &[1])]);
    let found = plan(&spec, "region:r0");
    assert_eq!(found.level, Level::Aggregate);
    let words = found.unpacked.unwrap().words(&spec.model());
    assert_eq!(words, "1 × 3m cpu pods of w0000 in r1, largest free node 2m");
    spec.work[0].at[0].1 = 2;
    assert_eq!(plan(&spec, "region:r0").level, Level::Packed);
}
