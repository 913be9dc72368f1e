//! Which of the declared events are in force. Pure.
//!
//! Takes what git and the region's own cluster declare and what was in force before, gives a set that was proved as one
//! scenario. Invariant: what was not proved together is never laid over the base together.

use crate::bundle::Bundle;
use std::collections::BTreeSet;

/// The events that are in force, and what is said about the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// In force, sorted.
    pub events: Vec<String>,
    /// Why others are not; `None` where all are.
    pub refused: Option<String>,
}

/// Chooses among the declared events of `bundle`.
pub fn choose(bundle: &Bundle, local: &[String], before: &[String]) -> Choice {
    let git = &bundle.active_events;
    let all: BTreeSet<&String> = git.iter().chain(local).collect();
    let (known, unknown): (Vec<&String>, Vec<&String>) =
        all.iter().copied().partition(|event| bundle.file.events.contains_key(*event));
    let mut said = Vec::new();
    if !unknown.is_empty() {
        said.push(format!("no overlay for {} in this bundle", join(&unknown)));
    }
    let still: Vec<&String> = known.iter().copied().filter(|event| before.contains(event)).collect();
    let from_git: Vec<&String> = known.iter().copied().filter(|event| git.contains(event)).collect();
    let tried = [known.clone(), still, from_git, known.first().copied().into_iter().collect()];
    // An empty set is no answer as long as there is another: what is declared is meant.
    let chosen =
        tried.into_iter().find(|events| !events.is_empty() && proved(bundle, events)).unwrap_or_default();
    if chosen.len() < known.len() {
        let held = if chosen.is_empty() { "none".to_owned() } else { join(&chosen) };
        said.push(format!("{} were not proved together, in force: {held}", join(&known)));
    }
    let refused = (!said.is_empty()).then(|| said.join("; "));
    Choice { events: chosen.into_iter().cloned().collect(), refused }
}

fn join(events: &[&String]) -> String {
    events.iter().map(|event| event.as_str()).collect::<Vec<_>>().join(" + ")
}

/// Whether `events`, sorted, were proved as one scenario and their overlays do not contradict each other.
fn proved(bundle: &Bundle, events: &[&String]) -> bool {
    let listed = |set: &Vec<String>| set.iter().eq(events.iter().copied());
    let together = events.len() < 2 || bundle.file.combinations.iter().any(listed);
    let owned: Vec<String> = events.iter().map(|event| (*event).clone()).collect();
    together && super::wanted(bundle, &owned).is_ok()
}
