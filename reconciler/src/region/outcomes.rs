//! What became of the steps of a plan: noted in the view, said of what was refused, and whether it put drift back.
//!
//! Takes outcomes of the [`Writer`](crate::apply::Writer), gives words for what was not done, each with its policy line.

use super::worker::Worker;
use crate::apply::{Fault, Outcome};
use crate::cluster::{ClusterError, EventKind};
use crate::plan::{Action, Identity, Step};
use seawall_schema::keys::FIELD_MANAGER;
use seawall_schema::object::ObjectKey;
use std::collections::BTreeSet;
use tokio::time::Instant;

impl Worker {
    /// Notes what was done; gives what was not.
    pub(super) async fn take_outcomes(&mut self, steps: &[Step], outcomes: Vec<Outcome>) -> Vec<String> {
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
        let wanted = self.wanted.iter().flat_map(|(_, wanted)| &wanted.objects);
        let mut steps = wanted
            .filter(|want| !want.weights.is_empty() || want.back.is_some())
            .map(|want| Identity::of(&want.key));
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

    pub(super) fn say_applied(&mut self, faults: &[String]) {
        if faults.is_empty() {
            self.conditions.set("Applied", true, "Applied", "every object is as the bundle says");
            return;
        }
        let shown = faults.iter().take(10).cloned().collect::<Vec<_>>().join("; ");
        let more = if faults.len() > 10 { format!("; {} more", faults.len() - 10) } else { String::new() };
        self.conditions.set("Applied", false, "Faults", format!("{} objects: {shown}{more}", faults.len()));
    }
}

/// Whether others may have been refused for want of it.
fn opens_a_place(key: &ObjectKey) -> bool {
    matches!(key.kind.as_str(), "Namespace" | "CustomResourceDefinition")
}
