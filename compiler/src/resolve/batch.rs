//! Queues and jobs.

use super::Resolver;
use super::names::{Form, Table};
use super::requests::of_job;
use crate::decode::Node;
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::model::{Job, LocationId, Queue, QueueId, QueueQuota, RegionId, Retry, TierId};
use crate::span::{Span, Spanned};
use seawall_schema::name::{JobName, LABEL_LIMIT, PART_LIMIT, QueueName};
use std::collections::HashMap;

impl Resolver<'_> {
    pub(super) fn queues<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let (table, defined) = Table::define("queue", Form::Label(PART_LIMIT), nodes, &mut self.out);
        self.names.tables.insert("queue", table);
        for (node, name) in defined {
            let tier = node.text("tier").and_then(|tier| self.id("tier", &tier, TierId));
            let tier = tier.unwrap_or_else(|| self.stand_in_tier());
            let mut quotas: Vec<QueueQuota> = Vec::new();
            let mut vague = node.damaged;
            if node.child("quota").is_none() && !node.damaged {
                let message = format!("queue `{}` has no quota", name.value);
                let finding = Diagnostic::new(&codes::MISSING_NODE, message, node.head, "needs a `quota`");
                self.out.push(
                    finding.help("add `quota REGION cpu=… memory=\"…\"`: without one its jobs run nowhere"),
                );
                vague = true;
            }
            let mut seen: HashMap<LocationId, Span> = HashMap::new();
            for quota in node.named("quota") {
                let region = quota.title().and_then(|r| self.id("region", &r, RegionId));
                let cell = quota.text("cell").or_else(|| node.text("cell"));
                let Some(location) = region.and_then(|region| self.place(region, cell.as_ref())) else {
                    vague = true;
                    continue;
                };
                if let Some(first) = seen.insert(location, quota.head) {
                    let place = &self.model[location].label;
                    let message = format!("queue `{}` has two quotas in `{place}`", name.value);
                    self.listed_twice(&message, first, quota.head);
                    vague = true;
                    continue;
                }
                quotas.push(QueueQuota { location, amount: quota.resources(), span: quota.head });
            }
            quotas.sort_by_key(|quota| quota.location);
            let strict =
                node.child("order").and_then(Node::own_word).is_some_and(|o| o.value == "strict-fifo");
            let name = QueueName::new(name.value);
            self.notes.queues.push(vague);
            self.model.queues.push(Queue { name, tier, quotas, strict, span: node.head });
        }
    }

    pub(super) fn jobs<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let (_, defined) = Table::define("job", Form::Label(LABEL_LIMIT), nodes, &mut self.out);
        for (node, name) in defined {
            let tenant = self.tenant_of(node);
            let queue = node.text("queue").and_then(|queue| self.id("queue", &queue, QueueId));
            let files = node.child("wraps").map(|wraps| self.manifest_files(wraps));
            let certain = matches!(files, Some(Some(_))) && !node.damaged;
            let wraps = files.flatten().unwrap_or_default();
            let asked = of_job(self.objects(&wraps));
            let declared = node.child("request");
            let what = format!("job `{}`", name.value);
            let request = self.reconcile(declared, &asked.unwrap_or_default(), &what, node.head);
            if request.value.is_empty() && certain {
                let message = format!("job `{}` does not say what all of it requests", name.value);
                let finding =
                    Diagnostic::new(&codes::REQUEST_MISSING, message, node.head, "needs a `request`");
                self.out.push(finding.help("add `request cpu=… memory=\"…\"` for all of its pods together"));
            }
            let dispatch = self.dispatch(node, queue);
            let retry = node.child("retry").and_then(|retry| {
                let (limit, pause) = (retry.count("limit")?.value, retry.duration("pause").map(|p| p.value));
                Some(Retry { limit, pause, span: retry.head })
            });
            let Some(queue) = queue else { continue };
            let name = JobName::new(name.value);
            self.model.jobs.push(Job {
                name,
                tenant,
                queue,
                wraps,
                request,
                dispatch,
                retry,
                span: node.head,
            });
        }
    }

    /// Where a job may run: a `to` without a cell means where its queue has a quota in that region.
    fn dispatch(&mut self, node: &Node, queue: Option<Spanned<QueueId>>) -> Vec<Spanned<LocationId>> {
        let mut found: Vec<Spanned<LocationId>> = Vec::new();
        let mut seen: HashMap<LocationId, Span> = HashMap::new();
        let quotas = queue.map_or(&[][..], |queue| &self.model[queue.value].quotas);
        let mut queued: HashMap<RegionId, LocationId> = HashMap::new();
        for location in quotas.iter().map(|q| q.location) {
            queued.entry(self.model[location].region).or_insert(location);
        }
        for to in node.child("dispatch").into_iter().flat_map(|d| d.named("to")) {
            let Some(region) = to.title().and_then(|r| self.id("region", &r, RegionId)) else { continue };
            let cell = to.text("cell");
            let location = match (cell, queued.get(&region.value).copied()) {
                (None, Some(location)) => Some(location),
                (cell, _) => self.place(region, cell.as_ref()),
            };
            let Some(location) = location else { continue };
            if let Some(first) = seen.insert(location, to.head) {
                self.listed_twice("a job is dispatched to one location twice", first, to.head);
                continue;
            }
            found.push(Spanned::new(location, to.head));
        }
        found
    }
}
