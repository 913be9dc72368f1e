//! ValidatingAdmissionPolicies on tenants' pods: residency that includes this region, and a class that Seawall made.
//!
//! Checked at creation: what is there already must stay able to be updated and deleted, finalizers included.
//! Namespaces are found by the tenant label; a namespace without it is not touched.

use super::names;
use super::priority_class::queues;
use super::{Context, LoweredObject};
use crate::span::Span;
use seawall_schema::keys;
use serde_json::{Value, json};

pub(super) fn policies(context: &Context<'_>) -> Vec<LoweredObject> {
    let mut made = of_residency(context);
    made.extend(of_classes(context));
    made
}

fn of_residency(context: &Context<'_>) -> Vec<LoweredObject> {
    let (model, region) = (context.model, context.region());
    let country = region.country.value.as_str();
    let label = format!("object.metadata.labels['{}']", keys::RESIDENCY);
    let sets = &context.place.residency_sets;
    let mut ways = vec![format!("{label} == 'any'"), format!("'{country}' in {label}.split('.')")];
    if !sets.is_empty() {
        ways.push(format!("{label} in [{}]", quoted(sets.iter().map(String::as_str))));
    }
    let present = format!("has(object.metadata.labels) && '{}' in object.metadata.labels", keys::RESIDENCY);
    let validation = json!({
        "expression": format!("{present} && ({})", ways.join(" || ")),
        "message": format!(
            "pods of tenants need the label {}, and it must include {country}, where region {} is",
            keys::RESIDENCY, region.name
        ),
        "reason": "Forbidden",
    });
    let residencies = model.workloads.iter().filter_map(|w| w.residency.as_ref());
    let data = model.datasets.iter().filter_map(|d| d.residency.as_ref());
    let mut spans = vec![region.country.span];
    spans.extend(residencies.chain(data).map(|r| r.span));
    pair(context, "seawall-residency", validation, spans)
}

fn of_classes(context: &Context<'_>) -> Vec<LoweredObject> {
    let model = context.model;
    let mut classes: Vec<_> = model.tiers.iter().map(|t| names::tier_class(t).name).collect();
    classes.extend(
        context.place.carried.iter().copied().map(|(lane, tier)| names::lane_class(context, lane, tier).name),
    );
    classes.extend(queues(context).map(|q| names::queue_class(q, &model[q.tier.value]).name));
    let listed = quoted(classes.iter().map(String::as_str));
    let validation = json!({
        "expression": format!("has(object.spec.priorityClassName) && object.spec.priorityClassName in [{listed}]"),
        "message": "pods of tenants need a priority class that Seawall made",
        "reason": "Forbidden",
    });
    let spans = model.tiers.iter().map(|t| t.span).chain(model.lanes.iter().map(|l| l.span)).collect();
    pair(context, "seawall-classes", validation, spans)
}

/// As items of a CEL list; names hold no quotes.
fn quoted<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.map(|text| format!("'{text}'")).collect::<Vec<_>>().join(", ")
}

fn pair(context: &Context<'_>, name: &str, validation: Value, spans: Vec<Span>) -> Vec<LoweredObject> {
    let root = vec![context.region().span];
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": context.metadata(name, None, &[]),
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {
                "resourceRules": [{
                    "apiGroups": [""],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE"],
                    "resources": ["pods"],
                }],
            },
            "validations": [validation],
        },
    });
    let tenants = json!({ "key": keys::TENANT, "operator": "Exists" });
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": context.metadata(name, None, &[]),
        "spec": {
            "policyName": name,
            "validationActions": ["Deny"],
            "matchResources": { "namespaceSelector": { "matchExpressions": [tenants] } },
        },
    });
    let policy = LoweredObject::new(policy, root.clone()).from("/spec/validations", spans);
    vec![policy, LoweredObject::new(binding, root)]
}
