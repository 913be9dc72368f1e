//! Whether an object stands as declared: a pure verdict over what the cluster says of it.
//!
//! Takes an object as JSON, gives [`Health`]. The rules are those of kstatus (`sigs.k8s.io/cli-utils`): first what holds
//! for every kind (deletion, observed generation, `Reconciling`, `Stalled`), then the rule of the kind, then the condition
//! `Ready`. Invariants: no clock and no client; an object without any of these is ready, since nothing says otherwise.

mod batch;
mod crowd;
mod platform;
mod pods;
mod queues;
mod table;
#[cfg(test)]
mod tests;
mod view;
mod workloads;

pub use crowd::{Crowd, crowd};

use serde_json::Value;
use view::View;

/// Whether an object stands as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It does.
    Ready,
    /// Not yet; says what is missing. Whoever waits has a deadline.
    Progressing(String),
    /// Its controller has given up; says why. Waiting does not help.
    Failed(String),
}

impl Health {
    /// Whether the object stands.
    pub fn is_ready(&self) -> bool {
        *self == Health::Ready
    }

    /// What is missing or broken; `None` where the object stands.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Health::Ready => None,
            Health::Progressing(why) | Health::Failed(why) => Some(why),
        }
    }
}

/// The verdict on `object` as the cluster returned it.
pub fn verdict(object: &Value) -> Health {
    let view = View::new(object);
    if let Some(decided) = common(&view) {
        return decided;
    }
    match table::rule(view.group(), view.kind()) {
        Some(rule) => rule(&view),
        None => ready_condition(&view),
    }
}

/// What holds for every kind and decides before the kind's own rule.
fn common(view: &View<'_>) -> Option<Health> {
    if view.text("/metadata/deletionTimestamp").is_some_and(|time| !time.is_empty()) {
        return Some(Health::Progressing("is being deleted".to_owned()));
    }
    if let (Some(generation), Some(observed)) =
        (view.integer("/metadata/generation"), view.integer("/status/observedGeneration"))
        && generation != observed
    {
        let why = format!("generation {generation} is not observed yet, last seen {observed}");
        return Some(Health::Progressing(why));
    }
    standard(view)
}

/// The two conditions that kstatus itself defines; the first in the list decides.
fn standard(view: &View<'_>) -> Option<Health> {
    view.conditions().filter(|condition| condition.is_true()).find_map(|condition| match condition.name {
        "Reconciling" => Some(Health::Progressing(condition.words())),
        "Stalled" => Some(Health::Failed(condition.words())),
        _ => None,
    })
}

/// The rule of kinds without one: the condition `Ready`, where there is one.
fn ready_condition(view: &View<'_>) -> Health {
    match view.condition("Ready") {
        Some(condition) if !condition.is_true() => Health::Progressing(condition.words()),
        _ => Health::Ready,
    }
}
