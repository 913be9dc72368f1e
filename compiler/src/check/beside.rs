//! Autoscalers and budgets among a workload's manifests beside what the policy says of the same pods: one of the two is
//! not in force, and nobody would see which.

use super::{about, objects, scaled_of, workloads};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::manifest::{autoscales, covers, text};
use crate::model::{LocationId, ManifestObject, MaxUnavailable, Mode, Model, Workload};
use crate::resolve::Draft;
use crate::span::Span;
use serde_json::Value;
use std::collections::BTreeMap;

/// The team's autoscaler is not written where Seawall writes the workload; elsewhere it may start more than is proved.
pub(super) fn autoscalers(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    for (index, workload, doubt) in workloads(draft) {
        let Some(main) = scaled_of(model, workload) else { continue };
        for scaler in objects(model, workload).filter(|object| autoscales(object, main)) {
            let finding = match workload.mode {
                _ if doubt.places => None,
                Mode::Own => Some(left_out(workload, scaler)),
                Mode::Overlay | Mode::Observe => exceeds(model, workload, scaler),
            };
            if let Some(finding) = finding {
                out.push(about(draft, index, finding));
            }
        }
    }
}

/// The bounds of an autoscaler: 1 is where Kubernetes starts.
fn bounds(scaler: &ManifestObject) -> (u64, u64) {
    let number = |pointer: &str| scaler.value.pointer(pointer).and_then(Value::as_u64);
    let least = number("/spec/minReplicas").unwrap_or(1);
    (least, number("/spec/maxReplicas").unwrap_or(least))
}

/// An autoscaler as the policy says it.
fn line(scaler: &ManifestObject) -> String {
    let (min, max) = bounds(scaler);
    let metrics = scaler.value.pointer("/spec/metrics").and_then(Value::as_array);
    let cpu = metrics.into_iter().flatten().find(|metric| text(metric, "/resource/name") == "cpu");
    let of_metric = cpu.and_then(|metric| metric.pointer("/resource/target/averageUtilization"));
    let utilization = of_metric.or_else(|| scaler.value.pointer("/spec/targetCPUUtilizationPercentage"));
    match utilization.and_then(Value::as_u64).filter(|percent| (1..=100).contains(percent)) {
        Some(percent) => format!("autoscale min={min} max={max} cpu=\"{percent}%\""),
        None => format!("autoscale min={min} max={max}"),
    }
}

fn left_out(workload: &Workload, scaler: &ManifestObject) -> Diagnostic {
    let (min, max) = bounds(scaler);
    let at = scaler.place("/metadata/name");
    let label = format!("not written: from {min} to {max}");
    let code = &codes::AUTOSCALER_BESIDE;
    let own: Vec<_> = workload.targets.iter().filter_map(|target| target.autoscale.as_ref()).collect();
    if let Some(first) = own.first() {
        let message = format!(
            "HorizontalPodAutoscaler `{}` gives way to the `autoscale` of workload `{}`",
            scaler.name(),
            workload.name
        );
        let text = format!("in force: from {} to {}", first.min.value, first.max.value);
        let finding = Diagnostic::new(code, message, at, label).label(first.span, text);
        return finding.help("leave it out of the manifests: the targets say what is written and proved");
    }
    let message = format!(
        "HorizontalPodAutoscaler `{}` is left out, since no target of workload `{}` has an `autoscale`",
        scaler.name(),
        workload.name
    );
    let mut finding = Diagnostic::new(code, message, at, label);
    let mut spans: Vec<(Span, u64)> =
        workload.targets.iter().map(|target| (target.span, target.replicas.value)).collect();
    spans.dedup();
    for (span, replicas) in spans.into_iter().take(4) {
        finding = finding.label(span, format!("{replicas} replicas, whatever the load"));
    }
    finding.help(format!(
        "add `{{ {} }}` to the target, so that it is written and proved, or leave it out of the manifests",
        line(scaler)
    ))
}

