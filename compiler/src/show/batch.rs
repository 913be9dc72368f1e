//! Queues, jobs, events, declarations, manifests.

use super::places::{Places, amount};
use super::view::{Amounts, At, Source, view, words};
use crate::model;
use crate::resolve::requests::of_job;
use crate::span::{Span, Spanned};
use seawall_schema::Share;

view! {
    /// A batch queue.
    Queue {
        /// Its name.
        name: String,
        /// Its tier.
        tier: At<String>,
        /// Its quota at each location.
        quotas: Vec<QueueQuota>,
        /// Whether a blocked head holds up those behind it.
        order: At<Order>,
        /// The node.
        source: Source,
    }
    /// A queue's quota at one location.
    QueueQuota {
        /// Where: `R`, or `R/C` where the region has cells.
        location: At<String>,
        /// How much.
        amount: Amounts,
        /// The node.
        source: Source,
    }
    /// A batch job.
    Job {
        /// Its name.
        name: String,
        /// Whose it is.
        tenant: At<String>,
        /// The queue it waits in.
        queue: At<String>,
        /// Files of its objects, in the order of their paths.
        wraps: Vec<String>,
        /// All of it together; read from its objects where the policy leaves it out.
        request: Amounts,
        /// Where it may run, in order of preference.
        dispatch: Vec<At<String>>,
        /// How often it is tried again.
        retry: Option<Retry>,
        /// The node.
        source: Source,
    }
    /// How often a job is tried again.
    Retry {
        /// At most so often.
        limit: At<u64>,
        /// Between tries.
        pause: Option<At<String>>,
        /// The node.
        source: Source,
    }
    /// A named scenario.
    Event {
        /// Its name.
        name: String,
        /// Locations that fail.
        failed: Vec<At<String>>,
        /// Locations that are drained.
        drained: Vec<Drained>,
        /// Sides of a partition, each a list of regions; empty: none.
        sides: Vec<Vec<String>>,
        /// Tiers that may be lost.
        may_lose: Vec<At<String>>,
        /// The node.
        source: Source,
    }
    /// A location that is drained.
    Drained {
        /// Which.
        location: At<String>,
        /// How much of its work is asked to leave.
        share: At<String>,
        /// The node.
        source: Source,
    }
    /// A scenario that is declared in force in git.
    Declaration {
        /// `E`, `region:R` or `cell:R/C`.
        event: At<String>,
        /// Who says so.
        by: Option<At<String>>,
        /// Why.
        reason: Option<At<String>>,
        /// Until when, RFC 3339.
        until: Option<At<String>>,
        /// The node.
        source: Source,
    }
    /// A file of Kubernetes objects.
    Manifest {
        /// Path relative to the fleet's folder.
        path: String,
        /// Its objects in order, lists taken apart.
        objects: Vec<Object>,
    }
    /// A file of CustomResourceDefinitions.
    SchemaFile {
        /// Path relative to the fleet's folder.
        path: String,
        /// The kinds that it defines, in order.
        kinds: Vec<CustomKind>,
    }
    /// A kind that a CustomResourceDefinition defines.
    CustomKind {
        /// Its API group.
        group: String,
        /// Its name.
        kind: String,
        /// The versions of it that are served.
        versions: Vec<String>,
        /// Whether its objects live outside namespaces.
        cluster_scoped: bool,
        /// Where it is named.
        source: Source,
    }
    /// A Kubernetes object.
    Object {
        /// Its version.
        api_version: String,
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
        /// Where it stands.
        source: Source,
    }
}

words! {
    /// Whether a blocked head holds up those behind it.
    Order: "fifo" "strict-fifo";
}

/// A queue.
pub(super) fn queue(at: &Places<'_>, queue: &model::Queue) -> Queue {
    let model::Queue { name, tier, quotas, strict, span } = queue;
    let quota = |quota: &model::QueueQuota| {
        let model::QueueQuota { location, amount, span } = quota;
        QueueQuota {
            location: at.argument(*span, 0, at.model[*location].label.clone()),
            amount: at.amounts(*span, amount),
            source: at.source(*span),
        }
    };
    Queue {
        name: name.to_string(),
        tier: at.at(tier, |id| at.model[*id].name.to_string()),
        quotas: quotas.iter().map(quota).collect(),
        order: at.child_argument(*span, "order", Order(if *strict { "strict-fifo" } else { "fifo" })),
        source: at.source(*span),
    }
}

