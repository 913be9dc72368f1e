//! Each rule from both sides.

use super::{Health, verdict};
use serde_json::{Value, json};

fn object(api_version: &str, kind: &str, spec: Value, status: Value) -> Value {
    json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a", "generation": 2}, "spec": spec, "status": status})
}

fn ready(object: &Value) {
    assert_eq!(verdict(object), Health::Ready, "{object}");
}

fn progressing(object: &Value, words: &str) {
    match verdict(object) {
        Health::Progressing(why) => assert!(why.contains(words), "`{why}` lacks `{words}`"),
        other => panic!("{other:?} for {object}"),
    }
}

fn failed(object: &Value, words: &str) {
    match verdict(object) {
        Health::Failed(why) => assert!(why.contains(words), "`{why}` lacks `{words}`"),
        other => panic!("{other:?} for {object}"),
    }
}

fn condition(name: &str, status: &str, reason: &str) -> Value {
    json!({"type": name, "status": status, "reason": reason, "message": format!("{name} says {reason}")})
}

/// `object` with the value at `pointer` replaced.
fn with(object: &Value, pointer: &str, value: Value) -> Value {
    let mut changed = object.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    changed.pointer_mut(parent).unwrap()[name] = value;
    changed
}

#[test]
fn every_kind() {
    let plain = object("example.dev/v1", "Thing", json!({}), json!({}));
    ready(&plain);
    ready(&json!({"apiVersion": "example.dev/v1", "kind": "Thing", "metadata": {"name": "a"}}));
    progressing(&with(&plain, "/metadata/deletionTimestamp", json!("2026-01-01T00:00:00Z")), "deleted");
    ready(&with(&plain, "/metadata/deletionTimestamp", Value::Null));
    progressing(&with(&plain, "/status/observedGeneration", json!(1)), "generation 2");
    ready(&with(&plain, "/status/observedGeneration", json!(2)));
    let says = |name, status| with(&plain, "/status/conditions", json!([condition(name, status, "Why")]));
    progressing(&says("Reconciling", "True"), "Reconciling says Why");
    ready(&says("Reconciling", "False"));
    failed(&says("Stalled", "True"), "Stalled says Why");
    ready(&says("Stalled", "False"));
    ready(&says("Ready", "True"));
    progressing(&says("Ready", "False"), "Ready says Why");
    progressing(&says("Ready", "Unknown"), "Ready says Why");
}

#[test]
fn the_generic_rule_comes_before_the_kind() {
    let map =
        object("v1", "ConfigMap", json!({}), json!({"conditions": [condition("Ready", "False", "Why")]}));
    ready(&map);
    progressing(&with(&map, "/metadata/deletionTimestamp", json!("2026-01-01T00:00:00Z")), "deleted");
}

#[test]
fn a_condition_without_words_names_itself() {
    let bare = json!([{"type": "Stalled", "status": "True"}]);
    failed(&object("x/v1", "T", json!({}), json!({"conditions": bare})), "Stalled is True");
}

fn settled_deployment() -> Value {
    let status = json!({
        "observedGeneration": 2, "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3,
        "conditions": [condition("Progressing", "True", "NewReplicaSetAvailable"), condition("Available", "True", "Min")],
    });
    object("apps/v1", "Deployment", json!({"replicas": 3, "progressDeadlineSeconds": 600}), status)
}

#[test]
fn deployments() {
    let good = settled_deployment();
    ready(&good);
    progressing(&with(&good, "/status/observedGeneration", json!(1)), "not observed");
    progressing(&with(&good, "/status/replicas", json!(2)), "2 of 3 replicas exist");
    progressing(&with(&good, "/status/updatedReplicas", json!(1)), "1 of 3 replicas updated");
    progressing(&with(&good, "/status/replicas", json!(5)), "2 replicas too many");
    progressing(&with(&good, "/status/availableReplicas", json!(0)), "0 of 3 updated replicas available");
    progressing(&with(&good, "/status/readyReplicas", json!(2)), "2 of 3 replicas ready");
    let says = |list: Value| with(&good, "/status/conditions", list);
    let available = condition("Available", "True", "Min");
    progressing(
        &says(json!([available, condition("Progressing", "True", "ReplicaSetUpdated")])),
        "new replica set",
    );
    progressing(
        &says(json!([condition("Progressing", "True", "NewReplicaSetAvailable")])),
        "not available yet",
    );
    failed(
        &says(json!([available, condition("Progressing", "False", "ProgressDeadlineExceeded")])),
        "deadline",
    );
    ready(&with(&says(json!([available])), "/spec/progressDeadlineSeconds", json!(i32::MAX)));
    let one = with(&good, "/spec", json!({}));
    progressing(&one, "2 replicas too many");
}

#[test]
fn a_deployment_names_what_refuses_its_pods() {
    let short = with(&settled_deployment(), "/status/replicas", json!(1));
    let failure = json!([condition("ReplicaFailure", "True", "FailedCreate")]);
    progressing(&with(&short, "/status/conditions", failure), "1 of 3 replicas exist: ReplicaFailure says");
}

