//! Overlays: one for each event, single region and single cell, holding what differs.

use super::{compile, object, reference};
use seawall_schema::bundle::{BundleFile, FleetFile};
use serde_json::Value;
use std::collections::BTreeSet;

fn bundle(rendering: &seawall_compiler::emit::Rendering, region: &str) -> BundleFile {
    serde_json::from_slice(&rendering.files[&format!("regions/{region}/bundle.json")]).unwrap()
}

#[test]
fn every_bundle_has_an_overlay_for_every_event() {
    let (_, rendering) = compile(&reference());
    let mut expected: BTreeSet<String> = ["atlantic", "brownout", "eu-grid"].map(str::to_owned).into();
    expected.extend(["eu-central", "eu-west", "us-east"].map(|region| format!("region-{region}")));
    for region in ["eu-central", "eu-west"] {
        expected.extend(["general", "gpu"].map(|cell| format!("cell-{region}-{cell}")));
    }
    for region in ["eu-central", "eu-west", "us-east"] {
        let bundle = bundle(&rendering, region);
        let events: BTreeSet<_> = bundle.events.keys().cloned().collect();
        assert_eq!(events, expected, "{region}");
        assert!(expected.iter().all(|event| bundle.combinations.contains(&vec![event.clone()])));
    }
    let fleet: FleetFile = serde_json::from_slice(&rendering.files["fleet.json"]).unwrap();
    assert_eq!(fleet.bundles.len(), 3);
}

/// What the proof places is what the overlay starts: replicas of both sides, summed over the bundle.
#[test]
fn an_overlay_starts_what_the_proof_places() {
    let (_, rendering) = compile(&reference());
    let proof: Value = serde_json::from_slice(&rendering.files["proof.json"]).unwrap();
    let scenarios = proof["scenarios"].as_array().unwrap();
    let found = scenarios.iter().find(|s| s["name"] == "region:eu-central").expect("the scenario is proved");
    assert_eq!(found["verdict"], "survivable", "{found:#}");
    let moved = |workload: &str| -> i64 {
        let moves = found["assignment"].as_array().unwrap().iter();
        moves
            .filter(|m| m["workload"] == workload && m["to"] == "eu-west/general")
            .map(|m| m["replicas"].as_i64().unwrap())
            .sum()
    };
    let path = "regions/eu-west/events/region-eu-central/workloads-deployment-payments-prod-risk-api.yaml";
    let grown = object(&rendering, path);
    assert_eq!(grown["spec"]["replicas"], 10 + moved("risk-api"));
    let quota =
        "regions/eu-west/events/region-eu-central/limits-resourcequota-payments-prod-seawall-tiers.yaml";
    let hard = object(&rendering, quota)["spec"]["hard"]["requests.cpu"].clone();
    assert_eq!(hard, (400 + 2 * moved("risk-api")).to_string());
    let held =
        object(&rendering, "regions/eu-west/events/region-eu-central/limits-clusterqueue-gpu-batch.yaml");
    assert_eq!(held["spec"]["stopPolicy"], "Hold");
}

#[test]
fn the_failing_side_stops_scaling_up() {
    let (_, rendering) = compile(&reference());
    let path =
        "regions/eu-central/events/brownout/traffic-horizontalpodautoscaler-payments-prod-risk-api.yaml";
    let made = object(&rendering, path);
    assert_eq!(made["spec"]["behavior"]["scaleUp"]["selectPolicy"], "Disabled");
}

/// Sets of regions that are proved have an overlay of their own, with the sum of what the proof places; what is one
/// scenario with another event goes with it.
#[test]
fn what_is_proved_together_is_in_force_together() {
    let mut files = reference();
    let entry = String::from_utf8(files.0["fleet.kdl"].clone()).unwrap();
    files.0.insert("fleet.kdl".into(), entry.replace("any-region=1", "any-region=2").into_bytes());
    let (_, rendering) = compile(&files);
    let bundle = bundle(&rendering, "eu-central");
    let name = "region-eu-west+region-us-east";
    assert_eq!(bundle.events[name].scenario, "regions:eu-west+us-east");
    let listed = |events: &[&str]| bundle.combinations.iter().any(|set| set == events);
    assert!(listed(&["region-eu-west", "region-us-east"]));
    assert!(listed(&["brownout", "region-eu-central"]), "a drain, and then its loss");
    assert_eq!(bundle.same_as["brownout+region-eu-central"], "region-eu-central");
    assert_eq!(bundle.same_as["cell-eu-west-gpu+region-eu-west"], "region-eu-west");
    assert_eq!(bundle.same_as["cell-eu-west-general+cell-eu-west-gpu"], "region-eu-west");
    assert_eq!(bundle.same_as["brownout+cell-eu-central-general+cell-eu-central-gpu"], "region-eu-central");
    assert_eq!(
        bundle.same_as["cell-eu-west-general+cell-eu-west-gpu+region-us-east"],
        "region-eu-west+region-us-east",
        "three that come to what was proved of two regions"
    );
    assert!(!listed(&["cell-eu-west-gpu", "region-us-east"]), "a part of a proved set was not proved");
    assert!(bundle.same_as.values().all(|event| bundle.events.contains_key(event)));
    assert!(!listed(&["atlantic", "region-us-east"]), "nobody asked for a partition and a loss at once");
    assert!(!listed(&["brownout", "region-us-east"]), "nor for a drain and the loss of another");

    let proof: Value = serde_json::from_slice(&rendering.files["proof.json"]).unwrap();
    let found = proof["scenarios"].as_array().unwrap().iter();
    let found = found.clone().find(|s| s["name"] == "regions:eu-west+us-east").unwrap();
    let moved: i64 = found["assignment"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|m| m["workload"] == "catalog")
        .map(|m| m["replicas"].as_i64().unwrap())
        .sum();
    let path = format!("regions/eu-central/events/{name}/workloads-deployment-payments-prod-catalog.yaml");
    assert_eq!(object(&rendering, &path)["spec"]["replicas"], 12 + moved);
}

/// Where users move in steps, the overlay of who receives them says which weights come one after another.
#[test]
fn traffic_rises_in_the_declared_steps() {
    let (_, rendering) = compile(&reference());
    let record = |region: &str, event: &str| {
        let file = "traffic-dnsendpoint-payments-prod-risk-api.yaml";
        object(&rendering, &format!("regions/{region}/events/{event}/{file}"))
    };
    let steps = |record: &Value| record["metadata"]["annotations"]["seawall.dev/traffic-steps"].clone();
    // 15 before, 100 after: 40% of the way first.
    assert_eq!(steps(&record("eu-west", "region-eu-central")), "49,100");
    assert_eq!(steps(&record("eu-central", "brownout")), Value::Null, "who is left raises nothing");
}
