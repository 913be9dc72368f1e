//! Suggested reserves: enough, and no more than trying every amount comes to.

use super::fleet::{Dice, Place, Spec, Work, random};
use super::speed::roomy;
use crate::model::{Declared, Model, RegionId};
use crate::proof::suggest::{Binding, Suggestion, Weights, suggest};
use crate::proof::{Verdict, prove, verify};
use seawall_schema::Resource;

fn all_survive(model: &Model) -> bool {
    let proof = prove(model);
    proof.normal.feasible() && proof.scenarios.iter().all(|s| matches!(s.verdict, Verdict::Survivable(_)))
}

/// Two or three regions, one lane, one reserve each; every pod fits.
fn small(seed: u64) -> Spec {
    let dice = &mut Dice::new(seed);
    let regions = 2 + dice.roll(2) as usize;
    let lane = [true, dice.roll(3) == 0, dice.roll(3) == 0];
    let mut work = Vec::new();
    for _ in 0..1 + dice.roll(3) {
        let home = dice.roll(regions as u64) as usize;
        let mut to: Vec<_> = (0..regions).filter(|c| *c != home).map(|c| (c, 0, 0, 100)).collect();
        if dice.roll(2) == 0 {
            to.reverse();
        }
        to.truncate(1 + dice.roll(2) as usize);
        if dice.roll(3) == 0 {
            to[0].2 = 30;
        }
        let share = [100, 70, 50][dice.roll(3) as usize];
        if to.len() == 2 {
            to[0].3 = share;
        }
        let tier = if dice.roll(4) == 0 { 2 } else { 0 };
        work.push(Work {
            tier,
            cpu: 1 + dice.roll(3),
            at: vec![(home, 1 + dice.roll(3))],
            moves: Some((100, to)),
            ..Work::default()
        });
    }
    let mut place = || Place {
        nodes: 1,
        cpu: 6 + dice.roll(12),
        pods: 1000,
        occupied: 0,
        reserves: vec![(0, dice.roll(6), 300, if dice.roll(3) == 0 { vec![2] } else { Vec::new() })],
    };
    let regions: Vec<_> = (0..regions).map(|_| vec![place()]).collect();
    Spec {
        lanes: vec![lane],
        tiers: vec![(100, false), (50, false), (2, true)],
        bursts: vec![None],
        any_region: 1,
        regions,
        work,
        ..Spec::default()
    }
}

/// The least weighted cpu with which everything is survivable, by trying every amount.
fn by_trying(model: &Model, weights: &[i128]) -> Option<i128> {
    let most: Vec<u64> = model.locations.iter().map(|c| c.capacity.get(&Resource::Cpu)).collect();
    let mut amounts = vec![0u64; most.len()];
    let mut best = None::<i128>;
    let mut changed = model.clone();
    loop {
        let cost = amounts.iter().zip(weights).map(|(a, w)| i128::from(*a) * w).sum::<i128>();
        if best.is_none_or(|best| cost < best) {
            for (location, amount) in changed.locations.iter_mut().zip(&amounts) {
                location.reserves[0].amount.set(Resource::Cpu, *amount);
            }
            if all_survive(&changed) {
                best = Some(cost);
            }
        }
        let Some(at) = (0..amounts.len()).find(|at| amounts[*at] < most[*at]) else { return best };
        amounts[at] += 1;
        amounts[..at].fill(0);
    }
}

fn only_cpu(regions: &[u32]) -> Weights {
    let regions = regions.iter().enumerate().map(|(r, w)| (RegionId(r as u32), *w)).collect();
    Weights { regions, resources: [(Resource::Memory, 0), (Resource::Pods, 0)].into() }
}

fn checked(model: &Model, suggestion: &Suggestion) {
    verify(&suggestion.model, &suggestion.proof.to_json(&suggestion.model)).unwrap();
    assert!(suggestion.bound <= suggestion.cost);
    for suggested in &suggestion.reserves {
        let held = &suggestion.model[suggested.location].reserves[suggested.reserve];
        assert_eq!(held.amount.get(&suggested.resource), suggested.least);
        let declared = held.declared.iter().find(|(name, _)| *name == suggested.resource);
        if suggested.now != suggested.least {
            assert_eq!(declared.unwrap().1.value, Declared::Amount(suggested.least));
        }
        assert_eq!(
            model[suggested.location].reserves[suggested.reserve].amount.get(&suggested.resource),
            suggested.now
        );
    }
}

