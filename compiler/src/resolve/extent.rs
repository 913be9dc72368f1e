//! How much a few lines may stand for: what workloads inherit from classes, what patterns match, what events name.
//!
//! Takes amounts as they are met, gives whether they are still within what a fleet of this size may hold. Invariant: memory
//! and time of resolving are bounded by the size of the input; what goes beyond is one finding, and is left out.

use super::Resolver;
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::files::Sources;
use crate::span::Span;

/// Entries that any fleet may come to.
const ENTRIES: usize = 1_000_000;
/// Nodes that any fleet's classes may be copied to.
const COPIES: usize = 2_000_000;

/// What was spent of both.
#[derive(Default)]
pub(super) struct Extent {
    bytes: usize,
    entries: usize,
    copies: usize,
    told: bool,
}

impl Extent {
    /// Larger input may stand for more.
    pub(super) fn measure(&mut self, sources: &Sources) {
        self.bytes = sources.iter().map(|(_, source)| source.text.len()).sum();
    }
}

impl Resolver<'_> {
    /// Whether so many more entries of lists are still within bounds.
    pub(super) fn may_hold(&mut self, entries: usize, at: Span) -> bool {
        self.extent.entries = self.extent.entries.saturating_add(entries);
        let limit = ENTRIES + self.extent.bytes / 4;
        self.extent.entries <= limit || self.too_far(limit, at)
    }

    /// Whether so many more nodes may be copied from classes.
    pub(super) fn may_copy(&mut self, nodes: usize, at: Span) -> bool {
        self.extent.copies = self.extent.copies.saturating_add(nodes);
        let limit = COPIES + self.extent.bytes;
        self.extent.copies <= limit || self.too_far(limit, at)
    }

    fn too_far(&mut self, limit: usize, at: Span) -> bool {
        if !std::mem::replace(&mut self.extent.told, true) {
            let message =
                format!("with this the fleet comes to more than {limit} entries, which is more than is read");
            let finding = Diagnostic::new(&codes::EXPANDS_TOO_FAR, message, at, "one too many");
            self.out.push(finding.help(
                "classes, patterns and lists of places multiply: let fewer things share so long a list",
            ));
        }
        false
    }
}