#[test]
fn stateful_sets() {
    let status = json!({
        "observedGeneration": 2, "replicas": 3, "readyReplicas": 3, "currentReplicas": 3, "updatedReplicas": 3,
        "currentRevision": "a-1", "updateRevision": "a-1",
    });
    let good = object("apps/v1", "StatefulSet", json!({"replicas": 3}), status);
    ready(&good);
    progressing(&with(&good, "/status/replicas", json!(2)), "2 of 3 replicas exist");
    progressing(&with(&good, "/status/readyReplicas", json!(2)), "2 of 3 replicas ready");
    progressing(&with(&good, "/status/replicas", json!(4)), "1 replicas too many");
    progressing(&with(&good, "/status/currentReplicas", json!(1)), "1 of 3 replicas current");
    progressing(&with(&good, "/status/updateRevision", json!("a-2")), "revision");
    let parted = with(&good, "/spec/updateStrategy", json!({"rollingUpdate": {"partition": 2}}));
    ready(&with(&parted, "/status/updatedReplicas", json!(1)));
    progressing(&with(&parted, "/status/updatedReplicas", json!(0)), "0 of 1 replicas above the partition");
    let by_hand = with(&good, "/spec/updateStrategy", json!({"type": "OnDelete"}));
    ready(&with(&by_hand, "/status/readyReplicas", json!(0)));
}

#[test]
fn daemon_sets() {
    let status = json!({
        "observedGeneration": 2, "desiredNumberScheduled": 4, "currentNumberScheduled": 4,
        "updatedNumberScheduled": 4, "numberAvailable": 4, "numberReady": 4,
    });
    let good = object("apps/v1", "DaemonSet", json!({}), status);
    ready(&good);
    progressing(&with(&good, "/status/currentNumberScheduled", json!(3)), "3 of 4 nodes have a pod");
    progressing(&with(&good, "/status/updatedNumberScheduled", json!(3)), "3 of 4 nodes updated");
    progressing(&with(&good, "/status/numberAvailable", json!(3)), "3 of 4 nodes available");
    progressing(&with(&good, "/status/numberReady", json!(3)), "3 of 4 nodes ready");
    progressing(&with(&good, "/status/desiredNumberScheduled", Value::Null), "not counted");
    progressing(&with(&good, "/status", json!({"desiredNumberScheduled": 0})), "not seen");
    ready(&with(&good, "/status/desiredNumberScheduled", json!(0)));
}

#[test]
fn replica_sets() {
    let status =
        json!({"replicas": 2, "fullyLabeledReplicas": 2, "availableReplicas": 2, "readyReplicas": 2});
    let good = object("apps/v1", "ReplicaSet", json!({"replicas": 2}), status);
    ready(&good);
    progressing(&with(&good, "/status/fullyLabeledReplicas", json!(1)), "labelled");
    progressing(&with(&good, "/status/availableReplicas", json!(1)), "available");
    progressing(&with(&good, "/status/readyReplicas", json!(1)), "ready");
    progressing(&with(&good, "/status/replicas", json!(3)), "too many");
    let failure = condition("ReplicaFailure", "True", "FailedCreate");
    progressing(&with(&good, "/status/conditions", json!([failure])), "FailedCreate");
}

#[test]
fn jobs() {
    let job = |status| object("batch/v1", "Job", json!({}), status);
    progressing(&job(json!({})), "not started");
    ready(&job(json!({"startTime": "2026-01-01T00:00:00Z", "active": 1})));
    ready(&job(json!({"conditions": [condition("Complete", "True", "")]})));
    failed(&job(json!({"conditions": [condition("Failed", "True", "BackoffLimitExceeded")]})), "Backoff");
    progressing(&job(json!({"conditions": [condition("Failed", "False", "")]})), "not started");
    ready(&object("batch/v1", "CronJob", json!({}), json!({})));
}

#[test]
fn app_wrappers() {
    let wrapper = |suspend: bool, phase: &str| {
        object(
            "workload.codeflare.dev/v1beta2",
            "AppWrapper",
            json!({"suspend": suspend}),
            json!({"phase": phase}),
        )
    };
    ready(&wrapper(false, "Running"));
    ready(&wrapper(false, "Succeeded"));
    ready(&wrapper(true, "Suspended"));
    progressing(&wrapper(false, "Suspended"), "Suspended");
    progressing(&wrapper(false, "Resuming"), "Resuming");
    progressing(&wrapper(false, ""), "not seen");
    failed(&wrapper(false, "Failed"), "failed");
}

