//! Every way of a small fleet, tried: whether a cheaper total exists than the one that was found.
//!
//! Takes days and a cost to beat, gives ways that beat it, and whether all were tried. Invariant: a branch is only left out
//! where what it has placed already costs as much as the best.

use super::super::day::Day;
use super::super::tables::Tables;
use super::arrive::{self, Arrivals};
use super::site::{Least, Site};

/// Leaves and branches that are priced.
const NODES: usize = 1_500;
/// Scenarios × sites beyond which nothing is tried.
const SIZE: usize = 400;

/// What came of it.
pub(super) struct Tried {
    /// Whether nothing was left untried.
    pub(super) exhausted: bool,
    /// Replicas by scenario and option, with their amounts, where they are cheaper.
    pub(super) found: Option<(Vec<Vec<i128>>, Vec<Least>)>,
}

struct Search<'a, 't, 'm> {
    tables: &'a Tables<'m>,
    sites: &'a [Site<'t, 'm>],
    days: &'a [Day<'t, 'm>],
    price: &'a dyn Fn(&[Least]) -> i128,
    /// Displaced work that has a choice, by scenario.
    open: Vec<(usize, usize)>,
    forced: Vec<Vec<i128>>,
    replicas: Vec<Vec<i128>>,
    best: i128,
    nodes: usize,
    tried: Tried,
}

/// Tries every way, the totals of which are bounded by what is placed so far.
pub(super) fn every_way<'t, 'm>(
    tables: &Tables<'m>,
    sites: &[Site<'t, 'm>],
    days: &[Day<'t, 'm>],
    best: i128,
    price: &dyn Fn(&[Least]) -> i128,
) -> Tried {
    let mut tried = Tried { exhausted: false, found: None };
    if sites.len().saturating_mul(days.len()) > SIZE {
        return tried;
    }
    let forced: Vec<Vec<i128>> = days.iter().map(arrive::forced).collect();
    let mut open = Vec::new();
    for (s, day) in days.iter().enumerate() {
        let left = |of: &usize| {
            let placed: i128 = forced[s][day.displaced[*of].options.clone()].iter().sum();
            day.required(*of) && placed < day.displaced[*of].demand
        };
        open.extend((0..day.displaced.len()).filter(left).map(|of| (s, of)));
    }
    if open.len() > 24 {
        return tried;
    }
    tried.exhausted = true;
    let replicas = forced.clone();
    let mut search = Search { tables, sites, days, price, open, forced, replicas, best, nodes: NODES, tried };
    search.next(0);
    search.tried
}

impl Search<'_, '_, '_> {
    fn next(&mut self, at: usize) {
        if self.nodes == 0 {
            self.tried.exhausted = false;
            return;
        }
        self.nodes -= 1;
        let arrivals: Vec<Arrivals> =
            self.days.iter().zip(&self.replicas).map(|(d, r)| Arrivals::new(d, r)).collect();
        // With fewer arrivals the least is no more, so this bounds whatever is placed on top.
        let Ok(least) = arrive::least(self.tables, self.sites, &arrivals) else {
            // Of several lanes, not every split of what is short was tried.
            self.tried.exhausted &= self.tables.lanes < 2;
            return;
        };
        let exact = least.iter().all(|l| l.bound == l.amounts.iter().sum::<i128>());
        let price = (self.price)(&least);
        if exact && price >= self.best || self.over_burst() {
            return;
        }
        match self.open.get(at).copied() {
            Some((s, of)) => {
                let options = self.days[s].displaced[of].options.clone();
                let placed: i128 = self.forced[s][options.clone()].iter().sum();
                self.split(at, s, options.clone(), self.days[s].displaced[of].demand - placed);
            }
            None => {
                // Amounts that are not known to be the least leave it open whether there are smaller ones.
                self.tried.exhausted &= exact;
                if price < self.best {
                    self.best = price;
                    self.tried.found = Some((self.replicas.clone(), least));
                }
            }
        }
    }

    fn split(&mut self, at: usize, s: usize, options: std::ops::Range<usize>, left: i128) {
        if options.is_empty() || self.nodes == 0 {
            if left == 0 {
                self.next(at + 1);
            } else if self.nodes == 0 {
                self.tried.exhausted = false;
            }
            return;
        }
        let o = options.start;
        let room = (self.days[s].options[o].cap - self.forced[s][o]).min(left);
        for n in 0..=room {
            self.replicas[s][o] = self.forced[s][o] + n;
            self.split(at, s, o + 1..options.end, left - n);
            if self.nodes == 0 {
                break;
            }
        }
        self.replicas[s][o] = self.forced[s][o];
    }

    /// Whether a tenant brings more into a region than it may.
    fn over_burst(&self) -> bool {
        let model = self.tables.model;
        self.days.iter().zip(&self.replicas).any(|(day, replicas)| {
            model.tenants.iter().enumerate().any(|(t, tenant)| {
                let Some(burst) = &tenant.burst else { return false };
                let over = |r: usize, k: usize| {
                    let theirs = day.options.iter().zip(replicas).filter(|(option, _)| {
                        model[day.displaced[option.of].workload].tenant.value.index() == t
                            && self.tables.region(option.destination).index() == r
                    });
                    let brought: i128 = theirs.map(|(option, n)| day.q(option, k) * n).sum();
                    burst.value.named(&model.resources[k]).is_some_and(|most| brought > most.into())
                };
                (0..model.regions.len()).any(|r| (0..self.tables.k).any(|k| over(r, k)))
            })
        })
    }
}
