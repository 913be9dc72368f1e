//! Everything tried on tiny fleets, and properties of proofs.

use super::fleet::{Dice, Spec, random};
use crate::model::{Failover, Model, Standby, To};
use crate::proof::{
    Outcome, Scenario, ScenarioKind, Verdict, WitnessKind, normal, prove, verify, verify::enumerate,
};
use proptest::prelude::*;
use rayon::prelude::*;
use seawall_schema::Share;
use std::collections::{BTreeMap, BTreeSet};

/// How many scenarios of a kind were survived and refuted.
type Counts = BTreeMap<&'static str, (usize, usize)>;

/// The verdicts of a tiny random fleet, each beside what trying every assignment says.
fn compare(seed: u64) -> Counts {
    let spec = random(seed);
    let model = spec.model();
    let proof = prove(&model);
    let truth = enumerate(&model);
    assert_eq!(proof.scenarios.len(), truth.len(), "seed {seed}");
    let mut counts = Counts::new();
    for (outcome, (name, fits)) in proof.scenarios.iter().zip(truth) {
        assert_eq!(outcome.scenario.name, name, "seed {seed}");
        let Some(fits) = fits else { continue };
        match &outcome.verdict {
            Verdict::Survivable(_) => assert!(fits, "seed {seed} {name}: proved, but nothing fits\n{spec:?}"),
            Verdict::Refuted(witness) => {
                assert!(!fits, "seed {seed} {name}: refuted, but it fits\n{witness:?}\n{spec:?}")
            }
            Verdict::Undecided => panic!("seed {seed} {name}: a tiny fleet is undecided"),
        }
        for kind in kinds(&model, outcome) {
            let (survived, refuted) = counts.entry(kind).or_default();
            *if fits { survived } else { refuted } += 1;
        }
    }
    let json = proof.to_json(&model);
    if let Err(refusal) = verify(&model, &json) {
        panic!("seed {seed}: {refusal}\n{json:#}\n{spec:?}");
    }
    counts
}

fn ways(failover: &Failover) -> &[To] {
    if let Failover::Moves(moves) = failover { &moves.to } else { &[] }
}

/// What a scenario has to do with: its kind, and what the fleet has that makes it harder.
fn kinds(model: &Model, outcome: &Outcome) -> Vec<&'static str> {
    let Scenario { kind, failed, drained, may_lose, .. } = &outcome.scenario;
    let ways: Vec<&To> = model.workloads.iter().flat_map(|w| ways(&w.failover)).collect();
    let regions = failed.iter().map(|c| model[*c].region).collect::<BTreeSet<_>>().len();
    let lent = model.locations.iter().flat_map(|c| &c.reserves).any(|r| r.lend.is_some());
    let displaces = matches!(kind, ScenarioKind::Regions | ScenarioKind::Cell | ScenarioKind::Event(_));
    let named = [
        ("regions", *kind == ScenarioKind::Regions && regions == 1),
        ("several regions", *kind == ScenarioKind::Regions && regions > 1),
        ("cell", *kind == ScenarioKind::Cell),
        ("zone", matches!(kind, ScenarioKind::Zone { holding_reserves: false, .. })),
        ("zone holding reserves", matches!(kind, ScenarioKind::Zone { holding_reserves: true, .. })),
        ("event that fails", matches!(kind, ScenarioKind::Event(_)) && !failed.is_empty()),
        ("event that drains", !drained.is_empty()),
        ("partition", matches!(kind, ScenarioKind::Partition(_))),
        ("degradation expected", !may_lose.is_empty()),
        ("burst", displaces && model.tenants.iter().any(|t| t.burst.is_some())),
        ("lent reserve", displaces && lent),
        ("warm standbys", displaces && ways.iter().any(|to| to.standby.value == Standby::Warm)),
        ("hot standbys", displaces && ways.iter().any(|to| to.standby.value == Standby::Hot)),
        ("share", displaces && ways.iter().any(|to| to.share.value != Share::FULL)),
    ];
    named.into_iter().filter(|(_, is)| *is).map(|(name, _)| name).collect()
}