/// A job.
pub(super) fn job(at: &Places<'_>, job: &model::Job) -> Job {
    let model::Job { name, tenant, queue, wraps, request, dispatch, retry, span } = job;
    let asked = of_job(wraps.iter().flat_map(|id| at.model[*id].objects.iter())).unwrap_or_default();
    let line = at.child(*span, "request");
    let place = |resource: &_| {
        let said = line.and_then(|line| amount(line, resource));
        said.or_else(|| asked.get(resource).map(|(_, place)| *place))
    };
    Job {
        name: name.to_string(),
        tenant: at.at(tenant, |id| at.model[*id].name.to_string()),
        queue: at.at(queue, |id| at.model[*id].name.to_string()),
        wraps: wraps.iter().map(|id| at.model[*id].path.clone()).collect(),
        request: at.amounts_of(&request.value, place),
        dispatch: dispatch.iter().map(|to| at.at(to, |id| at.model[*id].label.clone())).collect(),
        retry: retry.as_ref().map(|retry| {
            let model::Retry { limit, pause, span } = retry;
            Retry {
                limit: at.property(*span, "limit", *limit),
                pause: pause.map(|pause| at.property(*span, "pause", pause.to_string())),
                source: at.source(*span),
            }
        }),
        source: at.source(*span),
    }
}

/// An event.
pub(super) fn event(at: &Places<'_>, event: &model::Event) -> Event {
    let model::Event { name, failed, drained, sides, may_lose, span } = event;
    let side = |side: &Vec<model::RegionId>| side.iter().map(|id| at.model[*id].name.to_string()).collect();
    Event {
        name: name.to_string(),
        failed: failed.iter().map(|place| at.at(place, |id| at.model[*id].label.clone())).collect(),
        drained: drained.iter().map(|(location, share)| drain(at, *span, *location, *share)).collect(),
        sides: sides.iter().map(side).collect(),
        may_lose: may_lose.iter().map(|tier| at.at(tier, |id| at.model[*id].name.to_string())).collect(),
        source: at.source(*span),
    }
}

/// A drained location: the model keeps the place of its name, and its line says the share.
fn drain(at: &Places<'_>, event: Span, location: model::LocationId, share: Spanned<Share>) -> Drained {
    let lines = at.node(event).into_iter().flat_map(|node| node.children());
    let line = lines.filter(|line| line.name().text == "drain").find(|line| {
        let span = line.span();
        span.file == share.span.file && (span.start..span.end).contains(&share.span.start)
    });
    let line = line.map_or(Span::NONE, |line| line.head_span());
    Drained {
        location: At { value: at.model[location].label.clone(), source: at.source(share.span) },
        share: at.property(line, "share", share.value.to_string()),
        source: at.source(line),
    }
}

/// A declaration.
pub(super) fn declaration(at: &Places<'_>, declaration: &model::Declaration) -> Declaration {
    let model::Declaration { event, by, reason, until, span } = declaration;
    let said = |name: &str, text: &Option<String>| text.clone().map(|text| at.property(*span, name, text));
    Declaration {
        event: at.text(event),
        by: said("by", by),
        reason: said("reason", reason),
        until: said("until", until),
        source: at.source(*span),
    }
}

/// A file of CustomResourceDefinitions.
pub(super) fn schema_file(at: &Places<'_>, file: &model::SchemaFile) -> SchemaFile {
    let model::SchemaFile { path, kinds } = file;
    let kind = |kind: &model::CustomKind| {
        let model::CustomKind { group, kind, versions, cluster_scoped, span } = kind.clone();
        CustomKind { group, kind, versions, cluster_scoped, source: at.source(span) }
    };
    SchemaFile { path: path.clone(), kinds: kinds.iter().map(kind).collect() }
}

/// A file of Kubernetes objects.
pub(super) fn manifest(at: &Places<'_>, file: &model::ManifestFile) -> Manifest {
    let model::ManifestFile { path, file: _, objects } = file;
    let object = |object: &model::ManifestObject| {
        let text =
            |pointer| object.value.pointer(pointer).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        let place = object.place("/kind");
        Object {
            api_version: text("/apiVersion"),
            kind: text("/kind"),
            name: text("/metadata/name"),
            source: at.source(place),
        }
    };
    Manifest { path: path.clone(), objects: objects.iter().map(object).collect() }
}