#[test]
fn pods() {
    let pod = |status| object("v1", "Pod", json!({}), status);
    let is_ready = |status| json!([condition("Ready", status, "")]);
    ready(&pod(json!({"phase": "Succeeded"})));
    failed(&pod(json!({"phase": "Failed"})), "not successfully");
    ready(&pod(json!({"phase": "Running", "conditions": is_ready("True")})));
    progressing(&pod(json!({"phase": "Running", "conditions": is_ready("False")})), "not ready");
    let looping = json!([{"name": "api", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]);
    failed(&pod(json!({"phase": "Running", "containerStatuses": looping})), "api");
    failed(&pod(json!({"phase": "Pending", "initContainerStatuses": looping})), "api");
    let pulling = json!([{"name": "api", "state": {"waiting": {"reason": "ContainerCreating"}}}]);
    progressing(&pod(json!({"phase": "Pending", "containerStatuses": pulling})), "Pending");
    let unschedulable = json!([condition("PodScheduled", "False", "Unschedulable")]);
    progressing(&pod(json!({"phase": "Pending", "conditions": unschedulable})), "not scheduled");
    progressing(&pod(json!({})), "no node");
}

#[test]
fn claims_services_namespaces() {
    ready(&object("v1", "PersistentVolumeClaim", json!({}), json!({"phase": "Bound"})));
    progressing(&object("v1", "PersistentVolumeClaim", json!({}), json!({"phase": "Pending"})), "Pending");
    progressing(&object("v1", "PersistentVolumeClaim", json!({}), json!({})), "unknown");
    ready(&object("v1", "Service", json!({}), json!({})));
    progressing(&object("v1", "Service", json!({"type": "LoadBalancer"}), json!({})), "address");
    ready(&object("v1", "Service", json!({"type": "LoadBalancer", "clusterIP": "10.0.0.1"}), json!({})));
    ready(&object("v1", "Namespace", json!({}), json!({"phase": "Active"})));
    progressing(&object("v1", "Namespace", json!({}), json!({"phase": "Terminating"})), "deleted");
    ready(&object("v1", "Secret", json!({}), json!({})));
}

#[test]
fn definitions() {
    let crd = |conditions| {
        let status = json!({"conditions": conditions});
        object("apiextensions.k8s.io/v1", "CustomResourceDefinition", json!({}), status)
    };
    progressing(&crd(json!([])), "installed");
    ready(&crd(json!([condition("NamesAccepted", "True", ""), condition("Established", "True", "")])));
    failed(&crd(json!([condition("NamesAccepted", "False", "Conflict")])), "Conflict");
    progressing(&crd(json!([condition("Established", "False", "Installing")])), "installed");
    failed(&crd(json!([condition("Established", "False", "NotAccepted")])), "NotAccepted");
}

#[test]
fn budgets_and_autoscalers() {
    let budget = |status| object("policy/v1", "PodDisruptionBudget", json!({}), status);
    progressing(&budget(json!({})), "not counted");
    progressing(&budget(json!({"desiredHealthy": 2, "currentHealthy": 1})), "1 of 2 pods healthy");
    ready(&budget(json!({"desiredHealthy": 2, "currentHealthy": 2})));
    let scaler = |status| {
        let conditions = json!({"conditions": [condition("AbleToScale", status, "FailedGetScale")]});
        object("autoscaling/v2", "HorizontalPodAutoscaler", json!({}), conditions)
    };
    ready(&scaler("True"));
    progressing(&scaler("False"), "FailedGetScale");
}

#[test]
fn queues() {
    let queue = |spec, active: Value| {
        object("kueue.x-k8s.io/v1beta1", "ClusterQueue", spec, json!({"conditions": [active]}))
    };
    ready(&queue(json!({}), condition("Active", "True", "Ready")));
    progressing(&queue(json!({}), condition("Active", "False", "FlavorNotFound")), "FlavorNotFound");
    progressing(&queue(json!({}), condition("Active", "False", "Stopped")), "Stopped");
    ready(&queue(json!({"stopPolicy": "Hold"}), condition("Active", "False", "Stopped")));
    progressing(
        &queue(json!({"stopPolicy": "Hold"}), condition("Active", "False", "FlavorNotFound")),
        "Flavor",
    );
    let stale = json!({"type": "Active", "status": "True", "observedGeneration": 1});
    progressing(&queue(json!({}), stale), "not seen");
    progressing(&object("kueue.x-k8s.io/v1beta1", "ClusterQueue", json!({}), json!({})), "not seen");
}

#[test]
fn kinds_of_other_groups_share_no_rule() {
    ready(&object("example.dev/v1", "Deployment", json!({"replicas": 3}), json!({})));
    progressing(&object("apps/v1", "Deployment", json!({"replicas": 3}), json!({})), "0 of 3");
}

#[test]
fn odd_shapes_do_not_break_it() {
    for odd in [json!(null), json!(7), json!([]), json!({"status": {"conditions": {"a": 1}}, "spec": 7})] {
        ready(&odd);
    }
    progressing(&object("apps/v1", "Deployment", json!("x"), json!({"conditions": [7, null]})), "0 of 1");
}