#[test]
fn enumeration_agrees_on_ten_thousand_tiny_fleets() {
    let merged = |mut a: Counts, b: Counts| {
        for (kind, (survived, refuted)) in b {
            let sums = a.entry(kind).or_default();
            *sums = (sums.0 + survived, sums.1 + refuted);
        }
        a
    };
    let sums = (0..10_000).into_par_iter().map(compare).reduce(Counts::new, merged);
    assert_eq!(sums.len(), 14, "{sums:?}");
    assert!(sums.values().all(|(survived, refuted)| *survived > 100 && *refuted > 100), "{sums:?}");
}

/// One lane, whose standbys fit its reserves: where they do not, added reserve goes to them first and only shrinks `free`.
fn one_lane(seed: u64) -> Spec {
    let mut spec = random(seed);
    let draws = |turn| Dice::new(seed.wrapping_add(turn)).roll(2) == 0;
    spec.lanes = vec![[true, draws(0), draws(1)]];
    spec.holding = false;
    for (_, to) in spec.work.iter_mut().filter_map(|work| work.moves.as_mut()) {
        to.iter_mut().for_each(|t| t.1 = 0);
        to.sort();
        to.dedup_by_key(|t| t.0);
    }
    for place in spec.regions.iter_mut().flatten() {
        place.reserves.iter_mut().for_each(|r| r.0 = 0);
    }
    loop {
        let normal = normal(&spec.model());
        let over = normal.violations.iter().filter(|v| v.kind == WitnessKind::Standbys);
        let crowded: Vec<usize> = over.flat_map(|v| &v.locations).map(|c| c.index()).collect();
        if crowded.is_empty() {
            return spec;
        }
        let ways = spec.work.iter_mut().filter_map(|work| work.moves.as_mut()).flat_map(|(_, to)| to);
        ways.filter(|to| crowded.contains(&to.0)).for_each(|to| to.2 /= 2);
    }
}

fn grow_reserve(seed: u64, more: u64) {
    let mut spec = one_lane(seed);
    let before = prove(&spec.model());
    let at = seed as usize % spec.regions.len();
    for place in spec.regions[at].iter_mut() {
        if let Some(reserve) = place.reserves.first_mut() {
            reserve.1 += more;
            reserve.2 += more;
        }
    }
    let after = prove(&spec.model());
    let survives = |outcome: &Outcome| matches!(outcome.verdict, Verdict::Survivable(_));
    for (before, after) in before.scenarios.iter().zip(&after.scenarios) {
        assert!(!survives(before) || survives(after), "{} seed {seed} more {more}", before.scenario.name);
    }
}

/// Standbys that overcommit their reserve, once mistaken for a loss by growing it.
#[test]
fn more_reserve_under_crowded_standbys() {
    grow_reserve(9_873_597_279_302_269_870, 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_proof_is_verified(seed in 10_000_000u64..) {
        compare(seed);
    }

    /// Adding to the reserve of the only lane never loses a scenario.
    #[test]
    fn more_reserve_never_hurts(seed in 0u64.., more in 1u64..5) {
        grow_reserve(seed, more);
    }

    /// A claim changed by hand is refused.
    #[test]
    fn an_edited_proof_is_refused(seed in 0u64..) {
        let model = random(seed).model();
        let mut json = prove(&model).to_json(&model);
        let mut edited = false;
        for scenario in json["scenarios"].as_array_mut().into_iter().flatten() {
            let lines = scenario.get_mut("assignment").and_then(|lines| lines.as_array_mut());
            if let Some(line) = lines.and_then(|lines| lines.first_mut()) {
                let replicas = line["replicas"].as_u64().unwrap_or(0) + 1;
                line["replicas"] = replicas.into();
                edited = true;
                break;
            }
        }
        prop_assert_eq!(verify(&model, &json).is_err(), edited);
    }
}
