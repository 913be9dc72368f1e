//! Events and declarations.

use super::Resolver;
use super::missing::Sought;
use super::names::{Form, Table};
use crate::decode::Node;
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::model::{Declaration, Event, LocationId, RegionId, TierId};
use crate::span::{Span, Spanned};
use seawall_schema::Share;
use seawall_schema::name::{EventName, PART_LIMIT};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Resolver<'_> {
    pub(super) fn events<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let (table, defined) = Table::define("event", Form::Label(PART_LIMIT), nodes, &mut self.out);
        self.names.tables.insert("event", table);
        for (node, name) in defined {
            let event = self.event(node, name);
            self.model.events.push(event);
        }
    }

    fn event(&mut self, node: &Node, name: Spanned<Arc<str>>) -> Event {
        let named: Vec<_> = node.named("fail").flat_map(|f| f.texts().collect::<Vec<_>>()).collect();
        self.each_once("place", &named);
        let mut failed: BTreeMap<LocationId, Span> = BTreeMap::new();
        for place in named {
            for location in self.places(&place) {
                failed.entry(location).or_insert(place.span);
            }
        }
        let mut drained: BTreeMap<LocationId, Spanned<Share>> = BTreeMap::new();
        for drain in node.named("drain") {
            let share = drain.share("share").map_or(Share::FULL, |s| s.value);
            for place in drain.texts() {
                for location in self.places(&place) {
                    let share = Spanned::new(share, place.span);
                    let first = drained.get(&location).copied();
                    if let Some(first) = first.filter(|first| first.span != place.span) {
                        let label = &self.model[location].label;
                        let message = format!("event `{}` drains `{label}` twice", name.value);
                        let finding =
                            Diagnostic::new(&codes::BAD_EVENT, message, place.span, "and again here");
                        self.out.push(finding.label(first.span, "it is drained here"));
                        continue;
                    }
                    drained.insert(location, share);
                }
            }
        }
        drained.retain(|location, _| !failed.contains_key(location));
        let sides = self.sides(node, &name);
        let may_lose = self.may_lose(node);
        if let Some(expect) = node.child("expect").filter(|e| e.child("lose").is_none() && !e.damaged) {
            let message =
                format!("event `{}` expects to be degraded and does not say what is lost", name.value);
            let finding = Diagnostic::new(&codes::MISSING_NODE, message, expect.head, "needs a `lose`");
            self.out.push(finding.help("add `lose tier=…`, or leave `expect` out"));
        }
        let says = |child: &Node| matches!(child.shape.name, "fail" | "drain" | "partition");
        if !node.damaged && !node.children.iter().any(says) {
            let message = format!("in event `{}` nothing happens", name.value);
            let finding =
                Diagnostic::new(&codes::BAD_EVENT, message, node.head, "no `fail`, `drain` or `partition`");
            self.out.push(finding.help("say what fails: `fail REGION`, `drain REGION share=\"40%\"`, or `partition { side …; side … }`"));
        }
        Event {
            name: EventName::new(name.value),
            failed: failed.into_iter().map(|(location, span)| Spanned::new(location, span)).collect(),
            drained: drained.into_iter().collect(),
            sides,
            may_lose,
            span: node.head,
        }
    }

    /// The locations of `R` or `R/C`.
    fn places(&mut self, place: &Spanned<Arc<str>>) -> Vec<LocationId> {
        let (region, cell) = match place.value.find('/') {
            Some(at) => (part(place, 0, at), Some(part(place, at + 1, place.value.len()))),
            None => (place.clone(), None),
        };
        if let Some((name, zoned)) = self.zone_in(&region, cell.as_ref()) {
            let message = format!("`{name}` is a zone, and events name regions, or cells as `R/C`");
            let finding = Diagnostic::new(&codes::BAD_EVENT, message, place.span, "a zone");
            self.out.push(
                finding
                    .label(zoned, "defined here")
                    .help("every zone's loss is proved by `survive any-zone=1`"),
            );
            return Vec::new();
        }
        let Some(id) = self.id("region", &region, RegionId) else { return Vec::new() };
        match cell {
            Some(cell) => self.place(id, Some(&cell)).into_iter().collect(),
            None if self.may_hold(self.model[id.value].locations.len(), place.span) => {
                self.model[id.value].locations.clone()
            }
            None => Vec::new(),
        }
    }

    /// The zone that stands where a region or cell is meant.
    fn zone_in(
        &self,
        region: &Spanned<Arc<str>>,
        cell: Option<&Spanned<Arc<str>>>,
    ) -> Option<(Arc<str>, Span)> {
        let known = self.names.get("region").and_then(|table| table.find(&region.value)).map(RegionId);
        let name = match (cell, known) {
            (Some(cell), Some(region)) if self.cells.contains_key(&(region, cell.value.clone())) => {
                return None;
            }
            (Some(cell), Some(_)) => cell,
            (_, None) => region,
            (None, Some(_)) => return None,
        };
        self.zones.get(&name.value).map(|(_, span)| (name.value.clone(), *span))
    }

    fn sides(&mut self, node: &Node, name: &Spanned<Arc<str>>) -> Vec<Vec<RegionId>> {
        let Some(partition) = node.child("partition") else { return Vec::new() };
        for other in node.children.iter().filter(|c| matches!(c.shape.name, "fail" | "drain")) {
            let message = format!(
                "event `{}` is a partition, and a `{}` stands beside it",
                name.value, other.shape.name
            );
            let finding = Diagnostic::new(&codes::BAD_EVENT, message, other.head, "not beside a partition");
            self.out.push(finding.label(partition.head, "the partition").help("make it an event of its own"));
        }
        let mut known = !partition.damaged && !self.doubts.any() && self.vague.is_empty();
        let mut seen: BTreeMap<RegionId, Span> = BTreeMap::new();
        let mut sides = Vec::new();
        for side in partition.named("side") {
            let mut regions = Vec::new();
            for region in side.texts() {
                let Some(id) = self.id("region", &region, RegionId) else {
                    known = false;
                    continue;
                };
                if let Some(first) = seen.insert(id.value, region.span) {
                    let message =
                        format!("region `{}` is on two sides of event `{}`", region.value, name.value);
                    let finding = Diagnostic::new(&codes::BAD_EVENT, message, region.span, "and here");
                    self.out.push(
                        finding
                            .label(first, "it is here")
                            .help("the sides of a partition name every region once"),
                    );
                    known = false;
                    continue;
                }
                regions.push(id.value);
            }
            regions.sort_unstable();
            sides.push(regions);
        }
        if known && sides.len() < 2 {
            let message = format!("the partition of event `{}` has {} side(s)", name.value, sides.len());
            self.out.push(Diagnostic::new(&codes::BAD_EVENT, message, partition.head, "needs two or more"));
        } else if known {
            let names =
                (0..).zip(&self.model.regions).filter(|(index, _)| !seen.contains_key(&RegionId(*index)));
            let left: Vec<String> = names.map(|(_, region)| format!("`{}`", region.name)).collect();
            if !left.is_empty() {
                let message =
                    format!("the partition of event `{}` leaves out {}", name.value, left.join(", "));
                let finding = Diagnostic::new(
                    &codes::BAD_EVENT,
                    message,
                    partition.head,
                    "not every region has a side",
                );
                self.out.push(finding.help("the sides of a partition name every region once"));
            }
        }
        sides
    }

    fn may_lose(&mut self, node: &Node) -> Vec<Spanned<TierId>> {
        let mut found: Vec<Spanned<TierId>> = Vec::new();
        let mut seen: BTreeMap<TierId, Span> = BTreeMap::new();
        for lose in node.child("expect").into_iter().flat_map(|e| e.named("lose")) {
            let Some(tier) = lose.text("tier") else { continue };
            let Some(id) = self.id("tier", &tier, TierId) else { continue };
            if let Some(first) = seen.insert(id.value, id.span) {
                self.listed_twice(&format!("tier `{}` is listed twice", tier.value), first, id.span);
                continue;
            }
            found.push(id);
        }
        found
    }

    pub(super) fn declarations<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let mut found: BTreeMap<String, Declaration> = BTreeMap::new();
        for node in nodes {
            let Some(event) = node.title().filter(|event| self.is_scenario(event)) else { continue };
            let own = |name: &str| node.text(name).map(|text| text.value.to_string());
            let name = event.value.to_string();
            let declaration = Declaration {
                event: event.map(|e| e.to_string()),
                by: own("by"),
                reason: own("reason"),
                until: own("until"),
                span: node.head,
            };
            if let Some(first) = found.get(&name).map(|d| d.span) {
                self.listed_twice(&format!("event `{name}` is declared twice"), first, node.head);
                continue;
            }
            found.insert(name, declaration);
        }
        self.model.declarations = found.into_values().collect();
    }

    /// Whether a declaration names an event, `region:R` or `cell:R/C`.
    fn is_scenario(&mut self, event: &Spanned<Arc<str>>) -> bool {
        let after = |prefix: &str| part(event, prefix.len(), event.value.len());
        if event.value.starts_with("region:") {
            return self.look_up("region", &after("region:")).is_some();
        }
        if let Some(cell) = event.value.strip_prefix("cell:") {
            if !cell.contains('/') {
                self.missing.note(Sought::Of("cell"), &after("cell:"));
                return false;
            }
            return !self.places(&after("cell:")).is_empty();
        }
        self.look_up("event", event).is_some()
    }
}

/// A part of a text with its own place, where the text is written as it is.
fn part(of: &Spanned<Arc<str>>, from: usize, to: usize) -> Spanned<Arc<str>> {
    let text = of.value.get(from..to).unwrap_or("");
    let written = (of.span.end - of.span.start) as usize;
    let quotes = u32::from(written == of.value.len() + 2);
    if written > of.value.len() + 2 {
        return Spanned::new(text.into(), of.span);
    }
    let start = of.span.start + quotes + from as u32;
    Spanned::new(text.into(), Span::new(of.span.file, start, start + text.len() as u32))
}