#[test]
fn equals_an_integer_optimum_by_trying_every_amount() {
    let fleets = if cfg!(debug_assertions) { 100 } else { 400 };
    let (mut found, mut none, mut proved) = (0u64, 0, 0u64);
    for seed in 0..fleets {
        let model = small(seed).model();
        let regions: Vec<u32> =
            (0..model.regions.len()).map(|r| 1 + (seed as u32 * 7 + r as u32 * 3) % 4).collect();
        let weights: Vec<i128> = regions.iter().map(|w| i128::from(*w)).collect();
        let truth = by_trying(&model, &weights);
        let given = suggest(&model, &only_cpu(&regions)).ok();
        let given = given.filter(|s| s.open().is_empty() && s.proof.normal.feasible());
        match (&truth, &given) {
            (Some(truth), Some(given)) => {
                checked(&model, given);
                assert_eq!(given.cost >> 30, *truth, "seed {seed}: {:?}", given.reserves);
                proved += u64::from(given.proved_least);
                found += 1;
            }
            (None, None) => none += 1,
            (Some(truth), None) => panic!("seed {seed}: {truth} is enough, and nothing was found"),
            (None, Some(given)) => panic!("seed {seed}: nothing is enough, but {:?}", given.reserves),
        }
    }
    assert!(
        found * 4 >= fleets && none > 0 && proved * 10 >= found * 9,
        "{found} found, {proved} proved, {none} none"
    );
}

/// On any fleet: what is suggested is proved, loses nothing that was survivable, and one unit less of any reserve that is
/// called the least breaks something.
#[test]
fn suggestions_on_random_fleets_are_proved() {
    let fleets = if cfg!(debug_assertions) { 800 } else { 4000 };
    let mut fewer = 0;
    for seed in 0..fleets {
        let model = random(seed).model();
        let before = prove(&model);
        let Ok(given) = suggest(&model, &Weights::default()) else { continue };
        checked(&model, &given);
        if !before.normal.feasible() {
            continue;
        }
        for (before, after) in before.scenarios.iter().zip(&given.proof.scenarios) {
            let survives = |v: &Verdict| matches!(v, Verdict::Survivable(_));
            let name = &before.scenario.name;
            assert!(!survives(&before.verdict) || survives(&after.verdict), "seed {seed}: {name} is lost");
        }
        let sum = |of: &dyn Fn(&crate::proof::suggest::Suggested) -> u64| {
            given.reserves.iter().map(of).sum::<u64>()
        };
        fewer += usize::from(sum(&|s| s.least) < sum(&|s| s.now));
    }
    assert!(fewer > 50, "{fewer}");
}

#[test]
fn names_what_binds() {
    let place = |reserve| Place {
        nodes: 1,
        cpu: 100,
        pods: 100,
        occupied: 0,
        reserves: vec![(0, reserve, 50, Vec::new())],
    };
    let work = |cpu, at, n, to: usize, warm| Work {
        cpu,
        at: vec![(at, n)],
        moves: Some((100, vec![(to, 0, warm, 100)])),
        ..Work::default()
    };
    let spec = Spec {
        lanes: vec![[true, false, false]],
        tiers: vec![(100, false)],
        bursts: vec![None],
        any_region: 1,
        regions: vec![vec![place(0)], vec![place(90)], vec![place(0)]],
        work: vec![work(2, 0, 10, 1, 0), work(5, 2, 6, 1, 0), work(1, 1, 8, 0, 50)],
        ..Spec::default()
    };
    let given = suggest(&spec.model(), &Weights::default()).unwrap();
    assert!(given.proved_least && given.open().is_empty());
    let cpu: Vec<_> = given.reserves.iter().filter(|s| s.resource == Resource::Cpu).collect();
    let lines: Vec<_> = cpu.iter().map(|s| (s.location.index(), s.now, s.least, s.binding.clone())).collect();
    let by = |name: &str| Binding::Scenario(name.into());
    assert_eq!(lines, [(0, 0, 8, by("region:r1")), (1, 90, 30, by("region:r2"))]);
}

/// Prints times; run by hand with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
#[allow(clippy::disallowed_types, clippy::print_stderr)]
fn times() {
    for (regions, works) in [(100, 2000), (50, 20_000), (100, 20_000)] {
        let model = roomy(5, regions, works).model();
        let start = std::time::Instant::now();
        let given = suggest(&model, &Weights::default()).unwrap();
        eprintln!(
            "suggest {regions} × {works}: {:?}, least {}, open {}, {:.3} of the bound",
            start.elapsed(),
            given.proved_least,
            given.open().len(),
            given.cost as f64 / given.bound as f64
        );
    }
}
