//! Which method a plan must claim: by how many resources bind, derived twice, and any other word refused.

use super::fleet::{Place, Spec, Work, random};
use super::speed::tight;
use crate::model::Model;
use crate::proof::{Method, Plan, Verdict, prove, verify};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Words by method that were put in another's place and refused.
type Refused = BTreeMap<(&'static str, &'static str), usize>;

const WORDS: [&str; 3] = ["fill-and-spill", "max-flow", "integer"];

/// Puts each other method into each plan of a fleet's proof.
fn swapped(model: &Model, seed: u64) -> Refused {
    let proof = prove(model);
    let json = proof.to_json(model);
    verify(model, &json).unwrap();
    let mut refused = Refused::new();
    for (at, outcome) in proof.scenarios.iter().enumerate() {
        let Verdict::Survivable(plan) = &outcome.verdict else { continue };
        let own = plan.method.word();
        for other in WORDS.into_iter().filter(|word| *word != own) {
            let mut forged = json.clone();
            forged["scenarios"][at]["method"] = other.into();
            let refusal = verify(model, &forged)
                .expect_err(&format!("seed {seed}: {}: {own} → {other}", outcome.scenario.name));
            let words = ["method is ", "method passes over ", "not what fill-and-spill"];
            assert!(words.iter().any(|word| refusal.what.contains(word)), "seed {seed}: {refusal}");
            *refused.entry((own, other)).or_default() += 1;
        }
    }
    refused
}

fn merged(mut sums: Refused, more: Refused) -> Refused {
    more.into_iter().for_each(|(words, n)| *sums.entry(words).or_default() += n);
    sums
}

#[test]
fn a_method_that_is_not_the_one_demanded_is_refused() {
    let fleets = if cfg!(debug_assertions) { 3_000 } else { 10_000 };
    let tiny = (0..fleets).into_par_iter().map(|seed| swapped(&random(seed).model(), seed));
    let mut sums = tiny.reduce(Refused::new, merged);
    for slack in [13, 16, 20, 30] {
        sums = merged(sums, swapped(&tight(slack, 6, 60, slack).model(), slack));
    }
    assert_eq!(sums.len(), 6, "{sums:?}");
    assert!(sums.values().all(|n| *n >= 5), "{sums:?}");
}

fn plan(spec: &Spec) -> Plan {
    let model = spec.model();
    let outcome = prove(&model).scenarios.remove(0);
    match outcome.verdict {
        Verdict::Survivable(plan) => plan,
        other => panic!("{other:?}"),
    }
}

/// Two workloads of r0, of which the first by name takes the place in r1 that the second needs.
fn blocked(pods: u64, places: u64) -> Spec {
    let place = |cpu, pods, places| Place {
        nodes: 1,
        cpu,
        pods: places,
        occupied: 0,
        reserves: vec![(0, cpu, pods, Vec::new())],
    };
    let work = |to: &[usize]| Work {
        cpu: 2,
        at: vec![(0, 2)],
        moves: Some((100, to.iter().map(|c| (*c, 0, 0, 100)).collect())),
        ..Work::default()
    };
    let home = Place { nodes: 1, cpu: 20, pods: 20, ..Place::default() };
    Spec {
        lanes: vec![[true, true, false]],
        tiers: vec![(100, false)],
        bursts: vec![None],
        any_region: 1,
        regions: vec![vec![home], vec![place(4, pods, places)], vec![place(4, 4, 4)]],
        work: vec![work(&[1, 2]), work(&[1])],
        ..Spec::default()
    }
}

#[test]
fn a_second_resource_that_binds_makes_it_an_integer_program() {
    // 4 replicas of 2 cpu may come to r1, where 4 cpu are held; what of pods is free there counts too.
    assert_eq!(plan(&blocked(4, 4)).method, Method::MaxFlow);
    assert_eq!(plan(&blocked(2, 4)).method, Method::MaxFlow);
    assert_eq!(plan(&blocked(3, 3)).method, Method::Integer);
}

#[test]
fn a_burst_that_all_that_may_come_exceeds_binds() {
    let mut spec = blocked(4, 4);
    spec.regions[1][0] =
        Place { cpu: 6, pods: 3, reserves: vec![(0, 6, 3, Vec::new())], ..spec.regions[1][0].clone() };
    spec.bursts[0] = Some(8);
    assert_eq!(plan(&spec).method, Method::Integer, "8 cpu may come to 6, and 4 pods to 3");
    spec.regions[1][0] =
        Place { cpu: 8, pods: 3, reserves: vec![(0, 8, 3, Vec::new())], ..spec.regions[1][0].clone() };
    assert_eq!(plan(&spec).method, Method::MaxFlow, "8 cpu are held, and the burst is 8");
    spec.bursts[0] = Some(7);
    assert_eq!(plan(&spec).method, Method::Integer, "8 cpu are held, and the burst is 7");
}

#[test]
fn where_nothing_binds_but_what_may_be_left_out_comes_first_it_is_a_flow() {
    let mut spec = blocked(4, 4);
    spec.any_region = 0;
    spec.tiers = vec![(100, false), (50, false)];
    spec.work[1].tier = 1;
    spec.events = vec![super::fleet::Day { failed: vec![0], lose: vec![0], ..Default::default() }];
    let found = plan(&spec);
    assert_eq!(found.method, Method::MaxFlow);
    assert!(found.lost.is_empty(), "{found:?}");
}
