//! Workloads: one controller for each instance, and the team's other objects once.
//!
//! Of the team's objects only owned fields change; the rest is kept in value, unknown fields included.

use super::context::moves_to;
use super::pod::{self, PodRules};
use super::{Context, Instance, LoweredObject, Role, container, manifests, names, residency};
use crate::manifest::autoscales;
use crate::model::*;
use crate::span::Span;
use seawall_schema::keys;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) fn objects(context: &Context<'_>, instances: &[Instance<'_>]) -> Vec<LoweredObject> {
    let mut made = Vec::new();
    let mut last = None;
    for instance in instances {
        made.push(controller(context, instance));
        if last.replace(instance.id) != Some(instance.id) && instance.workload.mode == Mode::Own {
            made.extend(others(context, instance));
        }
    }
    made
}

/// What stands beside the replicated object.
fn others(context: &Context<'_>, instance: &Instance<'_>) -> Vec<LoweredObject> {
    let Instance { workload, .. } = instance;
    match &workload.content {
        Content::Container(inline) => container::service(context, workload, inline).into_iter().collect(),
        Content::Manifests { files, .. } => {
            let main = manifests::main(context.model, workload);
            let is_main = |o: &&ManifestObject| main.is_some_and(|m| std::ptr::eq(m, *o));
            // The team's own autoscaler gives way to the one that the policy describes.
            let generated = |o: &&ManifestObject| main.is_some_and(|m| autoscales(o, m));
            let rest = manifests::objects(context.model, files).filter(|o| !is_main(o) && !generated(o));
            rest.map(|object| other(context, instance, object)).collect()
        }
    }
}

fn other(context: &Context<'_>, instance: &Instance<'_>, object: &ManifestObject) -> LoweredObject {
    let workload = instance.workload;
    let mut value = object.value.clone();
    let kind = object.kind().to_owned();
    adopt(context, workload, &mut value);
    let mut origins = Vec::new();
    if let Some(prefix) = manifests::pod_template(&kind)
        && let Some(template) = value.pointer_mut(prefix)
    {
        let rules = rules(context, instance, None, None);
        origins = prefixed(prefix, pod::govern(context, template, &rules));
    }
    finish(value, workload, Some(object), origins)
}

/// Labels and the tenant's namespace.
fn adopt(context: &Context<'_>, workload: &Workload, value: &mut Value) {
    let tenant = &context.model[workload.tenant.value];
    let own = [(keys::WORKLOAD, workload.name.as_str()), (keys::TENANT, tenant.name.as_str())];
    let namespaced = !manifests::is_cluster_scoped(value, &context.model.schemas);
    let metadata = &mut value["metadata"];
    if metadata.get("namespace").is_none() && namespaced {
        metadata["namespace"] = json!(tenant.namespace.value);
    }
    pod::merge(&mut metadata["labels"], context.labels(&own));
}

/// The replicated object of an instance.
fn controller(context: &Context<'_>, instance: &Instance<'_>) -> LoweredObject {
    if instance.workload.mode == Mode::Overlay && instance.role == Role::Own {
        return only_replicas(context, instance);
    }
    let (mut value, source) = blank(context, instance);
    let kind = value["kind"].as_str().unwrap_or_default().to_owned();
    adopt(context, instance.workload, &mut value);
    value["metadata"]["name"] = json!(instance.name);
    let identity = identity(context, instance);
    for (key, label) in &identity {
        value["metadata"]["labels"][*key] = json!(label);
    }
    let labels = value["metadata"]["labels"].as_object().cloned().unwrap_or_default();
    value["metadata"]["labels"] = Value::Object(super::context::sorted(labels));
    if instance.role != Role::Own && kind == "Deployment" {
        // Standbys serve nobody: an update replaces them in place, inside what the reserve holds.
        value["spec"]["strategy"] =
            json!({ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 0, "maxUnavailable": "25%" } });
    }
    let selector = selector(&mut value, instance, &identity);
    replicas(&mut value, instance);
    let spread = match &instance.workload.spread {
        Some(Spread::Zone { max_skew, span }) => Some((*max_skew, *span, selector)),
        Some(Spread::None { .. }) | None => None,
    };
    let rules = rules(context, instance, Some(&instance.workload.request), spread);
    let origins = prefixed("/spec/template", pod::govern(context, &mut value["spec"]["template"], &rules));
    let made = finish(value, instance.workload, source, origins);
    let counted = context.origin(instance.spans.iter().copied());
    let pointer = if instance.autoscale.is_some() { "/metadata/annotations" } else { "/spec/replicas" };
    let waits = matches!(instance.role, Role::Standby(lane) if !names::may_preempt(context, lane));
    let mut made = made.from("/metadata/name", instance.spans.iter().copied().take(1)).ahead(waits);
    made.provenance.insert(pointer.to_owned(), counted);
    made
}

/// The team's object, or one for the inline container.
fn blank<'a>(context: &Context<'a>, instance: &Instance<'a>) -> (Value, Option<&'a ManifestObject>) {
    match &instance.workload.content {
        Content::Container(inline) => {
            let template = container::template(instance.workload, inline);
            let value = json!({
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": { "name": instance.name },
                "spec": { "selector": { "matchLabels": {} }, "template": template },
            });
            (value, None)
        }
        Content::Manifests { .. } => {
            let main = manifests::main(context.model, instance.workload);
            (main.map(|m| m.value.clone()).unwrap_or_default(), main)
        }
    }
}

