//! Namespaces: each tenant's, and that of the placeholders.

use super::{Context, LoweredObject};
use crate::model::Tenant;
use seawall_schema::keys;
use serde_json::json;

pub(super) fn namespaces(context: &Context<'_>) -> Vec<LoweredObject> {
    let mut made = vec![reserves(context)];
    for &id in &context.place.tenants {
        let Tenant { name, namespace, quotas: _, burst: _, span } = &context.model[id];
        let value = json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": context.metadata(&namespace.value, None, &[(keys::TENANT, name.as_str())]),
        });
        let origin = if namespace.span.is_some() { namespace.span } else { *span };
        made.push(LoweredObject::new(value, vec![*span]).from("/metadata/name", [origin]));
    }
    made
}

fn reserves(context: &Context<'_>) -> LoweredObject {
    let value = json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": context.metadata(keys::RESERVES_NAMESPACE, None, &[(keys::ROLE, "placeholder")]),
    });
    LoweredObject::new(value, vec![context.region().span])
}
