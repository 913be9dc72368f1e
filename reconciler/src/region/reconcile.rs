//! From the bundle in force to the cluster: observe, plan, gate, apply, settle.
//!
//! One call is one step of convergence: it never waits for anything but single requests, so that drift is put back while a
//! rollout settles. Invariant: the inventory is written before the first object.

use super::carry::Rollout;
use super::view::View;
use super::worker::Worker;
use crate::apply::patiently;
use crate::bundle::Bundle;
use crate::cluster::{ClusterError, Extent};
use crate::gate::{Facts, Held, gate, operator};
use crate::plan::{Approved, Identity, Pace, Plan, Proposed, Situation, Turn, Wanted, choose, plan, wanted};
use futures::StreamExt as _;
use std::collections::BTreeSet;
use tokio::time::Instant;

/// Health looked up in one step.
const LOOKS: usize = 64;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Everything that can be done is done.
    Settled,
    /// A rollout waits for objects to get ready, or work is left.
    Settling,
    /// Something failed that may work later.
    Failed,
    /// Single objects failed; each has its own time for the next try.
    Refused,
}

impl Worker {
    /// Takes the cluster one step closer to what is wanted.
    pub(super) async fn reconcile(&mut self) -> Progress {
        self.last_writes = 0;
        self.lost = false;
        self.inventory.begin();
        if let Err(error) = self.observe().await {
            let message = format!("{error}; nothing is changed until it answers");
            self.conditions.set("Observed", false, "Unreachable", message);
            return Progress::Failed;
        }
        self.conditions.set("Observed", true, "Observed", format!("{} objects", self.view.observed.len()));
        self.consider_candidate();
        let Some(bundle) = self.in_force.clone() else { return Progress::Settled };
        if self.choose_events(&bundle) {
            self.rollout = Some(Rollout::default());
            self.retries.clear();
        } else if let Some(suspension) = operator::suspension(&self.config.state) {
            let message = format!("suspended by {}: {}", suspension.by, suspension.reason);
            self.conditions.set("Gated", false, "Suspended", message);
            return Progress::Settled;
        }
        let wanted = self.wanted_now(&bundle);
        let pace = self.pace(&bundle);
        let proposed = self.propose(&bundle, &wanted, pace);
        let approved = self.pass_gate(&bundle, &wanted, proposed);
        let progress = self.carry_out(&bundle, &wanted, approved, pace).await;
        self.look_at_health(&wanted).await;
        self.say_ready();
        progress
    }

    /// Brings the view up to date: the inventory and a complete listing where the watch cannot be
    /// trusted.
    async fn observe(&mut self) -> Result<(), ClusterError> {
        let bundles = [self.in_force.as_ref(), self.candidate.as_ref()];
        let Some(name) = bundles.iter().flatten().next().map(|bundle| bundle.file.inventory.clone()) else {
            return Ok(());
        };
        let due = self.listed.is_none_or(|at| at.elapsed() >= self.config.resync);
        if self.inventory.stored.is_none() || self.view.stale || due {
            self.confirm_inventory(&name).await?;
        }
        let extents = self.extents();
        let known = self.watch.as_ref().is_some_and(|(watched, _)| *watched == extents);
        if !known {
            self.watch = Some((extents.clone(), self.cluster.watch(&name, &extents)));
        }
        if !known || self.view.stale || due {
            let all = patiently(|| self.cluster.list(&name, &extents)).await?;
            self.view.listed(all);
            self.listed = Some(Instant::now());
        }
        Ok(())
    }

    /// The kinds that are ours or may become so, and where.
    fn extents(&self) -> Vec<Extent> {
        let bundles = [self.in_force.as_ref(), self.candidate.as_ref()].into_iter().flatten();
        let entries = bundles.flat_map(|bundle| bundle.entries.values().map(|entry| &entry.key));
        Extent::of(entries.chain(self.inventory.keys()))
    }

    /// Puts a fetched bundle in force where the gate lets it through.
    fn consider_candidate(&mut self) {
        let Some(candidate) = self.candidate.take() else { return };
        let same = self.in_force.as_ref().is_some_and(|bundle| bundle.digest == candidate.digest);
        if same {
            self.activate(candidate);
            return;
        }
        if let Some(suspension) = operator::suspension(&self.config.state) {
            let message = format!("suspended by {}: {}", suspension.by, suspension.reason);
            self.conditions.set("Gated", false, "Suspended", message);
            self.candidate = Some(candidate);
            return;
        }
        let chosen = choose(&candidate, &self.local, &self.force.events);
        let wanted = wanted(&candidate, &chosen.events).unwrap_or_default();
        let proposed = self.propose(&candidate, &wanted, self.pace(&candidate));
        match gate(proposed, &self.facts(&candidate, &wanted, false, &self.approvals())) {
            Ok(_) => {
                self.conditions.set("Gated", true, "Passed", format!("commit {}", candidate.commit));
                self.activate(candidate);
            }
            Err(held) => {
                self.held(&held);
                self.candidate = Some(candidate);
            }
        }
    }

