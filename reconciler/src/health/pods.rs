//! Pods. A pod that cannot be scheduled is still progressing here: only a clock could tell when to give it up, and whoever
//! waits has one.

use super::Health;
use super::view::View;
use serde_json::Value;

/// Pods: ready or completed.
pub(super) fn pod(view: &View<'_>) -> Health {
    let phase = view.text("/status/phase").unwrap_or_default();
    match phase {
        "Succeeded" => return Health::Ready,
        "Failed" => return Health::Failed("the pod has completed, but not successfully".to_owned()),
        "Running" if view.condition("Ready").is_some_and(|found| found.is_true()) => return Health::Ready,
        _ => {}
    }
    let looping = crash_looping(view);
    if !looping.is_empty() {
        return Health::Failed(format!("containers crash again and again: {}", looping.join(", ")));
    }
    let unscheduled = view
        .condition("PodScheduled")
        .filter(|found| found.is_false() && found.reason == "Unschedulable" && phase == "Pending");
    Health::Progressing(match (unscheduled, phase) {
        (Some(found), _) => format!("not scheduled: {}", found.words()),
        (None, "") => "no node has reported yet".to_owned(),
        (None, "Running") => "running, not ready".to_owned(),
        (None, phase) => format!("phase {phase}"),
    })
}

fn crash_looping<'a>(view: &View<'a>) -> Vec<&'a str> {
    view.list("/status/initContainerStatuses")
        .chain(view.list("/status/containerStatuses"))
        .filter(|container| {
            container.pointer("/state/waiting/reason").and_then(Value::as_str) == Some("CrashLoopBackOff")
        })
        .filter_map(|container| container.get("name")?.as_str())
        .collect()
}
