//! Workloads: defaults from classes, content, requests, targets.

use super::names::{Form, Table};
use super::requests::of_replica;
use super::{Doubt, Resolver, cities};
use crate::decode::value::clip;
use crate::decode::{Datum, Node};
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::manifest::is_scaled;
use crate::model::{
    Allow, Autoscale, Container, Content, DatasetId, DuringFailover, LocationId, MaxUnavailable, Mode, Needs,
    RegionId, Spread, Target, TenantId, Tier, TierId, Traffic, Uses, Workload, WorkloadId,
};
use crate::span::{Span, Spanned};
use seawall_schema::name::{LABEL_LIMIT, TenantName, TierName, WorkloadName, is_dns_label};
use seawall_schema::{Resource, Resources, Share};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Which regions serve a city, by the code they name and by the code of its city.
pub(super) struct Served {
    exact: HashMap<Arc<str>, Vec<RegionId>>,
    by_city: HashMap<&'static str, Vec<RegionId>>,
    /// All codes that regions name, sorted.
    codes: Vec<Arc<str>>,
}

impl Resolver<'_> {
    pub(super) fn workloads<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>, classes: &[&'n Node]) {
        let classes = self.classes(classes);
        let (table, defined) = Table::define("workload", Form::Label(LABEL_LIMIT), nodes, &mut self.out);
        self.names.tables.insert("workload", table);
        let served = self.served();
        let mut inherited = HashSet::new();
        for (node, name) in defined {
            let (merged, class, unsure) = self.with_class(node, &classes);
            let effective = merged.as_ref().unwrap_or(node);
            let before = self.out.len();
            let (mut workload, doubt) = self.workload(effective, name, &served, unsure || node.damaged);
            if class.is_some() {
                self.out.once_outside(before, node.span, &mut inherited);
            }
            workload.class = class;
            self.model.workloads.push(workload);
            self.notes.workloads.push(doubt);
            self.notes.extents.push(node.span);
        }
    }

    fn served(&self) -> Served {
        let mut served = Served { exact: HashMap::new(), by_city: HashMap::new(), codes: Vec::new() };
        for (index, region) in (0..).zip(&self.model.regions) {
            for city in &region.cities {
                let code = city.value.as_str();
                served.exact.entry(code.into()).or_default().push(RegionId(index));
                if let Some(known) = cities::find(code) {
                    let regions = served.by_city.entry(known.city).or_default();
                    if regions.last() != Some(&RegionId(index)) {
                        regions.push(RegionId(index));
                    }
                }
            }
        }
        served.codes = served.exact.keys().cloned().collect();
        served.codes.sort_unstable();
        served
    }

    fn workload(
        &mut self,
        node: &Node,
        name: Spanned<Arc<str>>,
        served: &Served,
        unsure: bool,
    ) -> (Workload, Doubt) {
        let mut doubt = Doubt { tier: false, places: unsure, data: unsure };
        let tenant = self.tenant_of(node);
        let tier = self.tier_of(node, &name, unsure, &mut doubt);
        let mode = match node.word("mode").map(|m| m.value) {
            Some("overlay") => Mode::Overlay,
            Some("observe") => Mode::Observe,
            _ => Mode::Own,
        };
        let (content, certain) = self.content(node, &name, mode, unsure);
        let request = self.request_of(node, &name, &content, unsure || !certain);
        let targets = self.targets(node, &name, served, &mut doubt);
        let (residency, unknown) = self.residency(node);
        doubt.data |= unknown;
        for (kind, line) in [("dataset", "uses"), ("workload", "needs"), ("policy", "allow")] {
            let named: Vec<_> = node.named(line).filter_map(Node::title).collect();
            self.each_once(kind, &named);
            if !self.may_hold(named.len(), node.head) {
                doubt = Doubt { tier: true, places: true, data: true };
            }
        }
        let uses = node.named("uses").filter_map(|uses| self.uses(uses, &mut doubt)).collect();
        let needs = node.named("needs").filter_map(|needs| self.needs(needs, &name)).collect();
        let failover = self.failover(node, &name, &mut doubt);
        let workload = Workload {
            tenant,
            class: None,
            tier,
            mode,
            content,
            request,
            targets,
            spread: node.child("spread").and_then(|spread| self.spread(spread)),
            disruption: node.child("disruption").and_then(disruption),
            residency,
            uses,
            needs,
            failover,
            during_failover: node.child("during-failover").map(during),
            traffic: node.child("traffic").filter(|line| !line.damaged).and_then(|line| self.traffic(line)),
            fenced: node.flag("fenced").is_some_and(|f| f.value),
            allows: node.named("allow").filter_map(allow).collect(),
            span: node.head,
            name_span: name.span,
            name: WorkloadName::new(name.value),
        };
        (workload, doubt)
    }

    /// The tenant of a workload or job; a stand-in where it is not known, which nothing downstream of a whole draft sees.
    pub(super) fn tenant_of(&mut self, node: &Node) -> Spanned<TenantId> {
        let named = node.text("tenant");
        let found = named.as_ref().and_then(|tenant| self.id("tenant", tenant, TenantId));
        found.unwrap_or_else(|| {
            let standing = self.model.tenants.last().is_some_and(|t| t.span == Span::NONE);
            if !standing {
                self.model.tenants.push(crate::model::Tenant {
                    name: TenantName::new("?"),
                    namespace: Spanned::default_of("?".to_owned()),
                    quotas: Vec::new(),
                    burst: None,
                    span: Span::NONE,
                });
            }
            Spanned::default_of(TenantId(self.model.tenants.len() as u32 - 1))
        })
    }

    fn tier_of(
        &mut self,
        node: &Node,
        name: &Spanned<Arc<str>>,
        unsure: bool,
        doubt: &mut Doubt,
    ) -> Spanned<TierId> {
        let line = node.child("tier");
        let found = line.and_then(Node::title).and_then(|tier| self.id("tier", &tier, TierId));
        if line.is_none() && !unsure {
            let message = format!("workload `{}` has no tier", name.value);
            let finding = Diagnostic::new(&codes::MISSING_NODE, message, node.head, "needs a `tier`");
            let tiers: Vec<&str> =
                self.model.tiers.iter().map(|t| t.name.as_str()).filter(|t| *t != "?").collect();
            self.out.push(finding.help(format!("add `tier`, of its own or by class: {}", tiers.join(", "))));
        }
        doubt.tier |= found.is_none();
        found.unwrap_or_else(|| self.stand_in_tier())
    }

    /// A tier for work whose own is not known; nothing downstream of a whole draft sees it.
    pub(super) fn stand_in_tier(&mut self) -> Spanned<TierId> {
        if self.model.tiers.last().is_none_or(|tier| tier.span.is_some()) {
            let order = Spanned::default_of(0);
            self.model.tiers.push(Tier {
                name: TierName::new("?"),
                order,
                preemptible: false,
                span: Span::NONE,
            });
        }
        Spanned::default_of(TierId(self.model.tiers.len() as u32 - 1))
    }

    /// What is deployed; the flag says whether it could be read.
    fn content(
        &mut self,
        node: &Node,
        name: &Spanned<Arc<str>>,
        mode: Mode,
        unsure: bool,
    ) -> (Content, bool) {
        let (manifests, container) = (node.child("manifests"), node.child("container"));
        if let (Some(manifests), Some(container)) = (manifests, container) {
            let message = format!("workload `{}` has both manifests and a container", name.value);
            let finding = Diagnostic::new(&codes::CONTRADICTION, message, container.head, "one container");
            self.out.push(finding.label(manifests.head, "manifests").help("keep one of them"));
        }
        if let Some(manifests) = manifests.filter(|_| container.is_none()) {
            let files = self.manifest_files(manifests);
            let certain = files.is_some();
            let files = files.unwrap_or_default();
            if certain && mode == Mode::Own && !self.objects(&files).any(is_scaled) {
                let message =
                    format!("no manifest of workload `{}` is a Deployment or a StatefulSet", name.value);
                let finding =
                    Diagnostic::new(&codes::NOTHING_DEPLOYED, message, manifests.head, "these manifests");
                self.out.push(
                    finding.help("name the file that holds its Deployment, or write `container image=…`"),
                );
            }
            return (Content::Manifests { files, span: manifests.head }, certain);
        }
        if let Some(node) = container {
            self.port(node);
            self.container_text(node);
            return match inline(node) {
                Some(container) => (Content::Container(container), true),
                None => (Content::Manifests { files: Vec::new(), span: node.head }, false),
            };
        }
        if mode == Mode::Own && !unsure {
            let message = format!("workload `{}` has neither manifests nor a container", name.value);
            let finding = Diagnostic::new(&codes::NOTHING_DEPLOYED, message, node.head, "nothing to run");
            self.out.push(finding.help("add `manifests \"k8s/NAME/*.yaml\"` or `container image=\"…\"`"));
        }
        (Content::Manifests { files: Vec::new(), span: node.head }, mode != Mode::Own)
    }

    fn request_of(
        &mut self,
        node: &Node,
        name: &Spanned<Arc<str>>,
        content: &Content,
        unsure: bool,
    ) -> Spanned<Resources> {
        let asked = match content {
            Content::Manifests { files, .. } => of_replica(self.objects(files), &name.value),
            Content::Container(_) => BTreeMap::new(),
        };
        let declared = node.child("request");
        let what = format!("workload `{}`", name.value);
        let mut request = self.reconcile(declared, &asked, &what, node.head);
        if request.value.is_empty() && !unsure && !declared.is_some_and(|d| d.damaged) {
            let message = format!("workload `{}` does not say what a replica requests", name.value);
            let finding = Diagnostic::new(&codes::REQUEST_MISSING, message, node.head, "needs a `request`");
            self.out.push(
                finding.help("add `request cpu=… memory=\"…\"`, of its own, by class, or in the manifest"),
            );
        }
        request.value.set(Resource::Pods, 1);
        request
    }

    fn targets(
        &mut self,
        node: &Node,
        name: &Spanned<Arc<str>>,
        served: &Served,
        doubt: &mut Doubt,
    ) -> Vec<Target> {
        let mut found = Vec::new();
        let mut seen: HashMap<(LocationId, Arc<str>), Span> = HashMap::new();
        for line in node.named("target") {
            doubt.places |= line.damaged;
            let Some((replicas, autoscale)) = self.replicas(line, name) else {
                doubt.places = true;
                continue;
            };
            let cities: Vec<_> = line.texts().collect();
            if !self.may_hold(cities.len(), line.head) {
                doubt.places = true;
                continue;
            }
            let mut here: HashMap<Arc<str>, Span> = HashMap::new();
            for city in &cities {
                if let Some(first) = here.insert(city.value.clone(), city.span) {
                    let message =
                        format!("a target of workload `{}` names city `{}` twice", name.value, city.value);
                    self.repeated(&message, first, city.span);
                    // Another one was meant, perhaps elsewhere.
                    doubt.places = true;
                    continue;
                }
                let Some(location) = self.city(city, line, served) else {
                    doubt.places = true;
                    continue;
                };
                if let Some(first) = seen.insert((location, city.value.clone()), city.span) {
                    let message =
                        format!("workload `{}` has two targets for city `{}`", name.value, city.value);
                    self.listed_twice(&message, first, city.span);
                    doubt.places = true;
                    continue;
                }
                let city = city.clone().map(|c| c.to_string());
                found.push(Target {
                    location,
                    city,
                    replicas,
                    autoscale: autoscale.clone(),
                    span: line.head,
                });
            }
        }
        if node.child("target").is_none() && !doubt.places {
            let message = format!("workload `{}` has no target: it runs nowhere", name.value);
            let finding = Diagnostic::new(&codes::NOWHERE, message, node.head, "needs a `target`");
            self.out.push(finding.help("add `target CITY replicas=…`"));
        }
        found
    }

    fn replicas(
        &mut self,
        line: &Node,
        name: &Spanned<Arc<str>>,
    ) -> Option<(Spanned<u64>, Option<Autoscale>)> {
        let given = line.count("replicas");
        let autoscale = line.child("autoscale").and_then(|scale| {
            let (min, max, cpu) = (scale.count("min")?, scale.count("max")?, scale.share("cpu"));
            Some(Autoscale { min, max, cpu, span: scale.head })
        });
        if let Some(scale) = &autoscale {
            self.range(scale, given);
        }
        if given.is_none() && line.child("autoscale").is_none() && !line.damaged {
            let message =
                format!("a target of workload `{}` does not say how many replicas run there", name.value);
            let finding = Diagnostic::new(&codes::MISSING_PROPERTY, message, line.head, "needs `replicas=`");
            self.out.push(finding.help("add `replicas=…`, or `autoscale min=… max=…` in its block"));
        }
        let replicas = given.or(autoscale.as_ref().map(|scale| scale.min))?;
        Some((replicas, autoscale))
    }

    fn range(&mut self, scale: &Autoscale, replicas: Option<Spanned<u64>>) {
        let (min, max) = (scale.min, scale.max);
        if min.value > max.value {
            let message =
                format!("the autoscaler's minimum {} is above its maximum {}", min.value, max.value);
            let finding = Diagnostic::new(&codes::AUTOSCALE_RANGE, message, min.span, "above the maximum");
            return self.out.push(finding.label(max.span, "the maximum"));
        }
        if max.value == 0 {
            let message = "the autoscaler's maximum is 0";
            return self.out.push(Diagnostic::new(&codes::AUTOSCALE_RANGE, message, max.span, "at least 1"));
        }
        if let Some(cpu) = scale.cpu.filter(|cpu| cpu.value == Share::ZERO) {
            let message = "`cpu` takes a share above 0%, found 0%";
            self.out.push(Diagnostic::new(&codes::BAD_SHARE, message, cpu.span, "no use to aim at"));
        }
        if let Some(replicas) = replicas.filter(|r| !(min.value..=max.value).contains(&r.value)) {
            let message = format!(
                "{} replicas lie outside the autoscaler's {} to {}",
                replicas.value, min.value, max.value
            );
            let finding =
                Diagnostic::new(&codes::AUTOSCALE_RANGE, message, replicas.span, "outside the range");
            self.out.push(finding.label(scale.span, "the range"));
        }
    }

    /// The location that a target's city stands for.
    fn city(&mut self, city: &Spanned<Arc<str>>, line: &Node, served: &Served) -> Option<LocationId> {
        let cell = line.text("cell");
        let region = match line.text("region") {
            Some(region) => Some(self.id("region", &region, RegionId)?),
            None => None,
        };
        let Some(known) = cities::find(&city.value) else {
            if let Some(region) = self.names.get("region").and_then(|table| table.find(&city.value)) {
                self.region_as_city(city, RegionId(region));
            } else if !self.notes.cities {
                self.unknown_city(city, Some(&served.codes));
            }
            return None;
        };
        let found = candidates(known, served);
        match (region, found) {
            (Some(region), found) if found.contains(&region.value) => self.place(region, cell.as_ref()),
            (Some(region), _) => {
                self.not_served_by(city, region);
                None
            }
            (None, [only]) => self.place(Spanned::new(*only, city.span), cell.as_ref()),
            (None, []) => {
                self.unserved.entry(known.code).or_default().push(city.span);
                None
            }
            (None, several) => {
                self.ambiguous(city, several);
                None
            }
        }
    }

    fn uses(&mut self, node: &Node, doubt: &mut Doubt) -> Option<Uses> {
        doubt.data |= node.damaged;
        let found = node.title().and_then(|name| self.id("dataset", &name, DatasetId));
        doubt.data |= found.is_none();
        Some(Uses { dataset: found?.value, rpo: node.duration("rpo"), span: node.head })
    }

    fn needs(&mut self, node: &Node, own: &Spanned<Arc<str>>) -> Option<Needs> {
        let name = node.title()?;
        let workload = self.id("workload", &name, WorkloadId)?;
        if name.value == own.value {
            let message = format!("workload `{}` needs itself", own.value);
            let finding = Diagnostic::new(&codes::CONTRADICTION, message, name.span, "the workload itself");
            self.out.push(finding.help("leave it out, or name another workload"));
            return None;
        }
        if node.damaged {
            return None;
        }
        Some(Needs { workload: workload.value, within: node.duration("within"), span: node.head })
    }

    fn spread(&mut self, node: &Node) -> Option<Spread> {
        let reason = node.text("reason");
        if node.own_word()?.value == "zone" {
            if let Some(reason) = reason {
                let message = "`reason=` explains `spread none`, and this work spreads";
                self.out.push(Diagnostic::new(
                    &codes::CONTRADICTION,
                    message,
                    reason.span,
                    "explains nothing",
                ));
            }
            let skew = node.count("max-skew");
            if let Some(skew) = skew.filter(|s| s.value == 0) {
                let message = "`max-skew` takes a whole number from 1";
                self.out.push(Diagnostic::new(&codes::BAD_COUNT, message, skew.span, "below 1"));
            }
            return Some(Spread::Zone { max_skew: skew.map_or(1, |s| s.value), span: node.head });
        }
        if reason.is_none() && !node.damaged {
            let message = "`spread none` does not say why";
            let finding = Diagnostic::new(&codes::MISSING_PROPERTY, message, node.head, "needs `reason=`");
            self.out.push(finding.help("say why a zone's loss may take all of it: `reason=\"…\"`"));
        }
        Some(Spread::None { reason: reason?.value.to_string(), span: node.head })
    }
}

