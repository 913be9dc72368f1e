//! AppWrappers (`workload.codeflare.dev/v1beta2`): a job's objects as one unit for admission, retry and deletion.
//!
//! A job is in the bundle of the first location of its `dispatch` that stands.

use super::pod::{self, PodRules};
use super::{Context, LoweredObject, manifests, names};
use crate::model::*;
use crate::span::Spanned;
use seawall_schema::{Duration, keys};
use serde_json::{Map, Value, json};

const RETRY_LIMIT: &str = "workload.codeflare.dev.appwrapper/retryLimit";
const RETRY_PAUSE: &str = "workload.codeflare.dev.appwrapper/retryPausePeriodDuration";

pub(super) fn appwrappers(context: &Context<'_>) -> Vec<LoweredObject> {
    context.model.jobs.iter().filter_map(|job| appwrapper(context, job)).collect()
}

fn appwrapper(context: &Context<'_>, job: &Job) -> Option<LoweredObject> {
    let Job { name, tenant, queue, wraps, request, dispatch, retry, span } = job;
    let model = context.model;
    let stands = |to: &&Spanned<LocationId>| !context.now.failed.contains(&to.value);
    let chosen = dispatch.iter().find(stands).or_else(|| dispatch.first())?;
    if !context.holds(chosen.value) {
        return None;
    }
    let (tenant, queue) = (&model[tenant.value], &model[queue.value]);
    let tier = &model[queue.tier.value];
    let components: Vec<Value> = manifests::objects(model, wraps)
        .map(|object| json!({ "template": component(context, job, object, chosen.value) }))
        .collect();
    let class = names::tier_class(tier).name;
    let own = [
        (keys::TENANT, tenant.name.as_str()),
        (keys::TIER, tier.name.as_str()),
        (keys::ROLE, "job"),
        ("kueue.x-k8s.io/queue-name", queue.name.as_str()),
        ("kueue.x-k8s.io/priority-class", class.as_str()),
    ];
    let mut metadata = context.metadata(name.as_str(), Some(&tenant.namespace.value), &own);
    if let Some(Retry { limit, pause, span: _ }) = retry {
        let mut annotations = Map::new();
        annotations.insert(RETRY_LIMIT.into(), json!(limit.to_string()));
        if let Some(pause) = pause {
            annotations.insert(RETRY_PAUSE.into(), json!(go_duration(*pause)));
        }
        metadata["annotations"] = Value::Object(annotations);
    }
    let value = json!({
        "apiVersion": "workload.codeflare.dev/v1beta2",
        "kind": "AppWrapper",
        "metadata": metadata,
        "spec": { "components": components },
    });
    let mut made = LoweredObject::new(value, vec![*span]).from("/metadata/name", [chosen.span]);
    made = made.from("/spec/components", [*span, request.span]);
    for (index, object) in manifests::objects(model, wraps).enumerate() {
        made = made.from(&format!("/spec/components/{index}/template"), [object.span, *span]);
    }
    if let Some(retry) = retry {
        made = made.from("/metadata/annotations", [retry.span]);
    }
    Some(made)
}

/// As Go writes it, which knows no days.
fn go_duration(duration: Duration) -> String {
    let millis = duration.millis();
    if millis.is_multiple_of(1000) { format!("{}s", millis / 1000) } else { format!("{millis}ms") }
}

/// A wrapped object; the queue places its pods, the policy says whose they are.
fn component(context: &Context<'_>, job: &Job, object: &ManifestObject, location: LocationId) -> Value {
    let model = context.model;
    let (tenant, queue) = (&model[job.tenant.value], &model[job.queue.value]);
    let tier = &model[queue.tier.value];
    let mut value = object.value.clone();
    let kind = object.kind();
    let namespaced = !manifests::is_cluster_scoped(&object.value, &model.schemas);
    if value["metadata"].get("namespace").is_none() && namespaced {
        value["metadata"]["namespace"] = json!(tenant.namespace.value);
    }
    let labels = vec![
        (keys::TENANT, tenant.name.to_string()),
        (keys::TIER, tier.name.to_string()),
        (keys::ROLE, "job".to_owned()),
        (keys::RESIDENCY, "any".to_owned()),
    ];
    let rules = PodRules {
        location,
        labels,
        class: names::queue_class(queue, tier).name,
        class_span: queue.tier.span,
        request: None,
        spread: None,
        by_template: false,
        rto: None,
        placed: false,
        packs: true,
    };
    if let Some(template) = manifests::pod_template(kind).and_then(|prefix| value.pointer_mut(prefix)) {
        pod::govern(context, template, &rules);
    }
    value
}
