//! Waves of a rollout: every region is in one, or nothing would say when it moves.

use super::words;
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::RegionId;
use crate::resolve::Draft;
use std::collections::BTreeSet;

/// Reports the regions that no wave names.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let (model, waves) = (&draft.model, &draft.model.fleet.rollout);
    let Some(last) = waves.last().filter(|_| draft.notes.whole) else { return };
    let named: BTreeSet<RegionId> = waves.iter().flat_map(|wave| &wave.regions).map(|id| id.value).collect();
    let missing = (0..).zip(&model.regions).filter(|(index, _)| !named.contains(&RegionId(*index)));
    let missing: Vec<_> = missing.map(|(_, region)| region).collect();
    let Some(first) = missing.first() else { return };
    let names: Vec<String> = missing.iter().map(|region| format!("`{}`", region.name)).collect();
    let one = missing.len() == 1;
    let (what, are) = if one { ("region", "is") } else { ("regions", "are") };
    let message = format!("{what} {} {are} in no wave of the rollout", words(&names));
    let finding = Diagnostic::new(&codes::REGION_IN_NO_WAVE, message, last.span, "the last wave");
    let mut finding = finding.label(first.span, "in no wave");
    for region in missing.iter().skip(1).take(7) {
        finding = finding.label(region.span, "nor is this");
    }
    let plain: Vec<&str> = missing.iter().map(|region| region.name.as_str()).collect();
    let (them, they) = if one { ("it", "it takes") } else { ("them", "they take") };
    out.push(finding.help(format!(
        "add {them} to a wave: `region {}`; without one nothing says when {they} a new rendering",
        plain.join(" ")
    )));
}
