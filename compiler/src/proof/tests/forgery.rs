//! Forgeries that agree with themselves: each breaks one rule in all fields that show it, so one check alone can refuse it.

use super::fleet::{Day, Place, Spec, Work};
use crate::model::{Model, Spread};
use crate::proof::{Level, Method, Plan, Verdict, prove, verify};
use crate::span::Span;
use serde_json::{Value, json};

fn place(cpu: u64, held: u64) -> Place {
    Place { nodes: 1, cpu, pods: 100, occupied: 0, reserves: vec![(0, held, 50, Vec::new())] }
}

fn work(cpu: u64, at: usize, n: u64, to: &[(usize, u32)]) -> Work {
    let to = to.iter().map(|(c, share)| (*c, 0, 0, *share)).collect();
    Work { cpu, at: vec![(at, n)], moves: Some((100, to)), ..Work::default() }
}

fn spec(places: Vec<Place>, work: Vec<Work>) -> Spec {
    Spec {
        lanes: vec![[true, false, false]],
        tiers: vec![(100, false), (1, true)],
        bursts: vec![None],
        any_region: 1,
        regions: places.into_iter().map(|place| vec![place]).collect(),
        work,
        ..Spec::default()
    }
}

/// The first scenario of a fleet's proof, as changed; why it is refused.
fn refused(model: &Model, change: &dyn Fn(&mut Value)) -> String {
    let mut json = prove(model).to_json(model);
    verify(model, &json).unwrap();
    change(&mut json["scenarios"][0]);
    verify(model, &json).expect_err(&format!("{:#}", json["scenarios"][0])).what
}

/// Two workloads of r0 that the simple plan does not place, with room elsewhere, one of r2 that stays, and a share.
fn joint() -> Model {
    let all = |to: &[usize]| to.iter().map(|c| (*c, 100)).collect::<Vec<_>>();
    let works = vec![
        work(2, 0, 2, &all(&[1, 2, 3])),
        work(2, 0, 2, &all(&[1])),
        work(1, 0, 4, &[(2, 50), (3, 100)]),
        work(1, 2, 2, &all(&[3])),
    ];
    let model = spec(vec![place(20, 0), place(4, 4), place(60, 40), place(60, 40)], works).model();
    let first = &prove(&model).scenarios[0].verdict;
    assert!(matches!(first, Verdict::Survivable(Plan { method: Method::MaxFlow, .. })), "{first:?}");
    model
}

fn moved(workload: &str, from: &str, to: &str, replicas: u64) -> Value {
    json!({ "workload": workload, "from": from, "to": to, "lane": "lane0", "replicas": replicas })
}

/// Puts other moves in the place of a workload's.
fn moves_of(claim: &mut Value, workload: &str, other: &[Value]) {
    let moves = claim["assignment"].as_array_mut().unwrap();
    moves.retain(|line| line["workload"] != workload);
    moves.extend_from_slice(other);
}

#[test]
fn an_assignment_places_all_and_no_more_by_ways_that_take_it() {
    let model = joint();
    let fewer = refused(&model, &|claim| {
        moves_of(claim, "w0000", &[moved("w0000", "r0", "r2", 1)]);
        claim["lost"] = json!([{ "workload": "w0000", "from": "r0", "replicas": 1, "reason": "expected" }]);
    });
    assert!(fewer.contains("1 replicas are placed, 2 are displaced"), "{fewer}");
    let more = [moved("w0000", "r0", "r2", 2), moved("w0000", "r0", "r3", 1)];
    let more = refused(&model, &|claim| moves_of(claim, "w0000", &more));
    assert!(more.contains("3 replicas are placed, 2 are displaced"), "{more}");
    let share = [moved("w0002", "r0", "r2", 3), moved("w0002", "r0", "r3", 1)];
    let share = refused(&model, &|claim| moves_of(claim, "w0002", &share));
    assert!(share.contains("3 replicas go through `to` 1, which may take 2"), "{share}");
    let living = refused(&model, &|claim| moves_of(claim, "w0003", &[moved("w0003", "r2", "r3", 1)]));
    assert!(living.contains("nothing there has failed"), "{living}");
}

