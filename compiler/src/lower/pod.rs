//! The fields of a pod template that Seawall owns: labels, priority class, requests, placement, spread, tolerations.
//!
//! Takes a template of the team's or of its own, gives it back with those fields set and everything else as it was.
//! Pointers in what it returns are relative to the template.

use super::Context;
use super::context::sorted;
use crate::model::*;
use crate::span::Span;
use seawall_schema::{Duration, Resource, Resources, keys};
use serde_json::{Map, Value, json};

/// What decides the owned fields.
pub(crate) struct PodRules<'a> {
    pub(crate) location: LocationId,
    pub(crate) labels: Vec<(&'a str, String)>,
    pub(crate) class: String,
    /// The line that decided the class.
    pub(crate) class_span: Span,
    /// Of one pod; absent: the team's are left as they are.
    pub(crate) request: Option<&'a Spanned<Resources>>,
    /// How its pods are found, where it spreads over zones.
    pub(crate) spread: Option<(u64, Span, Value)>,
    pub(crate) by_template: bool,
    pub(crate) rto: Option<Spanned<Duration>>,
    /// Queues place their pods themselves.
    pub(crate) placed: bool,
    pub(crate) packs: bool,
}

use crate::span::Spanned;

/// Pointer below the template, and where its value came from.
pub(crate) type Origins = Vec<(String, Vec<Span>)>;

/// Sets the owned fields of a pod template.
pub(crate) fn govern(context: &Context<'_>, template: &mut Value, rules: &PodRules<'_>) -> Origins {
    let mut origins = Origins::new();
    if template.get("metadata").is_none() {
        // Metadata stands before the spec.
        let mut first = Map::new();
        first.insert("metadata".into(), json!({}));
        first.extend(template.as_object().cloned().unwrap_or_default());
        *template = Value::Object(first);
    }
    let labels = entry(entry(template, "metadata"), "labels");
    let own: Vec<_> = rules.labels.iter().map(|(key, value)| (*key, value.as_str())).collect();
    merge(labels, context.pod_labels(&own));
    let spec = entry(template, "spec");
    if let Some(spec) = spec.as_object_mut() {
        spec.insert("priorityClassName".into(), json!(rules.class));
        // What admission works out from the class must not disagree with it.
        spec.remove("priority");
        spec.remove("preemptionPolicy");
    }
    origins.push(("/spec/priorityClassName".into(), vec![rules.class_span]));
    if let Some(request) = rules.request {
        requests(spec, request, &mut origins);
    }
    if rules.placed {
        placement(context, spec, rules, &mut origins);
    }
    spread(context, spec, rules, &mut origins);
    origins
}

/// The value under a key, an empty mapping where there is none or something else.
fn entry<'v>(value: &'v mut Value, key: &str) -> &'v mut Value {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let entry = &mut value[key];
    if !entry.is_object() {
        *entry = Value::Object(Map::new());
    }
    entry
}

/// Adds labels, ours over the team's of the same name, sorted.
pub(crate) fn merge(into: &mut Value, more: Map<String, Value>) {
    let mut all = into.as_object().cloned().unwrap_or_default();
    all.extend(more);
    *into = Value::Object(sorted(all));
}

fn placement(context: &Context<'_>, spec: &mut Value, rules: &PodRules<'_>, origins: &mut Origins) {
    let location = &context.model[rules.location];
    if let Some(cell) = &location.cell {
        let selector = entry(spec, "nodeSelector");
        selector[keys::CELL] = json!(cell.value.as_str());
        origins.push(("/spec/nodeSelector".into(), vec![cell.span]));
    }
    let pools =
        location.pools.iter().flat_map(|pool| pool.taints.iter().map(move |taint| (taint, pool.span)));
    let mut wanted: Vec<(Value, Span)> = pools.map(|(taint, span)| (toleration(taint), span)).collect();
    if let Some(rto) = rules.rto {
        let seconds = patience(rto.value);
        for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
            let value = json!({
                "key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": seconds,
            });
            wanted.push((value, rto.span));
        }
    }
    let mut tolerations = spec["tolerations"].as_array().cloned().unwrap_or_default();
    for (value, span) in wanted {
        let same =
            |t: &Value| ["key", "operator", "effect", "value"].iter().all(|f| t.get(f) == value.get(f));
        tolerations.retain(|t| !same(t));
        origins.push((format!("/spec/tolerations/{}", tolerations.len()), vec![span]));
        tolerations.push(value);
    }
    if !tolerations.is_empty() {
        spec["tolerations"] = Value::Array(tolerations);
    }
    if context.own_scheduler(rules.location) {
        spec["schedulerName"] = json!(super::scheduler::profile(location, rules.packs));
    }
}

