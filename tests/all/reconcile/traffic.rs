//! The last step of an activation: users are sent on by the declared weights, and all of them only to work that stands.

use super::double::Mode;
use super::fixture::{Region, Spec, condition, eventually, key, namespace, record, say, unsay};
use seawall_reconciler::cluster::ApplyOptions;
use seawall_schema::keys;
use seawall_schema::object::Phase;
use serde_json::{Value, json};

const FORCE: ApplyOptions = ApplyOptions { dry_run: false, force: true };

/// Work that stands once somebody gives it an address.
fn balanced() -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "door", "namespace": "shop"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}})
}

fn spec() -> Spec {
    let mut spec =
        Spec::of(vec![(Phase::Foundation, namespace("shop")), (Phase::Traffic, record("host", 15, None))]);
    let surge =
        vec![(Phase::Configuration, balanced()), (Phase::Traffic, record("host", 100, Some("49,100")))];
    spec.events.insert("surge", (surge, Vec::new()));
    spec
}

fn weight(region: &Region) -> Option<Value> {
    let record = region.get("DNSEndpoint", "host")?;
    let shown = record["metadata"]["labels"][keys::TRAFFIC_WEIGHT].clone();
    let held = record.pointer("/spec/endpoints/0/providerSpecific/0/value")?.clone();
    assert_eq!(shown, held, "the label says what the record holds");
    Some(held)
}

#[test]
fn the_rest_of_the_users_waits_until_the_work_stands() {
    let region = Region::synced(&spec());
    assert_eq!(weight(&region), Some(json!("15")));
    say(&region, "surge");
    let status = region.pass();
    assert_eq!(weight(&region), Some(json!("49")), "{status:#?}");
    let said = condition(&status, "Traffic");
    assert!(!said.ok && said.message.contains("host at 49 of 100"), "{said:?}");
    // Whoever starts anew goes on from where the record is.
    region.pass();
    assert_eq!(weight(&region), Some(json!("49")));
    let mut door = balanced();
    door["spec"]["clusterIP"] = json!("10.0.0.1");
    region.cluster.inner.apply_as("cloud", &door, FORCE).unwrap();
    let status = region.pass();
    assert_eq!(weight(&region), Some(json!("100")), "{status:#?}");
    assert!(condition(&status, "Traffic").ok, "{status:#?}");
    assert_eq!(status.drift_corrected, 0, "{status:#?}");
    region.cluster.set(Mode::Healthy);
    region.pass();
    assert_eq!((weight(&region), region.cluster.writes()), (Some(json!("100")), 0));
    unsay(&region, "surge");
    region.pass();
    assert_eq!(weight(&region), Some(json!("15")));
}

#[test]
fn a_worker_that_runs_takes_every_step_and_puts_back_a_foreign_one() {
    let region = Region::synced(&spec());
    let mut running = region.run();
    running.until_in_sync();
    say(&region, "surge");
    eventually("the first step", || weight(&region) == Some(json!("49")));
    let mut door = balanced();
    door["spec"]["clusterIP"] = json!("10.0.0.1");
    region.cluster.inner.apply_as("cloud", &door, FORCE).unwrap();
    eventually("the last step", || weight(&region) == Some(json!("100")));
    let status = running.until("said", |status| condition(status, "Traffic").ok);
    assert!(condition(&status, "Undisputed").ok, "{status:#?}");
    let file = region.cluster.inner.path_of(&key("DNSEndpoint", "host"));
    std::fs::remove_file(file).unwrap();
    eventually("put back", || region.get("DNSEndpoint", "host").is_some());
    eventually("raised again", || weight(&region) == Some(json!("100")));
}
