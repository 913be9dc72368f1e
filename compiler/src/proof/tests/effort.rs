//! Knapsack-like fleets: a check of one, repairs and all, stays within a bounded number of steps of the search.
//!
//! Steps are the same on every machine, so what each shape takes is written down: more than that, or less than half of it, is
//! a change of the search that has to be looked at.

use super::fleet::{Dice, Place, Spec, Work};
use crate::check::capacity;
use crate::diagnostic::Diagnostics;
use crate::model::{Declared, Model};
use crate::proof::effort::Effort;
use crate::proof::{Method, Proof, Verdict, WitnessKind, fixes, prove, prove_within, verify};
use crate::span::Spanned;
use rayon::prelude::*;
use seawall_schema::Resource;

/// Steps within which one fleet is decided and one witness is mended, together.
const STEPS: u64 = 60_000_000;

/// What the search for one verdict may take here: enough for most, and little enough that some reach it.
const CELLS: u64 = 8_000_000;
const NODES: usize = 2_000;

/// Work of the first region: cpu, memory and how many replicas.
type Items = Vec<[u64; 3]>;

/// What the reserve of a region holds: cpu, memory and pods.
type Held = [u64; 3];

fn sum(items: &[[u64; 3]]) -> Held {
    items.iter().fold([0; 3], |sum, [cpu, memory, n]| [sum[0] + cpu * n, sum[1] + memory * n, sum[2] + n])
}

/// A fleet whose first region's work may go to each of the others, where nothing is left but what the reserves hold.
fn fleet(items: &[[u64; 3]], held: &[Held], any_region: u32) -> Model {
    let all = sum(items);
    let place = |held: &Held| Place {
        nodes: 1,
        cpu: all[0] + held[0],
        pods: all[2] + held[2],
        occupied: 0,
        reserves: vec![(0, held[0], held[2], Vec::new())],
    };
    let ways = |c| (c, 0, 0, 100);
    let work = |[cpu, _, n]: &[u64; 3]| Work {
        cpu: *cpu,
        at: vec![(0, *n)],
        moves: Some((100, (1..=held.len()).map(ways).collect())),
        ..Work::default()
    };
    let regions: Vec<Vec<Place>> = [&[0; 3]].into_iter().chain(held).map(|held| vec![place(held)]).collect();
    let spec = Spec {
        lanes: vec![[true, false, false]],
        tiers: vec![(100, false)],
        bursts: vec![None],
        any_region,
        regions,
        work: items.iter().map(work).collect(),
        ..Spec::default()
    };
    let mut model = spec.model();
    for (workload, [_, memory, _]) in model.workloads.iter_mut().zip(items) {
        workload.request.value.set(Resource::Memory, *memory);
    }
    for (location, [_, memory, _]) in model.locations.iter_mut().zip([&[0; 3]].into_iter().chain(held)) {
        location.pools[0].allocatable.value.set(Resource::Memory, all[1] + memory);
        location.capacity.set(Resource::Memory, all[1] + memory);
        location.reserves[0].amount.set(Resource::Memory, *memory);
        let declared = Spanned::default_of(Declared::Amount(*memory));
        location.reserves[0].declared.push((Resource::Memory, declared));
    }
    model
}

/// What so many regions would hold if each replica went to one of them by chance, and a little more.
fn dealt(items: &[[u64; 3]], regions: u64, more: [u64; 3], dice: &mut Dice) -> Vec<Held> {
    let mut held = vec![[0; 3]; regions as usize];
    for [cpu, memory, n] in items {
        for _ in 0..*n {
            let to = &mut held[dice.roll(regions) as usize];
            *to = [to[0] + cpu, to[1] + memory, to[2] + 1];
        }
    }
    for (held, more) in held.iter_mut().flatten().zip(more.into_iter().cycle()) {
        *held += if more > 0 { dice.roll(more) } else { 0 };
    }
    held
}

/// Moves a little from the fuller of two reserves to the other: in sum there is as much, for whole replicas there may not be.
fn shifted(mut held: Vec<Held>, by: u64) -> Vec<Held> {
    held.sort();
    let last = held.len() - 1;
    held[last][0] -= by.min(held[last][0]);
    held[0][0] += by;
    held
}

/// A few workloads whose cpu and pods fill the reserves of two other regions to the last.
fn knapsack(seed: u64) -> Model {
    let dice = &mut Dice::new(seed);
    let works: Items =
        (0..4 + dice.roll(6)).map(|_| [101 + 2 * dice.roll(400), 0, 3 + dice.roll(9)]).collect();
    let [cpu, _, pods] = sum(&works);
    let first = [cpu / 2 + dice.roll(97), 0, pods / 2];
    let second = [cpu - first[0] + dice.roll(40), 0, pods - first[2]];
    fleet(&works, &[first, second], 1)
}

