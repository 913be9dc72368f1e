//! The exact solver: branch and bound over whole replicas, each pruned node certified by integer arithmetic.
//!
//! Takes a day that fill-and-spill could not place, gives replicas by option, a refutation, or that its budget ran out.
//! Invariant: relaxations only propose. A plan counts when the pools take it in integers; a node is pruned when integer
//! multipliers of its inequalities add up to a contradiction, and those of all nodes are the refutation's certificate.

use super::certificate::{Case, Certificate, Inequality, Shared};
use super::cut::{Entry, entry};
use super::day::Day;
use super::fill::top_up;
use super::reachable::reachable;
use super::simplex::{Relaxed, maximise};
use crate::model::{LaneId, LocationId, RegionId, TenantId};
use std::collections::BTreeSet;

/// What the search found.
pub(super) enum Searched {
    /// Replicas by option.
    Found(Vec<i128>),
    /// None exist, for these reasons.
    Refuted(Certificate),
    /// The budget ran out.
    Undecided,
}

/// `Σ coefficient × x ≤ limit`.
struct Row {
    coefficients: Vec<(usize, i128)>,
    limit: i128,
    says: Inequality,
}

/// The program over the options of the work that must be placed.
struct Program<'d, 't, 'm> {
    day: &'d Day<'t, 'm>,
    /// Option of each variable.
    options: Vec<usize>,
    caps: Vec<i128>,
    rows: Vec<Row>,
    known: BTreeSet<(LocationId, usize, u8, Vec<u32>)>,
    needs: i128,
    work: u64,
    /// A node that could not be certified.
    doubtful: bool,
}

/// Multipliers that a certificate may hold: what cannot be written down is not claimed.
const LISTED: usize = 200_000;

/// Searches among the displaced work of `among`, with so many cells to touch and so many nodes to open.
pub(super) fn search(day: &Day<'_, '_>, among: &[usize], cells: u64, most: usize) -> Searched {
    let mut program = Program::new(day, among, cells);
    let mut nodes = 0;
    let found = program.search(most, &mut nodes);
    day.tables.effort.spend(nodes, cells.saturating_sub(program.work));
    found
}

/// How often each replica counts, and how often each row is taken.
type Sum = (i128, Vec<(usize, i128)>);

enum Node {
    Found(Vec<i128>),
    /// Closed by a sum.
    Pruned(Sum),
    Spent,
    Branch(usize, i128),
}

impl<'d, 't, 'm> Program<'d, 't, 'm> {
    fn new(day: &'d Day<'t, 'm>, among: &[usize], work: u64) -> Self {
        let options: Vec<usize> = among.iter().flat_map(|of| day.displaced[*of].options.clone()).collect();
        let caps = options
            .iter()
            .map(|o| day.options[*o].cap.min(day.displaced[day.options[*o].of].demand))
            .collect();
        let needs = among.iter().map(|of| day.displaced[*of].demand).sum();
        let mut program = Self {
            day,
            options,
            caps,
            rows: Vec::new(),
            known: BTreeSet::new(),
            needs,
            work,
            doubtful: false,
        };
        for of in among {
            let mine = program.variables(|o| day.options[o].of == *of);
            let (found, limit) = (&day.displaced[*of], day.displaced[*of].demand);
            let says = Inequality::Displaced(found.workload, found.from);
            program.rows.push(Row { coefficients: mine.into_iter().map(|v| (v, 1)).collect(), limit, says });
        }
        program.burst_rows();
        program
    }