/// Of a taint of the pools a location is made of.
pub(crate) fn toleration(taint: &Taint) -> Value {
    let Taint { key, value, effect } = taint;
    if value.is_empty() {
        return json!({ "key": key, "operator": "Exists", "effect": effect });
    }
    json!({ "key": key, "operator": "Equal", "value": value, "effect": effect })
}

/// How long pods stay on a node that does not answer: a third of the time the workload has, at most Kubernetes' five
/// minutes; the other two thirds are for noticing and for starting elsewhere.
fn patience(rto: Duration) -> u64 {
    (rto.millis() / 3000).clamp(10, 300)
}

/// Spread over zones. Zones whose nodes are tainted for not answering do not count, so what is lost stands elsewhere again.
fn spread(context: &Context<'_>, spec: &mut Value, rules: &PodRules<'_>, origins: &mut Origins) {
    let Some((max_skew, span, selector)) = &rules.spread else { return };
    if context.region().zones.is_empty() {
        return;
    }
    const ZONE: &str = "topology.kubernetes.io/zone";
    let mut constraint = json!({
        "maxSkew": max_skew,
        "topologyKey": ZONE,
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": selector,
        "nodeTaintsPolicy": "Honor",
    });
    if rules.by_template {
        constraint["matchLabelKeys"] = json!(["pod-template-hash"]);
    }
    let mut constraints = spec["topologySpreadConstraints"].as_array().cloned().unwrap_or_default();
    constraints.retain(|c| c["topologyKey"] != ZONE);
    constraints.insert(0, constraint);
    spec["topologySpreadConstraints"] = Value::Array(constraints);
    origins.push(("/spec/topologySpreadConstraints/0".into(), vec![*span]));
}

/// Containers' requests add up to the workload's: the first container takes what the others leave; one that names nothing
/// gets 0, so that no default of the namespace adds to what was proved.
fn requests(spec: &mut Value, request: &Spanned<Resources>, origins: &mut Origins) {
    for (resource, wanted) in request.value.iter().filter(|(k, _)| **k != Resource::Pods) {
        let others = sum(spec, resource, 1);
        let first = wanted.saturating_sub(others);
        let Some(containers) = spec["containers"].as_array_mut() else { return };
        for (index, container) in containers.iter_mut().enumerate() {
            let named = container.pointer(&pointer(resource)).is_some_and(|value| !value.is_null());
            let amount = if index == 0 { first } else { 0 };
            let current = amount_of(container, resource);
            if named && (index > 0 || current == amount) {
                continue;
            }
            let extended = matches!(resource, Resource::Extended(_));
            if extended && amount == 0 && !named {
                continue;
            }
            let text = json!(resource.format(amount.into()));
            let resources = entry(container, "resources");
            entry(resources, "requests")[resource.as_str()] = text.clone();
            if extended {
                entry(resources, "limits")[resource.as_str()] = text;
            }
            origins.push((format!("/spec/containers/{index}/resources"), vec![request.span]));
        }
    }
}

fn pointer(resource: &Resource) -> String {
    format!("/resources/requests/{}", seawall_schema::pointer::step(resource.as_str()))
}

/// What a container asks for; a quantity may be written as a number.
pub(crate) fn amount_of(container: &Value, resource: &Resource) -> u64 {
    let text = match container.pointer(&pointer(resource)) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return 0,
    };
    resource.parse(&text).unwrap_or(0)
}

/// What the containers from the one numbered `skip` on ask for, sidecars among the init containers included.
pub(crate) fn sum(spec: &Value, resource: &Resource, skip: usize) -> u64 {
    let list = |key: &str| spec[key].as_array().map(Vec::as_slice).unwrap_or_default();
    let sidecars = list("initContainers").iter().filter(|c| c["restartPolicy"] == "Always");
    let all = list("containers").iter().skip(skip).chain(sidecars);
    all.map(|container| amount_of(container, resource)).fold(0, u64::saturating_add)
}
