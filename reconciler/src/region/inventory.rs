//! The worker's copy of the inventory, and whether the one in the cluster still is the same.
//!
//! Takes what lies in the cluster at complete listings and before a step writes; never forgets a key for it. Invariant: one
//! that somebody deleted or shortened is written again from memory before anything else is, and by the next pass at rest.

use super::worker::Worker;
use crate::apply::{Stored, load_inventory, save_inventory};
use crate::bundle::Bundle;
use crate::cluster::ClusterError;
use seawall_schema::object::ObjectKey;
use std::collections::BTreeSet;

/// The inventory as the worker knows it.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// What is ours; `None` before it was read.
    pub(super) stored: Option<Stored>,
    /// Whether the cluster holds less than that.
    lost: bool,
    /// Whether it was looked at in this step.
    confirmed: bool,
}

impl Inventory {
    /// A new step begins.
    pub(super) fn begin(&mut self) {
        self.confirmed = false;
    }

    /// What is ours.
    pub(super) fn keys(&self) -> impl Iterator<Item = &ObjectKey> {
        self.stored.iter().flat_map(|stored| &stored.keys)
    }

    /// Takes what lies in the cluster; whether it names something that was not known.
    fn take(&mut self, found: Stored) -> bool {
        self.confirmed = true;
        let Some(known) = &mut self.stored else {
            self.stored = Some(found);
            return true;
        };
        self.lost = !known.keys.is_subset(&found.keys) || (found.pieces == 0 && known.pieces > 0);
        let before = known.keys.len();
        known.keys.extend(found.keys);
        known.keys.len() > before
    }
}

impl Worker {
    /// Looks at the inventory in the cluster, once in a step; whether it names something that was not known.
    pub(super) async fn confirm_inventory(&mut self, name: &str) -> Result<bool, ClusterError> {
        if self.inventory.confirmed {
            return Ok(false);
        }
        match load_inventory(self.cluster.as_ref(), name).await {
            Ok(found) => Ok(self.inventory.take(found)),
            // A piece of it is gone or unreadable; the copy in memory is whole.
            Err(ClusterError::Broken(why)) if self.inventory.stored.is_some() => {
                tracing::warn!("{why}; it is written again from memory");
                self.inventory.lost = true;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Writes the inventory where it does not hold just these keys, or is not what was written. Where nothing is to be
    /// done, only in the second case.
    pub(super) async fn keep_inventory(
        &mut self,
        bundle: &Bundle,
        keys: &BTreeSet<ObjectKey>,
        nothing_to_do: bool,
    ) -> Result<(), ClusterError> {
        let same = self.inventory.stored.as_ref().is_some_and(|stored| stored.keys == *keys);
        if !self.inventory.lost && (same || nothing_to_do) {
            return Ok(());
        }
        let stored = save_inventory(self.cluster.as_ref(), &bundle.file.inventory, keys).await?;
        self.inventory.stored = Some(stored);
        self.inventory.lost = false;
        Ok(())
    }
}
