//! Workloads that keep a number of pods, and what bounds and scales them. Takes a view, gives the verdict; the comparisons
//! and their order are kstatus's.

use super::Health;
use super::view::View;

/// What a workload's status must reach: the words, how many there are, how many are needed.
type Need = (&'static str, i64, i64);

/// The first need that is not met.
fn short(needs: &[Need]) -> Option<Health> {
    needs
        .iter()
        .find(|(_, have, need)| have < need)
        .map(|(what, have, need)| Health::Progressing(format!("{have} of {need} {what}")))
}

/// Pods of before that are still there.
fn surplus(have: i64, need: i64) -> Option<Health> {
    (have > need).then(|| Health::Progressing(format!("{} replicas too many, being stopped", have - need)))
}

/// Deployments: all replicas new, available and ready, and the controller says so.
pub(super) fn deployment(view: &View<'_>) -> Health {
    let progress = view.condition("Progressing");
    if let Some(stuck) = progress.as_ref().filter(|found| found.reason == "ProgressDeadlineExceeded") {
        return Health::Failed(format!("progress deadline exceeded: {}", stuck.words()));
    }
    let wanted = view.integer("/spec/replicas").unwrap_or(1);
    let status = |name: &str| view.count(&format!("/status/{name}"));
    let (replicas, updated) = (status("replicas"), status("updatedReplicas"));
    let failure = view.condition("ReplicaFailure").filter(|found| found.is_true());
    let missing = short(&[("replicas exist", replicas, wanted), ("replicas updated", updated, wanted)])
        .or_else(|| surplus(replicas, wanted))
        .or_else(|| {
            short(&[
                ("updated replicas available", status("availableReplicas"), updated),
                ("replicas ready", status("readyReplicas"), wanted),
            ])
        });
    if let Some(missing) = missing {
        // The pods' own refusal (a quota, an admission policy) is what helps whoever reads this.
        return match (missing, failure) {
            (Health::Progressing(why), Some(found)) => {
                Health::Progressing(format!("{why}: {}", found.words()))
            }
            (missing, _) => missing,
        };
    }
    // Without a deadline, or with the largest number, the controller keeps no record of progress.
    let deadline = view.integer("/spec/progressDeadlineSeconds").unwrap_or(i64::from(i32::MAX));
    let progressed =
        progress.is_some_and(|found| found.is_true() && found.reason == "NewReplicaSetAvailable");
    if !progressed && deadline != i64::from(i32::MAX) {
        return Health::Progressing("the new replica set is not available yet".to_owned());
    }
    if !view.condition("Available").is_some_and(|found| found.is_true()) {
        return Health::Progressing("not available yet".to_owned());
    }
    Health::Ready
}

/// StatefulSets: all replicas ready and, above the partition, updated.
pub(super) fn stateful_set(view: &View<'_>) -> Health {
    if view.text("/spec/updateStrategy/type") == Some("OnDelete") {
        // Somebody deletes the pods by hand; when, the object does not say.
        return Health::Ready;
    }
    let wanted = view.integer("/spec/replicas").unwrap_or(1);
    let status = |name: &str| view.count(&format!("/status/{name}"));
    let replicas = status("replicas");
    let needs = [("replicas exist", replicas, wanted), ("replicas ready", status("readyReplicas"), wanted)];
    if let Some(missing) = short(&needs).or_else(|| surplus(replicas, wanted)) {
        return missing;
    }
    if let Some(partition) = view.integer("/spec/updateStrategy/rollingUpdate/partition") {
        let updated = ("replicas above the partition updated", status("updatedReplicas"), wanted - partition);
        return short(&[updated]).unwrap_or(Health::Ready);
    }
    if let Some(missing) = short(&[("replicas current", status("currentReplicas"), wanted)]) {
        return missing;
    }
    if view.text("/status/currentRevision") != view.text("/status/updateRevision") {
        return Health::Progressing("the updated revision is not the current one yet".to_owned());
    }
    Health::Ready
}

/// DaemonSets: seen by the controller, and on every node updated, available and ready.
pub(super) fn daemon_set(view: &View<'_>) -> Health {
    for field in ["/metadata/generation", "/status/observedGeneration"] {
        if view.integer(field).is_none() {
            return Health::Progressing("not seen by its controller yet".to_owned());
        }
    }
    let Some(wanted) = view.integer("/status/desiredNumberScheduled") else {
        return Health::Progressing("its controller has not counted the nodes yet".to_owned());
    };
    let status = |name: &str| view.count(&format!("/status/{name}"));
    short(&[
        ("nodes have a pod", status("currentNumberScheduled"), wanted),
        ("nodes updated", status("updatedNumberScheduled"), wanted),
        ("nodes available", status("numberAvailable"), wanted),
        ("nodes ready", status("numberReady"), wanted),
    ])
    .unwrap_or(Health::Ready)
}

/// ReplicaSets: all replicas labelled, available and ready.
pub(super) fn replica_set(view: &View<'_>) -> Health {
    if let Some(failure) = view.condition("ReplicaFailure").filter(|found| found.is_true()) {
        return Health::Progressing(format!("replicas fail: {}", failure.words()));
    }
    let wanted = view.integer("/spec/replicas").unwrap_or(1);
    let status = |name: &str| view.count(&format!("/status/{name}"));
    short(&[
        ("replicas labelled", status("fullyLabeledReplicas"), wanted),
        ("replicas available", status("availableReplicas"), wanted),
        ("replicas ready", status("readyReplicas"), wanted),
    ])
    .or_else(|| surplus(status("replicas"), wanted))
    .unwrap_or(Health::Ready)
}

/// Budgets: counted, and as many pods healthy as they demand.
pub(super) fn budget(view: &View<'_>) -> Health {
    let Some(wanted) = view.integer("/status/desiredHealthy") else {
        return Health::Progressing("its controller has not counted the pods yet".to_owned());
    };
    short(&[("pods healthy", view.count("/status/currentHealthy"), wanted)]).unwrap_or(Health::Ready)
}

/// Autoscalers: not stopped by a target that cannot be scaled. Missing metrics are no fault of the rollout.
pub(super) fn autoscaler(view: &View<'_>) -> Health {
    match view.condition("AbleToScale") {
        Some(found) if found.is_false() => Health::Progressing(format!("cannot scale: {}", found.words())),
        _ => Health::Ready,
    }
}