    fn search(&mut self, most: usize, nodes: &mut usize) -> Searched {
        if self.options.len().saturating_mul(self.rows.len()) > 8_000_000 {
            return Searched::Undecided;
        }
        let mut open = vec![(vec![0; self.options.len()], self.caps.clone())];
        let (mut listed, mut cases) = (0, Vec::new());
        while let Some((lower, upper)) = open.pop() {
            *nodes += 1;
            if *nodes > most || listed > LISTED {
                return Searched::Undecided;
            }
            match self.node(&lower, &upper) {
                Node::Found(plan) => return Searched::Found(plan),
                Node::Pruned(times) => {
                    listed += times.1.len();
                    cases.push(Case::Sum { of: times.0, times: times.1 });
                }
                Node::Spent => return Searched::Undecided,
                Node::Branch(variable, at) => {
                    cases.push(self.split(variable, at + 1));
                    let (mut below, mut above) = (upper.clone(), lower.clone());
                    below[variable] = at;
                    above[variable] = at + 1;
                    open.push((lower, below));
                    open.push((above, upper));
                }
            }
        }
        if self.doubtful { Searched::Undecided } else { Searched::Refuted(self.certificate(cases)) }
    }

    fn variables(&self, wanted: impl Fn(usize) -> bool) -> Vec<usize> {
        (0..self.options.len()).filter(|v| wanted(self.options[*v])).collect()
    }

    fn push(&mut self, variables: &[usize], k: usize, limit: i128, says: Inequality) {
        let q = |v: usize| self.day.q(&self.day.options[self.options[v]], k);
        let used: Vec<_> = variables.iter().map(|v| (*v, q(*v))).filter(|(_, q)| *q > 0).collect();
        // Whole replicas leave no use for a remainder below the common divisor of the requests, nor for what lies above the
        // largest sum that they reach.
        let divisor = used.iter().fold(0, |divisor, (_, q)| gcd(divisor, *q));
        if divisor > 0 {
            let coefficients: Vec<_> = used.into_iter().map(|(v, q)| (v, q / divisor)).collect();
            let pieces: Vec<_> = coefficients.iter().map(|(v, a)| (*a, self.caps[*v])).collect();
            let limit = reachable(&pieces, limit.div_euclid(divisor));
            self.rows.push(Row { coefficients, limit, says });
        }
    }

    fn burst_rows(&mut self) {
        let (day, model) = (self.day, self.day.tables.model);
        for (t, tenant) in model.tenants.iter().enumerate() {
            let Some(burst) = &tenant.burst else { continue };
            for r in 0..model.regions.len() {
                let theirs = self.variables(|o| {
                    let option = &day.options[o];
                    model[day.displaced[option.of].workload].tenant.value.index() == t
                        && day.tables.region(option.destination).index() == r
                });
                for (k, resource) in model.resources.iter().enumerate() {
                    if let Some(limit) = burst.value.named(resource).filter(|_| !theirs.is_empty()) {
                        let says =
                            Inequality::Burst(TenantId(t as u32), RegionId(r as u32), resource.clone());
                        self.push(&theirs, k, i128::from(limit), says);
                    }
                }
            }
        }
    }

    fn node(&mut self, lower: &[i128], upper: &[i128]) -> Node {
        loop {
            let broken = |row: &Row| sum(row, lower).is_none_or(|sum| sum > row.limit);
            if let Some(row) = self.rows.iter().position(broken) {
                return self.overfull(row, lower, upper);
            }
            let Some(relaxed) = self.relax(lower, upper) else { return Node::Spent };
            let base: i128 = lower.iter().sum();
            if base as f64 + relaxed.value < self.needs as f64 - 1e-6 {
                return match self.certified(lower, upper, &relaxed.multipliers) {
                    Some(times) => Node::Pruned(times),
                    None => self.branch(lower, upper, &relaxed.point),
                };
            }
            if let Some(plan) = self.rounded(lower, &relaxed.point) {
                return Node::Found(plan);
            }
            let at: Vec<f64> = lower.iter().zip(&relaxed.point).map(|(l, x)| *l as f64 + x).collect();
            if !self.separate(&at) {
                return self.branch(lower, upper, &relaxed.point);
            }
        }
    }

    fn relax(&mut self, lower: &[i128], upper: &[i128]) -> Option<Relaxed> {
        let span: Vec<f64> = lower.iter().zip(upper).map(|(l, u)| (u - l) as f64).collect();
        let scaled = |row: &Row| {
            let scale = scale(row);
            let left = row.limit - sum(row, lower).unwrap_or(row.limit);
            (row.coefficients.iter().map(|(v, a)| (*v, *a as f64 / scale)).collect(), left as f64 / scale)
        };
        let rows: Vec<_> = self.rows.iter().map(scaled).collect();
        maximise(&span, &rows, &mut self.work)
    }

