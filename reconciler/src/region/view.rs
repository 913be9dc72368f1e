//! What a worker knows of its cluster: metadata of what is ours, what it remembers of each object, and how it stands.
//!
//! Takes listings, watch changes and outcomes of writes, gives the situation that a plan is computed from. No client.

use crate::apply::Done;
use crate::cluster::{Change, Observed};
use crate::health::{Crowd, Health, crowd, verdict};
use crate::plan::{Identity, Record};
use seawall_schema::object::ObjectKey;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The worker's picture of its cluster.
#[derive(Debug, Default)]
pub(super) struct View {
    /// What carries our label.
    pub(super) observed: BTreeMap<Identity, Observed>,
    /// What we applied or compared in full.
    pub(super) records: BTreeMap<Identity, Record>,
    /// How objects stand that were not ready when last seen whole.
    pub(super) unready: BTreeMap<Identity, (ObjectKey, Health)>,
    /// Controllers whose pods were not as many as asked for when last seen whole.
    pub(super) crowds: BTreeMap<Identity, Crowd>,
    /// Objects that changed since they were last seen whole: their health may be another.
    pub(super) restless: BTreeMap<Identity, ObjectKey>,
    /// The last of the unready that was looked at: where there are many, each has its turn.
    turn: Option<Identity>,
    /// Whether a complete listing is due.
    pub(super) stale: bool,
}

impl View {
    /// A view that knows nothing yet.
    pub(super) fn new() -> Self {
        Self { stale: true, ..Self::default() }
    }

    /// Takes a complete listing.
    pub(super) fn listed(&mut self, all: Vec<Observed>) {
        let mut before = std::mem::take(&mut self.observed);
        for observed in all {
            if let Some(old) = before.remove(&Identity::of(&observed.key)) {
                self.observed.insert(Identity::of(&old.key), old);
            }
            self.present(observed);
        }
        let gone: Vec<Identity> = before.into_keys().collect();
        gone.iter().for_each(|identity| self.forget(identity));
        self.stale = false;
    }

    /// Takes one change of a watch.
    pub(super) fn changed(&mut self, change: Change) {
        match change {
            Change::Present(observed) => self.present(observed),
            Change::Gone(key) => self.forget(&Identity::of(&key)),
            Change::Restarted => self.stale = true,
        }
    }

    fn present(&mut self, observed: Observed) {
        let identity = Identity::of(&observed.key);
        if self.observed.get(&identity).is_some_and(|known| is_older(&observed, known)) {
            return;
        }
        if self.records.get(&identity).is_some_and(|record| record.version != observed.resource_version) {
            self.restless.insert(identity.clone(), observed.key.clone());
        }
        self.observed.insert(identity, observed);
    }

    fn forget(&mut self, identity: &Identity) {
        self.observed.remove(identity);
        self.records.remove(identity);
        self.unready.remove(identity);
        self.crowds.remove(identity);
        self.restless.remove(identity);
    }

    /// Takes what a step did.
    pub(super) fn did(&mut self, key: &ObjectKey, done: Done) {
        let identity = Identity::of(key);
        match (done.record, done.seen) {
            (Some(record), Some(seen)) => {
                self.records.insert(identity.clone(), record);
                self.observed.insert(identity, seen);
                self.stands(key, done.health, done.crowd);
            }
            (_, left) => {
                self.unready.remove(&identity);
                self.crowds.remove(&identity);
                // The watch says when it is gone.
                self.observed.extend(left.map(|left| (identity, left)));
            }
        }
    }

    /// Whether an object is there and is being deleted.
    pub(super) fn is_going(&self, key: &ObjectKey) -> bool {
        self.observed.get(&Identity::of(key)).is_some_and(|seen| seen.deletion.is_some())
    }

    /// What is being deleted and still there, with what holds it.
    pub(super) fn going(&self) -> impl Iterator<Item = String> {
        self.observed.values().filter_map(|seen| Some(format!("{} {}", seen.key, seen.deletion.as_ref()?)))
    }

    /// Takes an object as the cluster returned it.
    pub(super) fn looked_at(&mut self, key: &ObjectKey, object: &Value) {
        self.stands(key, verdict(object), crowd(object));
    }

    fn stands(&mut self, key: &ObjectKey, health: Health, crowd: Crowd) {
        let identity = Identity::of(key);
        self.restless.remove(&identity);
        match crowd {
            Crowd::Right => drop(self.crowds.remove(&identity)),
            other => drop(self.crowds.insert(identity.clone(), other)),
        }
        if health.is_ready() {
            self.unready.remove(&identity);
        } else {
            self.unready.insert(identity, (key.clone(), health));
        }
    }

    /// At most so many objects whose health is to be looked up: first those that have changed.
    pub(super) fn next_looks(&mut self, most: usize) -> Vec<ObjectKey> {
        let mut keys: Vec<ObjectKey> = self.restless.values().take(most).cloned().collect();
        let left = most - keys.len();
        let later = |identity: &Identity| self.turn.as_ref().is_none_or(|turn| identity > turn);
        let (after, before): (Vec<_>, Vec<_>) = self
            .unready
            .iter()
            .filter(|(identity, _)| !self.restless.contains_key(*identity))
            .partition(|(identity, _)| later(identity));
        let chosen: Vec<_> = after.into_iter().chain(before).take(left).collect();
        let turn = chosen.last().map(|(identity, _)| (*identity).clone());
        keys.extend(chosen.into_iter().map(|(_, (key, _))| key.clone()));
        self.turn = turn;
        keys
    }

    /// Keeps health only of what is wanted.
    pub(super) fn keep_health_of(&mut self, wanted: &BTreeSet<Identity>) {
        self.unready.retain(|identity, _| wanted.contains(identity));
        self.crowds.retain(|identity, _| wanted.contains(identity));
        self.restless.retain(|identity, _| wanted.contains(identity));
    }
}

/// Whether `new` is an earlier version of the same incarnation: a watch that lags behind our own write. Versions are
/// compared as numbers, which API servers have promised since Kubernetes 1.35 (KEP-5504); others are never older.
fn is_older(new: &Observed, known: &Observed) -> bool {
    let number = |observed: &Observed| observed.resource_version.parse::<u128>().ok();
    match (number(new), number(known)) {
        (Some(new_version), Some(known_version)) => new.uid == known.uid && new_version < known_version,
        _ => false,
    }
}