    fn held(&mut self, held: &Held) {
        self.conditions.set("Gated", false, held.reason, held.message.clone());
    }

    /// Chooses among what is declared; whether that is another choice than before.
    fn choose_events(&mut self, bundle: &Bundle) -> bool {
        let chosen = choose(bundle, &self.local, &self.force.events);
        match &chosen.refused {
            Some(why) => self.conditions.set("Declared", false, "NotProved", why.clone()),
            None if chosen.events.is_empty() => {
                self.conditions.set("Declared", true, "None", "no event is in force")
            }
            None => self.conditions.set("Declared", true, "InForce", chosen.events.join(", ")),
        }
        self.enter(chosen.events)
    }

    fn propose(&self, bundle: &Bundle, wanted: &Wanted, pace: Pace) -> Plan<Proposed> {
        let empty = BTreeSet::new();
        plan(&Situation {
            wanted,
            inventory_name: &bundle.file.inventory,
            inventory: self.inventory.stored.as_ref().map_or(&empty, |inventory| &inventory.keys),
            observed: &self.view.observed,
            records: &self.view.records,
            standing: self.stands(wanted),
            pace,
        })
    }

    /// Whether all that the overlays in force change, but records of traffic, was seen whole and is ready.
    fn stands(&self, wanted: &Wanted) -> bool {
        let View { records, unready, restless, .. } = &self.view;
        let work = wanted.objects.iter().filter(|want| want.turn != Turn::Traffic);
        let mut work =
            work.filter(|want| want.path.starts_with("events/")).map(|want| Identity::of(&want.key));
        work.all(|id| records.contains_key(&id) && !unready.contains_key(&id) && !restless.contains_key(&id))
    }

    /// Records of traffic that have not come to their last weight yet.
    fn rising(&self, wanted: &Wanted) -> Vec<String> {
        let rising = wanted.objects.iter().filter(|want| !want.weights.is_empty());
        let held = rising.filter_map(|want| {
            let last = want.weights.last()?;
            let seen = self.view.observed.get(&Identity::of(&want.key))?;
            let now = seen.weight.unwrap_or(0);
            (now < *last).then(|| format!("{} at {now} of {last}", want.key.name))
        });
        held.collect()
    }

    pub(super) fn say_traffic(&mut self, wanted: &Wanted) -> bool {
        let rising = self.rising(wanted);
        if !rising.is_empty() {
            let message = format!("{}; the rest once the work stands", rising.join(", "));
            self.conditions.set("Traffic", false, "Rising", message);
        } else if wanted.objects.iter().any(|want| !want.weights.is_empty()) {
            self.conditions.set("Traffic", true, "Risen", "every record has its last weight");
        }
        !rising.is_empty()
    }

    fn facts<'a>(
        &self,
        bundle: &'a Bundle,
        wanted: &'a Wanted,
        in_force: bool,
        approvals: &'a BTreeSet<String>,
    ) -> Facts<'a> {
        let inventory = self.inventory.stored.as_ref().map_or(0, |inventory| inventory.keys.len());
        Facts { bundle, wanted, in_force, inventory, approvals, now: jiff::Timestamp::now() }
    }

    /// Lets the plan for the bundle in force through; where its deletions are held, the rest.
    fn pass_gate(&mut self, bundle: &Bundle, wanted: &Wanted, proposed: Plan<Proposed>) -> Plan<Approved> {
        let approvals = self.approvals();
        match gate(proposed.clone(), &self.facts(bundle, wanted, true, &approvals)) {
            Ok(approved) => {
                if self.candidate.is_none() {
                    self.conditions.set("Gated", true, "Passed", format!("commit {}", bundle.commit));
                }
                approved
            }
            Err(held) => {
                self.held(&held);
                proposed.without_deletes().into_state()
            }
        }
    }

    /// Looks again at what was not ready, or has changed since it was seen whole.
    async fn look_at_health(&mut self, wanted: &Wanted) {
        let identities = wanted.objects.iter().map(|want| Identity::of(&want.key)).collect();
        self.view.keep_health_of(&identities);
        let keys = self.view.next_looks(LOOKS);
        let cluster = &self.cluster;
        let looks = futures::stream::iter(keys.into_iter().map(|key| async move {
            let object = cluster.get(&key).await;
            (key, object)
        }));
        let seen: Vec<_> = looks.buffer_unordered(16).collect().await;
        for (key, object) in seen {
            if let Ok(Some(object)) = object {
                self.view.looked_at(&key, &object);
            }
        }
    }

    fn say_ready(&mut self) {
        match self.view.unready.len() {
            0 => self.conditions.set("Ready", true, "Ready", "every object stands"),
            count => {
                let first = self.view.unready.values().next();
                let first =
                    first.map(|(key, health)| format!("{key}: {}", health.reason().unwrap_or("not ready")));
                let message = format!("{count} objects do not stand yet; {}", first.unwrap_or_default());
                self.conditions.set("Ready", false, "NotReady", message);
            }
        }
    }
}
