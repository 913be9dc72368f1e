//! A container described inline: its Deployment, and a Service where it has a port.

use super::{Context, LoweredObject};
use crate::model::*;
use seawall_schema::{Resource, keys};
use serde_json::{Map, Value, json};

/// The pod template; owned fields are set later, as for the team's own.
pub(super) fn template(workload: &Workload, container: &Container) -> Value {
    let Container { image, port, args, env, span: _ } = container;
    let mut made = json!({ "name": workload.name.as_str(), "image": image.value });
    if !args.is_empty() {
        made["args"] = json!(args);
    }
    if !env.is_empty() {
        made["env"] = env.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    }
    if let Some(port) = port {
        made["ports"] = json!([{ "name": "http", "containerPort": port.value, "protocol": "TCP" }]);
    }
    let amounts = |wanted: fn(&Resource) -> bool| -> Map<String, Value> {
        let asked = workload.request.value.iter().filter(|(k, _)| wanted(k));
        asked.map(|(k, q)| (k.as_str().to_owned(), json!(k.format(q.into())))).collect()
    };
    let requests = amounts(|k| *k != Resource::Pods);
    let limits = amounts(|k| matches!(k, Resource::Extended(_)));
    made["resources"] = json!({ "requests": requests });
    if !limits.is_empty() {
        made["resources"]["limits"] = Value::Object(limits);
    }
    let path = workload.traffic.as_ref().and_then(|t| t.health_check.as_ref());
    if let (Some(path), Some(port)) = (path, port) {
        made["readinessProbe"] = json!({ "httpGet": { "path": path.value, "port": port.value } });
    }
    json!({ "metadata": { "labels": {} }, "spec": { "containers": [made] } })
}

/// The Service in front of it, standbys included.
pub(super) fn service(
    context: &Context<'_>,
    workload: &Workload,
    container: &Container,
) -> Option<LoweredObject> {
    let port = container.port.as_ref()?;
    let tenant = &context.model[workload.tenant.value];
    let labels = [(keys::WORKLOAD, workload.name.as_str()), (keys::TENANT, tenant.name.as_str())];
    let value = json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": context.metadata(workload.name.as_str(), Some(&tenant.namespace.value), &labels),
        "spec": {
            "selector": { keys::WORKLOAD: workload.name.as_str() },
            "ports": [{ "name": "http", "port": port.value, "targetPort": port.value, "protocol": "TCP" }],
        },
    });
    Some(LoweredObject::new(value, vec![workload.span]).from("/spec/ports", [port.span]))
}
