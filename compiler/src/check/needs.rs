//! `needs`: wherever work runs or may move to, what it needs is there or near enough. One finding a line.

use super::{about, region, words};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{Model, RegionId, Workload};
use crate::resolve::Draft;
use crate::span::Span;
use seawall_schema::Duration;
use std::collections::{BTreeMap, HashMap};

/// Checks every `needs`.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    let links: HashMap<(RegionId, RegionId), Duration> = model
        .links
        .iter()
        .flat_map(|link| [((link.a, link.b), link.rtt), ((link.b, link.a), link.rtt)])
        .collect();
    let doubtful = |index: usize| draft.notes.workloads.get(index).is_some_and(|doubt| doubt.places);
    for (index, workload) in model.workloads.iter().enumerate() {
        for needs in &workload.needs {
            let needed = &model[needs.workload];
            if draft.notes.links || doubtful(index) || doubtful(needs.workload.index()) || draft.notes.absent
            {
                continue;
            }
            let there = places(model, needed);
            let limit = needs.within.map(|within| within.value);
            let near = |from: RegionId, to: RegionId| {
                from == to
                    || links.get(&(from, to)).is_some_and(|rtt| limit.is_none_or(|limit| *rtt <= limit))
            };
            let far: Vec<(RegionId, Span)> = places(model, workload)
                .into_iter()
                .filter(|(from, _)| !there.keys().any(|to| near(*from, *to)))
                .collect();
            if far.is_empty() {
                continue;
            }
            let names: Vec<String> =
                far.iter().map(|(region, _)| format!("`{}`", model[*region].name)).collect();
            let reach = limit.map_or("over any link".to_owned(), |limit| format!("within {limit}"));
            let message = format!(
                "workload `{}` needs `{}` {reach}, which is out of reach from {}",
                workload.name,
                needed.name,
                words(&names)
            );
            let mut finding = Diagnostic::new(&codes::NEED_OUT_OF_REACH, message, needs.span, "needed");
            for (from, span) in &far {
                finding = finding.label(*span, nearest(model, *from, &there, &links));
            }
            let homes: Vec<String> =
                there.keys().map(|region| format!("`{}`", model[*region].name)).collect();
            let help = format!("`{}` runs or may move to {}", needed.name, words(&homes));
            let help = if homes.is_empty() { format!("`{}` runs nowhere", needed.name) } else { help };
            let reach =
                far.iter().map(|(from, _)| there.keys().filter_map(|to| links.get(&(*from, *to))).min());
            let wider = reach.collect::<Option<Vec<_>>>().and_then(|all| all.into_iter().max());
            let help = match wider.filter(|_| limit.is_some()) {
                Some(rtt) => format!("{help}; `within=\"{rtt}\"` would reach it"),
                None => help,
            };
            out.push(about(draft, index, finding.help(help)));
        }
    }
}

/// The regions where a workload runs or may move to, each with the line that says so.
fn places(model: &Model, workload: &Workload) -> BTreeMap<RegionId, Span> {
    let mut found = BTreeMap::new();
    for target in &workload.targets {
        found.entry(region(model, target.location)).or_insert(target.city.span);
    }
    for to in super::allowed(model, workload) {
        found.entry(region(model, to.location)).or_insert(to.span);
    }
    found
}

fn nearest(
    model: &Model,
    from: RegionId,
    there: &BTreeMap<RegionId, Span>,
    links: &HashMap<(RegionId, RegionId), Duration>,
) -> String {
    let linked = there.keys().filter_map(|to| Some((*links.get(&(from, *to))?, *to)));
    match linked.min() {
        Some((rtt, to)) => format!("the nearest is `{}`, {rtt} away", model[to].name),
        None => format!("no link leads from `{}` to it", model[from].name),
    }
}
