//! Names that are referred to and not defined: each told once, with every place that names it, and what was probably meant.
//!
//! Takes references as they are met, gives findings at the end, when it is known which definitions nothing refers to.
//! Invariant: one finding a kind and name; the effort of looking for near names is bounded.

use super::names::Table;
use super::{Resolver, cities};
use crate::decode::value::clip;
use crate::diagnostic::nearest::{certain, nearest};
use crate::diagnostic::{Diagnostic, Edit, registry as codes};
use crate::model::{LocationId, RegionId};
use crate::span::{Span, Spanned};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A name that is not there, and its places.
type Absent = (Arc<str>, Vec<Span>);

/// Candidates that are compared with misspelt names, over all of a run.
const EFFORT: usize = 2_000_000;
/// References that are labelled one by one.
const SHOWN: usize = 8;

/// What kind of name is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sought {
    /// One of a table of names.
    Of(&'static str),
    /// A cell of a region.
    CellOf(RegionId),
}

/// References to what is not defined.
#[derive(Default)]
pub(super) struct Missing(BTreeMap<(Sought, Arc<str>), Vec<Span>>);

impl Missing {
    /// Remembers a reference.
    pub(super) fn note(&mut self, sought: Sought, name: &Spanned<Arc<str>>) {
        self.0.entry((sought, name.value.clone())).or_default().push(name.span);
    }

    /// Whether several lines agree on a name of that kind that is not there: a definition is missing, not misspelt.
    fn lacks_a_definition(&self, kind: &'static str) -> bool {
        let of_kind = |(sought, _): &(Sought, Arc<str>)| *sought == Sought::Of(kind);
        self.0.iter().filter(|(key, _)| of_kind(key)).any(|(_, places)| places.len() > 1)
    }
}

/// A bound on comparisons.
pub(super) struct Effort(usize);

impl Default for Effort {
    fn default() -> Self {
        Self(EFFORT)
    }
}

impl Effort {
    /// Whether so many more comparisons may be made.
    pub(super) fn allows(&mut self, comparisons: usize) -> bool {
        let allowed = comparisons <= self.0;
        self.0 = self.0.saturating_sub(comparisons);
        allowed
    }
}

