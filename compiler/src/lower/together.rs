//! Which events may be in force at once: sets of them that come to one proved scenario.
//!
//! Takes the days, gives sets, each sorted: every event alone; every proved set of regions; and every two, three or four
//! events of which the union is a scenario that was proved (a cell and then its region, a drain and then its loss, an event
//! that is two regions with one of them and a cell of the other). Invariant: what is listed has one overlay for all of it,
//! its own or that of `same_as`; smaller sets are listed before larger ones, up to a fixed number.

use super::overlay::Day;
use crate::model::LocationId;
use crate::proof::{ScenarioKind, Verdict};
use seawall_schema::Share;
use std::collections::{BTreeMap, BTreeSet};

/// Events that may be in force together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// Names of their overlays, sorted.
    pub events: Vec<String>,
    /// The overlay that is in force for them, where it is not of their joined name.
    pub same_as: Option<String>,
}

/// Most events that are compared with each other.
const COMPARED: usize = 400;
/// Most events of one set whose overlay is another's.
const EVENTS: usize = 4;
/// Most such sets: each is a line of every bundle.
const SETS: usize = 2_000;
/// Sets that are looked at.
const TRIED: usize = 200_000;

/// Locations that fail, and those that are drained.
type Extent = (BTreeSet<LocationId>, BTreeMap<LocationId, Share>);

/// The sets; and whether there are more that would hold.
pub(super) fn together(days: &[Day<'_>]) -> (Vec<Together>, bool) {
    let alone =
        |day: &Day<'_>| Together { events: day.name.split('+').map(str::to_owned).collect(), same_as: None };
    let mut sets: Vec<Together> = days.iter().map(alone).collect();
    let mut known: BTreeSet<Vec<String>> = sets.iter().map(|set| set.events.clone()).collect();
    let wholes: Vec<_> = days.iter().filter_map(|day| Some((day, extent(day)?))).collect();
    let parts: Vec<_> = wholes.iter().filter(|(day, _)| !day.name.contains('+')).take(COMPARED).collect();
    let inside = |whole: &Extent| parts.iter().filter(|(_, part)| within(part, whole)).copied().collect();
    let wholes: Vec<(_, Vec<&(&Day<'_>, Extent)>)> =
        wholes.iter().map(|whole| (whole, inside(&whole.1))).collect();
    let (mut found, mut tried) = (0, 0);
    for size in 2..=EVENTS {
        for ((day, extent), parts) in &wholes {
            let proved = matches!(day.outcome.verdict, Verdict::Survivable(_));
            let mut chosen: Vec<usize> = (0..size).collect();
            while size <= parts.len() {
                if tried == TRIED || found == SETS {
                    return (sorted(sets), true);
                }
                tried += 1;
                let picked = || chosen.iter().map(|part| parts[*part]);
                // One that holds all others is in force by itself, proved or not.
                let same = picked().any(|(part, _)| part.name == day.name)
                    || proved && union(picked().map(|(_, part)| part)).as_ref() == Some(extent);
                let mut events: Vec<_> = picked().map(|(part, _)| part.name.clone()).collect();
                events.sort();
                if same && known.insert(events.clone()) {
                    found += 1;
                    sets.push(Together { events, same_as: Some(day.name.clone()) });
                }
                if !advance(&mut chosen, parts.len()) {
                    break;
                }
            }
        }
    }
    (sorted(sets), false)
}

fn sorted(mut sets: Vec<Together>) -> Vec<Together> {
    sets.sort_by(|a, b| (a.events.len(), &a.events).cmp(&(b.events.len(), &b.events)));
    sets
}

/// The next choice of as many, in lexicographic order.
fn advance(chosen: &mut [usize], of: usize) -> bool {
    let size = chosen.len();
    let Some(at) = (0..size).rev().find(|at| chosen[*at] < of - size + at) else { return false };
    chosen[at] += 1;
    for next in at + 1..size {
        chosen[next] = chosen[next - 1] + 1;
    }
    true
}

/// What an event does to locations; a partition does nothing to them, so it goes with nothing else.
fn extent(day: &Day<'_>) -> Option<Extent> {
    let scenario = &day.outcome.scenario;
    if matches!(scenario.kind, ScenarioKind::Partition(_)) {
        return None;
    }
    Some((scenario.failed.iter().copied().collect(), scenario.drained.iter().copied().collect()))
}

/// Whether an event does nothing that the whole does not do as well, or undo by a failure.
fn within(part: &Extent, whole: &Extent) -> bool {
    let drained = |(c, share): (&LocationId, &Share)| whole.0.contains(c) || whole.1.get(c) == Some(share);
    part.0.is_subset(&whole.0) && part.1.iter().all(drained)
}

/// All at once: what fails is not drained; drains of one place by different shares are no one scenario.
fn union<'e>(parts: impl Iterator<Item = &'e Extent> + Clone) -> Option<Extent> {
    let failed: BTreeSet<LocationId> = parts.clone().flat_map(|(failed, _)| failed).copied().collect();
    let mut drained = BTreeMap::new();
    for (location, share) in parts.flat_map(|(_, drained)| drained).filter(|(c, _)| !failed.contains(c)) {
        if drained.insert(*location, *share).is_some_and(|other| other != *share) {
            return None;
        }
    }
    Some((failed, drained))
}
