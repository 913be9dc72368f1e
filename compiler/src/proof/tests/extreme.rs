//! Fleets of the largest and smallest numbers that can be written: a verdict or a suggestion, never a panic or a wrong sum.

use super::fleet::{Dice, Spec, random};
use crate::check::capacity;
use crate::diagnostic::Diagnostics;
use crate::model::{Model, RegionId};
use crate::proof::suggest::{Weights, suggest};
use crate::proof::weakest::{Limits, weakest};
use crate::proof::{Verdict, prove, verify};
use rayon::prelude::*;
use seawall_schema::Resource;
use seawall_schema::quantity::AMOUNT_LIMIT;

/// The largest number of replicas or nodes that a fleet may name.
const COUNT_LIMIT: u64 = 1_000_000_000;

/// A number kept, or put at an end of what can be written.
fn stretch(dice: &mut Dice, number: &mut u64, limit: u64) {
    match dice.roll(8) {
        0 => *number = 0,
        1 => *number = limit,
        2 => *number = limit - dice.roll(3),
        3 => *number = limit / (1 + dice.roll(5)),
        4 => *number = (*number).saturating_mul(limit / 1_000).min(limit),
        _ => {}
    }
}

fn extreme(seed: u64) -> Spec {
    let mut spec = random(seed);
    let dice = &mut Dice::new(seed ^ 0x0E47_BE3E);
    for place in spec.regions.iter_mut().flatten() {
        for number in [&mut place.cpu, &mut place.pods] {
            stretch(dice, number, AMOUNT_LIMIT / place.nodes);
        }
        if dice.roll(6) == 0 {
            place.nodes = 0;
        }
        place.occupied = place.occupied.min(place.nodes * place.cpu);
        for (_, cpu, pods, _) in &mut place.reserves {
            stretch(dice, cpu, AMOUNT_LIMIT);
            stretch(dice, pods, AMOUNT_LIMIT);
        }
    }
    for work in &mut spec.work {
        stretch(dice, &mut work.cpu, AMOUNT_LIMIT);
        work.at.iter_mut().for_each(|(_, n)| stretch(dice, n, COUNT_LIMIT));
    }
    spec.queues.iter_mut().for_each(|(_, _, cpu)| stretch(dice, cpu, AMOUNT_LIMIT));
    spec.bursts.iter_mut().flatten().for_each(|burst| stretch(dice, burst, AMOUNT_LIMIT));
    spec.quota.iter_mut().for_each(|quota| stretch(dice, quota, AMOUNT_LIMIT));
    if dice.roll(5) == 0 {
        spec.any_region = u32::MAX;
    }
    spec
}

fn heavy(model: &Model) -> Weights {
    Weights {
        regions: (0..model.regions.len()).map(|r| (RegionId(r as u32), u32::MAX)).collect(),
        resources: [(Resource::Cpu, u32::MAX), (Resource::Memory, 0), (Resource::Pods, u32::MAX)].into(),
    }
}

/// Suggestions, and how many of them are said to be the least.
fn suggested(model: &Model, seed: u64) -> (usize, usize) {
    let mut counts = (0, 0);
    for weights in [Weights::default(), heavy(model)] {
        let Ok(given) = suggest(model, &weights) else { continue };
        verify(&given.model, &given.proof.to_json(&given.model)).unwrap_or_else(|r| panic!("{seed}: {r}"));
        assert!(given.bound <= given.cost, "{seed}");
        // A total that is too large to count is not compared with anything.
        assert!(!given.proved_least || given.cost < i128::MAX, "{seed}");
        counts = (counts.0 + 1, counts.1 + usize::from(given.proved_least));
    }
    counts
}

fn examined(seed: u64) -> [usize; 5] {
    let model = extreme(seed).model();
    let proof = prove(&model);
    verify(&model, &proof.to_json(&model)).unwrap_or_else(|refusal| panic!("{seed}: {refusal}"));
    let mut found = Diagnostics::default();
    capacity::check(&model, &proof, true, &mut found);
    let survived = proof.scenarios.iter().filter(|s| matches!(s.verdict, Verdict::Survivable(_))).count();
    for outcome in &proof.scenarios {
        if let Verdict::Refuted(witness) = &outcome.verdict {
            assert!(witness.needs > witness.has, "{seed}: {witness:?}");
        }
    }
    let (given, least) = suggested(&model, seed);
    let weak = weakest(&model, Limits { size: usize::MAX, sets: 200 });
    if let Some(breach) = &weak.found {
        assert!(breach.witness.needs > breach.witness.has, "{seed}: {breach:?}");
    }
    [survived, proof.scenarios.len() - survived, given, least, usize::from(weak.found.is_some())]
}

#[test]
fn the_largest_numbers_come_to_verdicts() {
    let fleets = if cfg!(debug_assertions) { 400 } else { 4_000 };
    let add = |a: [usize; 5], b: [usize; 5]| std::array::from_fn(|i| a[i] + b[i]);
    let sums = (0..fleets).into_par_iter().map(examined).reduce(|| [0; 5], add);
    assert!(sums.iter().all(|n| *n >= 30), "survived, not, suggested, least, weakest: {sums:?}");
}