/// Labels that tell an instance's pods from those of its siblings.
fn identity(context: &Context<'_>, instance: &Instance<'_>) -> BTreeMap<&'static str, String> {
    let mut labels = BTreeMap::new();
    labels.insert(keys::WORKLOAD, instance.workload.name.to_string());
    match instance.role {
        Role::Own => drop(labels.insert(keys::ROLE, "workload".to_owned())),
        Role::Standby(lane) => {
            labels.insert(keys::ROLE, "standby".to_owned());
            labels.insert(keys::LANE, context.model[lane].name.to_string());
        }
    }
    if let Some(cell) = &context.model[instance.location].cell {
        labels.insert(keys::CELL, cell.value.to_string());
    }
    labels
}

/// Of an inline container all of the identity; the team's own selector is immutable and kept, with the identity added
/// where another controller of the same workload stands beside it or where the controller is Seawall's own.
fn selector(value: &mut Value, instance: &Instance<'_>, identity: &BTreeMap<&'static str, String>) -> Value {
    let inline = matches!(instance.workload.content, Content::Container(_));
    let labels: Map<_, _> = identity.iter().map(|(key, label)| ((*key).to_owned(), json!(label))).collect();
    if inline || instance.twin || instance.role != Role::Own {
        pod::merge(&mut value["spec"]["selector"]["matchLabels"], labels);
    }
    value["spec"]["selector"].clone()
}

/// Where an autoscaler owns the number it is only seeded.
fn replicas(value: &mut Value, instance: &Instance<'_>) {
    let Some(spec) = value["spec"].as_object_mut() else { return };
    let rest: Vec<_> = std::mem::take(spec).into_iter().filter(|(key, _)| key != "replicas").collect();
    if instance.autoscale.is_none() {
        spec.insert("replicas".into(), json!(instance.replicas));
    }
    spec.extend(rest);
    if instance.autoscale.is_some() {
        let annotations = &mut value["metadata"]["annotations"];
        let seed = json!({ "/spec/replicas": instance.replicas }).to_string();
        let own = [(keys::IGNORED_FIELDS, "/spec/replicas".to_owned()), (keys::SEED, seed)];
        pod::merge(annotations, own.into_iter().map(|(key, text)| (key.to_owned(), json!(text))).collect());
    }
}

fn rules<'a>(
    context: &Context<'_>,
    instance: &Instance<'a>,
    request: Option<&'a crate::span::Spanned<seawall_schema::Resources>>,
    spread: Option<(u64, Span, Value)>,
) -> PodRules<'a> {
    let (model, workload) = (context.model, instance.workload);
    let tier = &model[workload.tier.value];
    let mut labels: Vec<_> = identity(context, instance).into_iter().collect();
    labels.push((keys::TENANT, model[workload.tenant.value].name.to_string()));
    labels.push((keys::TIER, tier.name.to_string()));
    labels.push((keys::RESIDENCY, residency::label(residency::of_workload(model, workload).as_ref())));
    let (class, class_span) = match instance.role {
        Role::Own => (names::tier_class(tier).name, workload.tier.span),
        Role::Standby(lane) => {
            let to = moves_to(workload).find(|to| to.lane.value == lane);
            let span = to.map_or(workload.tier.span, |to| to.lane.span);
            (names::lane_class(context, lane, workload.tier.value).name, span)
        }
    };
    let rto = match &workload.failover {
        Failover::Moves(moves) => moves.rto,
        Failover::Lowest | Failover::None { .. } => None,
    };
    let by_template = manifests::main(model, workload).is_none_or(|m| m.kind() == "Deployment");
    let (location, placed, packs) = (instance.location, true, tier.preemptible);
    PodRules { location, labels, class, class_span, request, spread, by_template, rto, placed, packs }
}

/// Of what something else deploys nothing but the number is set.
fn only_replicas(context: &Context<'_>, instance: &Instance<'_>) -> LoweredObject {
    let workload = instance.workload;
    let main = manifests::main(context.model, workload);
    let text = |pointer, other: &str| {
        main.map_or(other.to_owned(), |m| manifests::text(&m.value, pointer).to_owned())
    };
    let tenant = &context.model[workload.tenant.value];
    let labels = [(keys::WORKLOAD, workload.name.as_str()), (keys::TENANT, tenant.name.as_str())];
    let mut metadata = context.metadata(&instance.name, Some(&tenant.namespace.value), &labels);
    metadata["annotations"] = json!({ keys::PRUNE: "never" });
    let value = json!({
        "apiVersion": text("/apiVersion", "apps/v1"),
        "kind": text("/kind", "Deployment"),
        "metadata": metadata,
        "spec": { "replicas": instance.replicas },
    });
    let counted = context.origin(instance.spans.iter().copied());
    LoweredObject::new(value, vec![workload.span]).from("/spec/replicas", counted)
}

fn prefixed(prefix: &str, origins: pod::Origins) -> pod::Origins {
    origins.into_iter().map(|(pointer, spans)| (format!("{prefix}{pointer}"), spans)).collect()
}

/// Fields of the team's came from their YAML, owned ones from the policy.
fn finish(
    value: Value,
    workload: &Workload,
    source: Option<&ManifestObject>,
    origins: pod::Origins,
) -> LoweredObject {
    let mut made = LoweredObject::new(value, vec![workload.span]);
    if let Some(object) = source {
        let kept = object.places.iter().filter(|(pointer, _)| {
            !pointer.is_empty() && made.value.pointer(pointer) == object.value.pointer(pointer)
        });
        let kept: Vec<_> = kept.map(|(pointer, span)| (pointer, vec![span])).collect();
        made.provenance.extend(kept);
        made.provenance.insert(String::new(), vec![workload.span, object.span]);
    }
    for (pointer, spans) in origins {
        made.provenance.insert(pointer, spans);
    }
    made
}
