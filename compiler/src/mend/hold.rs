//! Fixes that hold: a fix stays on its finding only if the fleet with it made was checked again, the finding is gone, and
//! nothing came instead.
//!
//! Takes findings with proposed fixes and a way to check files, drops every fix that does not hold or that was too dear to
//! try. All fixes are tried at once first; only where that fails they are halved. Invariant: the number of checks is
//! bounded by the size of the fleet alone.

use super::overlay::{Overlay, clash, edited};
use super::tidy::{removals, tidy};
use crate::Checked;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Severity, registry as codes};
use crate::files::{Files, Sources};
use std::collections::{BTreeMap, BTreeSet};

/// Checks a fleet.
pub type Examine<'e> = &'e dyn Fn(&dyn Files) -> Checked;

/// What a finding is told apart by, wherever its line went: code, file and the text it stands on.
type Key = (&'static str, String, String);

/// One change, proposed by one finding or more.
struct Unit {
    edits: Vec<Edit>,
    applicability: Applicability,
    /// Findings that propose it, by their index.
    members: Vec<usize>,
    holds: bool,
}

/// Trials of one fleet.
struct Trial<'t> {
    files: &'t dyn Files,
    examine: Examine<'t>,
    sources: &'t Sources,
    keys: Vec<Key>,
    counts: BTreeMap<Key, i64>,
    checks_left: usize,
}

/// Drops every fix that does not hold.
pub fn hold(files: &dyn Files, examine: Examine<'_>, checked: &mut Checked) {
    let Checked { sources, diagnostics, .. } = checked;
    removals(diagnostics, sources);
    for finding in diagnostics.iter_mut() {
        finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits).for_each(|edit| tidy(edit, sources));
    }
    let mut units = units(diagnostics);
    if units.is_empty() {
        return;
    }
    let keys: Vec<Key> = diagnostics.iter().map(|finding| key(finding, sources)).collect();
    let mut counts = BTreeMap::new();
    for key in &keys {
        *counts.entry(key.clone()).or_insert(0) += 1;
    }
    let checks_left = affordable(diagnostics, sources);
    let mut trial = Trial { files, examine, sources, keys, counts, checks_left };
    for layer in layers(&units) {
        trial.settle(&mut units, &layer);
    }
    for (index, finding) in diagnostics.iter_mut().enumerate() {
        let held = |edits: &Vec<Edit>| {
            units.iter().any(|u| u.holds && u.edits == *edits && u.members.contains(&index))
        };
        finding.fixes.retain(|fix| held(&fix.edits));
    }
}

/// How many times a fleet may be checked again: a text for which that takes long is not tried often.
fn affordable(findings: &[Diagnostic], sources: &Sources) -> usize {
    let bytes: usize = sources.iter().map(|(_, source)| source.text.len()).sum();
    let hard = findings.iter().any(|finding| finding.code.id == codes::SCENARIO_UNDECIDED.id);
    match bytes {
        0..=0xffff if !hard => 24,
        0..=0x7_ffff if !hard => 6,
        0..=0x3f_ffff => 1,
        _ => 0,
    }
}

/// The changes that findings propose, each once.
fn units(findings: &[Diagnostic]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut known: BTreeMap<Vec<(crate::span::Span, &str)>, usize> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        for fix in finding.fixes.iter().filter(|fix| !fix.edits.is_empty()) {
            let edits = fix.edits.iter().map(|edit| (edit.span, edit.replacement.as_str())).collect();
            let at = *known.entry(edits).or_insert(units.len());
            if at == units.len() {
                let (edits, applicability) = (fix.edits.clone(), fix.applicability);
                units.push(Unit { edits, applicability, members: Vec::new(), holds: false });
            }
            units[at].members.push(index);
        }
    }
    units
}

/// Sets of changes that can be made together: certain ones before suggested ones, one of a finding, none overlapping.
fn layers(units: &[Unit]) -> Vec<Vec<usize>> {
    const LAYERS: usize = 6;
    let mut layers = Vec::new();
    for wanted in [Applicability::Certain, Applicability::Suggested] {
        let mut open: Vec<usize> = (0..units.len()).filter(|u| units[*u].applicability == wanted).collect();
        while !open.is_empty() && layers.len() < LAYERS {
            let (layer, rest) = together(units, &open);
            layers.push(layer);
            open = rest;
        }
    }
    layers
}

/// Splits changes into those that can be made together and the rest.
fn together(units: &[Unit], open: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let mut order = open.to_vec();
    order.sort_by_key(|u| units[*u].edits.iter().map(|edit| edit.span).min());
    let (mut layer, mut rest): (Vec<usize>, Vec<usize>) = (Vec::new(), Vec::new());
    let mut taken: Vec<&Edit> = Vec::new();
    let mut owners: BTreeSet<usize> = BTreeSet::new();
    for unit in order {
        let Unit { edits, members, .. } = &units[unit];
        // Changes come by place: only the last few can reach into this one, unless one spans several places.
        let near = taken.iter().rev().take(16);
        let free = !near.into_iter().any(|t| edits.iter().any(|edit| clash(t, edit)));
        if free && !members.iter().any(|member| owners.contains(member)) {
            taken.extend(edits);
            owners.extend(members);
            layer.push(unit);
        } else {
            rest.push(unit);
        }
    }
    (layer, rest)
}

impl Trial<'_> {
    /// Finds which of some changes hold: all of them, or by halves.
    fn settle(&mut self, units: &mut [Unit], layer: &[usize]) {
        if layer.is_empty() || self.checks_left == 0 {
            return;
        }
        self.checks_left -= 1;
        if self.all_hold(units, layer) {
            layer.iter().for_each(|unit| units[*unit].holds = true);
        } else if layer.len() > 1 {
            let (first, second) = layer.split_at(layer.len() / 2);
            self.settle(units, first);
            self.settle(units, second);
        }
    }

    /// Whether with some changes made their findings are gone and no other came.
    fn all_hold(&self, units: &[Unit], layer: &[usize]) -> bool {
        let made = edited(self.sources, layer.iter().flat_map(|unit| &units[*unit].edits));
        let overlay = Overlay::new(self.files, made.texts);
        let after = (self.examine)(&overlay);
        let mut expected = self.counts.clone();
        for member in layer.iter().flat_map(|unit| &units[*unit].members) {
            expected.entry(self.keys[*member].clone()).and_modify(|count| *count -= 1);
        }
        after.diagnostics.iter().all(|finding| {
            let left = expected.entry(key(finding, &after.sources)).or_insert(0);
            *left -= 1;
            // A warning that only comes to light since the errors before it are gone speaks of other lines.
            *left >= 0
                || (finding.severity == Severity::Warning && !touches(finding, &after.sources, &made.lines))
        })
    }
}

/// Whether a finding speaks of one of some lines.
fn touches(finding: &Diagnostic, sources: &Sources, lines: &BTreeSet<(String, u32)>) -> bool {
    finding.labels.iter().any(|label| {
        let place = sources.locate(label.span).zip(sources.end(label.span));
        place.is_some_and(|((path, start), end)| {
            (start.line..=end.line.min(start.line + 64)).any(|line| lines.contains(&(path.to_owned(), line)))
        })
    })
}

fn key(finding: &Diagnostic, sources: &Sources) -> Key {
    const TEXT: usize = 200;
    let primary = finding.labels.iter().find(|label| label.primary);
    let place = primary.and_then(|label| Some((sources.locate(label.span)?.0, sources.text(label.span))));
    let (path, text) = place.unwrap_or_default();
    (finding.code.id, path.to_owned(), text.chars().take(TEXT).collect())
}
