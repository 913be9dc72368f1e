//! The rule by which the embedded cluster shows work ready: at once, with as many replicas as the spec says.
//!
//! Takes an object after a change of its spec, writes the status that its controllers would reach in the end. Kinds that
//! are not here get no status.

use serde_json::{Value, json};

/// Fills `status` of `object` as if all controllers had finished.
pub(super) fn settle(object: &mut Value) {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let generation = object.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or(1);
    let number = |path: &str| object.pointer(path).and_then(Value::as_i64);
    let replicas = number("/spec/replicas").unwrap_or(1);
    let suspended = object.pointer("/spec/suspend").and_then(Value::as_bool).unwrap_or(false);
    let condition = |kind: &str, reason: &str| json!({"type": kind, "status": "True", "reason": reason});
    let status = match kind.as_str() {
        "Deployment" | "ReplicaSet" => json!({
            "observedGeneration": generation, "replicas": replicas, "readyReplicas": replicas,
            "updatedReplicas": replicas, "availableReplicas": replicas,
            "conditions": [condition("Available", "MinimumReplicasAvailable"), condition("Progressing", "NewReplicaSetAvailable")],
        }),
        "StatefulSet" => json!({
            "observedGeneration": generation, "replicas": replicas, "readyReplicas": replicas, "currentReplicas": replicas,
            "updatedReplicas": replicas, "availableReplicas": replicas, "currentRevision": "1", "updateRevision": "1",
        }),
        "DaemonSet" => json!({
            "observedGeneration": generation, "desiredNumberScheduled": 1, "currentNumberScheduled": 1, "numberReady": 1,
            "updatedNumberScheduled": 1, "numberAvailable": 1, "numberMisscheduled": 0,
        }),
        "Job" => {
            let done = number("/spec/completions").unwrap_or(1);
            json!({"succeeded": done, "active": 0, "conditions": [condition("Complete", "CompletionsReached")]})
        }
        "Pod" => json!({"phase": "Running", "conditions": [condition("Ready", "")]}),
        "Namespace" => json!({"phase": "Active"}),
        "PersistentVolumeClaim" => json!({"phase": "Bound"}),
        "CustomResourceDefinition" => {
            json!({"conditions": [condition("NamesAccepted", "NoConflicts"), condition("Established", "InitialNamesAccepted")]})
        }
        "HorizontalPodAutoscaler" => {
            let least = number("/spec/minReplicas").unwrap_or(1);
            json!({"currentReplicas": least, "desiredReplicas": least,
                "conditions": [condition("AbleToScale", "ReadyForNewScale"), condition("ScalingActive", "ValidMetricFound")]})
        }
        "PodDisruptionBudget" => json!({
            "observedGeneration": generation, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1, "disruptionsAllowed": 1,
        }),
        "ClusterQueue" | "LocalQueue" => json!({"conditions": [condition("Active", "Ready")]}),
        "AppWrapper" => json!({"phase": if suspended { "Suspended" } else { "Running" }}),
        _ => return,
    };
    if let Some(map) = object.as_object_mut() {
        map.insert("status".to_owned(), status);
    }
}
