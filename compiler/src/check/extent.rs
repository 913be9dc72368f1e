//! What a proof counts in must fit in memory: amounts by location, lane, tier and resource.
//!
//! Takes the model, gives whether it is proved at all. Invariant: the proof's tables are bounded, whatever a few lines name.

use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::Model;

/// Most amounts that a proof keeps.
const AMOUNTS: usize = 4_000_000;

/// Whether the proof's tables fit; a finding where they do not.
pub(super) fn check(model: &Model, out: &mut Diagnostics) -> bool {
    let (locations, lanes, tiers) = (model.locations.len(), model.lanes.len(), model.tiers.len());
    let (resources, workloads) = (model.resources.len(), model.workloads.len());
    let by_place = locations.saturating_mul(2 * lanes + tiers + 8);
    let amounts = by_place.saturating_add(workloads).saturating_mul(resources);
    if amounts <= AMOUNTS {
        return true;
    }
    let message = format!(
        "{locations} locations, {lanes} lanes, {tiers} tiers, {resources} resources and {workloads} workloads are {amounts} amounts to prove, more than {AMOUNTS}"
    );
    let finding = Diagnostic::new(&codes::EXPANDS_TOO_FAR, message, model.fleet.span, "this fleet");
    out.push(finding.help("fewer lanes, tiers or extended resources: each is counted at every location"));
    false
}