impl Resolver<'_> {
    fn port(&mut self, node: &Node) {
        let Some(port) = node.count("port").filter(|port| !(1..=65_535).contains(&port.value)) else {
            return;
        };
        let message = format!("`port` takes a whole number from 1 to 65535, found {}", port.value);
        self.out.push(Diagnostic::new(&codes::BAD_COUNT, message, port.span, "not a port"));
    }

    /// The path of a health check starts at the root.
    fn probed(&mut self, node: &Node) {
        let Some(path) = node.text("health-check").filter(|path| !path.value.starts_with('/')) else {
            return;
        };
        let message = format!("`health-check` takes a path, found `{}`", clip(&path.value));
        let finding = Diagnostic::new(&codes::WRONG_TYPE, message, path.span, "does not start with `/`");
        let plain = !path.value.contains([':', ' ']);
        self.out.push(match plain {
            true => finding.meant(path.span, &format!("/{}", path.value), true),
            false => finding.help("the path alone, such as `/readyz`"),
        });
    }

    fn traffic(&mut self, node: &Node) -> Option<Traffic> {
        let own = |name: &str| node.text(name).map(|text| text.map(|t| t.to_string()));
        self.probed(node);
        let (host, ttl) = (own("host")?, node.duration("ttl"));
        let is_label = |part: &str| is_dns_label(&part.to_ascii_lowercase(), LABEL_LIMIT) || part == "*";
        if host.value.len() > 253 || !host.value.trim_end_matches('.').split('.').all(is_label) {
            let message = format!("`host` takes a DNS name, found `{}`", clip(&host.value));
            let finding = Diagnostic::new(&codes::BAD_NAME, message, host.span, "not a DNS name");
            let bare = host.value.split("://").last().unwrap_or("").split(['/', ':']).next().unwrap_or("");
            self.out.push(match !bare.is_empty() && bare.split('.').all(is_label) {
                true => finding.help(format!("the name alone, without scheme, port or path: `{bare}`")),
                false => {
                    finding.help("labels of letters, digits and `-`, joined by dots: `shop.example.com`")
                }
            });
        }
        if let Some(ttl) =
            ttl.filter(|ttl| ttl.value.millis() < 1000 || !ttl.value.millis().is_multiple_of(1000))
        {
            let message = format!("`ttl` takes whole seconds, found {}", ttl.value);
            let finding = Diagnostic::new(&codes::BAD_DURATION, message, ttl.span, "not whole seconds");
            self.out.push(finding.help("records live for whole seconds, and for one at least: `\"30s\"`"));
        }
        Some(Traffic { host, ttl, health_check: own("health-check"), span: node.head })
    }
}

