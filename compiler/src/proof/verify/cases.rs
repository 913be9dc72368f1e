//! The certificate of a witness without a single sum, added up anew.
//!
//! Takes a scenario worked out anew and the witness, gives the first thing that does not hold. Invariant: each inequality is
//! derived here from the model by its name; a case is closed only where its sum, in whole numbers that cannot wrap, leaves
//! fewer replicas placed than are displaced.

use super::facts::{lane, request};
use super::failure::Failure;
use super::refutation::{Claim, destinations, named, places};
use super::shape::{fields, same_lines};
use super::{Refusal, refuse};
use crate::model::{Failover, LaneId, LocationId, To, Workload};
use seawall_schema::Resource;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Cases times ways beyond which a certificate is not added up.
const STEPS: usize = 2_000_000_000;

/// Replicas of a workload from a source through one `to`.
type Way = (usize, LocationId, usize);

/// `Σ coefficient × replicas ≤ limit`.
struct Row {
    coefficients: Vec<(usize, i128)>,
    limit: i128,
}

struct Program<'c, 'f, 'm> {
    failure: &'c Failure<'f, 'm>,
    claim: &'c Claim<'c>,
    works: Vec<(usize, LocationId)>,
    ways: Vec<Way>,
    most: Vec<i128>,
}

/// Checks a witness that says that no whole replicas fit.
pub(super) fn exhausted(failure: &Failure<'_, '_>, claim: &Claim<'_>) -> Result<(), Refusal> {
    let program = Program::new(failure, claim)?;
    let most = claim.resource.format(claim.needs - 1);
    let line = json!({ "pool": "whole-replicas", "amount": most });
    if places(failure, claim) != Some(destinations(failure, claim))
        || claim.resource != Resource::Pods
        || !same_lines(&claim.witness["pools"], &[line])
    {
        return refuse(claim.name, "the witness is not about whole replicas where the work may go");
    }
    let certificate = &claim.witness["certificate"];
    fields(claim.name, certificate, &["inequalities", "cases"], &[])?;
    let (Some(lines), Some(cases)) =
        (certificate["inequalities"].as_array(), certificate["cases"].as_array())
    else {
        return refuse(claim.name, "the certificate is no lists");
    };
    let rows = lines.iter().map(|line| program.row(line)).collect::<Result<Vec<_>, _>>()?;
    if cases.len().saturating_mul(program.ways.len()) > STEPS {
        return refuse(claim.name, "the certificate takes too many steps to re-check");
    }
    let used = program.walk(&rows, cases)?;
    if used.len() != rows.len()
        || lines.iter().map(Value::to_string).collect::<BTreeSet<_>>().len() != rows.len()
    {
        return refuse(claim.name, "the certificate lists an inequality twice, or one that it does not use");
    }
    Ok(())
}

impl<'c, 'f, 'm> Program<'c, 'f, 'm> {
    fn new(failure: &'c Failure<'f, 'm>, claim: &'c Claim<'c>) -> Result<Self, Refusal> {
        let (model, name) = (failure.facts.model, claim.name);
        let mut program = Self { failure, claim, works: Vec::new(), ways: Vec::new(), most: Vec::new() };
        for line in claim.lines("demands") {
            let source = line["from"].as_str().and_then(|label| failure.facts.location(label));
            let (Some(source), Some(w)) = (source, named(failure, line)) else {
                return refuse(name, format!("{line} is no displaced work"));
            };
            let workload = &model.workloads[w];
            if failure.losable(workload) {
                return refuse(name, format!("{} may be lost", workload.name));
            }
            let demand = failure.demand(w, source);
            if line["replicas"].as_u64().map(i128::from) != Some(demand) {
                return refuse(name, format!("{line} is not all that is displaced"));
            }
            if program.works.contains(&(w, source)) {
                return refuse(name, format!("{line} stands twice"));
            }
            program.works.push((w, source));
            let Failover::Moves(moves) = &workload.failover else { continue };
            for to in 0..moves.to.len() {
                let cap = failure.cap(moves, to, source, demand).min(demand);
                if cap > 0 {
                    program.ways.push((w, source, to));
                    program.most.push(cap);
                }
            }
        }
        Ok(program)
    }

