//! What workloads ask for, and what regions must hold for it: chosen at random first, then added up.

use super::Options;
use super::places::CITIES;
use super::random::Random;
use super::text::EMERGENCY;
use std::collections::BTreeMap;

/// How important a workload is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tier {
    Critical,
    Standard,
    Batch,
}

/// Amounts of cpu (milli), memory (MiB) and pods.
pub(super) type Amount = [u64; 3];

/// A node of the only shape, without its overhead.
pub(super) const NODE: Amount = [31_000, 124 << 10, 102];

/// How many workloads have passed before a needed one may be taken: close enough to share its places.
const NEAR: usize = 400;

/// A workload as it will be written.
pub(super) struct Workload {
    pub(super) name: String,
    pub(super) tier: Tier,
    pub(super) home: usize,
    /// In the second cell, where regions have cells.
    pub(super) bulk: bool,
    pub(super) replicas: u64,
    /// The autoscaler's maximum, where there is one.
    pub(super) most: Option<u64>,
    pub(super) request: Amount,
    /// Where it fails over to; none for batch work.
    pub(super) to: Vec<usize>,
    /// The share of warm standbys at the first destination, in percent.
    pub(super) warm: Option<u64>,
    pub(super) needs: Option<String>,
    pub(super) dataset: Option<String>,
    pub(super) traffic: bool,
    /// Deployed from a manifest of its own.
    pub(super) manifest: bool,
}

/// What a region must hold in each of its (at most two) locations.
#[derive(Default)]
pub(super) struct Need {
    /// Work that is not preemptible, and standbys.
    pub(super) steady: [Amount; 2],
    /// Preemptible work.
    pub(super) preemptible: [Amount; 2],
    /// The recovery lane's reserve in the first location.
    pub(super) reserve: Amount,
    /// The emergency lane's there.
    pub(super) emergency: Amount,
}

/// Chooses all workloads.
pub(super) fn workloads(options: &Options) -> Vec<Workload> {
    let mut random = Random::new(options.seed);
    let mut chosen: Vec<Workload> = Vec::with_capacity(options.workloads);
    for index in 0..options.workloads {
        let workload = workload(options, index, &mut random, &chosen);
        chosen.push(workload);
    }
    chosen
}

fn workload(options: &Options, index: usize, random: &mut Random, before: &[Workload]) -> Workload {
    let tier = match random.below(10) {
        0 => Tier::Critical,
        1..=6 => Tier::Standard,
        _ => Tier::Batch,
    };
    let home = random.below(options.regions);
    let first = (home + 1 + random.below(3.min(options.regions - 1))) % options.regions;
    let second = (1..options.regions).map(|step| (first + step) % options.regions).find(|next| *next != home);
    let mut to = Vec::new();
    if tier != Tier::Batch {
        to.push(first);
    }
    // Where two regions may be lost, whatever moves needs a second place.
    if tier == Tier::Critical || tier == Tier::Standard && options.lost > 1 {
        to.extend(second);
    }
    let replicas = 2 + random.below(11) as u64;
    let autoscaled = random.percent(20);
    let near = &before[before.len().saturating_sub(NEAR)..];
    let needed =
        near.iter().rev().find(|other| other.home == home && other.to == to && other.needs.is_none());
    let needs = needed.filter(|_| tier != Tier::Batch && random.percent(30)).map(|other| other.name.clone());
    let dataset = tier != Tier::Batch && random.percent(15);
    Workload {
        name: format!("svc-{index:05}"),
        tier,
        home,
        bulk: options.cells && random.percent(40),
        replicas,
        most: autoscaled.then_some(replicas + replicas / 2),
        request: [random.pick(&[250, 500, 1000, 2000]), random.pick(&[256, 512, 1024, 2048, 4096]), 1],
        warm: (!to.is_empty() && random.percent(20)).then_some(25),
        needs,
        dataset: dataset.then(|| dataset_name(home, &to)),
        traffic: random.percent(25),
        manifest: index < options.manifests,
        to,
    }
}

/// One dataset for each way of being replicated.
fn dataset_name(home: usize, to: &[usize]) -> String {
    let places: Vec<_> = [home].iter().chain(to).map(|region| CITIES[*region].0.to_lowercase()).collect();
    format!("data-{}", places.join("-"))
}

impl Workload {
    /// How many replicas its home must hold.
    pub(super) fn count(&self) -> u64 {
        self.most.unwrap_or(self.replicas)
    }

    /// How many warm standbys its first destination holds.
    fn standbys(&self) -> u64 {
        (self.count() * self.warm.unwrap_or(0)).div_ceil(100)
    }

    /// What so many replicas use.
    fn times(&self, count: u64) -> Amount {
        self.request.map(|each| each * count)
    }
}

pub(super) fn add(sum: &mut Amount, more: Amount) {
    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

/// Adds up what each region must hold.
pub(super) fn needs(options: &Options, workloads: &[Workload]) -> Vec<Need> {
    let mut needs: Vec<Need> = (0..options.regions).map(|_| Need::default()).collect();
    let mut moved = vec![vec![Amount::default(); options.regions]; options.regions];
    let mut standing = vec![Amount::default(); options.regions];
    // By the place that takes it, what comes where both the home and the first place of work are lost.
    let mut second = vec![BTreeMap::new(); options.regions];
    for workload in workloads {
        let cell = usize::from(workload.bulk);
        let home = &mut needs[workload.home];
        let uses = if workload.tier == Tier::Batch { &mut home.preemptible } else { &mut home.steady };
        add(&mut uses[cell], workload.times(workload.count()));
        if let Some(first) = workload.to.first() {
            add(&mut moved[*first][workload.home], workload.times(workload.count()));
            add(&mut standing[*first], workload.times(workload.standbys()));
            if let Some(next) = workload.to.get(1).filter(|_| options.lost > 1) {
                let pair = [workload.home.min(*first), workload.home.max(*first)];
                add(second[*next].entry(pair).or_default(), workload.times(workload.count()));
            }
        }
    }
    for (region, need) in needs.iter_mut().enumerate() {
        need.reserve = [0, 1, 2].map(|kind| {
            let mut from: Vec<u64> = moved[region].iter().map(|from| from[kind]).collect();
            from.sort_unstable_by(|one, other| other.cmp(one));
            from.iter().take(options.lost).sum()
        });
        need.emergency = second[region]
            .values()
            .fold(EMERGENCY, |held, pair: &Amount| [0, 1, 2].map(|kind| held[kind].max(pair[kind])));
        // Standbys of the regions that live on keep their place in the reserve.
        add(&mut need.reserve, standing[region]);
        add(&mut need.steady[0], standing[region]);
    }
    needs
}
