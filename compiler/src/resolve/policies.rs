//! Tiers, lanes, tenants, datasets.

use super::Resolver;
use super::names::{Form, Table, check_form};
use crate::decode::{Datum, Node};
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::model::{Dataset, Lane, Quota, RegionId, Replica, Tenant, Tier};
use crate::span::{Span, Spanned};
use seawall_schema::keys;
use seawall_schema::name::{DatasetName, LABEL_LIMIT, LaneName, PART_LIMIT, TenantName, TierName};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

impl Resolver<'_> {
    pub(super) fn tiers<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let (table, defined) = Table::define("tier", Form::Label(PART_LIMIT), nodes, &mut self.out);
        let mut tiers: Vec<Tier> = Vec::new();
        let mut places: BTreeMap<Arc<str>, Span> = BTreeMap::new();
        for (node, name) in defined {
            self.notes.orders |= node.damaged || table.is_doubled(&name.value);
            places.insert(name.value.clone(), name.span);
            let order = node.count("order").unwrap_or(Spanned::default_of(u64::MAX));
            let preemptible = node.flag("preemptible").is_some_and(|p| p.value);
            tiers.push(Tier { name: TierName::new(name.value), order, preemptible, span: node.head });
        }
        tiers.sort_by(|a, b| b.order.value.cmp(&a.order.value).then_with(|| a.name.cmp(&b.name)));
        let placed = |tier: &Tier| {
            let (name, span) = places.get_key_value(tier.name.as_str())?;
            Some(Spanned::new(name.clone(), *span))
        };
        let names = tiers.iter().filter_map(placed).collect();
        self.names.tables.insert("tier", table.reordered(names));
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
            let pools = draws.map(|d| d.args.iter().flatten().filter_map(word).collect::<Vec<_>>());
            self.each_once("pool", &pools.unwrap_or_default());
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
            self.not_reserved(&namespace);
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

    /// Namespaces that belong to Kubernetes or to Seawall are nobody's.
    fn not_reserved(&mut self, namespace: &Spanned<String>) {
        let owner = match namespace.value.as_str() {
            keys::SYSTEM_NAMESPACE | keys::RESERVES_NAMESPACE => "Seawall",
            "kube-system" | "kube-public" | "kube-node-lease" => "Kubernetes",
            _ => return,
        };
        let message = format!("the namespace `{}` belongs to {owner} itself", namespace.value);
        let finding =
            Diagnostic::new(&codes::DUPLICATE_NAME, message, namespace.span, "a tenant's namespace");
        self.out.push(finding.help(
            "quotas and policies of the tenant would bind what the cluster needs to live: name another",
        ));
    }

    fn quotas(&mut self, node: &Node, tenant: &str) -> Vec<Quota> {
        let mut seen: HashMap<RegionId, Span> = HashMap::new();
        let mut quotas: Vec<Quota> = Vec::new();
        for quota in node.named("quota") {
            let Some(region) = quota.title().and_then(|name| self.id("region", &name, RegionId)) else {
                continue;
            };
            if let Some(first) = seen.insert(region.value, quota.head) {
                let name = &self.model[region.value].name;
                let message = format!("tenant `{tenant}` has two quotas in `{name}`");
                self.listed_twice(&message, first, quota.head);
                continue;
            }
            quotas.push(Quota { region: region.value, amount: quota.resources(), span: quota.head });
        }
        quotas.sort_by_key(|quota| quota.region);
        quotas
    }

    pub(super) fn datasets<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let (table, defined) = Table::define("dataset", Form::Free, nodes, &mut self.out);
        let mut kept = Vec::new();
        for (node, name) in defined {
            let (residency, mut vague) = self.residency(node);
            vague |= node.damaged || table.is_doubled(&name.value);
            let home = node.child("home").and_then(Node::title);
            let home = home.and_then(|home| self.id("region", &home, RegionId));
            let mut replicas: Vec<Replica> = Vec::new();
            let mut copies: HashMap<RegionId, Span> = home.iter().map(|h| (h.value, h.span)).collect();
            for replica in node.named("replica") {
                let Some(region) = replica.title().and_then(|r| self.id("region", &r, RegionId)) else {
                    vague = true;
                    continue;
                };
                if let Some(first) = copies.insert(region.value, replica.head) {
                    let region = &self.model[region.value].name;
                    let message = format!("dataset `{}` has two copies in `{region}`", name.value);
                    let finding = Diagnostic::new(&codes::COPY_TWICE, message, replica.head, "and this copy");
                    self.out.push(finding.label(first, "this copy").help("keep one of them"));
                    // One of the two may be meant for another region.
                    vague = true;
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
            kept.push(name.clone());
            self.notes.datasets.push(vague);
            let name = DatasetName::new(name.value);
            self.model.datasets.push(Dataset { name, residency, home, replicas, span: node.head });
        }
        self.names.tables.insert("dataset", table.reordered(kept));
    }
}

fn word(arg: &Spanned<Datum>) -> Option<Spanned<Arc<str>>> {
    match arg.value {
        Datum::Word(word) => Some(Spanned::new(word.into(), arg.span)),
        _ => None,
    }
}
