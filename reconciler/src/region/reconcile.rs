//! From the bundle in force to the cluster: observe, plan, gate, apply, settle.
//!
//! One call is one step of convergence: it never waits for anything but single requests, so that drift is put back while a
//! rollout settles. Invariant: the inventory is written before the first object.

use super::view::View;
use super::worker::Worker;
use crate::apply::{Fault, Outcome, Writer};
use crate::bundle::Bundle;
use crate::cluster::{ClusterError, EventKind, Extent};
use crate::gate::{Facts, Held, gate, operator};
use crate::health::verdict;
use crate::plan::{
    Action, Approved, Identity, Plan, Proposed, Situation, Step, Wanted, choose, plan, wanted,
};
use futures::StreamExt as _;
use seawall_schema::keys::FIELD_MANAGER;
use seawall_schema::object::{ObjectKey, Phase};
use std::collections::BTreeSet;
use std::sync::Arc;
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
        let before = self.events.clone();
        let wanted = self.choose_events(&bundle);
        if self.events != before {
            self.rollout = Some(Instant::now());
            self.retries.clear();
            // After a restart the same ones go on, whatever else was declared beside them.
            if let Err(error) = self.store.keep_events(&self.events) {
                tracing::warn!("the events in force are not on disk: {error}");
            }
        } else if let Some(suspension) = operator::suspension(&self.config.state) {
            let message = format!("suspended by {}: {}", suspension.by, suspension.reason);
            self.conditions.set("Gated", false, "Suspended", message);
            return Progress::Settled;
        }
        let proposed = self.propose(&bundle, &wanted);
        let approved = self.pass_gate(&bundle, &wanted, proposed);
        let progress = self.carry_out(&bundle, &wanted, approved).await;
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
            let all = self.cluster.list(&name, &extents).await?;
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
        let chosen = choose(&candidate, &self.local, &self.events);
        let wanted = wanted(&candidate, &chosen.events).unwrap_or_default();
        let proposed = self.propose(&candidate, &wanted);
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

    fn choose_events(&mut self, bundle: &Arc<Bundle>) -> Arc<Wanted> {
        let chosen = choose(bundle, &self.local, &self.events);
        match &chosen.refused {
            Some(why) => self.conditions.set("Declared", false, "NotProved", why.clone()),
            None if chosen.events.is_empty() => {
                self.conditions.set("Declared", true, "None", "no event is in force")
            }
            None => self.conditions.set("Declared", true, "InForce", chosen.events.join(", ")),
        }
        self.events = chosen.events;
        match &self.wanted {
            Some((of, events, wanted)) if *of == bundle.digest && *events == self.events => {
                Arc::clone(wanted)
            }
            _ => {
                let found = Arc::new(wanted(bundle, &self.events).unwrap_or_default());
                self.wanted = Some((bundle.digest.clone(), self.events.clone(), Arc::clone(&found)));
                found
            }
        }
    }

    fn propose(&self, bundle: &Bundle, wanted: &Wanted) -> Plan<Proposed> {
        let empty = BTreeSet::new();
        plan(&Situation {
            wanted,
            inventory_name: &bundle.file.inventory,
            inventory: self.inventory.stored.as_ref().map_or(&empty, |inventory| &inventory.keys),
            observed: &self.view.observed,
            records: &self.view.records,
            standing: self.stands(wanted),
        })
    }

    /// Whether all that the overlays in force change, but records of traffic, was seen whole and is ready.
    fn stands(&self, wanted: &Wanted) -> bool {
        let View { records, unready, restless, .. } = &self.view;
        let work = wanted.objects.iter().filter(|want| want.phase != Phase::Traffic);
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

    fn say_traffic(&mut self, wanted: &Wanted) -> bool {
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

    /// Writes. What was ours and is off comes first; a rollout goes phase by phase.
    async fn carry_out(&mut self, bundle: &Bundle, wanted: &Wanted, mut plan: Plan<Approved>) -> Progress {
        self.leave_fights(&mut plan);
        let about = plan.steps().map(|step| Identity::of(&step.key)).collect();
        self.retries.keep(&about);
        let now = Instant::now();
        let mut faults = Vec::new();
        for (_, steps) in &mut plan.phases {
            faults.extend(self.retries.hold_back(steps, now));
        }
        let kept = self.retries.hold_back(&mut plan.deletes, now);
        if plan.steps().next().is_some() {
            match self.confirm_inventory(&bundle.file.inventory).await {
                Ok(false) => {}
                // What is to be done is another with what has been found.
                Ok(true) => return self.look_again(),
                Err(error) => return self.say_inventory(&error),
            }
        }
        if let Err(error) = self.keep_inventory(bundle, &plan.union, plan.is_empty()).await {
            return self.say_inventory(&error);
        }
        let mut fresh = BTreeSet::new();
        for (phase, steps) in &plan.phases {
            let outcomes = self.write(bundle, steps, &fresh).await;
            fresh.extend(outcomes.iter().filter_map(created_namespace));
            faults.extend(self.take_outcomes(steps, outcomes).await);
            if self.waits_for(wanted, *phase) {
                self.say_applied(&faults);
                return Progress::Settling;
            }
        }
        // What is refused for good must not make every later correction look like a part of the rollout.
        if !self.lost {
            self.rollout = None;
        }
        if faults.is_empty() {
            faults.extend(self.prune(bundle, &plan).await);
            let held = plan.deletes.iter().map(|step| &step.key).filter(|key| self.view.is_going(key));
            plan.after.extend(held.cloned());
        }
        faults.extend(kept);
        self.say_applied(&faults);
        if !faults.is_empty() {
            return if self.lost { Progress::Failed } else { Progress::Refused };
        }
        let rising = self.say_traffic(wanted);
        match self.keep_inventory(bundle, &plan.after, false).await {
            Ok(()) if rising => Progress::Settling,
            Ok(()) => Progress::Settled,
            Err(error) => self.say_inventory(&error),
        }
    }

    fn say_inventory(&mut self, error: &ClusterError) -> Progress {
        let message = format!("the inventory cannot be written: {error}");
        self.conditions.set("Applied", false, "Inventory", message);
        Progress::Failed
    }

    fn look_again(&mut self) -> Progress {
        self.view.stale = true;
        Progress::Settling
    }

    fn leave_fights(&mut self, plan: &mut Plan<Approved>) {
        let now = Instant::now();
        for (_, steps) in &mut plan.phases {
            steps.retain(|step| !self.fights.leaves_alone(&Identity::of(&step.key), now));
        }
        let words = self.fights.words(now);
        let (ok, reason) = if words.is_empty() { (true, "None") } else { (false, "Fight") };
        let message =
            if ok { "nobody changes what is ours over and over".to_owned() } else { words.join("; ") };
        self.conditions.set("Undisputed", ok, reason, message);
    }

    async fn write(&self, bundle: &Bundle, steps: &[Step], fresh: &BTreeSet<String>) -> Vec<Outcome> {
        self.writer(bundle, fresh).phase(steps).await
    }

    fn writer<'a>(&'a self, bundle: &'a Bundle, fresh: &'a BTreeSet<String>) -> Writer<'a> {
        Writer {
            cluster: self.cluster.as_ref(),
            bundle,
            previous: self.previous.as_deref(),
            observed: &self.view.observed,
            fresh,
        }
    }

    async fn prune(&mut self, bundle: &Bundle, plan: &Plan<Approved>) -> Vec<String> {
        let mut faults = Vec::new();
        for step in &plan.deletes {
            let outcome = self.writer(bundle, &BTreeSet::new()).delete(step).await;
            faults.extend(self.take_outcomes(std::slice::from_ref(step), vec![outcome]).await);
        }
        faults
    }

    /// Notes what was done; gives what was not.
    async fn take_outcomes(&mut self, steps: &[Step], outcomes: Vec<Outcome>) -> Vec<String> {
        let mut faults = Vec::new();
        let drifts: BTreeSet<_> =
            steps.iter().filter(|step| self.is_drift(step)).map(|step| &step.key).collect();
        for Outcome { key, path, result } in outcomes {
            match result {
                Ok(done) => {
                    if done.wrote {
                        self.last_writes += 1;
                    }
                    if done.wrote && drifts.contains(&key) {
                        self.drift_corrected += 1;
                        let (identity, name) = (Identity::of(&key), key.to_string());
                        self.fights.correction(&identity, &name, &done.put_back_from, Instant::now());
                    }
                    self.retries.done(&Identity::of(&key));
                    if done.created && opens_a_place(&key) {
                        self.retries.clear();
                    }
                    self.view.did(&key, done);
                }
                Err(fault) => {
                    let words = self.fault_words(&key, path.as_deref(), &fault);
                    if matches!(fault, Fault::NotTried | Fault::Cluster(ClusterError::Unreachable(_))) {
                        self.lost = true;
                    } else if self.retries.refused(Identity::of(&key), &words, Instant::now()) {
                        self.record_fault(&key, &fault).await;
                    }
                    faults.push(words);
                }
            }
        }
        faults
    }

    /// Whether a step puts back what somebody else changed, rather than bringing in what is new.
    fn is_drift(&self, step: &Step) -> bool {
        let identity = Identity::of(&step.key);
        if self.retries.holds(&identity) {
            // It was not taken until now, so nobody can have changed it.
            return false;
        }
        let known = self.view.records.contains_key(&identity);
        let wanted = self.wanted.iter().flat_map(|(_, _, wanted)| &wanted.objects);
        let mut steps = wanted.filter(|want| !want.weights.is_empty()).map(|want| Identity::of(&want.key));
        if step.action == Action::Update && steps.any(|other| other == identity) {
            return false;
        }
        self.rollout.is_none() && (step.action == Action::Check || (known && step.action == Action::Update))
            || self.rollout.is_none() && step.action == Action::Create
    }

    fn fault_words(&self, key: &ObjectKey, path: Option<&str>, fault: &Fault) -> String {
        match path.and_then(|path| self.origin(path)) {
            Some(origin) => format!("{key} ({origin}): {fault}"),
            None => format!("{key}: {fault}"),
        }
    }

    /// The policy line that an object comes from, by the bundle's provenance.
    fn origin(&self, path: &str) -> Option<String> {
        let bytes = self.in_force.as_ref()?.text("provenance.json")?;
        let provenance: seawall_schema::bundle::Provenance = serde_json::from_slice(bytes).ok()?;
        let origin = provenance.0.get(path)?.values().next()?.first()?;
        Some(format!("{}:{}:{}", origin.file, origin.line, origin.column))
    }

    async fn record_fault(&self, key: &ObjectKey, fault: &Fault) {
        let message = format!("{FIELD_MANAGER}: {fault}");
        self.cluster.event(key, EventKind::Warning, fault.reason(), &message).await;
    }

    fn say_applied(&mut self, faults: &[String]) {
        if faults.is_empty() {
            self.conditions.set("Applied", true, "Applied", "every object is as the bundle says");
            return;
        }
        let shown = faults.iter().take(10).cloned().collect::<Vec<_>>().join("; ");
        let more = if faults.len() > 10 { format!("; {} more", faults.len() - 10) } else { String::new() };
        self.conditions.set("Applied", false, "Faults", format!("{} objects: {shown}{more}", faults.len()));
    }

    /// Whether a rollout has to wait for this phase before it goes on.
    fn waits_for(&self, wanted: &Wanted, phase: Phase) -> bool {
        let Some(since) = self.rollout else { return false };
        let last = wanted.objects.last().is_some_and(|want| want.phase == phase);
        let unready = |want: &crate::plan::Want| {
            want.phase == phase && self.view.unready.contains_key(&Identity::of(&want.key))
        };
        !last && since.elapsed() < self.config.settle && wanted.objects.iter().any(unready)
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
                self.view.stands(&key, verdict(&object));
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

/// Whether others may have been refused for want of it.
fn opens_a_place(key: &ObjectKey) -> bool {
    matches!(key.kind.as_str(), "Namespace" | "CustomResourceDefinition")
}

fn created_namespace(outcome: &Outcome) -> Option<String> {
    let created = outcome.result.as_ref().is_ok_and(|done| done.created);
    (created && outcome.key.kind == "Namespace").then(|| outcome.key.name.clone())
}