/// Three resources bind: uneven cpu and memory, and pods to the last; half of them lack what no sum shows.
fn three_bind(seed: u64) -> Model {
    let dice = &mut Dice::new(seed);
    let works: Items = (0..4 + dice.roll(4))
        .map(|_| [101 + 2 * dice.roll(300), 51 + 2 * dice.roll(200), 1 + dice.roll(5)])
        .collect();
    let held = dealt(&works, 2, [30, 30, 1], dice);
    fleet(&works, &if seed.is_multiple_of(2) { held } else { shifted(held, 37) }, 1)
}

/// Some way fits to the last milli, and hardly another.
fn nearly_full(seed: u64) -> Model {
    let dice = &mut Dice::new(seed);
    let works: Items =
        (0..4 + dice.roll(5)).map(|_| [1 + dice.roll(90), 1 + dice.roll(40), 1 + dice.roll(6)]).collect();
    let held = dealt(&works, 2, [2, 2, 1], dice);
    fleet(&works, &if seed.is_multiple_of(2) { held } else { shifted(held, 1 + seed % 3) }, 1)
}

/// Many workloads of two sizes only, so that whatever is tried once could be tried again under another name.
fn many_alike(seed: u64) -> Model {
    let dice = &mut Dice::new(seed);
    let (large, small) = (17 + 2 * dice.roll(30), 5 + 2 * dice.roll(5));
    let works: Items =
        (0..16 + dice.roll(8)).map(|i| [if i % 2 == 0 { large } else { small }, 3, 2]).collect();
    let held = dealt(&works, 3, [small, 1, 1], dice);
    fleet(&works, &if seed.is_multiple_of(2) { held } else { shifted(held, small / 2) }, 1)
}

/// A few replicas that each take much of a reserve, and small change.
fn few_huge(seed: u64) -> Model {
    let dice = &mut Dice::new(seed);
    let mut works: Items = (0..4 + dice.roll(3))
        .map(|_| [3_000 + dice.roll(2_000), 900 + dice.roll(900), 1 + dice.roll(2)])
        .collect();
    works.extend((0..3).map(|_| [1 + dice.roll(60), 1 + dice.roll(60), 1 + dice.roll(9)]));
    let held = dealt(&works, 2, [40, 20, 1], dice);
    fleet(&works, &if seed.is_multiple_of(2) { held } else { shifted(held, 90) }, 1)
}

/// The first region lost with any other, its work squeezed into the two that are left.
fn pairs(seed: u64) -> Model {
    let dice = &mut Dice::new(seed);
    let works: Items = (0..4 + dice.roll(4))
        .map(|_| [101 + 2 * dice.roll(200), 1 + dice.roll(90), 1 + dice.roll(5)])
        .collect();
    let all = sum(&works);
    let half = |k: usize| all[k] / 2 + 1;
    let held = (0..3).map(|_| [half(0) + dice.roll(30), half(1) + dice.roll(20), half(2) + dice.roll(2)]);
    let held: Vec<Held> = held.collect();
    fleet(&works, &held, 2)
}

/// A shape of fleets, and what forty of them take.
struct Shape {
    name: &'static str,
    of: fn(u64) -> Model,
    /// Thousands of steps of all searches for verdicts, and for repairs.
    steps: [u64; 2],
    /// Scenarios that are survived though not by the simple plan, and that the search refutes, at least.
    least: [usize; 2],
}

const SHAPES: [Shape; 6] = [
    Shape { name: "knapsack", of: knapsack, steps: [3_805, 6_248], least: [30, 3] },
    Shape { name: "three bind", of: three_bind, steps: [4_508, 27_123], least: [20, 12] },
    Shape { name: "nearly full", of: nearly_full, steps: [8_196, 44_935], least: [25, 10] },
    Shape { name: "many alike", of: many_alike, steps: [61_719, 1_998], least: [15, 1] },
    Shape { name: "few huge", of: few_huge, steps: [15_961, 139_743], least: [18, 15] },
    Shape { name: "pairs", of: pairs, steps: [14_480, 122_772], least: [80, 20] },
];

const SEEDS: std::ops::Range<u64> = 0..40;

/// What fleets took.
#[derive(Debug, Default)]
struct Taken {
    steps: [u64; 2],
    /// Steps of the fleet that took most, its repairs included.
    most: u64,
    /// Plans and refutations of the search.
    searched: [usize; 2],
    offered: usize,
    undecided: usize,
}

impl Taken {
    fn add(mut self, other: Self) -> Self {
        (0..2).for_each(|i| self.steps[i] += other.steps[i]);
        (0..2).for_each(|i| self.searched[i] += other.searched[i]);
        self.most = self.most.max(other.most);
        self.offered += other.offered;
        self.undecided += other.undecided;
        self
    }

