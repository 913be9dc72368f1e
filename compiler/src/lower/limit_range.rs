//! LimitRanges: a container that names no request gets a small one, since quotas count requests.

use super::{Context, LoweredObject};
use seawall_schema::keys;
use serde_json::json;

pub(super) fn limit_ranges(context: &Context<'_>) -> Vec<LoweredObject> {
    let made = context.place.tenants.iter().map(|&id| {
        let tenant = &context.model[id];
        let labels = [(keys::TENANT, tenant.name.as_str())];
        let value = json!({
            "apiVersion": "v1",
            "kind": "LimitRange",
            "metadata": context.metadata("seawall", Some(&tenant.namespace.value), &labels),
            "spec": { "limits": [{ "type": "Container", "defaultRequest": { "cpu": "100m", "memory": "128Mi" } }] },
        });
        LoweredObject::new(value, vec![tenant.span])
    });
    made.collect()
}