#[test]
fn what_the_simple_plan_shows_is_not_left_open() {
    let mut spec = spec(vec![place(20, 0), place(9, 9)], vec![work(1, 0, 4, &[(1, 100)])]);
    let open = |claim: &mut Value| {
        let kept = ["name", "kind", "failed", "drained"];
        claim.as_object_mut().unwrap().retain(|name, _| kept.contains(&name.as_str()));
        claim["verdict"] = json!("undecided");
    };
    assert!(refused(&spec.model(), &open).contains("undecided, though"));
    spec.any_region = 0;
    spec.zones = 2;
    spec.regions[0][0].nodes = 2;
    assert!(refused(&spec.model(), &open).contains("undecided, though"));
}

/// A refutation of work from r0 that must land in r1 in pools that are named.
fn refutation(claim: &mut Value, replicas: u64, pools: &[(&str, u64)]) {
    let kept = ["name", "kind", "failed", "drained"];
    claim.as_object_mut().unwrap().retain(|name, _| kept.contains(&name.as_str()));
    claim["verdict"] = json!("refuted");
    let cpu = |n: u64| format!("{n}m");
    let pool = |(pool, n): &(&str, u64)| {
        let mut line = json!({ "pool": pool, "location": "r1", "amount": cpu(*n) });
        if *pool == "reserve" {
            line["lane"] = json!("lane0");
        }
        line
    };
    claim["witness"] = json!({
        "inequality": "pools", "location": "r1", "resource": "cpu", "needs": cpu(replicas),
        "has": cpu(pools.iter().map(|(_, n)| n).sum()),
        "demands": [{ "workload": "w0000", "from": "r0", "replicas": replicas, "request": "1m", "amount": cpu(replicas) }],
        "pools": pools.iter().map(pool).collect::<Vec<_>>(),
    });
}

#[test]
fn a_refutation_needs_more_than_its_pools_hold() {
    let mut spec = spec(vec![place(20, 0), place(20, 9)], vec![work(1, 0, 9, &[(1, 100)])]);
    let forged = |spec: &Spec, replicas, pools: &[(&str, u64)]| {
        refused(&spec.model(), &|claim| refutation(claim, replicas, pools))
    };
    let equal = forged(&spec, 9, &[("reserve", 9)]);
    assert!(equal.contains("needs \"9m\" and has \"9m\""), "{equal}");
    let smaller = forged(&spec, 9, &[("reserve", 8)]);
    assert!(smaller.contains("is not what that pool holds, 9m"), "{smaller}");
    let more = forged(&spec, 10, &[("reserve", 9)]);
    assert!(more.contains("is not forced to bring that much"), "{more}");
    // What may be left out need not be placed.
    spec.any_region = 0;
    spec.regions[1][0] = place(20, 8);
    spec.events = vec![Day { failed: vec![0], lose: vec![0], ..Day::default() }];
    let losable = forged(&spec, 9, &[("reserve", 8)]);
    assert!(losable.contains("is not forced to bring that much"), "{losable}");
    // A lane that draws on more than one pool is refuted by all of them only.
    for (draws, pool) in [([true, true, false], "free"), ([true, false, true], "preemptible")] {
        spec.lanes = vec![draws];
        spec.events[0].lose = Vec::new();
        spec.work.truncate(1);
        spec.work.push(Work { tier: 1, cpu: 1, at: vec![(1, 3)], ..Work::default() });
        let part = forged(&spec, 9, &[("reserve", 8)]);
        assert!(part.contains("is not forced to bring that much"), "{pool}: {part}");
    }
}

/// 3 replicas of 3 cpu from r0 into 3 cpu of r1 and 6 of r2: they fit in one way only, 1 and 2.
fn one_way() -> Spec {
    spec(vec![place(20, 0), place(12, 3), place(12, 6)], vec![work(3, 0, 3, &[(1, 100), (2, 100)])])
}

/// A refutation by these cases and inequalities.
fn exhausted(claim: &mut Value, inequalities: &[Value], cases: &[Value]) {
    refutation(claim, 3, &[]);
    claim["witness"] = json!({
        "inequality": "exhausted", "location": "r1+r2", "resource": "pods", "needs": "3", "has": "2",
        "demands": [{ "workload": "w0000", "replicas": 3, "request": "1", "amount": "3", "from": "r0" }],
        "pools": [{ "pool": "whole-replicas", "amount": "2" }],
        "certificate": { "inequalities": inequalities, "cases": cases },
    });
}

