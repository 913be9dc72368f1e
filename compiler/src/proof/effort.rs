//! How much the exact solver may search, in steps and never in time: a verdict is the same on every machine.
//!
//! Takes nothing, gives limits and a count. Invariant: what is spent does not depend on the order in which threads run.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a node costs beside the cells that its relaxation touches, in steps.
const NODE: u64 = 500;

/// Limits of the search for one scenario.
#[derive(Debug)]
pub(crate) struct Effort {
    /// Cells of relaxations that may be touched.
    pub(super) cells: u64,
    /// Nodes that may be opened.
    pub(super) nodes: usize,
    /// Whether a refutation is reduced until each line is needed, so that a person can read it.
    pub(super) reduced: bool,
    spent: AtomicU64,
}

impl Effort {
    /// For a verdict that is reported.
    pub(super) const fn full() -> Self {
        Self::within(2_000_000_000, 20_000)
    }

    /// For a verdict that is reported, with another limit.
    pub(super) const fn within(cells: u64, nodes: usize) -> Self {
        Self { cells, nodes, reduced: true, spent: AtomicU64::new(0) }
    }

    /// For a change that is only tried: one that so little does not decide is not offered.
    pub(super) const fn trial() -> Self {
        Self { reduced: false, ..Self::within(4_000_000, 400) }
    }

    /// Counts a search that opened so many nodes and touched so many cells.
    pub(super) fn spend(&self, nodes: usize, cells: u64) {
        let nodes = u64::try_from(nodes).unwrap_or(u64::MAX).saturating_mul(NODE);
        self.spent.fetch_add(nodes.saturating_add(cells), Ordering::Relaxed);
    }

    /// Steps of all searches so far.
    pub(super) fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }
}
