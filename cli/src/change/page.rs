//! What a change does to resilience, as tables of a page.

use super::Changes;
use super::resilience::{Lane, Left, Resilience, Time};
use crate::page::{Block, Mood, Page};

/// Headroom, then verdicts with the bad ones first, then what scenarios leave, then times.
pub(super) fn resilience(changes: &Changes, rows: usize) -> Page {
    let Resilience { lanes, verdicts, scenarios, times } = &changes.resilience;
    let mut page = Page::new(rows);
    if changes.resilience.is_empty() {
        return page;
    }
    page.heading("resilience");
    let lane = |l: &Lane| {
        let side = |room: &Option<super::resilience::Room>| room.as_ref().map_or("–".into(), |r| r.words());
        vec![l.region.clone(), l.lane.clone(), side(&l.before), "→".into(), side(&l.after)]
    };
    page.table(&["region", "lane", "headroom before", "", "after"], lanes.iter().map(lane).collect());
    let mut lines: Vec<_> = verdicts.iter().map(super::Verdict::words).collect();
    lines.sort_by_key(|(_, mood)| *mood != Mood::Bad);
    page.blocks.extend(lines.into_iter().take(rows).map(|(line, mood)| Block::Line(line, mood)));
    if verdicts.len() > rows {
        page.note(format!("… {} more scenarios", verdicts.len() - rows));
    }
    let left = |l: &Left| {
        let side = |room: &Option<super::resilience::Room>| {
            room.as_ref().map_or("nothing moves".into(), |r| format!("{} {}", r.place(), r.words()))
        };
        vec![l.scenario.clone(), side(&l.before), "→".into(), side(&l.after)]
    };
    page.table(&["scenario", "least headroom before", "", "after"], scenarios.iter().map(left).collect());
    let time = |t: &Time| {
        let side = |time: &Option<(String, Option<String>)>| match time {
            None => String::from("–"),
            Some((sum, None)) => sum.clone(),
            Some((sum, Some(limit))) => format!("{sum} of {limit}"),
        };
        vec![t.workload.clone(), t.to.clone(), side(&t.before), "→".into(), side(&t.after)]
    };
    page.table(&["workload", "to", "rto before", "", "after"], times.iter().map(time).collect());
    page
}

impl super::Verdict {
    /// In a sentence, and how it is meant.
    pub(super) fn words(&self) -> (String, Mood) {
        let name = &self.scenario;
        let bad = |verdict: &str| !matches!(verdict, "survivable" | "feasible");
        match (self.before.as_deref(), self.after.as_deref()) {
            (Some(before), Some(after)) if !bad(before) && bad(after) => {
                let lost = if before == "feasible" { "no longer feasible" } else { "no longer survivable" };
                (format!("{name}: {before} → {after}, {lost}"), Mood::Bad)
            }
            (Some(before), Some(after)) if bad(before) && !bad(after) => {
                let won = if after == "feasible" { "now feasible" } else { "now survivable" };
                (format!("{name}: {before} → {after}, {won}"), Mood::Good)
            }
            (before, after) => {
                let side = |side: Option<&str>| side.unwrap_or("not asked").to_owned();
                let mood = match (before, after) {
                    (_, Some(after)) if bad(after) => Mood::Bad,
                    // What nobody asks for any more is not proved any more.
                    (_, None) => Mood::Plain,
                    _ => Mood::Good,
                };
                (format!("{name}: {} → {}", side(before), side(after)), mood)
            }
        }
    }
}
