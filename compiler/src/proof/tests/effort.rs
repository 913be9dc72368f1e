//! Knapsack-like fleets: a check of one, repairs and all, stays within a bounded number of steps of the search.

use super::fleet::{Dice, Place, Spec, Work};
use crate::proof::effort::Effort;
use crate::proof::{Verdict, fixes, prove, prove_within, verify};

/// Steps within which one scenario is decided and one witness is mended, together.
const STEPS: u64 = 60_000_000;

/// A few workloads of one region whose cpu and pods fill the reserves of two others to the last.
fn knapsack(seed: u64) -> Spec {
    let dice = &mut Dice::new(seed);
    let works: Vec<(u64, u64)> =
        (0..4 + dice.roll(6)).map(|_| (101 + 2 * dice.roll(400), 3 + dice.roll(9))).collect();
    let cpu: u64 = works.iter().map(|(cpu, n)| cpu * n).sum();
    let pods: u64 = works.iter().map(|(_, n)| n).sum();
    let first = (cpu / 2 + dice.roll(97), pods / 2);
    let second = (cpu - first.0 + dice.roll(40), pods - first.1);
    let place = |reserve: (u64, u64)| Place {
        nodes: 1,
        cpu: cpu + reserve.0,
        pods: 1_000,
        occupied: 0,
        reserves: vec![(0, reserve.0, reserve.1, Vec::new())],
    };
    let ways = || Some((100, vec![(1, 0, 0, 100), (2, 0, 0, 100)]));
    let work =
        works.iter().map(|(cpu, n)| Work { cpu: *cpu, at: vec![(0, *n)], moves: ways(), ..Work::default() });
    Spec {
        lanes: vec![[true, false, false]],
        tiers: vec![(100, false)],
        bursts: vec![None],
        any_region: 1,
        regions: [(0, 0), first, second].map(|reserve| vec![place(reserve)]).into(),
        work: work.collect(),
        ..Spec::default()
    }
}

#[test]
fn knapsacks_are_decided_and_mended_within_bounded_steps() {
    let (mut refuted, mut offered, mut most) = (0, 0, 0);
    for seed in 0..40 {
        let model = knapsack(seed).model();
        let (proof, steps) = prove_within(&model, Effort::full());
        verify(&model, &proof.to_json(&model)).unwrap();
        for outcome in &proof.scenarios {
            let Verdict::Refuted(witness) = &outcome.verdict else { continue };
            refuted += 1;
            let (repairs, more) = fixes::searched(&model, &proof, witness, &[&outcome.scenario.name]);
            offered += usize::from(!repairs.is_empty());
            most = most.max(steps + more);
        }
    }
    assert!(refuted >= 3 && offered >= 3, "{refuted} refuted, {offered} mended");
    assert!(most < STEPS, "{most}");
}

#[test]
fn what_a_trial_decides_is_what_a_whole_search_decides() {
    let mut decided = 0;
    for seed in 40..80 {
        let model = knapsack(seed).model();
        let (trial, steps) = prove_within(&model, Effort::trial());
        let again = prove_within(&model, Effort::trial());
        assert_eq!((trial.to_json(&model), steps), (again.0.to_json(&model), again.1), "{seed}");
        for (trial, whole) in trial.scenarios.iter().zip(prove(&model).scenarios) {
            if !matches!(trial.verdict, Verdict::Undecided) {
                assert_eq!(trial.verdict.word(), whole.verdict.word(), "{seed}");
                decided += 1;
            }
        }
    }
    assert!(decided > 60, "{decided}");
}
