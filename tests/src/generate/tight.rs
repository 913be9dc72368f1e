//! Nearly full fleets: every region's loss must fit into reserves that hold about as much as it brings, in whole replicas.
//!
//! Takes a seed, sizes and how much room there is, gives the files of a fleet's folder. Each workload may go two ways. A
//! region's reserve is what it would take if all work that may come to it came half, times the room; so just above 1,000
//! thousandths fractions fit and whole replicas hardly do, and below it hardly anything does.

use super::places::{CITIES, region};
use super::random::Random;
use std::collections::BTreeMap;
use std::fmt::Write;

/// How large, and how full.
#[derive(Clone, Copy, Debug)]
pub struct Tight {
    /// Equal seeds give equal fleets.
    pub seed: u64,
    /// How many workloads.
    pub workloads: usize,
    /// How many regions, 4 to as many as there are cities.
    pub regions: usize,
    /// What reserves hold of what they would need for halves, in thousandths.
    pub room: u64,
    /// Whether an extended resource binds as the third, beside cpu and pods, in place of memory.
    pub extended: bool,
}

/// Amounts of cpu (milli), of memory (MiB) or of the extended resource, and of pods.
type Amount = [u64; 3];

struct Work {
    home: usize,
    replicas: u64,
    request: Amount,
    to: [usize; 2],
}

impl Tight {
    /// The fleet's files by their path in its folder.
    ///
    /// # Panics
    /// Where there are fewer than 4 regions, or more than cities.
    pub fn files(&self) -> BTreeMap<String, String> {
        assert!((4..=CITIES.len()).contains(&self.regions), "4 to {} regions", CITIES.len());
        let mut random = Random::new(self.seed);
        let work: Vec<Work> = (0..self.workloads).map(|index| self.work(index, &mut random)).collect();
        let mut text = String::from(HEAD);
        for at in 0..self.regions {
            self.region(at, &work, &mut text);
        }
        for (index, one) in work.iter().enumerate() {
            self.workload(index, one, &mut text);
        }
        BTreeMap::from([("fleet.kdl".to_owned(), text)])
    }

    fn work(&self, index: usize, random: &mut Random) -> Work {
        let home = index % self.regions;
        // Two of the next three regions, in either order.
        let mut steps = [1, 2, 3];
        steps.swap(0, random.below(3));
        steps.swap(1, 1 + random.below(2));
        let third = if self.extended { random.below(5) } else { 256 + random.below(16_000) };
        Work {
            home,
            replicas: 1 + random.below(12) as u64,
            request: [250 + random.below(7_750) as u64, third as u64, 1],
            to: [steps[0], steps[1]].map(|step| (home + step) % self.regions),
        }
    }

    fn region(&self, at: usize, work: &[Work], out: &mut String) {
        let mut own = Amount::default();
        let mut halves = vec![Amount::default(); self.regions];
        for one in work {
            for (k, each) in one.request.iter().enumerate() {
                own[k] += if one.home == at { each * one.replicas } else { 0 };
                halves[one.home][k] += if one.to.contains(&at) { each * one.replicas } else { 0 };
            }
        }
        let most = |k: usize| halves.iter().map(|from| from[k]).max().unwrap_or(0);
        let reserve = [0, 1, 2].map(|k| (most(k) * self.room / 2_000).max(1));
        let all = [0, 1, 2].map(|k| own[k] + reserve[k]);
        let (city, country, _) = CITIES[at];
        let (all, reserve) = (self.amounts(all, true), self.amounts(reserve, true));
        // Writing to a string does not fail.
        let _ = writeln!(
            out,
            "region {} country={country} {{\n    city {city}\n    nodes all count=1 {{ allocatable {all} }}\n    \
             reserve recovery {reserve}\n}}",
            region(at)
        );
    }

    fn workload(&self, index: usize, work: &Work, out: &mut String) {
        let Work { home, replicas, request, to: [first, second] } = work;
        let (city, request) = (CITIES[*home].0, self.amounts(*request, false));
        let (first, second) = (region(*first), region(*second));
        let _ = writeln!(
            out,
            "workload svc-{index:05} tenant=team {{\n    tier critical\n    container image=\"registry.example/svc:1\"\n    \
             request {request}\n    target {city} replicas={replicas}\n    failover rto=\"20m\" {{\n        \
             to {first} lane=recovery standby=cold\n        to {second} lane=recovery standby=cold\n    }}\n}}"
        );
    }

    fn amounts(&self, [cpu, third, pods]: Amount, with_pods: bool) -> String {
        let third = match (self.extended, third) {
            (true, 0) => String::new(),
            (true, _) => format!(" resource=\"example.com/nic={third}\""),
            (false, _) => format!(" memory=\"{third}Mi\""),
        };
        let pods = if with_pods { format!(" pods={pods}") } else { String::new() };
        format!("cpu=\"{cpu}m\"{third}{pods}")
    }
}

const HEAD: &str = "seawall language=1

fleet tight {
    survive any-region=1
    max-plan-age \"30m\"
    standby-times hot=\"15s\" warm=\"90s\" cold=\"10m\"
    detection \"45s\"
    decision \"60s\"
    traffic-shift \"60s\"
}

tier critical order=100
lane recovery { draws-on reserve; opens-on declaration }
tenant team { namespace team }

";