    fn to(&self, (w, _, to): Way) -> Option<&'m To> {
        match &self.failure.facts.model.workloads[w].failover {
            Failover::Moves(moves) => moves.to.get(to),
            _ => None,
        }
    }

    /// An inequality by its name.
    fn row(&self, line: &Value) -> Result<Row, Refusal> {
        let name = self.claim.name;
        let row = if line.get("displaced").is_some() {
            fields(name, line, &["displaced", "from"], &[])?;
            self.displaced(line)
        } else if line.get("burst").is_some() {
            fields(name, line, &["burst", "region", "resource"], &[])?;
            self.burst(line)
        } else {
            fields(name, line, &["pools", "location", "resource", "free", "preemptible"], &[])?;
            self.pools(line)
        };
        row.map_or_else(|| refuse(name, format!("{line} is no inequality")), Ok)
    }

    fn displaced(&self, line: &Value) -> Option<Row> {
        let w = self.failure.facts.workload(line["displaced"].as_str()?)?;
        let source = self.failure.facts.location(line["from"].as_str()?)?;
        let limit = self.works.contains(&(w, source)).then(|| self.failure.demand(w, source))?;
        let mine = (0..self.ways.len()).filter(|v| (self.ways[*v].0, self.ways[*v].1) == (w, source));
        Some(Row { coefficients: mine.map(|v| (v, 1)).collect(), limit })
    }

    fn burst(&self, line: &Value) -> Option<Row> {
        let model = self.failure.facts.model;
        let resource = self.resource(line)?;
        let tenant = model.tenants.iter().position(|t| line["burst"] == t.name.as_str())?;
        let limit = model.tenants[tenant].burst.as_ref()?.value.named(resource)?;
        let region = model.regions.iter().find(|r| line["region"] == r.name.as_str())?;
        let theirs = |workload: &Workload, to: &To| {
            workload.tenant.value.index() == tenant && region.locations.contains(&to.location)
        };
        Some(self.requests(&theirs, resource, limit.into()))
    }

    fn pools(&self, line: &Value) -> Option<Row> {
        let model = self.failure.facts.model;
        let resource = self.resource(line)?;
        let at = self.failure.facts.location(line["location"].as_str()?)?;
        let (free, preemptible) = (line["free"].as_bool()?, line["preemptible"].as_bool()?);
        let names = line["pools"].as_array()?.iter().map(|name| lane(model, name.as_str()?));
        let lanes: Vec<LaneId> = names.collect::<Option<_>>()?;
        if lanes.windows(2).any(|pair| pair[0] >= pair[1]) {
            return None;
        }
        let confined = |workload: &Workload, to: &To| {
            let lane = &model[to.lane.value];
            let preempts = lane.preemptible && !model[workload.tier.value].preemptible;
            to.location == at
                && lanes.contains(&to.lane.value)
                && (free || !lane.free)
                && (preemptible || !preempts)
        };
        let place = self.failure.facts.place(at, resource);
        let reserved = lanes.iter().filter(|lane| model[**lane].reserve);
        let mut limit: i128 = reserved.map(|lane| self.failure.reserve(at, *lane, resource)).sum();
        limit += if free { place.free() } else { 0 };
        limit += if preemptible { place.evictable() } else { 0 };
        Some(self.requests(&confined, resource, limit))
    }

    fn resource(&self, line: &Value) -> Option<&'m Resource> {
        self.failure.facts.model.resources.iter().find(|k| line["resource"] == k.as_str())
    }

    /// Requests of some ways within a limit, divided by what they all are multiples of; of the limit what they can reach.
    fn requests(&self, wanted: &dyn Fn(&Workload, &To) -> bool, resource: &Resource, limit: i128) -> Row {
        let mut coefficients = Vec::new();
        for (v, way) in self.ways.iter().enumerate() {
            let workload = &self.failure.facts.model.workloads[way.0];
            let asked = request(workload, resource);
            if asked > 0 && self.to(*way).is_some_and(|to| wanted(workload, to)) {
                coefficients.push((v, asked));
            }
        }
        let mut unit = 0;
        for (_, asked) in &coefficients {
            let (mut a, mut b) = (unit, *asked);
            while b > 0 {
                (a, b) = (b, a % b);
            }
            unit = a;
        }
        let unit = unit.max(1);
        coefficients.iter_mut().for_each(|(_, asked)| *asked /= unit);
        let pieces: Vec<_> = coefficients.iter().map(|(v, asked)| (*asked, self.most[*v])).collect();
        Row { coefficients, limit: whole(&pieces, limit.div_euclid(unit)) }
    }

    /// Goes through the cases; gives the inequalities that were used.
    fn walk(&self, rows: &[Row], cases: &[Value]) -> Result<BTreeSet<usize>, Refusal> {
        let name = self.claim.name;
        let mut used = BTreeSet::new();
        let mut open = vec![(vec![0; self.ways.len()], self.most.clone())];
        for case in cases {
            let Some((least, most)) = open.pop() else {
                return refuse(name, "the certificate goes on after its last case");
            };
            if case.get("of").is_some() {
                fields(name, case, &["of", "times"], &[])?;
                if self.closed(rows, case, (&least, &most), &mut used) != Some(true) {
                    return refuse(
                        name,
                        format!("a case of the certificate is not closed by its sum: {case}"),
                    );
                }
                continue;
            }
            fields(name, case, &["workload", "from", "to", "lane", "at_least"], &[])?;
            let Some((way, at)) = self.split(case) else {
                return refuse(name, format!("{case} is no way that the work may go"));
            };
            let (mut fewer, mut more) = (most.clone(), least.clone());
            fewer[way] = fewer[way].min(at - 1);
            more[way] = more[way].max(at);
            open.push((least, fewer));
            open.push((more, most));
        }
        if open.is_empty() { Ok(used) } else { refuse(name, "the certificate leaves cases open") }
    }

    fn split(&self, case: &Value) -> Option<(usize, i128)> {
        let facts = self.failure.facts;
        let w = facts.workload(case["workload"].as_str()?)?;
        let source = facts.location(case["from"].as_str()?)?;
        let destination = facts.location(case["to"].as_str()?)?;
        let lane = lane(facts.model, case["lane"].as_str()?)?;
        let this = |way: &Way| {
            (way.0, way.1) == (w, source)
                && self.to(*way).is_some_and(|to| to.location == destination && to.lane.value == lane)
        };
        Some((self.ways.iter().position(this)?, number(&case["at_least"])?))
    }

    /// Whether a case has no assignment: its bounds cross, or its sum leaves too few.
    fn closed(
        &self,
        rows: &[Row],
        case: &Value,
        (least, most): (&[i128], &[i128]),
        used: &mut BTreeSet<usize>,
    ) -> Option<bool> {
        let of = number(&case["of"])?;
        let mut gain = vec![of; self.ways.len()];
        let (mut bound, mut before) = (0i128, None);
        for pair in case["times"].as_array()? {
            let [index, times] = pair.as_array()?.as_slice() else { return None };
            let (index, times) = (usize::try_from(index.as_u64()?).ok()?, number(times)?);
            let row = rows.get(index).filter(|_| before < Some(index))?;
            (before, _) = (Some(index), used.insert(index));
            bound = bound.checked_add(times.checked_mul(row.limit)?)?;
            for (way, coefficient) in &row.coefficients {
                gain[*way] = gain[*way].checked_sub(times.checked_mul(*coefficient)?)?;
            }
        }
        for (way, gain) in gain.into_iter().enumerate() {
            let at = if gain > 0 { most[way] } else { least[way] };
            bound = bound.checked_add(gain.checked_mul(at)?)?;
        }
        let crossed = least.iter().zip(most).any(|(least, most)| least > most);
        Some(crossed || bound < of.checked_mul(self.claim.needs)?)
    }
}

/// The largest sum within the limit of so many pieces at most of each size; the limit itself where it is above 2²⁰. Goes
/// through all sums, and remembers of each how many of the piece it took.
fn whole(pieces: &[(i128, i128)], limit: i128) -> i128 {
    let Some(top) = usize::try_from(limit).ok().filter(|top| *top <= 1 << 20) else { return limit };
    let mut reached = vec![false; top + 1];
    reached[0] = true;
    for (size, most) in pieces {
        let Ok(size) = usize::try_from(*size) else { continue };
        if reached[top] {
            break;
        }
        let mut taken = vec![0i128; top + 1];
        for at in size..=top {
            if !reached[at] && reached[at - size] && taken[at - size] < *most {
                (reached[at], taken[at]) = (true, taken[at - size] + 1);
            }
        }
    }
    reached.iter().rposition(|reached| *reached).map_or(limit, |sum| sum as i128)
}

/// A positive number written as text.
fn number(value: &Value) -> Option<i128> {
    let text = value.as_str()?;
    text.parse().ok().filter(|n: &i128| *n > 0 && n.to_string() == text)
}