/// What something else deploys grows as its own autoscaler says.
fn exceeds(model: &Model, workload: &Workload, scaler: &ManifestObject) -> Option<Diagnostic> {
    let mut proved: BTreeMap<LocationId, (u64, Span)> = BTreeMap::new();
    for target in &workload.targets {
        let entry = proved.entry(target.location).or_insert((0, target.span));
        entry.0 = entry.0.saturating_add(target.proved_replicas());
    }
    let (_, max) = bounds(scaler);
    let (location, (count, span)) = proved.into_iter().find(|(_, (count, _))| *count < max)?;
    let message = format!(
        "HorizontalPodAutoscaler `{}` may run {max} replicas of workload `{}`, and {count} are proved in `{}`",
        scaler.name(),
        workload.name,
        model[location].label
    );
    let at = scaler.place("/spec/maxReplicas");
    let finding = Diagnostic::new(&codes::AUTOSCALER_BESIDE, message, at, format!("up to {max}"));
    let finding = finding.label(span, format!("{count} at most"));
    let line = line(scaler);
    Some(finding.help(if workload.targets.iter().any(|target| target.autoscale.is_some()) {
        format!("say `{line}` in the target: the maximum is what is proved")
    } else {
        format!("add `{{ {line} }}` to the target: the maximum is what is proved")
    }))
}

/// The team's budget is written, and the policy's is not; over pods that are to give way there should be none.
pub(super) fn budgets(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    for (index, workload, doubt) in workloads(draft) {
        let Some(main) = scaled_of(model, workload).filter(|_| workload.mode == Mode::Own) else { continue };
        for budget in objects(model, workload).filter(|object| covers(object, main)) {
            let tier = &model[workload.tier.value];
            let finding = match &workload.disruption {
                _ if doubt.tier => None,
                _ if tier.preemptible => Some(protects(model, workload, budget)),
                Some(said) => differs(workload, budget, said.value, said.span),
                None => None,
            };
            if let Some(finding) = finding {
                out.push(about(draft, index, finding));
            }
        }
    }
}

fn protects(model: &Model, workload: &Workload, budget: &ManifestObject) -> Diagnostic {
    let tier = &model[workload.tier.value];
    let message = format!(
        "PodDisruptionBudget `{}` protects workload `{}`, whose tier `{}` gives way",
        budget.name(),
        workload.name,
        tier.name
    );
    let at = budget.place("/metadata/name");
    let finding = Diagnostic::new(&codes::BUDGET_BESIDE, message, at, "evicted later than work without one");
    finding.label(workload.tier.span, "a preemptible tier").help(
        "leave it out: who needs the room takes it from pods without a budget first, whatever their priority",
    )
}

fn differs(
    workload: &Workload,
    budget: &ManifestObject,
    said: MaxUnavailable,
    span: Span,
) -> Option<Diagnostic> {
    let (number, share) = match said {
        MaxUnavailable::Count(count) => (Some(count), count.to_string()),
        MaxUnavailable::Share(share) => (None, share.to_string()),
    };
    let own = budget.value.pointer("/spec/maxUnavailable");
    let same =
        own.is_some_and(|own| own.as_str() == Some(&share) || (number.is_some() && own.as_u64() == number));
    if same {
        return None;
    }
    let field = if own.is_some() { "maxUnavailable" } else { "minAvailable" };
    let pointer = format!("/spec/{field}");
    let written = match budget.value.pointer(&pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "nothing".to_owned(),
    };
    let message = format!(
        "the `disruption` of workload `{}` gives way to PodDisruptionBudget `{}`",
        workload.name,
        budget.name()
    );
    let finding =
        Diagnostic::new(&codes::BUDGET_BESIDE, message, span, format!("not written: {share} may be away"));
    let finding = finding.label(budget.place(&pointer), format!("in force: `{field}` {written}"));
    Some(finding.help("leave one of them out, or make them equal"))
}