    fn count(&mut self, proof: &Proof) {
        for outcome in &proof.scenarios {
            match &outcome.verdict {
                Verdict::Survivable(plan) => {
                    self.searched[0] += usize::from(plan.method != Method::FillAndSpill);
                }
                Verdict::Refuted(witness) => {
                    let searched = matches!(witness.kind, WitnessKind::Combined | WitnessKind::Exhausted);
                    self.searched[1] += usize::from(searched);
                }
                Verdict::Undecided => self.undecided += 1,
            }
        }
    }
}

/// Proves a fleet, verifies it and looks for repairs.
fn taken(model: &Model) -> Taken {
    let (proof, steps) = prove_within(model, Effort::within(CELLS, NODES));
    verify(model, &proof.to_json(model)).unwrap();
    let mut taken = Taken { steps: [steps, 0], ..Taken::default() };
    taken.count(&proof);
    for outcome in &proof.scenarios {
        let Verdict::Refuted(witness) = &outcome.verdict else { continue };
        let (repairs, more) = fixes::searched(model, &proof, witness, &[&outcome.scenario.name]);
        taken.offered += usize::from(!repairs.is_empty());
        taken.steps[1] += more;
        taken.most = taken.most.max(steps + more);
    }
    taken.most = taken.most.max(steps);
    taken
}

/// Forty fleets of a shape: neither twice the steps that are known, nor less than half of them.
fn check_shape(Shape { name, of, steps, least }: &Shape) -> Taken {
    let taken = SEEDS.into_par_iter().map(|seed| taken(&of(seed))).reduce(Taken::default, Taken::add);
    for (known, found) in steps.iter().zip(taken.steps) {
        let known = known * 1_000;
        assert!(found <= known * 3 / 2 && found >= known / 2, "{name}: {known} are known, {taken:?}");
    }
    let enough = taken.searched.iter().zip(least).all(|(found, least)| found >= least);
    assert!(enough && taken.offered == taken.searched[1], "{name}: {taken:?}");
    taken
}

#[test]
fn fleets_of_every_shape_are_decided_and_mended_in_the_steps_that_are_known() {
    let all = SHAPES.iter().map(check_shape).reduce(Taken::add).unwrap();
    assert!(all.most < STEPS && all.undecided >= 5, "{all:?}");
}

/// Scenarios that are left open, and those that are decided.
fn left_open(model: &Model) -> (usize, usize) {
    const FEW: (u64, usize) = (100_000, 100);
    let (proof, steps) = prove_within(model, Effort::within(FEW.0, FEW.1));
    let (more, _) = prove_within(model, Effort::within(10 * FEW.0, 10 * FEW.1));
    let limit = 3 * (FEW.0 + 500 * FEW.1 as u64) * proof.scenarios.len() as u64;
    assert!(steps <= limit, "{steps} steps, {limit} at most");
    let json = proof.to_json(model);
    let mut open = Vec::new();
    for (at, (little, more)) in proof.scenarios.iter().zip(&more.scenarios).enumerate() {
        match little.verdict {
            Verdict::Undecided => {
                let claim = json["scenarios"][at].as_object().unwrap();
                assert_eq!(claim["verdict"], "undecided");
                assert!(!claim.contains_key("assignment") && !claim.contains_key("witness"));
                open.push(format!("{} is undecided", little.scenario.name));
            }
            // What few steps decide, more do not decide otherwise.
            _ => assert_eq!(little.verdict.word(), more.verdict.word()),
        }
    }
    assert_eq!(verify(model, &json).unwrap().undecided, open.len());
    let mut found = Diagnostics::default();
    capacity::check(model, &proof, false, &mut found);
    let told: Vec<_> = found.iter().filter(|found| found.code.id == "SW0711").collect();
    let says =
        |(told, open): (&&crate::diagnostic::Diagnostic, &String)| told.message.starts_with(open.as_str());
    assert!(told.len() == open.len() && told.iter().zip(&open).all(says), "{told:?} {open:?}");
    (open.len(), proof.scenarios.len() - open.len())
}

#[test]
fn what_the_limit_leaves_open_is_said_to_be_open() {
    for Shape { name, of, .. } in &SHAPES {
        let counts = SEEDS.into_par_iter().map(|seed| left_open(&of(seed)));
        let (open, decided) = counts.reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1));
        assert!(open >= 2 && decided >= 60, "{name}: {open} open, {decided} decided");
    }
}

#[test]
fn what_a_trial_decides_is_what_a_whole_search_decides() {
    let mut decided = 0;
    for seed in 40..80 {
        let model = knapsack(seed);
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
