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
    let pods: u64 = work.iter().map(|w| w.at[0].1).sum();
    let spare_pods = (pods * slack / (regions as u64 * regions as u64 * 10)).max(1);
    let reserve = total * slack / (regions as u64 * regions as u64 * 10);
    let place = |used: u64| Place {
        nodes: 1,
        cpu: used + reserve,
        pods: 100_000,
        occupied: 0,
        reserves: vec![(0, reserve, spare_pods, Vec::new())],
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

/// Many workloads in few tiers, each with two ways out, room for all.
pub(super) fn roomy(seed: u64, regions: usize, works: usize) -> Spec {
    let dice = &mut Dice::new(seed);
    let mut work: Vec<Work> = Vec::new();
    for i in 0..works {
        let at = vec![(i % regions, 4 + dice.roll(6)), ((i + 7) % regions, 2)];
        let to = [(i + 1) % regions, (i + 3) % regions].into_iter().map(|c| (c, 0, 20, 100)).collect();
        let uses = (i % 10 == 0).then_some((0, None));
        work.push(Work { cpu: 500, tier: i % 3, at, moves: Some((75, to)), uses, ..Work::default() });
    }
    let place = Place {
        nodes: 100,
        cpu: 32_000,
        pods: 110,
        occupied: 0,
        reserves: vec![(0, 900_000, 3000, vec![2])],
    };
    Spec {
        lanes: vec![[true, true, true], [true, false, false]],
        tiers: vec![(100, false), (50, false), (1, true)],
        bursts: vec![None],
        datasets: vec![(0, vec![(1, 10)])],
        any_region: 1,
        zones: 3,
        regions: vec![vec![place]; regions],
        work,
        ..Spec::default()
    }
}

/// Prints times; run by hand with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
#[allow(clippy::disallowed_types, clippy::print_stderr)]
fn times() {
    let mut pairs = roomy(3, 20, 1000);
    pairs.any_region = 2;
    let fleets = [
        ("1,000 × 20 singles", roomy(1, 20, 1000)),
        ("20,000 × 50 singles", roomy(2, 50, 20_000)),
        ("1,000 × 20 pairs", pairs),
        ("200 × 10 tight, 1.3", tight(13, 10, 200, 13)),
        ("200 × 10 tight, 2.0", tight(20, 10, 200, 20)),
        ("200 × 10 tight, 2.4", tight(24, 10, 200, 24)),
        ("200 × 10 tight, 3.0", tight(30, 10, 200, 30)),
    ];
    for (name, spec) in fleets {
        let model = spec.model();
        for _ in 0..3 {
            let start = std::time::Instant::now();
            let proof = prove(&model);
            let survived =
                proof.scenarios.iter().filter(|s| matches!(s.verdict, Verdict::Survivable(_))).count();
            let elapsed = start.elapsed();
            let undecided =
                proof.scenarios.iter().filter(|s| matches!(s.verdict, Verdict::Undecided)).count();
            eprintln!(
                "{name}: {elapsed:?}, {survived} of {} survived, {undecided} undecided",
                proof.scenarios.len()
            );
        }
    }
}
