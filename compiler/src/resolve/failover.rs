//! Failover of a workload; and why a city stands for no region.

use super::missing::labelled;
use super::{Doubt, Resolver, cities};
use crate::decode::Node;
use crate::diagnostic::{Diagnostic, Edit, plain, registry as codes};
use crate::model::{Failover, FailoverMode, LaneId, LocationId, Moves, RegionId, Standby, To};
use crate::span::{Span, Spanned};
use seawall_schema::Share;
use seawall_schema::name::CityCode;
use std::collections::HashMap;
use std::sync::Arc;

impl Resolver<'_> {
    pub(super) fn failover(&mut self, node: &Node, name: &Spanned<Arc<str>>, doubt: &mut Doubt) -> Failover {
        let Some(line) = node.child("failover") else { return Failover::Lowest };
        if let Some(none) = line.own_word() {
            return self.stays_down(line, none.span);
        }
        if let Some(reason) = line.text("reason") {
            let message = "`reason=` explains `failover none`, and this work moves";
            self.out.push(Diagnostic::new(&codes::CONTRADICTION, message, reason.span, "explains nothing"));
        }
        if line.child("to").is_none() && !line.damaged {
            let message = format!("the failover of workload `{}` has no destination", name.value);
            let finding = Diagnostic::new(&codes::MISSING_NODE, message, line.head, "needs a `to`");
            self.out.push(finding.help("add `to REGION lane=…`, or say `failover none reason=\"…\"`"));
        }
        doubt.places |= line.damaged;
        let mut to: Vec<To> = Vec::new();
        let mut seen: HashMap<(LocationId, LaneId), Span> = HashMap::new();
        if !self.may_hold(line.children.len(), line.head) {
            doubt.places = true;
            return Failover::Lowest;
        }
        for line in line.named("to") {
            match self.destination(line) {
                Some(found) => {
                    if let Some(first) = seen.insert((found.location, found.lane.value), found.span) {
                        let place = &self.model[found.location].label;
                        let message = format!("workload `{}` has two `to` {place} by one lane", name.value);
                        let finding =
                            Diagnostic::new(&codes::DESTINATION_TWICE, message, found.span, "and again here");
                        self.out.push(finding.label(first, "it is named here").help("keep one of them"));
                        continue;
                    }
                    to.push(found);
                }
                None => doubt.places = true,
            }
        }
        let mode = line.word("mode").map(|mode| {
            mode.map(|m| {
                if m == "active-active" { FailoverMode::ActiveActive } else { FailoverMode::ActivePassive }
            })
        });
        Failover::Moves(Moves {
            mode: mode.unwrap_or(Spanned::default_of(FailoverMode::ActivePassive)),
            rto: line.duration("rto"),
            degraded: line.share("degraded").unwrap_or(Spanned::default_of(Share::FULL)),
            to,
            span: line.head,
        })
    }

    fn stays_down(&mut self, line: &Node, none: Span) -> Failover {
        let props = ["rto", "mode", "degraded"].into_iter().filter(|name| line.prop(name).is_some());
        let beside: Vec<(String, Span)> = props
            .map(|name| (format!("`{name}=`"), line.prop_span(name)))
            .chain(line.named("to").map(|to| ("a destination".to_owned(), to.head)))
            .collect();
        if let Some(((what, span), rest)) = beside.split_first() {
            let message =
                format!("`failover none` says that the work stays down, and {what} stands beside it");
            let finding = Diagnostic::new(&codes::CONTRADICTION, message, *span, "says nothing here");
            let finding = finding.label(none, "stays down");
            let finding = rest
                .iter()
                .take(8)
                .fold(finding, |f, (what, span)| f.label(*span, format!("nor does {what}")));
            self.out.push(finding.help("leave out `none` and its reason, or all the rest"));
        }
        let reason = line.text("reason");
        if reason.is_none() && !line.damaged {
            let message = "`failover none` does not say why";
            let finding = Diagnostic::new(&codes::MISSING_PROPERTY, message, line.head, "needs `reason=`");
            self.out.push(finding.help("say why staying down is the decision: `reason=\"…\"`"));
        }
        Failover::None { reason: reason.map_or_else(String::new, |r| r.value.to_string()), span: line.head }
    }

    fn destination(&mut self, line: &Node) -> Option<To> {
        let region = line.title().and_then(|name| self.id("region", &name, RegionId));
        let lane = line.text("lane").and_then(|name| self.id("lane", &name, LaneId));
        let standby = line.word("standby").map(|standby| {
            standby.map(|word| match word {
                "hot" => Standby::Hot,
                "warm" => Standby::Warm,
                _ => Standby::Cold,
            })
        });
        let standby = standby.unwrap_or(Spanned::default_of(Standby::Cold));
        let warm = self.warm(line, standby);
        let cell = line.text("cell");
        let location = self.place(region?, cell.as_ref())?;
        let share = line.share("share").unwrap_or(Spanned::default_of(Share::FULL));
        (!line.damaged).then_some(To { location, lane: lane?, standby, warm, share, span: line.head })
    }

    fn warm(&mut self, line: &Node, standby: Spanned<Standby>) -> Spanned<Share> {
        let given = line.share("warm");
        if line.damaged {
            return given.unwrap_or(Spanned::default_of(Share::ZERO));
        }
        match (standby.value, given) {
            (Standby::Warm, Some(given)) => return given,
            (Standby::Warm, None) => {
                let message = "a warm standby does not say how much of it waits";
                let finding =
                    Diagnostic::new(&codes::STANDBY_WITHOUT_SHARE, message, line.head, "needs `warm=`");
                self.out
                    .push(finding.label(standby.span, "warm").help("add `warm=\"20%\"`, or another share"));
            }
            (Standby::Hot | Standby::Cold, Some(given)) => {
                let word = if standby.value == Standby::Hot { "hot" } else { "cold" };
                let message = format!("`warm=` is about warm standbys, and this one is {word}");
                let finding = Diagnostic::new(
                    &codes::STANDBY_WITHOUT_SHARE,
                    message,
                    line.prop_span("warm"),
                    "says nothing here",
                );
                let finding = finding.label(standby.span, word);
                let help = format!("leave it out, or say `standby=warm warm=\"{}\"`", given.value);
                let finding = finding.help(help);
                let edit = |span, replacement: &str| vec![Edit { span, replacement: replacement.to_owned() }];
                let entry = line.prop_span("warm");
                let before = Span { end: entry.start, ..entry };
                self.out.push(if standby.span.is_some() {
                    finding
                        .suggest("make it a warm standby", edit(standby.span, "warm"))
                        .suggest("leave `warm=` out", edit(entry, ""))
                } else {
                    // Nobody says how much waits warm and means that nothing does.
                    finding.fix("say `standby=warm`", edit(before, "standby=warm "))
                });
            }
            _ => {}
        }
        Spanned::default_of(if standby.value == Standby::Hot { Share::FULL } else { Share::ZERO })
    }

    /// Says that no region serves a city which targets name at `places`, with the nearest that are served.
    pub(super) fn not_served(&mut self, known: cities::City, places: &[Span]) {
        let Some((first, rest)) = places.split_first().filter(|_| !self.notes.cities && !self.doubts.any())
        else {
            return;
        };
        let served: usize = self.model.regions.iter().map(|region| region.cities.len()).sum();
        let mut near: Vec<(u32, &str, &str)> = Vec::new();
        // A distance costs as much as a dozen comparisons of names.
        if self.effort.allows(12 * served) {
            near.extend(self.distances(known));
        }
        near.sort_unstable();
        near.truncate(3);
        let message = format!("no region serves {} ({}, {})", known.code, known.name, known.country);
        let finding = Diagnostic::new(&codes::CITY_NOT_SERVED, message, *first, "not served");
        let mut finding = labelled(finding, rest, "nor here");
        if served == 0 {
            finding = finding.help("no region serves any city: add `city` to a region");
        } else if !near.is_empty() {
            let words = near.iter().map(|(km, code, region)| format!("{code} in `{region}` ({km} km)"));
            let words = words.collect::<Vec<_>>().join(", ");
            let help = format!("nearest served: {words}; or add `city {}` to a region", known.code);
            finding = finding.help(help);
            for (_, code, _) in near.iter().take(1) {
                let edit = |place: &Span| Edit { span: *place, replacement: (*code).to_owned() };
                finding =
                    finding.suggest(format!("target {code} instead"), places.iter().map(edit).collect());
            }
        }
        self.out.push(finding);
    }

    /// How far away each served city is, with its code and region.
    fn distances(&self, known: cities::City) -> impl Iterator<Item = (u32, &str, &str)> {
        self.model.regions.iter().flat_map(move |region| {
            let places = region.cities.iter().filter_map(|served| cities::find(served.value.as_str()));
            places.map(move |place| (cities::distance(known, place), place.code, region.name.as_str()))
        })
    }

    /// Says that a target names a region where it must name a city.
    pub(super) fn region_as_city(&mut self, city: &Spanned<Arc<str>>, region: RegionId) {
        let of = &self.model[region];
        let message = format!("`{}` is a region, and a target names cities", city.value);
        let finding = Diagnostic::new(&codes::UNKNOWN_CITY, message, city.span, "not a city");
        let finding = finding.label(of.span, "the region");
        let serves: Vec<&str> = of.cities.iter().take(8).map(|c| c.value.as_str()).collect();
        self.out.push(match serves.first() {
            None => finding.help("it serves no city: add `city` to it"),
            Some(first) => {
                let edits = vec![Edit { span: city.span, replacement: (*first).to_owned() }];
                let finding = finding.help(format!("it serves {}: name one of them", serves.join(", ")));
                let title = format!("target {first} instead");
                if serves.len() == 1 { finding.fix(title, edits) } else { finding.suggest(title, edits) }
            }
        });
    }

    /// Says that the region a target names does not serve its city.
    pub(super) fn not_served_by(&mut self, city: &Spanned<Arc<str>>, region: Spanned<RegionId>) {
        if self.notes.cities {
            return;
        }
        let of = &self.model[region.value];
        let serves: Vec<&str> = of.cities.iter().map(|c| c.value.as_str()).collect();
        let message = format!("region `{}` does not serve {}", of.name, city.value);
        let finding = Diagnostic::new(
            &codes::CITY_NOT_SERVED,
            message,
            region.span,
            format!("does not serve {}", city.value),
        );
        let finding = finding.label(city.span, "the city").label(of.span, "the region");
        self.out.push(match serves.is_empty() {
            true => finding.help("it serves no city"),
            false => finding.help(format!("it serves {}", serves.join(", "))),
        });
    }

    /// Says that two regions serve a city.
    pub(super) fn ambiguous(&mut self, city: &Spanned<Arc<str>>, regions: &[RegionId]) {
        if self.notes.cities {
            return;
        }
        let names: Vec<&str> = regions.iter().take(8).map(|id| self.model[*id].name.as_str()).collect();
        let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ");
        let more = if regions.len() > names.len() { ", …" } else { "" };
        let message = format!("{} regions serve {}: {listed}{more}", regions.len(), city.value);
        let mut finding = Diagnostic::new(&codes::CITY_AMBIGUOUS, message, city.span, "which of them?");
        for id in regions.iter().take(8) {
            let region = &self.model[*id];
            let of = |code: &str| cities::find(code).map(|known| known.city);
            let same = |c: &&Spanned<CityCode>| of(c.value.as_str()) == of(&city.value);
            let exact = region.cities.iter().find(|c| c.value.as_str() == &*city.value);
            let line = exact.or_else(|| region.cities.iter().find(same));
            let at = line.map_or(region.span, |c| c.span);
            finding = finding.label(at, format!("`{}` serves it", region.name));
        }
        let ways: Vec<String> = names.iter().map(|name| format!("`region={name}`")).collect();
        finding = finding.help(format!("say which: {}", ways.join(" or ")));
        for name in names.iter().take(4) {
            let at = Span { start: city.span.end, ..city.span };
            let edits = vec![Edit { span: at, replacement: format!(" region={}", plain::kdl(name)) }];
            finding = finding.suggest(format!("say `region={name}`"), edits);
        }
        self.out.push(finding);
    }
}