    /// A row that the lower bounds alone break: taken more often than there are replicas, it outweighs all of them.
    fn overfull(&mut self, row: usize, lower: &[i128], upper: &[i128]) -> Node {
        let more = upper.iter().try_fold(1i128, |sum, upper| sum.checked_add(*upper)).unwrap_or(1);
        let times = vec![(row, more)];
        match self.bound(lower, upper, 1, &times) {
            Some(bound) if bound < self.needs => Node::Pruned((1, times)),
            _ => self.doubt(),
        }
    }

    fn doubt(&mut self) -> Node {
        self.doubtful = true;
        Node::Pruned((1, Vec::new()))
    }

    /// The multipliers, made integers, where they bound the replicas placed below what is needed. Any multipliers that are
    /// not negative give a true bound, so rounding them can cost strength but never truth. The shortest that do are taken.
    fn certified(&self, lower: &[i128], upper: &[i128], multipliers: &[f64]) -> Option<Sum> {
        [8, 20, 40, 70].into_iter().find_map(|places| {
            let one = 1i128 << places;
            let whole = |(row, y): (&Row, &f64)| (y / scale(row) * one as f64) as i128;
            let times = self.rows.iter().zip(multipliers).map(whole).enumerate();
            let times: Vec<_> = times.filter(|(_, y)| *y > 0).collect();
            let bound = self.bound(lower, upper, one, &times)?;
            (bound < self.needs.checked_mul(one)?).then_some((one, times))
        })
    }

    /// The most that can be placed, `one` for each replica, by the rows so many times.
    fn bound(&self, lower: &[i128], upper: &[i128], one: i128, times: &[(usize, i128)]) -> Option<i128> {
        let mut gain = vec![one; lower.len()];
        let mut bound = 0i128;
        for (row, y) in times.iter().map(|(row, y)| (&self.rows[*row], y)) {
            bound = bound.checked_add(y.checked_mul(row.limit)?)?;
            for (v, a) in &row.coefficients {
                gain[*v] = gain[*v].checked_sub(y.checked_mul(*a)?)?;
            }
        }
        for (v, gain) in gain.into_iter().enumerate() {
            let at = if gain > 0 { upper[v] } else { lower[v] };
            bound = bound.checked_add(gain.checked_mul(at)?)?;
        }
        Some(bound)
    }

    fn split(&self, variable: usize, at_least: i128) -> Case {
        let option = &self.day.options[self.options[variable]];
        let of = &self.day.displaced[option.of];
        let (workload, from) = (of.workload, of.from);
        Case::Split { workload, from, destination: option.destination, lane: option.lane, at_least }
    }

    /// The cases with the rows that they use.
    fn certificate(&self, mut cases: Vec<Case>) -> Certificate {
        let sums = cases
            .iter()
            .filter_map(|case| if let Case::Sum { times, .. } = case { Some(times) } else { None });
        let used: BTreeSet<usize> = sums.flatten().map(|(row, _)| *row).collect();
        let used: Vec<usize> = used.into_iter().collect();
        for case in &mut cases {
            if let Case::Sum { times, .. } = case {
                // Every row of a sum is among those used.
                times.iter_mut().for_each(|(row, _)| *row = used.partition_point(|known| known < row));
            }
        }
        Certificate { inequalities: used.into_iter().map(|row| self.rows[row].says.clone()).collect(), cases }
    }

    fn rounded(&self, lower: &[i128], point: &[f64]) -> Option<Vec<i128>> {
        let mut start = vec![0; self.day.options.len()];
        for (v, o) in self.options.iter().enumerate() {
            start[*o] = lower[v] + (point[v] + 1e-6).floor() as i128;
        }
        let works = self.options.iter().map(|o| self.day.options[*o].of);
        let mut works: Vec<usize> = works.collect();
        works.dedup();
        let filled = top_up(self.day, works.iter().copied(), &start)?;
        works.iter().all(|of| filled.left[*of] == 0).then_some(filled.replicas)
    }

