//! From what is wanted and what is there to ordered steps. Pure: never sees a client.
//!
//! Takes the objects wanted ([`wanted`]), the inventory and what a watch shows; gives a [`Plan`]. Invariants: nothing to
//! do is an empty plan; only what is in our inventory and carries our label is ever deleted.

mod declared;
pub mod diff;
mod ending;
#[cfg(test)]
mod tests;
pub(crate) mod traffic;
mod turn;
mod wanted;

pub use declared::{Choice, choose};
pub use ending::{Back, Pace, users_going_back, work_going_back};
pub use turn::Turn;
pub use wanted::{Identity, Want, Wanted, wanted};

use crate::cluster::Observed;
use seawall_schema::digest::sha256;
use seawall_schema::object::ObjectKey;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

/// What the worker remembers of an object that it applied or compared in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Digest of the file that was applied.
    pub digest: String,
    /// Which incarnation.
    pub uid: String,
    /// The version after which nothing of ours differed.
    pub version: String,
    /// The fields that we owned then.
    pub owned: Option<u128>,
}

/// What is to be done with one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is not there.
    Create,
    /// It is there in another version of ours.
    Update,
    /// It is there in the right version, and somebody may have changed it: compare, and put back what differs.
    Check,
    /// It is not wanted any more; this incarnation goes.
    Delete {
        /// The incarnation.
        uid: String,
    },
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The object.
    pub key: ObjectKey,
    /// Its file in the bundle; `None` for what is deleted.
    pub path: Option<String>,
    /// What is to be done.
    pub action: Action,
    /// The weight that a traffic record gets, where that is not the one in its file.
    pub weight: Option<u64>,
}

/// A plan as it was computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed;
/// A plan that the gate let through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved;

/// Ordered steps from what is there to what is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan<State> {
    /// Steps by turn, in order.
    pub turns: Vec<(Turn, Vec<Step>)>,
    /// Deletions, last phase first.
    pub deletes: Vec<Step>,
    /// What the inventory must hold before the first write: all that was ours and all that becomes ours.
    pub union: BTreeSet<ObjectKey>,
    /// What the inventory holds when all is done.
    pub after: BTreeSet<ObjectKey>,
    state: PhantomData<State>,
}

/// What a plan is computed from.
pub struct Situation<'a> {
    /// What is wanted.
    pub wanted: &'a Wanted,
    /// Name of the inventory, the value of its label.
    pub inventory_name: &'a str,
    /// What is ours so far.
    pub inventory: &'a BTreeSet<ObjectKey>,
    /// What is there, of what carries our label.
    pub observed: &'a BTreeMap<Identity, Observed>,
    /// What is known of it.
    pub records: &'a BTreeMap<Identity, Record>,
    /// Whether the work of the overlays in force is known to stand: what users may be sent to beyond the first step.
    pub standing: bool,
    /// How far users go back at the end of an event.
    pub pace: Pace,
}

/// Computes the plan.
pub fn plan(situation: &Situation<'_>) -> Plan<Proposed> {
    let Situation { wanted, inventory, .. } = situation;
    let mut turns: Vec<(Turn, Vec<Step>)> = Turn::ALL.iter().map(|turn| (*turn, Vec::new())).collect();
    for want in &wanted.objects {
        if let Some((action, weight)) = judge(situation, want) {
            let step = Step { key: want.key.clone(), path: Some(want.path.clone()), action, weight };
            if let Some((_, steps)) = turns.iter_mut().find(|(turn, _)| *turn == want.turn) {
                steps.push(step);
            }
        }
    }
    turns.retain(|(_, steps)| !steps.is_empty());
    let mut after: BTreeSet<ObjectKey> = wanted.objects.iter().map(|want| want.key.clone()).collect();
    let union = inventory.union(&after).cloned().collect();
    let off = unwanted(situation);
    after.extend(off.iter().filter(|(_, seen)| seen.deletion.is_some()).map(|(key, _)| (*key).clone()));
    Plan { turns, deletes: deletions(&off), union, after, state: PhantomData }
}

