//! Tiers, lanes, tenants, datasets.

use super::Resolver;
use super::names::{Form, Table, check_form};
use crate::decode::{Datum, Node};
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::model::{Dataset, Lane, Quota, RegionId, Replica, Tenant, Tier};
use crate::span::{Span, Spanned};
use seawall_schema::name::{DatasetName, LABEL_LIMIT, LaneName, PART_LIMIT, TenantName, TierName};
use std::collections::BTreeMap;

impl Resolver<'_> {
    pub(super) fn tiers<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let (_, defined) = Table::define("tier", Form::Label(PART_LIMIT), nodes, &mut self.out);
        let mut tiers: Vec<Tier> = Vec::new();
        for (node, name) in defined {
            let order = node.count("order").unwrap_or(Spanned::default_of(u64::MAX));
            let preemptible = node.flag("preemptible").is_some_and(|p| p.value);
            tiers.push(Tier { name: TierName::new(name.value), order, preemptible, span: node.head });
        }
        tiers.sort_by(|a, b| b.order.value.cmp(&a.order.value).then_with(|| a.name.cmp(&b.name)));
        let names = tiers.iter().map(|tier| tier.name.as_str().into()).collect();
        self.names.tables.insert("tier", Table::of("tier", names));
        self.model.tiers = tiers;
    }

    pub(super) fn lanes<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let (table, defined) = Table::define("lane", Form::Label(PART_LIMIT), nodes, &mut self.out);
        for (node, name) in defined {
            let draws = node.child("draws-on");
            let on = |pool: &str| {
                let named = |arg: &Spanned<Datum>| matches!(arg.value, Datum::Word(word) if word == pool);
                draws.is_some_and(|d| d.args.iter().flatten().any(named))
            };
            self.model.lanes.push(Lane {
                name: LaneName::new(name.value),
                reserve: on("reserve"),
                free: on("free"),
                preemptible: on("preemptible"),
                draws_on: draws.map_or(Span::NONE, |d| d.head),
                span: node.head,
            });
        }
        self.names.tables.insert("lane", table);
    }

    pub(super) fn tenants<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let (table, defined) = Table::define("tenant", Form::Label(LABEL_LIMIT), nodes, &mut self.out);
        let mut namespaces: BTreeMap<String, Span> = BTreeMap::new();
        for (node, name) in defined {
            let given = node.child("namespace").and_then(Node::title);
            if let Some(given) = &given {
                check_form("namespace", Form::Label(LABEL_LIMIT), given, &mut self.out);
            }
            let namespace = given.as_ref().unwrap_or(&name);
            let namespace = Spanned::new(namespace.value.to_string(), namespace.span);
            if let Some(first) = namespaces.insert(namespace.value.clone(), namespace.span) {
                let message = format!("two tenants have the namespace `{}`", namespace.value);
                let finding =
                    Diagnostic::new(&codes::DUPLICATE_NAME, message, namespace.span, "and this one");
                self.out.push(
                    finding.label(first, "this one").help("quotas are kept by namespace: give each its own"),
                );
            }
            let quotas = self.quotas(node, &name.value);
            let burst = node.child("burst").map(|burst| Spanned::new(burst.resources(), burst.head));
            let name = TenantName::new(name.value);
            self.model.tenants.push(Tenant { name, namespace, quotas, burst, span: node.head });
        }
        self.names.tables.insert("tenant", table);
    }

    fn quotas(&mut self, node: &Node, tenant: &str) -> Vec<Quota> {
        let mut quotas: Vec<Quota> = Vec::new();
        for quota in node.named("quota") {
            let Some(region) = quota.title().and_then(|name| self.id("region", &name, RegionId)) else {
                continue;
            };
            if let Some(first) = quotas.iter().find(|q| q.region == region.value).map(|q| q.span) {
                let message = format!("tenant `{tenant}` has two quotas in one region");
                self.listed_twice(&message, first, quota.head);
                continue;
            }
            quotas.push(Quota { region: region.value, amount: quota.resources(), span: quota.head });
        }
        quotas.sort_by_key(|quota| quota.region);
        quotas
    }

    pub(super) fn datasets<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let (_, defined) = Table::define("dataset", Form::Free, nodes, &mut self.out);
        let mut kept = Vec::new();
        for (node, name) in defined {
            let (residency, _) = self.residency(node);
            let home = node.child("home").and_then(Node::title);
            let home = home.and_then(|home| self.id("region", &home, RegionId));
            let mut replicas: Vec<Replica> = Vec::new();
            for replica in node.named("replica") {
                let Some(region) = replica.title().and_then(|r| self.id("region", &r, RegionId)) else {
                    continue;
                };
                let earlier = replicas.iter().find(|r| r.region == region.value).map(|r| r.span);
                let first = earlier.or(home.filter(|h| h.value == region.value).map(|h| h.span));
                if let Some(first) = first {
                    let region = &self.model[region.value].name;
                    let message = format!("dataset `{}` has two copies in `{region}`", name.value);
                    let finding = Diagnostic::new(&codes::COPY_TWICE, message, replica.head, "and this copy");
                    self.out.push(finding.label(first, "this copy").help("keep one of them"));
                    continue;
                }
                let Some(lag) = replica.duration("lag") else { continue };
                replicas.push(Replica { region: region.value, lag: lag.value, span: replica.head });
            }
            let Some(home) = home else {
                // Where the data is written is not known: nothing that uses it can be judged, so it is left out quietly.
                self.doubts.lose(&name.value);
                continue;
            };
            kept.push(name.value.clone());
            let name = DatasetName::new(name.value);
            self.model.datasets.push(Dataset { name, residency, home, replicas, span: node.head });
        }
        self.names.tables.insert("dataset", Table::of("dataset", kept));
    }
}