    fn branch(&mut self, lower: &[i128], upper: &[i128], point: &[f64]) -> Node {
        let fraction = |v: usize| (point[v] - point[v].round()).abs();
        let open = (0..point.len()).filter(|v| upper[*v] > lower[*v]);
        let Some(v) = open.max_by(|a, b| fraction(*a).total_cmp(&fraction(*b)).then(b.cmp(a))) else {
            return self.doubt();
        };
        let at = (lower[v] + point[v].floor() as i128).clamp(lower[v], upper[v] - 1);
        Node::Branch(v, at)
    }

    /// Adds the inequalities of pools that a point breaks; whether there were any.
    fn separate(&mut self, at: &[f64]) -> bool {
        let mut entries: Vec<Entry> = self.options.iter().map(|o| entry(&self.day.options[*o])).collect();
        entries.sort();
        entries.dedup();
        let mut locations: Vec<_> = entries.iter().map(|e| e.0).collect();
        locations.dedup();
        let mut added = false;
        for location in locations {
            for k in 0..self.day.tables.k {
                for shared in 0..4u8 {
                    added |= self.separate_at(location, k, shared, at);
                }
            }
        }
        added
    }

    /// The most broken set of lanes whose demand can only go to their reserves and the shared pools in `shared`
    /// (1 free, 2 preemptible).
    fn separate_at(&mut self, location: LocationId, k: usize, shared: u8, at: &[f64]) -> bool {
        let (day, tables, model) = (self.day, self.day.tables, self.day.tables.model);
        let confined = |o: usize| {
            let (option, lane) = (&day.options[o], &model[day.options[o].lane]);
            let reach = u8::from(lane.free) | if lane.preemptible && !option.meek { 2 } else { 0 };
            option.destination == location && reach & !shared == 0 && day.q(option, k) > 0
        };
        let mut load = vec![0.0; tables.lanes];
        for (v, o) in self.options.iter().enumerate().filter(|(_, o)| confined(**o)) {
            load[day.options[*o].lane.index()] += at[v] * day.q(&day.options[*o], k) as f64;
        }
        let held = |lane: usize| {
            let id = LaneId(lane as u32);
            if model[id].reserve { day.reserve[tables.clk(location, id, k)] } else { 0 }
        };
        let over = |lane: &usize| load[*lane] > held(*lane) as f64;
        let lanes: Vec<u32> = (0..tables.lanes).filter(over).map(|lane| lane as u32).collect();
        let mut limit: i128 = lanes.iter().map(|lane| held(*lane as usize)).sum();
        limit += if shared & 1 > 0 { tables.free[tables.ck(location, k)] } else { 0 };
        limit += if shared & 2 > 0 { tables.evictable[tables.ck(location, k)] } else { 0 };
        let total: f64 = lanes.iter().map(|lane| load[*lane as usize]).sum();
        if total <= limit as f64 * (1.0 + 1e-12) || lanes.is_empty() {
            return false;
        }
        let variables = self.variables(|o| confined(o) && lanes.contains(&day.options[o].lane.0));
        let says = Inequality::Pools(
            location,
            model.resources[k].clone(),
            lanes.iter().map(|lane| LaneId(*lane)).collect(),
            Shared { free: shared & 1 > 0, preemptible: shared & 2 > 0 },
        );
        if !self.known.insert((location, k, shared, lanes)) {
            return false;
        }
        self.push(&variables, k, limit, says);
        true
    }
}

fn sum(row: &Row, at: &[i128]) -> Option<i128> {
    row.coefficients
        .iter()
        .try_fold(0i128, |sum, (v, a)| a.checked_mul(at[*v]).and_then(|add| sum.checked_add(add)))
}

fn scale(row: &Row) -> f64 {
    row.coefficients.iter().map(|(_, a)| *a).max().unwrap_or(1) as f64
}

fn gcd(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { gcd(b, a % b) }
}