/// What is to be done with one wanted object, and the weight it gets where that is not its file's; `None` where nothing is.
pub fn judge(situation: &Situation<'_>, want: &Want) -> Option<(Action, Option<u64>)> {
    let identity = Identity::of(&want.key);
    let seen = situation.observed.get(&identity);
    let weight = traffic::next(want, seen, situation);
    let digest = traffic::digest(&want.digest, weight);
    let Some(seen) = seen else { return Some((Action::Create, weight)) };
    if seen.deletion.is_some() {
        // It comes back as `Create` once it is gone; applying to what is going away would be lost.
        return None;
    }
    let record = situation.records.get(&identity);
    if seen.digest.as_deref() != Some(digest.as_str()) {
        // Whatever we apply carries its digest: where it is gone, or another after we applied this very file, somebody took
        // it off, and maybe more.
        let applied = record.is_some_and(|record| record.uid == seen.uid && record.digest == digest);
        let tampered = applied || seen.digest.is_none();
        return Some((if tampered { Action::Check } else { Action::Update }, weight));
    }
    match record {
        Some(record) if in_sync(record, seen, &digest) => None,
        _ => Some((Action::Check, weight)),
    }
}

/// The same incarnation with the same digest, and either the very version that we saw whole, or one since which none of
/// our fields has gone to somebody else. (Status writes of others change the version and not that.)
fn in_sync(record: &Record, seen: &Observed, digest: &str) -> bool {
    let ours = record.owned.is_some() && record.owned == seen.owned_fields;
    record.uid == seen.uid && record.digest == digest && (record.version == seen.resource_version || ours)
}

/// What is ours, is there, and is not wanted any more.
fn unwanted<'a>(situation: &Situation<'a>) -> Vec<(&'a ObjectKey, &'a Observed)> {
    let kept: BTreeSet<Identity> =
        situation.wanted.objects.iter().map(|want| Identity::of(&want.key)).collect();
    let there = situation.inventory.iter().filter_map(|key| {
        let identity = Identity::of(key);
        let seen = situation.observed.get(&identity).filter(|_| !kept.contains(&identity))?;
        (seen.inventory.as_deref() == Some(situation.inventory_name)).then_some((key, seen))
    });
    there.collect()
}

/// What is going away already is not deleted twice.
fn deletions(off: &[(&ObjectKey, &Observed)]) -> Vec<Step> {
    let mut going: Vec<(usize, Step)> = Vec::new();
    for (key, seen) in off.iter().filter(|(_, seen)| seen.deletion.is_none()) {
        let action = Action::Delete { uid: seen.uid.clone() };
        going.push((
            wanted::rank(&key.kind),
            Step { key: seen.key.clone(), path: None, action, weight: None },
        ));
    }
    going.sort_by(|(a, x), (b, y)| b.cmp(a).then_with(|| y.key.cmp(&x.key)));
    going.into_iter().map(|(_, step)| step).collect()
}

impl<State> Plan<State> {
    /// Whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.turns.is_empty() && self.deletes.is_empty()
    }

    /// All steps in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.turns.iter().flat_map(|(_, steps)| steps).chain(&self.deletes)
    }

    /// What an operator approves: the deletions, and the bundle that asks for them.
    pub fn digest(&self, bundle_digest: &str) -> String {
        let mut text = format!("{bundle_digest}\n");
        for step in &self.deletes {
            text.push_str(&format!("{} {}\n", step.key.api_version, step.key));
        }
        sha256(text.as_bytes())
    }

    /// Without its deletions; what was ours stays in the inventory.
    pub fn without_deletes(mut self) -> Self {
        self.after = self.union.clone();
        self.deletes.clear();
        self
    }

    pub(crate) fn into_state<Next>(self) -> Plan<Next> {
        let Self { turns, deletes, union, after, state: _ } = self;
        Plan { turns, deletes, union, after, state: PhantomData }
    }
}