fn row(at: &str) -> Value {
    json!({ "pools": ["lane0"], "location": at, "resource": "cpu", "free": false, "preemptible": false })
}

fn split(at_least: &str) -> Value {
    json!({ "workload": "w0000", "from": "r0", "to": "r1", "lane": "lane0", "at_least": at_least })
}

fn sum(times: &[(u64, &str)]) -> Value {
    json!({ "of": "1", "times": times })
}

#[test]
fn cases_meet_without_a_gap_and_sums_count_each_inequality_once() {
    let model = one_way().model();
    let rows = [row("r1"), row("r2")];
    let refused = |cases: &[Value]| refused(&model, &|claim| exhausted(claim, &rows, cases));
    // With one replica in r1 neither half is closed; with none, r2 holds two, and two do not fit there.
    for at_least in ["1", "2"] {
        let gap = refused(&[split(at_least), sum(&[(0, "9")]), sum(&[(1, "1")])]);
        assert!(gap.contains("not closed"), "{at_least}: {gap}");
    }
    let negative = refused(&[sum(&[(0, "-1"), (1, "1")])]);
    assert!(negative.contains("not closed"), "{negative}");
    let twice = refused(&[sum(&[(0, "1"), (0, "1"), (1, "1")])]);
    assert!(twice.contains("not closed"), "{twice}");
}

#[test]
fn an_inequality_of_pools_counts_what_its_lanes_may_draw_on() {
    for draws in [[true, true, false], [true, false, true]] {
        let mut spec = one_way();
        spec.lanes = vec![draws];
        spec.regions[1][0] = place(12, 0);
        spec.regions[2][0] = place(12, 6);
        spec.work.push(Work { tier: 1, cpu: 1, at: vec![(1, 6)], ..Work::default() });
        // r1 holds nothing in reserve: a lane that draws on what is free, or on preemptible work, is not confined to that.
        let cases = [sum(&[(0, "1"), (1, "1")])];
        let forged = refused(&spec.model(), &|claim| exhausted(claim, &[row("r1"), row("r2")], &cases));
        assert!(forged.contains("not closed"), "{draws:?}: {forged}");
    }
}

#[test]
fn a_list_of_scenarios_that_leaves_off_early_is_refused() {
    let model = joint();
    let mut json = prove(&model).to_json(&model);
    let all = json["scenarios"].as_array_mut().unwrap();
    all.truncate(1);
    all.push(json!({
        "name": "regions:more-than-1", "kind": "regions", "failed": [], "drained": [], "verdict": "undecided",
    }));
    assert!(verify(&model, &json).unwrap_err().what.contains("region:r1 is missing"));
}

#[test]
fn work_that_spreads_packs_no_further_than_its_skew() {
    // Three nodes of 4 cpu in two zones: 8 cpu and 4. Level, the smaller one holds 4, and the other that and the skew.
    let two = Place { nodes: 3, cpu: 4, pods: 10, occupied: 0, reserves: vec![(0, 12, 30, Vec::new())] };
    let mut spec = spec(vec![place(20, 0), two], vec![work(1, 0, 9, &[(1, 100)])]);
    spec.zones = 2;
    spec.any_region = 1;
    for (replicas, max_skew, level) in [
        (9, 1, Level::Packed),
        (10, 1, Level::Aggregate),
        (10, 2, Level::Packed),
        (11, 2, Level::Aggregate),
        (12, 4, Level::Packed),
    ] {
        spec.work[0].at[0].1 = replicas;
        let mut model = spec.model();
        model.workloads[0].spread = Some(Spread::Zone { max_skew, span: Span::NONE });
        let proof = prove(&model);
        verify(&model, &proof.to_json(&model)).unwrap();
        let Verdict::Survivable(plan) = &proof.scenarios[0].verdict else {
            panic!("{:?}", proof.scenarios[0])
        };
        assert_eq!(plan.level, level, "{replicas} replicas, skew {max_skew}");
    }
}
