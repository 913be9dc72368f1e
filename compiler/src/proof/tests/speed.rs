//! Larger fleets: the search stays within its budget, whatever it decides.

use super::fleet::{Dice, Place, Spec, Work};
use crate::proof::{Verdict, prove, verify};

/// Nearly full regions and work of uneven sizes with two ways out.
pub(super) fn tight(seed: u64, regions: usize, works: usize, slack: u64) -> Spec {
    let dice = &mut Dice::new(seed);
    let mut work: Vec<Work> = Vec::new();
    let mut used = vec![0u64; regions];
    for i in 0..works {
        let (home, cpu, n) = (i % regions, 1 + dice.roll(7), 1 + dice.roll(9));
        used[home] += cpu * n;
        let first = (home + 1 + dice.roll(regions as u64 - 1) as usize) % regions;
        let second = (first + 1) % regions;
        let to = [first, second].into_iter().filter(|c| *c != home).map(|c| (c, 0, 0, 100)).collect();
        work.push(Work { cpu, at: vec![(home, n)], moves: Some((100, to)), ..Work::default() });
    }
    let total: u64 = used.iter().sum();
    let reserve = total * slack / (regions as u64 * regions as u64 * 10);
    let place = |used: u64| Place {
        nodes: 1,
        cpu: used + reserve,
        pods: 100_000,
        occupied: 0,
        reserves: vec![(0, reserve, 50_000, Vec::new())],
    };
    Spec {
        lanes: vec![[true, false, false]],
        tiers: vec![(100, false)],
        bursts: vec![None],
        any_region: 1,
        regions: used.into_iter().map(|used| vec![place(used)]).collect(),
        work,
        ..Spec::default()
    }
}

#[test]
fn tight_fleets_are_decided_and_verified() {
    let (mut survived, mut refuted, mut undecided) = (0, 0, 0);
    for slack in [11, 13, 16, 20, 30] {
        let model = tight(slack, 10, 200, slack).model();
        let proof = prove(&model);
        for outcome in &proof.scenarios {
            match outcome.verdict {
                Verdict::Survivable(_) => survived += 1,
                Verdict::Refuted(_) => refuted += 1,
                Verdict::Undecided => undecided += 1,
            }
        }
        verify(&model, &proof.to_json(&model)).unwrap();
    }
    assert!(survived >= 10 && refuted >= 10 && undecided == 0, "{survived} {refuted} {undecided}");
}
