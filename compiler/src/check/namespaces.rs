//! Namespaces: a tenant's objects lie in the tenant's namespace, the one that the bundle brings, with its quotas and its
//! admission policies.

use super::manifests::{Owner, namespace, owners};
use super::scaled_of;
use crate::diagnostic::{Diagnostic, Diagnostics, Edit, Severity, registry as codes};
use crate::manifest::{pod_template, text};
use crate::model::{ManifestObject, Mode, Model};
use crate::resolve::Draft;
use crate::span::Span;
use std::collections::BTreeSet;

/// Reports objects that name another namespace: an error where they run pods, else a warning.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for owner in owners(draft) {
        // The tenant's own is not known where its node has faults.
        let tenant = &model[owner.tenant];
        for object in owner.objects.iter().filter(|_| tenant.span.is_some()) {
            let within = namespace(model, &owner, object);
            if within.is_empty() || within == tenant.namespace.value || !is_written(model, &owner, object) {
                continue;
            }
            let at = object.places.get("/metadata/namespace").unwrap_or(object.span);
            if told.insert(at) {
                out.push(finding(model, &owner, object, within, at));
            }
        }
    }
}

/// Whether a bundle holds the object: of what something else deploys that one whose number is set.
fn is_written(model: &Model, owner: &Owner<'_>, object: &ManifestObject) -> bool {
    let overlaid = owner.workload.filter(|workload| workload.mode == Mode::Overlay);
    let main = overlaid.and_then(|workload| scaled_of(model, workload));
    owner.writes || main.is_some_and(|main| std::ptr::eq(main, object))
}

fn finding(model: &Model, owner: &Owner<'_>, object: &ManifestObject, within: &str, at: Span) -> Diagnostic {
    let tenant = &model[owner.tenant];
    let (kind, name) = (text(&object.value, "/kind"), text(&object.value, "/metadata/name"));
    let own = &tenant.namespace.value;
    let message = format!(
        "{kind} `{name}` lies in namespace `{within}`, and the one of tenant `{}` is `{own}`",
        tenant.name
    );
    let mut finding = Diagnostic::new(&codes::OTHER_NAMESPACE, message, at, "another namespace");
    if pod_template(kind).is_none() {
        finding.severity = Severity::Warning;
    }
    let finding = match tenant.namespace.span {
        said if said.is_some() => finding.label(said, "the tenant's namespace"),
        _ => finding.label(tenant.span, "the tenant's name is its namespace"),
    };
    let finding = finding.label(owner.named, "these manifests").help(format!(
        "leave `namespace` out, then `{own}` is written; or say `namespace {}` in tenant `{}`: quotas and admission are there only",
        crate::diagnostic::plain::kdl(within),
        tenant.name
    ));
    finding.suggest(format!("replace by `{own}`"), vec![Edit { span: at, replacement: own.clone() }])
}
