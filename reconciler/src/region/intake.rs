//! From a fetch to a bundle that may be planned for: ancestry, what verification found, a copy on disk.
//!
//! Takes what a fetch brought, leaves a candidate. Invariant: whatever is off, what is in force stays so.

use super::fetcher::Arrival;
use super::worker::Worker;
use crate::bundle::{Bundle, StoreError};
use crate::source::{Ancestry, Known, SourceError};
use std::sync::Arc;

impl Worker {
    /// What the source is told before a fetch.
    pub(super) fn known(&self) -> Known {
        // What somebody has taken off the disk, or what did not fit on it, is fetched and staged again.
        let newest = self.candidate.as_ref().or(self.in_force.as_ref());
        let newest = newest.filter(|bundle| self.store.holds(&bundle.digest));
        Known { accepted: self.accepted.clone(), held: newest.map(|bundle| bundle.commit.clone()) }
    }

    /// Takes the result of a fetch.
    pub(super) fn take_in(&mut self, result: Result<Arrival, SourceError>) {
        let arrival = match result {
            Ok(arrival) => arrival,
            Err(error) => {
                let goes_on = match &self.in_force {
                    Some(bundle) => format!("commit {} stays in force", bundle.commit),
                    None => "nothing is in force yet".to_owned(),
                };
                self.conditions.set("Fetched", false, error.reason(), format!("{error}; {goes_on}"));
                return;
            }
        };
        let commit = &arrival.commit;
        self.fetched = Some(commit.clone());
        if let Ancestry::Diverged { accepted } = &arrival.descends
            && !self.approvals().contains(commit)
        {
            let message = format!(
                "commit {commit} does not descend from {accepted}; `seawall approve {commit}` lets it through"
            );
            self.conditions.set("Fetched", false, "Diverged", message);
            return;
        }
        self.conditions.set("Fetched", true, "Fetched", format!("commit {commit}"));
        self.confirm_or_take(arrival);
    }

    fn confirm_or_take(&mut self, arrival: Arrival) {
        let Arrival { commit, confirmed_at, without_files, verified, staged, descends: _ } = arrival;
        let newest = self.candidate.as_mut().or(self.in_force.as_mut());
        if let Some(bundle) = newest.filter(|bundle| without_files && bundle.commit == commit) {
            Arc::make_mut(bundle).confirmed_at = confirmed_at;
            return;
        }
        match verified {
            Ok(verified) => {
                let digest = &verified.bundle.digest;
                self.conditions.set("Verified", true, "Verified", format!("bundle {digest}"));
                self.accepted = Some(commit);
                let staged = staged.unwrap_or_else(|| self.store.stage(&verified));
                self.say_staged(&verified.bundle, staged);
                self.candidate = Some(Arc::new(verified.bundle));
            }
            Err(error) => {
                let message = format!("commit {commit}: {error}; the last good bundle stays in force");
                self.conditions.set("Verified", false, error.reason(), message);
            }
        }
    }

    fn say_staged(&mut self, bundle: &Bundle, staged: Result<(), StoreError>) {
        match staged {
            Ok(()) => self.conditions.set("Staged", true, "Staged", format!("bundle {}", bundle.digest)),
            Err(error) => self.no_disk(&error.to_string()),
        }
    }

    /// Makes a bundle that passed the gate the one in force.
    pub(super) fn activate(&mut self, bundle: Arc<Bundle>) {
        if let Err(error) = self.store.activate(&bundle) {
            self.no_disk(&error.to_string());
        }
        let same = self.in_force.as_ref().is_some_and(|old| old.digest == bundle.digest);
        let old = self.in_force.replace(bundle);
        if !same {
            self.previous = old.or(self.previous.take());
            self.rollout = Some(super::carry::Rollout::default());
            self.retries.clear();
        }
    }

    fn no_disk(&mut self, why: &str) {
        let message =
            format!("{why}; the bundle is used from memory, a restart falls back to the one on disk");
        self.conditions.set("Staged", false, "DiskFailed", message);
    }
}
