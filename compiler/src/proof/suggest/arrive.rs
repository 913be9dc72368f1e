//! From ways to loads: what arrives in each scenario, by location, lane and resource.
//!
//! Takes replicas by option, gives the loads of a site. Invariant: scenarios that bring nothing to a site have no load there.

use super::super::day::Day;
use super::super::tables::Tables;
use super::site::{Least, Load, Site};
use crate::model::{LaneId, LocationId};

/// What one scenario brings and leaves standing, by location, lane and resource.
pub(super) struct Arrivals {
    arriving: Vec<[i128; 2]>,
    standing: Vec<i128>,
}

impl Arrivals {
    pub(super) fn new(day: &Day<'_, '_>, replicas: &[i128]) -> Self {
        let mut arriving = vec![[0; 2]; day.standing.len()];
        for (option, n) in day.options.iter().zip(replicas).filter(|(_, n)| **n > 0) {
            for k in 0..day.tables.k {
                let at = day.tables.clk(option.destination, option.lane, k);
                arriving[at][usize::from(option.meek)] += day.q(option, k) * n;
            }
        }
        Self { arriving, standing: day.standing.clone() }
    }
}

/// Replicas that each option must take, whatever the others do.
pub(super) fn forced(day: &Day<'_, '_>) -> Vec<i128> {
    let mut forced = vec![0; day.options.len()];
    for of in (0..day.displaced.len()).filter(|of| day.required(*of)) {
        let options = day.displaced[of].options.clone();
        let caps: i128 = day.options[options.clone()].iter().map(|o| o.cap).sum();
        for o in options {
            forced[o] = (day.displaced[of].demand - (caps - day.options[o].cap)).max(0);
        }
    }
    forced
}

/// The loads of a site, with the index of the scenario of each.
pub(super) fn loads(
    tables: &Tables<'_>,
    arrivals: &[Arrivals],
    location: LocationId,
    k: usize,
) -> (Vec<usize>, Vec<Load>) {
    let at: Vec<usize> = (0..tables.lanes).map(|lane| tables.clk(location, LaneId(lane as u32), k)).collect();
    let (mut of, mut loads) = (Vec::new(), Vec::new());
    for (s, day) in arrivals.iter().enumerate() {
        let arriving: Vec<[i128; 2]> = at.iter().map(|i| day.arriving[*i]).collect();
        if arriving.iter().any(|a| *a != [0; 2]) {
            of.push(s);
            loads.push(Load { arriving, standing: at.iter().map(|i| day.standing[*i]).collect() });
        }
    }
    (of, loads)
}

/// The least amounts at every site, or the scenario that is to blame where there are none.
pub(super) fn least(
    tables: &Tables<'_>,
    sites: &[Site<'_, '_>],
    arrivals: &[Arrivals],
) -> Result<Vec<Least>, usize> {
    use rayon::prelude::*;
    let at = |(i, site): (usize, &Site<'_, '_>)| {
        let (of, loads) = loads(tables, arrivals, LocationId((i / tables.k) as u32), i % tables.k);
        site.least(&loads).ok_or_else(|| {
            let alone = loads.iter().position(|load| site.least(std::slice::from_ref(load)).is_none());
            let total = |load: &Load| load.arriving.iter().flatten().sum::<i128>();
            let largest = || (0..loads.len()).max_by_key(|at| total(&loads[*at]));
            alone.or_else(largest).and_then(|at| of.get(at).copied()).unwrap_or(0)
        })
    };
    let all: Vec<Result<Least, usize>> = sites.par_iter().enumerate().map(at).collect();
    all.into_iter().collect()
}