fn candidates(known: cities::City, served: &Served) -> &[RegionId] {
    let exact = |code: &str| served.exact.get(code).map(Vec::as_slice);
    if let Some(found) = exact(known.code) {
        return found;
    }
    if known.city == known.code {
        return served.by_city.get(known.code).map_or(&[], Vec::as_slice);
    }
    exact(known.city).unwrap_or(&[])
}

fn inline(node: &Node) -> Option<Container> {
    let image = node.text("image")?.map(|image| image.to_string());
    let args = node.child("args").map(|args| args.texts().map(|a| a.value.to_string()).collect());
    let env = |node: &Node| {
        let mut texts = node.texts();
        Some((texts.next()?.value.to_string(), texts.next()?.value.to_string()))
    };
    let env = node.named("env").filter_map(env).collect();
    Some(Container { image, port: node.count("port"), args: args.unwrap_or_default(), env, span: node.head })
}

fn disruption(node: &Node) -> Option<Spanned<MaxUnavailable>> {
    let given = node.prop("max-unavailable")?;
    let value = match given.value {
        Datum::Share(share) => MaxUnavailable::Share(*share),
        Datum::Count(count) => MaxUnavailable::Count(*count),
        _ => return None,
    };
    Some(Spanned::new(value, given.span))
}

fn during(node: &Node) -> DuringFailover {
    let hold_autoscale = node.word("autoscale").is_some_and(|a| a.value == "hold");
    DuringFailover { hold_autoscale, traffic_step: node.share("traffic-step"), span: node.head }
}

pub(super) fn allow(node: &Node) -> Option<Allow> {
    let policy = node.title()?.map(|p| p.to_string());
    let until = node.text("until").map(|u| u.map(|u| u.to_string()));
    Some(Allow { policy, reason: node.text("reason")?.value.to_string(), until, span: node.head })
}
