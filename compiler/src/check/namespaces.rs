//! Namespaces: a tenant's objects lie in the tenant's namespace, the one that the bundle brings, with its quotas and its
//! admission policies.

use super::manifests::{Owner, namespace, owners};
use super::scaled_of;
use crate::diagnostic::{Diagnostic, Diagnostics, Edit, Severity, plain, registry as codes};
use crate::manifest::pod_template;
use crate::model::{ManifestObject, Mode, Model};
use crate::resolve::Draft;
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// An object, and where it names its namespace.
type Placed<'m> = (&'m ManifestObject, Span);

/// Reports objects that name another namespace, one finding for those of one owner in one namespace: an error where pods
/// are among them, else a warning.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    let mut told: BTreeSet<Span> = BTreeSet::new();
    for owner in owners(draft) {
        // The tenant's own is not known where its node has faults.
        let tenant = &model[owner.tenant];
        let mut away: BTreeMap<&str, Vec<Placed<'_>>> = BTreeMap::new();
        for object in owner.objects.iter().copied().filter(|_| tenant.span.is_some()) {
            let within = namespace(model, &owner, object);
            if within.is_empty() || within == tenant.namespace.value || !is_written(model, &owner, object) {
                continue;
            }
            let at = object.place("/metadata/namespace");
            if told.insert(at) {
                away.entry(within).or_default().push((object, at));
            }
        }
        for (within, objects) in away {
            if let Some(finding) = finding(model, &owner, within, objects) {
                out.push(finding);
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

fn runs_pods(object: &ManifestObject) -> bool {
    pod_template(object.kind()).is_some()
}

fn finding(
    model: &Model,
    owner: &Owner<'_>,
    within: &str,
    mut objects: Vec<Placed<'_>>,
) -> Option<Diagnostic> {
    // What runs pods comes first.
    objects.sort_by_key(|(object, _)| !runs_pods(object));
    let ((first, at), rest) = objects.split_first()?;
    let tenant = &model[owner.tenant];
    let (kind, name) = (first.kind(), first.name());
    let own = &tenant.namespace.value;
    let lie = match rest.len() {
        0 => "lies".to_owned(),
        1 => "and one more object lie".to_owned(),
        n => format!("and {n} more objects lie"),
    };
    let message = format!(
        "{kind} `{name}` {lie} in namespace `{within}`, and the one of tenant `{}` is `{own}`",
        tenant.name
    );
    let mut finding = Diagnostic::new(&codes::OTHER_NAMESPACE, message, *at, "another namespace");
    if !runs_pods(first) {
        finding.severity = Severity::Warning;
    }
    for (_, at) in rest.iter().take(8) {
        finding = finding.label(*at, "and here");
    }
    let finding = match tenant.namespace.span {
        said if said.is_some() => finding.label(said, "the tenant's namespace"),
        _ => finding.label(tenant.span, "the tenant's name is its namespace"),
    };
    let finding = finding.label(owner.named, "these manifests").help(format!(
        "leave `namespace` out, then `{own}` is written; or say `namespace {}` in tenant `{}`: quotas and admission are there only",
        plain::kdl(within),
        tenant.name
    ));
    let edits = objects.iter().map(|(_, at)| Edit { span: *at, replacement: own.clone() }).collect();
    Some(finding.suggest(format!("replace by `{own}`"), edits))
}
