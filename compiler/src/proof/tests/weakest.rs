//! The smallest set that is not survived, against every set tried by hand.

use super::fleet::{Day, Place, Spec, Work, random};
use crate::proof::verify::enumerate;
use crate::proof::weakest::{Limits, weakest};

/// Sets of locations that regions and cells come to, by how many boundaries it takes.
fn sets(regions: &[Vec<Place>]) -> Vec<(usize, Vec<usize>)> {
    let locations: usize = regions.iter().map(Vec::len).sum();
    let mut all = Vec::new();
    for bits in 1u32..(1 << locations) - 1 {
        let (mut size, mut at) = (0, 0);
        for cells in regions {
            let lost = (at..at + cells.len()).filter(|c| bits >> c & 1 == 1).count();
            size += if lost == cells.len() { 1 } else { lost };
            at += cells.len();
        }
        all.push((size, (0..locations).filter(|c| bits >> c & 1 == 1).collect()));
    }
    all.sort();
    all
}

#[test]
fn equals_trying_every_set() {
    let (mut breached, mut sound) = (0, 0);
    for seed in 0..if cfg!(debug_assertions) { 300 } else { 3000 } {
        let mut spec = random(seed);
        spec.zones = 0;
        let model = spec.model();
        let found = weakest(&model, Limits { size: 2, sets: 1000 });
        assert!(found.undecided.is_empty() && found.too_many.is_none());
        let all = sets(&spec.regions);
        spec.any_region = 0;
        spec.events =
            all.iter().map(|(_, failed)| Day { failed: failed.clone(), ..Day::default() }).collect();
        let truth = enumerate(&spec.model());
        let truth: Vec<_> = truth.into_iter().filter(|(name, _)| name.starts_with("event:")).collect();
        assert_eq!(truth.len(), all.len());
        if truth.iter().any(|(_, fits)| fits.is_none()) {
            continue;
        }
        let lost = all.iter().zip(&truth).filter(|((size, _), (_, fits))| *size <= 2 && *fits == Some(false));
        let smallest = lost.map(|((size, _), _)| *size).min();
        assert_eq!(found.found.as_ref().map(|breach| breach.boundaries.len()), smallest, "seed {seed}");
        if smallest.is_some() { breached += 1 } else { sound += 1 }
    }
    assert!(breached > 50 && sound > 5, "{breached} {sound}");
}

fn place(cpu: u64, reserve: u64) -> Place {
    Place { nodes: 1, cpu, pods: 100, occupied: 0, reserves: vec![(0, reserve, 50, Vec::new())] }
}

fn three(reserve: u64) -> Spec {
    let work = |at: usize, to: [usize; 2]| Work {
        cpu: 1,
        at: vec![(at, 10)],
        moves: Some((100, to.map(|c| (c, 0, 0, 100)).to_vec())),
        ..Work::default()
    };
    Spec {
        lanes: vec![[true, false, false]],
        tiers: vec![(100, false)],
        bursts: vec![None],
        any_region: 1,
        regions: vec![vec![place(60, reserve)]; 3],
        work: vec![work(0, [1, 2]), work(1, [2, 0]), work(2, [0, 1])],
        ..Spec::default()
    }
}

#[test]
fn names_a_pair_and_the_reserve_that_mends_it() {
    let found = weakest(&three(15).model(), Limits::default());
    let breach = found.found.unwrap();
    assert_eq!(breach.boundaries, ["region:r0", "region:r1"]);
    assert_eq!((found.searched, found.sets, breach.others), (2, 6, 2));
    assert_eq!(breach.repairs[0], "`reserve lane0 cpu=\"20m\"` in r2");
}

#[test]
fn says_how_far_it_looked() {
    let found = weakest(&three(20).model(), Limits::default());
    assert!(found.found.is_none());
    assert_eq!((found.searched, found.sets), (2, 6));
    let found = weakest(&three(20).model(), Limits { size: 2, sets: 2 });
    assert_eq!((found.searched, found.too_many), (0, Some((1, 3))));
}

#[test]
fn a_zone_is_mended_by_nodes() {
    let mut spec = three(20);
    spec.zones = 2;
    spec.regions[1] =
        vec![Place { nodes: 10, cpu: 3, pods: 100, occupied: 8, reserves: vec![(0, 10, 50, Vec::new())] }];
    let found = weakest(&spec.model(), Limits { size: 1, sets: 100 });
    let breach = found.found.unwrap();
    assert!(breach.boundaries[0].starts_with("zone:"), "{:?}", breach.boundaries);
    assert!(breach.repairs[0].contains("count="), "{:?}", breach.repairs);
}