impl Resolver<'_> {
    /// Reports every city that no region serves, and every name that is not defined.
    pub(super) fn report_missing(&mut self) {
        let unserved = std::mem::take(&mut self.unserved);
        // A region that is not there at all may be the one that serves them.
        if !self.missing.lacks_a_definition("region") {
            for (code, mut places) in unserved {
                places.sort_unstable();
                places.dedup();
                if let Some(known) = cities::find(code) {
                    self.not_served(known, &places);
                }
            }
        }
        let mut cells: BTreeMap<(Arc<str>, Vec<Span>), usize> = BTreeMap::new();
        let all = std::mem::take(&mut self.missing).0;
        for ((_, name), places) in all.iter().filter(|((sought, _), _)| matches!(sought, Sought::CellOf(_))) {
            *cells.entry((name.clone(), places.clone())).or_default() += 1;
        }
        let mut none: BTreeMap<&'static str, Vec<Absent>> = BTreeMap::new();
        for ((sought, name), mut places) in all {
            // A queue names one cell for many regions: told once, of the first of them.
            let alike = matches!(sought, Sought::CellOf(_)) && !places.is_empty();
            if alike && cells.remove(&(name.clone(), places.clone())).is_none() {
                continue;
            }
            places.sort_unstable();
            places.dedup();
            if self.out.is_full() {
                self.out.count(&codes::UNDEFINED_NAME);
                continue;
            }
            // Compared twice: for the nearest, and whether it is the only one.
            let defined = self.count(sought);
            let known = if self.effort.allows(2 * defined) { self.known(sought) } else { Vec::new() };
            let near = nearest(&name, known.iter().map(|n| &*n.value)).map(str::to_owned);
            // One of two things of the same name may be the one that is sought.
            let doubled =
                matches!(sought, Sought::Of(kind) if self.names.get(kind).is_some_and(Table::has_doubled));
            if near.is_none() && (doubled || self.doubts.torn()) {
                continue;
            }
            if let (Sought::Of(kind), 0) = (sought, defined) {
                none.entry(kind).or_default().push((name, places));
                continue;
            }
            let unused = near.as_deref().and_then(|near| self.unused(sought, near));
            let finding = match (near, unused) {
                (Some(near), Some(defined)) if places.len() > 1 => {
                    misspelt(&self.kind(sought), &name, &near, defined, &places)
                }
                (near, unused) => {
                    let finding = undefined(&self.kind(sought), &name, &places);
                    let finding = unused
                        .iter()
                        .fold(finding, |f, at| f.label(*at, "this is defined, and used nowhere"));
                    self.propose(finding, sought, &name, near.as_deref(), &places, &known)
                }
            };
            self.out.push(finding);
        }
        for (kind, names) in none {
            self.none_of(kind, &names);
        }
    }

    /// Nothing of a kind is defined at all: one cause, most often a file that nobody imports.
    fn none_of(&mut self, kind: &'static str, names: &[(Arc<str>, Vec<Span>)]) {
        let mut places: Vec<Span> = names.iter().flat_map(|(_, places)| places.iter().copied()).collect();
        places.sort_unstable();
        let shown: Vec<String> = names.iter().take(4).map(|(name, _)| format!("`{}`", clip(name))).collect();
        let more = if names.len() > shown.len() { ", …" } else { "" };
        let message = match names {
            [_] => format!("no {kind} is named {}", shown.join(", ")),
            _ => format!("no {kind} is named {}{more}: none is defined", shown.join(", ")),
        };
        let (first, rest) =
            places.split_first().map_or((Span::NONE, &[][..]), |(first, rest)| (*first, rest));
        let finding = labelled(
            Diagnostic::new(&codes::UNDEFINED_NAME, message, first, "not defined"),
            rest,
            "nor here",
        );
        let other = names.iter().find_map(|(name, _)| self.other_kind(Sought::Of(kind), name));
        let unread = self.loader.unread();
        self.out.push(match (other, unread.as_slice()) {
            (Some(other), _) => finding.help(other),
            (None, []) => finding.help(format!("no {kind} is defined")),
            (None, unread) => {
                let files: Vec<String> = unread.iter().take(4).map(|path| format!("`{path}`")).collect();
                let more = if unread.len() > files.len() { ", …" } else { "" };
                finding.help(format!("no {kind} is defined; nothing imports {}{more}", files.join(", ")))
            }
        });
    }

    fn kind(&self, sought: Sought) -> String {
        match sought {
            Sought::Of(kind) => kind.to_owned(),
            Sought::CellOf(region) => format!("cell of region `{}`", self.model[region].name),
        }
    }

    /// How many names there are of what is sought.
    fn count(&self, sought: Sought) -> usize {
        match sought {
            Sought::Of("cell") => self.model.locations.len(),
            Sought::Of(kind) => self.names.get(kind).map_or(0, |table| table.names().len()),
            Sought::CellOf(region) => self.model[region].locations.len(),
        }
    }

    fn known(&self, sought: Sought) -> Vec<Spanned<Arc<str>>> {
        match sought {
            Sought::Of("cell") => {
                let label = |location: &crate::model::Location| {
                    Spanned::default_of(Arc::from(location.label.as_str()))
                };
                self.model.locations.iter().map(label).collect()
            }
            Sought::Of(kind) => self.names.get(kind).map_or(Vec::new(), |table| table.names().to_vec()),
            Sought::CellOf(region) => {
                let cell = |id: &LocationId| {
                    self.model[*id].cell.as_ref().map(|c| Spanned::new(Arc::from(c.value.as_str()), c.span))
                };
                self.model[region].locations.iter().filter_map(cell).collect()
            }
        }
    }

    fn unused(&self, sought: Sought, name: &str) -> Option<Span> {
        match sought {
            Sought::Of(kind) => self.names.get(kind)?.unused(name),
            Sought::CellOf(region) => {
                let id = self.cells.get(&(region, Arc::from(name)))?;
                let place = self.model[*id].cell.as_ref()?.span;
                // The first cell is the default: work runs there without naming it.
                if self.model[region].locations.first() == Some(id) {
                    return None;
                }
                (!self.named_cells.contains(id)).then_some(place)
            }
        }
    }

    fn propose(
        &self,
        finding: Diagnostic,
        sought: Sought,
        name: &Arc<str>,
        near: Option<&str>,
        places: &[Span],
        known: &[Spanned<Arc<str>>],
    ) -> Diagnostic {
        let kind = self.kind(sought);
        if let Some(near) = near {
            // Of a name of two or three letters, one letter is as likely another name.
            let short = name.chars().count() <= 3 && !near.eq_ignore_ascii_case(name);
            let sure = !short && certain(name, known.iter().map(|name| &*name.value)).is_some();
            return finding.meant_at(places, near, sure);
        }
        if let Some(other) = self.other_kind(sought, name) {
            return finding.help(other);
        }
        let all: Vec<&str> = known.iter().take(9).map(|name| &*name.value).collect();
        match all.len() {
            0 if self.count(sought) > 0 => finding,
            0 => finding.help(format!("no {kind} is defined")),
            1..=8 => finding.help(format!("defined: {}", all.join(", "))),
            _ => finding,
        }
    }

    /// What somebody who names a thing of another kind probably looks for.
    fn other_kind(&self, sought: Sought, name: &Arc<str>) -> Option<String> {
        let Sought::Of(kind) = sought else { return None };
        let is = |other: &'static str| {
            other != kind && self.names.get(other).is_some_and(|t| t.find(name).is_some())
        };
        if kind == "region" {
            if let Some(region) = self.zone_owner(name) {
                return Some(format!("`{name}` is a zone of region `{region}`"));
            }
            let cell = self
                .model
                .locations
                .iter()
                .find(|l| l.cell.as_ref().is_some_and(|c| c.value.as_str() == &**name));
            if let Some(location) = cell {
                let region = &self.model[location.region].name;
                return Some(format!("`{name}` is a cell: write `{region} cell={name}`, or another region"));
            }
            if let Some(city) = cities::find(name) {
                return Some(self.who_serves(city));
            }
        }
        if kind == "jurisdiction" && cities::is_country(name) {
            return Some(format!("`{name}` is a country: add `jurisdiction {name} {{ country {name} }}`"));
        }
        match (kind, is("workload"), is("dataset")) {
            ("dataset", true, _) => return Some(format!("`{name}` is a workload: write `needs {name}`")),
            ("workload", _, true) => return Some(format!("`{name}` is a dataset: write `uses {name}`")),
            _ => {}
        }
        let other = ["tenant", "class", "tier", "lane", "region", "dataset", "queue", "workload", "event"];
        let other = other.into_iter().find(|other| is(other))?;
        let known = self.known(sought);
        let all: Vec<&str> = known.iter().take(8).map(|name| &*name.value).collect();
        Some(format!(
            "`{name}` is a {other}; {}",
            match all.len() {
                0 => format!("no {kind} is defined"),
                _ => format!("the name of a {kind} stands here: {}", all.join(", ")),
            }
        ))
    }

    fn who_serves(&self, city: cities::City) -> String {
        let serves = |region: &&crate::model::Region| {
            let codes = region.cities.iter().filter_map(|c| cities::find(c.value.as_str()));
            codes.into_iter().any(|known| known.code == city.code || known.city == city.city)
        };
        match self.model.regions.iter().find(serves) {
            Some(region) => format!("{} is a city, which region `{}` serves", city.code, region.name),
            None => format!("{} is a city, which no region serves", city.code),
        }
    }
}

