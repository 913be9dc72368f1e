//! From a fetch to a bundle that may be planned for: ancestry, verification, a copy on disk.
//!
//! Takes the result of a fetch, leaves a candidate. Invariant: whatever is off, what is in force stays so.

use super::worker::Worker;
use crate::bundle::{Bundle, verify};
use crate::source::{Ancestry, Fetched, Known, SourceError};
use std::sync::Arc;

impl Worker {
    /// What the source is told before a fetch.
    pub(super) fn known(&self) -> Known {
        let newest = self.candidate.as_ref().or(self.in_force.as_ref());
        Known { accepted: self.accepted.clone(), held: newest.map(|bundle| bundle.commit.clone()) }
    }

    /// Takes the result of a fetch.
    pub(super) fn take_in(&mut self, result: Result<Fetched, SourceError>) {
        let fetched = match result {
            Ok(fetched) => fetched,
            Err(error) => {
                let goes_on = match &self.in_force {
                    Some(bundle) => format!("commit {} stays in force", bundle.commit),
                    None => "nothing is in force yet".to_owned(),
                };
                self.conditions.set("Fetched", false, error.reason(), format!("{error}; {goes_on}"));
                return;
            }
        };
        self.fetched = Some(fetched.commit.clone());
        if let Ancestry::Diverged { accepted } = &fetched.descends
            && !self.approvals().contains(&fetched.commit)
        {
            let commit = &fetched.commit;
            let message = format!(
                "commit {commit} does not descend from {accepted}; `seawall approve {commit}` lets it through"
            );
            self.conditions.set("Fetched", false, "Diverged", message);
            return;
        }
        self.conditions.set("Fetched", true, "Fetched", format!("commit {}", fetched.commit));
        self.confirm_or_verify(&fetched);
    }

    fn confirm_or_verify(&mut self, fetched: &Fetched) {
        let newest = self.candidate.as_mut().or(self.in_force.as_mut());
        if let Some(bundle) =
            newest.filter(|bundle| fetched.files.is_empty() && bundle.commit == fetched.commit)
        {
            Arc::make_mut(bundle).confirmed_at = fetched.confirmed_at;
            return;
        }
        match verify(fetched, &self.config.bundle_path) {
            Ok(bundle) => {
                self.conditions.set("Verified", true, "Verified", format!("bundle {}", bundle.digest));
                self.accepted = Some(bundle.commit.clone());
                self.stage(&bundle);
                self.candidate = Some(Arc::new(bundle));
            }
            Err(error) => {
                let message =
                    format!("commit {}: {error}; the last good bundle stays in force", fetched.commit);
                self.conditions.set("Verified", false, error.reason(), message);
            }
        }
    }

    fn stage(&mut self, bundle: &Bundle) {
        match self.store.stage(bundle) {
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
            self.rollout = Some(tokio::time::Instant::now());
        }
    }

    fn no_disk(&mut self, why: &str) {
        let message =
            format!("{why}; the bundle is used from memory, a restart falls back to the one on disk");
        self.conditions.set("Staged", false, "DiskFailed", message);
    }
}
