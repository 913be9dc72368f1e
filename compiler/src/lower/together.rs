//! Which events may be in force at once: sets of them that come to one proved scenario.
//!
//! Takes the days, gives sets, each sorted: every event alone; every proved set of regions; and every two events of which
//! the union is a scenario that was proved (a cell and then its region, a drain and then its loss, an event that is two
//! regions). Invariant: what is listed has one overlay for all of it, its own or that of `same_as`.

use super::overlay::Day;
use crate::model::LocationId;
use crate::proof::{ScenarioKind, Verdict};
use seawall_schema::Share;
use std::collections::BTreeMap;

/// Events that may be in force together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// Names of their overlays, sorted.
    pub events: Vec<String>,
    /// The overlay that is in force for them, where it is not of their joined name.
    pub same_as: Option<String>,
}

/// Most events that are compared in pairs.
const COMPARED: usize = 400;

/// Locations that fail, and those that are drained.
type Extent = (Vec<LocationId>, Vec<(LocationId, Share)>);

pub(super) fn together(days: &[Day<'_>]) -> Vec<Together> {
    let alone =
        |day: &Day<'_>| Together { events: day.name.split('+').map(str::to_owned).collect(), same_as: None };
    let mut sets: Vec<Together> = days.iter().map(alone).collect();
    let mut proved: BTreeMap<Extent, &Day<'_>> = BTreeMap::new();
    for day in days.iter().filter(|day| matches!(day.outcome.verdict, Verdict::Survivable(_))) {
        if let Some(extent) = extent(day) {
            proved.entry(extent).or_insert(day);
        }
    }
    let singles = days.iter().filter(|day| !day.name.contains('+'));
    let singles: Vec<_> = singles.filter_map(|day| Some((day, extent(day)?))).take(COMPARED).collect();
    for (at, (a, of_a)) in singles.iter().enumerate() {
        for (b, of_b) in &singles[at + 1..] {
            let Some(union) = union(of_a, of_b) else { continue };
            // One that holds the other is in force by itself, proved or not.
            let same = match () {
                () if union == *of_a => Some(&a.name),
                () if union == *of_b => Some(&b.name),
                () => proved.get(&union).map(|day| &day.name),
            };
            let Some(same) = same else { continue };
            let mut events = vec![a.name.clone(), b.name.clone()];
            events.sort();
            if sets.iter().all(|set| set.events != events) {
                sets.push(Together { events, same_as: Some(same.clone()) });
            }
        }
    }
    sets.sort_by(|a, b| (a.events.len(), &a.events).cmp(&(b.events.len(), &b.events)));
    sets
}

/// What an event does to locations; a partition does nothing to them, so it goes with nothing else.
fn extent(day: &Day<'_>) -> Option<Extent> {
    let scenario = &day.outcome.scenario;
    if matches!(scenario.kind, ScenarioKind::Partition(_)) {
        return None;
    }
    let (mut failed, mut drained) = (scenario.failed.clone(), scenario.drained.clone());
    failed.sort();
    drained.sort();
    Some((failed, drained))
}

/// Both at once: what fails is not drained; drains of one place by different shares are no one scenario.
fn union(a: &Extent, b: &Extent) -> Option<Extent> {
    let mut failed: Vec<LocationId> = a.0.iter().chain(&b.0).copied().collect();
    failed.sort();
    failed.dedup();
    let mut drained: Vec<_> = a.1.iter().chain(&b.1).copied().filter(|(c, _)| !failed.contains(c)).collect();
    drained.sort();
    drained.dedup();
    let twice = drained.windows(2).any(|pair| pair[0].0 == pair[1].0);
    (!twice).then_some((failed, drained))
}
