//! What policies can be about: `for workload`, `for region`, …

use super::fields::{Kind, Object, View};
use crate::model::Subject;
use crate::span::Span;

/// A kind of thing that a policy is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubjectKind(pub(super) Kind);

/// Words of `for`, in the order of the reference.
pub static KINDS: &[&str] = &[
    "fleet", "region", "location", "tier", "lane", "link", "tenant", "dataset", "workload", "queue", "job",
    "event",
];

impl SubjectKind {
    /// The kind of that word.
    pub fn of(word: &str) -> Option<SubjectKind> {
        KINDS
            .contains(&word)
            .then(|| Kind::ALL.iter().find(|kind| kind.name() == word).copied().map(SubjectKind))?
    }

    /// Its word, which is the name of its variable too.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Every object of the kind, with what an allowance calls it.
    pub(super) fn all<'m>(self, view: &'m View<'m>) -> Vec<(Subject, Object<'m>)> {
        match self.0 {
            Kind::Region => all(Subject::Region, Object::Region, view.regions()),
            Kind::Location => all(Subject::Location, Object::Location, view.locations()),
            Kind::Tier => all(Subject::Tier, Object::Tier, view.tiers()),
            Kind::Lane => all(Subject::Lane, Object::Lane, view.lanes()),
            Kind::Link => all(Subject::Link, Object::Link, view.links()),
            Kind::Tenant => all(Subject::Tenant, Object::Tenant, view.tenants()),
            Kind::Dataset => all(Subject::Dataset, Object::Dataset, view.datasets()),
            Kind::Workload => all(Subject::Workload, Object::Workload, view.workloads()),
            Kind::Queue => all(Subject::Queue, Object::Queue, view.queues()),
            Kind::Job => all(Subject::Job, Object::Job, view.jobs()),
            Kind::Event => all(Subject::Event, Object::Event, view.events()),
            _ => vec![(Subject::Fleet, Object::Fleet(view.fleet()))],
        }
    }
}

fn all<'m, T>(
    subject: impl Fn(u32) -> Subject,
    object: impl Fn(T) -> Object<'m>,
    things: Vec<T>,
) -> Vec<(Subject, Object<'m>)> {
    (0..).zip(things).map(|(index, thing)| (subject(index), object(thing))).collect()
}

/// What an object is called in messages, and its line.
pub(super) fn named(object: Object<'_>, view: &View<'_>) -> (String, Span) {
    let (kind, name) = match object {
        Object::Region(region) => ("region", region.get().name.as_str()),
        Object::Location(location) => ("location", location.get().label.as_str()),
        Object::Tier(tier) => ("tier", tier.get().name.as_str()),
        Object::Lane(lane) => ("lane", lane.get().name.as_str()),
        Object::Link(link) => return (view.ends(link), link.span),
        Object::Tenant(tenant) => ("tenant", tenant.get().name.as_str()),
        Object::Dataset(dataset) => ("dataset", dataset.get().name.as_str()),
        Object::Workload(workload) => ("workload", workload.get().name.as_str()),
        Object::Queue(queue) => ("queue", queue.get().name.as_str()),
        Object::Job(job) => ("job", job.get().name.as_str()),
        Object::Event(event) => ("event", event.get().name.as_str()),
        _ => ("fleet", view.fleet().name.value.as_str()),
    };
    (format!("{kind} `{name}`"), object.place().unwrap_or(view.fleet().span))
}
