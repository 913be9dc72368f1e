//! What the objects of the reference fleet say, against design page 04.

use super::{compile, edited, object, reference};
use serde_json::json;

const DEPLOYMENT: &str = "workloads-deployment-payments-prod";

#[test]
fn a_teams_deployment_keeps_what_is_not_owned() {
    let unknown = "  strategy:\n    type: RollingUpdate";
    let fleet = edited(
        "k8s/risk-api/risk-api.yaml",
        unknown,
        "  notYetKnown: {a: [1, yes]}\n  strategy:\n    type: RollingUpdate",
    );
    let (_, rendering) = compile(&fleet);
    let made = object(&rendering, &format!("regions/eu-west/base/{DEPLOYMENT}-risk-api.yaml"));
    assert_eq!(made["spec"]["notYetKnown"], json!({ "a": [1, true] }));
    assert_eq!(made["spec"]["strategy"]["rollingUpdate"]["maxSurge"], "10%");
    assert_eq!(made["spec"]["selector"], json!({ "matchLabels": { "app": "risk-api" } }));
    assert_eq!(made["metadata"]["labels"]["team"], "payments");
    assert_eq!(made["metadata"]["namespace"], "payments-prod");
    let pod = &made["spec"]["template"]["spec"];
    assert_eq!(pod["containers"][0]["readinessProbe"]["httpGet"]["path"], "/readyz");
    assert_eq!(pod["containers"][0]["resources"]["requests"], json!({ "cpu": "2", "memory": "4Gi" }));
    assert_eq!(pod["priorityClassName"], "tier-critical-100000");
    assert_eq!(pod["nodeSelector"], json!({ "seawall.dev/cell": "general" }));
    assert_eq!(pod["topologySpreadConstraints"][0]["topologyKey"], "topology.kubernetes.io/zone");
    assert_eq!(pod["topologySpreadConstraints"][0]["nodeTaintsPolicy"], "Honor");
    assert_eq!(made["spec"]["template"]["metadata"]["labels"]["seawall.dev/residency"], "AT.DE.FR.IE.NL");
    let config =
        object(&rendering, "regions/eu-west/base/configuration-configmap-payments-prod-risk-api.yaml");
    assert_eq!(config["data"]["feature.strict"], "yes");
}

#[test]
fn standbys_grow_what_runs_and_stand_alone_elsewhere() {
    let (_, rendering) = compile(&reference());
    // 10 of its own and ceil(20% of ceil(75% of 60)) for eu-central.
    let grown = object(&rendering, &format!("regions/eu-west/base/{DEPLOYMENT}-risk-api.yaml"));
    assert_eq!(grown["spec"]["replicas"], 19);
    // 40 to 60 of its own and ceil(50% of ceil(75% of 10)) for eu-west.
    let scaled = object(
        &rendering,
        "regions/eu-central/base/traffic-horizontalpodautoscaler-payments-prod-risk-api.yaml",
    );
    assert_eq!(scaled["spec"]["minReplicas"], 44);
    assert_eq!(scaled["spec"]["maxReplicas"], 64);
    assert_eq!(scaled["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"], 70);
    let owner = object(&rendering, &format!("regions/eu-central/base/{DEPLOYMENT}-risk-api.yaml"));
    assert_eq!(owner["spec"].get("replicas"), None, "the autoscaler owns it");
    assert_eq!(owner["metadata"]["annotations"]["seawall.dev/ignored-fields"], "/spec/replicas");
    assert_eq!(owner["metadata"]["annotations"]["seawall.dev/seed"], "{\"/spec/replicas\":44}");
}

#[test]
fn priorities_are_in_their_bands() {
    let (_, rendering) = compile(&reference());
    let class = |region: &str, name: &str| {
        let made = object(&rendering, &format!("regions/{region}/base/foundation-priorityclass-{name}.yaml"));
        assert!(made["metadata"]["name"].as_str().unwrap().ends_with(&made["value"].to_string()));
        (made["value"].as_i64().unwrap(), made["preemptionPolicy"].as_str().unwrap().to_owned())
    };
    assert_eq!(class("eu-west", "tier-batch--10"), (-10, "Never".into()));
    assert_eq!(class("eu-west", "tier-standard-50000"), (50_000, "PreemptLowerPriority".into()));
    assert_eq!(class("eu-west", "tier-critical-100000"), (100_000, "PreemptLowerPriority".into()));
    assert_eq!(class("eu-west", "reserve--6"), (-6, "Never".into()));
    assert_eq!(class("eu-west", "lane-recovery-critical--1"), (-1, "PreemptLowerPriority".into()));
    assert_eq!(class("us-east", "lane-emergency-standard-1000001"), (1_000_001, "Never".into()));
}

#[test]
fn placeholders_hold_the_reserve_less_its_standbys() {
    let (_, rendering) = compile(&reference());
    let full = object(
        &rendering,
        "regions/us-east/base/reserves-deployment-seawall-reserves-reserve-emergency.yaml",
    );
    let rest = object(
        &rendering,
        "regions/us-east/base/reserves-deployment-seawall-reserves-reserve-emergency-2.yaml",
    );
    assert_eq!(full["spec"]["replicas"], 3);
    let requests = |made: &serde_json::Value| {
        made.pointer("/spec/template/spec/containers/0/resources/requests").cloned()
    };
    assert_eq!(requests(&full), Some(json!({ "cpu": "32", "memory": "128Gi" })));
    assert_eq!(requests(&rest), Some(json!({ "cpu": "24", "memory": "96Gi" })));
    let lent = rendering.files.keys().filter(|p| p.starts_with("regions/eu-west/base/reserves-"));
    assert_eq!(lent.count(), 0, "a lent reserve is in use, not held");
}

#[test]
fn quotas_are_scoped_by_class() {
    let (_, rendering) = compile(&reference());
    let quota = |path: &str| object(&rendering, &format!("regions/{path}.yaml"));
    let tiers = quota("eu-west/base/limits-resourcequota-payments-prod-seawall-tiers");
    // 400 by the policy, and 9 standbys of 2 that have grown the Deployment.
    assert_eq!(tiers["spec"]["hard"]["requests.cpu"], "418");
    assert_eq!(
        tiers["spec"]["hard"].as_object().unwrap().len(),
        1,
        "what a quota does not name is unlimited"
    );
    let scope = &tiers["spec"]["scopeSelector"]["matchExpressions"][0];
    assert_eq!(scope["values"], json!(["tier-critical-100000", "tier-standard-50000", "tier-batch--10"]));
    let lane = quota("us-east/base/limits-resourcequota-payments-prod-seawall-lane-emergency");
    assert_eq!(lane["spec"]["hard"], json!({ "requests.cpu": "0", "requests.memory": "0", "pods": "0" }));
    let (_, without) = compile(&edited("fleet.kdl", "quota eu-west cpu=400; ", ""));
    let path = "regions/eu-west/base/limits-resourcequota-payments-prod-seawall-tiers.yaml";
    // 19 replicas of 2 cpu and 4Gi, and 10% of them more in a rolling update.
    let hard = object(&without, path)["spec"]["hard"].clone();
    assert_eq!(hard, json!({ "requests.cpu": "42", "requests.memory": "84Gi", "pods": "21" }));
    let frozen = rendering.files.keys().any(|p| p.contains("/base/") && p.contains("seawall-frozen"));
    assert!(!frozen, "only while an event is in force");
}