/// The definition is misspelt: several places agree on another name, and nothing names what is defined.
fn misspelt(kind: &str, name: &str, near: &str, defined: Span, places: &[Span]) -> Diagnostic {
    let message =
        format!("{kind} `{}` is used nowhere, and {} places name `{}`", clip(near), places.len(), clip(name));
    let finding = Diagnostic::new(&codes::UNDEFINED_NAME, message, defined, "misspelt here?");
    let finding = labelled(finding, places, "named here");
    let edits = vec![Edit { span: defined, replacement: name.to_owned() }];
    finding.help(format!("did you mean `{name}`?")).fix(format!("replace by `{name}`"), edits)
}

fn undefined(kind: &str, name: &str, places: &[Span]) -> Diagnostic {
    let message = format!("no {kind} is named `{}`", clip(name));
    let (first, rest) = places.split_first().map_or((Span::NONE, places), |(first, rest)| (*first, rest));
    labelled(Diagnostic::new(&codes::UNDEFINED_NAME, message, first, "not defined"), rest, "nor here")
}

pub(super) fn labelled(mut finding: Diagnostic, places: &[Span], text: &str) -> Diagnostic {
    for (index, place) in places.iter().take(SHOWN).enumerate() {
        let more = places.len().saturating_sub(SHOWN);
        let last = index + 1 == SHOWN && more > 0;
        finding = finding
            .label(*place, if last { format!("{text}, and in {more} more places") } else { text.to_owned() });
    }
    finding
}
