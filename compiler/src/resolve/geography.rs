//! Jurisdictions, residency, links.

use super::names::{Form, Table};
use super::{Resolver, cities};
use crate::decode::Node;
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::model::{Jurisdiction, JurisdictionId, Link, RegionId, Residency};
use crate::span::{Span, Spanned};
use seawall_schema::name::{CountryCode, JurisdictionName};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Resolver<'_> {
    pub(super) fn jurisdictions<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let (table, defined) = Table::define("jurisdiction", Form::Free, nodes, &mut self.out);
        let built_in = |list: &str| list.split(' ').map(CountryCode::from).collect::<BTreeSet<_>>();
        let mut all: BTreeMap<Arc<str>, (BTreeSet<CountryCode>, Span)> = BTreeMap::new();
        all.insert("EU".into(), (built_in(cities::EU), Span::NONE));
        all.insert("EEA".into(), (built_in(cities::EEA), Span::NONE));
        let mut vague: BTreeSet<Arc<str>> = BTreeSet::new();
        for (node, name) in defined {
            if node.damaged || table.is_doubled(&name.value) {
                vague.insert(name.value.clone());
            }
            let countries: Vec<_> =
                node.named("country").flat_map(|c| c.texts().collect::<Vec<_>>()).collect();
            self.each_once("country", &countries);
            let countries: BTreeSet<_> = countries.into_iter().map(|c| CountryCode::new(c.value)).collect();
            if countries.is_empty() && !node.damaged {
                let message = format!("jurisdiction `{}` has no country", name.value);
                self.out.push(Diagnostic::new(&codes::MISSING_NODE, message, node.head, "needs a `country`"));
            }
            all.insert(name.value, (countries, node.head));
        }
        let names: Vec<_> = all.keys().map(|name| Spanned::default_of(name.clone())).collect();
        self.vague_jurisdictions = (0..)
            .zip(&all)
            .filter(|(_, (name, (countries, _)))| vague.contains(*name) || countries.is_empty())
            .map(|(index, _)| index)
            .collect();
        self.names.tables.insert("jurisdiction", table.reordered(names));
        self.model.jurisdictions = all
            .into_iter()
            .map(|(name, (countries, span))| Jurisdiction {
                name: JurisdictionName::new(name),
                countries,
                span,
            })
            .collect();
    }

    /// The residency of a node; the flag says whether something of it is not known, and there is none then.
    pub(super) fn residency(&mut self, node: &Node) -> (Option<Residency>, bool) {
        let Some(line) = node.child("residency") else { return (None, false) };
        let mut residency =
            Residency { jurisdictions: Vec::new(), countries: BTreeSet::new(), span: line.head };
        let mut doubt = line.damaged;
        let names: Vec<_> = line.texts().collect();
        if !self.may_hold(names.len(), line.head) {
            return (None, true);
        }
        self.each_once("jurisdiction", &names);
        for name in &names {
            match self.id("jurisdiction", name, JurisdictionId) {
                Some(id) => {
                    doubt |= self.vague_jurisdictions.contains(&id.value.0);
                    residency.countries.extend(self.model[id.value].countries.iter().cloned());
                    residency.jurisdictions.push(id);
                }
                None => doubt = true,
            }
        }
        (Some(residency).filter(|_| !doubt), doubt)
    }

    pub(super) fn links<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let mut links: Vec<Link> = Vec::new();
        for node in nodes {
            let ends: Vec<_> = node.texts().collect();
            let ids: Vec<Option<Spanned<RegionId>>> =
                ends.iter().map(|end| self.id("region", end, RegionId)).collect();
            let ([Some(a), Some(b)], Some(rtt)) = (&ids[..], node.duration("rtt")) else {
                self.notes.links = true;
                continue;
            };
            self.notes.links |= node.damaged;
            if a.value == b.value {
                let message = format!("a link joins `{}` with itself", ends[0].value);
                let finding = Diagnostic::new(&codes::BAD_LINK, message, b.span, "the same region again");
                self.out.push(finding.help("the network inside a region needs no link"));
                continue;
            }
            let (a, b) = (a.value.min(b.value), a.value.max(b.value));
            links.push(Link { a, b, rtt: rtt.value, span: node.head });
        }
        links.sort_by_key(|link| (link.a, link.b, link.span));
        links.dedup_by(|later, first| {
            let same = (later.a, later.b) == (first.a, first.b);
            if same {
                let (a, b) = (&self.model[first.a].name, &self.model[first.b].name);
                let message = format!("the link between `{a}` and `{b}` stands twice");
                let finding = Diagnostic::new(&codes::BAD_LINK, message, later.span, "and again here");
                self.out.push(finding.label(first.span, "it stands here").help("keep one of them"));
            }
            same
        });
        self.model.links = links;
    }
}
