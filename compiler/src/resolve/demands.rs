//! What is left of policies for resolving: the files of their tests, and which thing an allowance stands in.

use super::Resolver;
use super::work::allow;
use crate::decode::Node;
use crate::model::{Model, Subject};
use crate::span::Span;
use std::collections::HashMap;

impl Resolver<'_> {
    /// The declarations of policies and packs; reads what their tests name, and notes the allowances of all that is no workload.
    pub(super) fn demands(&mut self, nodes: &[Node]) -> Vec<Node> {
        self.allowances(nodes);
        let declared = nodes.iter().filter(|node| matches!(node.shape.name, "policy" | "pack"));
        let declared: Vec<Node> = declared.cloned().collect();
        for test in declared.iter().flat_map(|policy| policy.named("test")) {
            for path in ["pass", "fail"].into_iter().filter_map(|name| test.text(name)) {
                if let Some(found) = self.loader.expand(&path, &mut self.aside) {
                    for file in found {
                        self.loader.named(&file, path.span, &mut self.aside);
                    }
                }
            }
        }
        declared
    }

    fn allowances(&mut self, nodes: &[Node]) {
        let own = nodes.iter().filter(|node| !matches!(node.shape.name, "workload" | "class"));
        let all = own.flat_map(|node| std::iter::once(node).chain(node.named("cell")));
        let allowing: Vec<&Node> = all.filter(|node| node.child("allow").is_some()).collect();
        if allowing.is_empty() {
            return;
        }
        let subjects = subjects(&self.model);
        for node in allowing {
            let named: Vec<_> = node.named("allow").filter_map(Node::title).collect();
            self.each_once("policy", &named);
            if let Some(subject) = subjects.get(&node.head) {
                self.model
                    .allows
                    .extend(node.named("allow").filter_map(allow).map(|allow| (*subject, allow)));
            }
        }
        self.model.allows.sort_by_key(|(subject, allow)| (*subject, allow.span));
    }
}

/// Everything that an allowance can stand in, by its line.
fn subjects(model: &Model) -> HashMap<Span, Subject> {
    let mut found = HashMap::from([(model.fleet.span, Subject::Fleet)]);
    let mut add = |subject: fn(u32) -> Subject, spans: &mut dyn Iterator<Item = Span>| {
        found.extend((0..).zip(spans).map(|(index, span)| (span, subject(index))));
    };
    add(Subject::Location, &mut model.locations.iter().map(|one| one.span));
    // A region without cells has the line of its location.
    add(Subject::Region, &mut model.regions.iter().map(|one| one.span));
    add(Subject::Tier, &mut model.tiers.iter().map(|one| one.span));
    add(Subject::Lane, &mut model.lanes.iter().map(|one| one.span));
    add(Subject::Link, &mut model.links.iter().map(|one| one.span));
    add(Subject::Tenant, &mut model.tenants.iter().map(|one| one.span));
    add(Subject::Dataset, &mut model.datasets.iter().map(|one| one.span));
    add(Subject::Queue, &mut model.queues.iter().map(|one| one.span));
    add(Subject::Job, &mut model.jobs.iter().map(|one| one.span));
    add(Subject::Event, &mut model.events.iter().map(|one| one.span));
    found
}
