//! The order in which an event comes into force and ends (design page 05): each step confirmed before the next, and users
//! taken back by the declared rate before the work goes.

use super::fixture::{
    Region, Spec, condition, config, deployment, eventually, key, namespace, record, replicas, say, unsay,
};
use seawall_schema::bundle::Failback;
use seawall_schema::object::Phase;
use seawall_schema::status::RegionStatus;
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: u64 = 3_600_000;

/// `meek` may take no room from others, `bold` may.
fn spec(failback: Option<(u32, u64)>) -> Spec {
    let mut spec = Spec::of(vec![
        (Phase::Foundation, namespace("shop")),
        (Phase::Limits, config("gate", "shut")),
        (Phase::Reserves, deployment("placeholder", 4)),
        (Phase::Workloads, deployment("meek", 0)),
        (Phase::Workloads, deployment("bold", 0)),
        (Phase::Traffic, record("host", 15, None)),
    ]);
    let surge = vec![
        (Phase::Limits, config("gate", "open")),
        (Phase::Workloads, deployment("meek", 2)),
        (Phase::Reserves, deployment("placeholder", 0)),
        (Phase::Workloads, deployment("bold", 3)),
        (Phase::Traffic, record("host", 100, Some("49,100"))),
        (Phase::Traffic, record("guest", 40, None)),
    ];
    spec.events.insert("surge", (surge, Vec::new()));
    spec.failback = failback.map(|(rate_thousandths, every_ms)| Failback { rate_thousandths, every_ms });
    spec
}

fn weight(region: &Region, name: &str) -> Option<u64> {
    let record = region.get("DNSEndpoint", name)?;
    record.pointer("/spec/endpoints/0/providerSpecific/0/value")?.as_str()?.parse().ok()
}

/// Names in the order in which they were applied.
fn applied(region: &Region) -> Vec<String> {
    let name = |object: Value| object["metadata"]["name"].as_str().unwrap().to_owned();
    region.cluster.applied().into_iter().map(name).collect()
}

/// The same, once there are so many.
fn applied_in_all(region: &Region, count: usize) -> Vec<String> {
    let mut found = Vec::new();
    eventually("all steps", || {
        found.extend(applied(region));
        found.len() >= count
    });
    found
}

fn shortly() {
    std::thread::sleep(Duration::from_millis(700));
}

#[test]
fn room_is_freed_when_those_wait_who_may_take_none_and_before_those_come_who_may() {
    let mut region = Region::synced(&spec(None));
    region.settle = Duration::from_secs(60);
    applied(&region);
    ["meek", "placeholder"].into_iter().for_each(|name| region.cluster.lag(name));
    let mut running = region.run();
    running.until_in_sync();
    say(&region, "surge");
    eventually("its pods are asked for", || replicas(&region, "meek") == Some(2));
    shortly();
    assert_eq!(replicas(&region, "placeholder"), Some(4), "nobody would stand in the room yet");
    region.cluster.catch_up(&key("Deployment", "meek"));
    eventually("the room is given up", || replicas(&region, "placeholder") == Some(0));
    shortly();
    assert_eq!(replicas(&region, "bold"), Some(0), "the room is not free yet");
    region.cluster.catch_up(&key("Deployment", "placeholder"));
    let order = ["gate", "meek", "placeholder", "bold", "guest", "host", "host"];
    let mut found = applied_in_all(&region, order.len());
    found[4..].sort();
    assert_eq!(found, order);
}

#[test]
fn pods_that_never_come_hold_up_nothing_for_longer_than_the_deadline() {
    let mut region = Region::synced(&spec(None));
    region.settle = Duration::from_millis(300);
    ["meek", "placeholder"].into_iter().for_each(|name| region.cluster.lag(name));
    let _running = region.run();
    say(&region, "surge");
    eventually("the others", || replicas(&region, "bold") == Some(3) && weight(&region, "host").is_some());
    assert_eq!(replicas(&region, "placeholder"), Some(0));
}

#[test]
fn at_the_end_users_leave_first_and_the_room_is_held_before_limits_close() {
    let mut region = Region::synced(&spec(None));
    say(&region, "surge");
    region.pass();
    assert_eq!((weight(&region, "host"), weight(&region, "guest")), (Some(100), Some(40)));
    region.settle = Duration::from_secs(60);
    region.cluster.lag("bold");
    applied(&region);
    let mut running = region.run();
    unsay(&region, "surge");
    eventually("the work goes", || replicas(&region, "bold") == Some(0));
    shortly();
    assert_eq!(replicas(&region, "placeholder"), Some(0), "the room is still taken");
    assert_eq!(region.get("DNSEndpoint", "guest"), None);
    region.cluster.catch_up(&key("Deployment", "bold"));
    let mut found = applied_in_all(&region, 6);
    found[..2].sort();
    assert_eq!(found, ["guest", "host", "bold", "placeholder", "meek", "gate"]);
    let status = running.until("at rest", |status| status.active_events.is_empty());
    assert_eq!(status.drift_corrected, 0, "{status:#?}");
}

/// Says that the last step was long ago.
fn much_later(region: &Region) {
    let file = region.state().join("bundles/events.json");
    let mut force: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert!(force["ending"]["stepped"].is_string(), "{force}");
    force["ending"]["stepped"] = json!("2026-01-01T00:00:00Z");
    std::fs::write(file, force.to_string()).unwrap();
}

fn going_back(status: &RegionStatus) -> String {
    let said = condition(status, "Traffic");
    assert_eq!((said.ok, said.reason.as_str()), (false, "GoingBack"), "{status:#?}");
    said.message
}

#[test]
fn users_go_back_by_the_declared_rate_across_restarts_while_the_work_is_kept() {
    let region = Region::synced(&spec(Some((20_000, HOUR))));
    say(&region, "surge");
    region.pass();
    unsay(&region, "surge");
    let status = region.pass();
    assert_eq!(
        going_back(&status),
        "host at 83 on the way back to 15, guest at 32 on the way back to 0; a step every 3600 s"
    );
    // Who starts anew keeps the time, and what still serves users.
    std::fs::remove_file(region.cluster.inner.path_of(&key("Deployment", "bold"))).unwrap();
    let status = region.pass();
    assert_eq!((weight(&region, "host"), replicas(&region, "bold")), (Some(83), Some(3)), "{status:#?}");
    let mut weights = Vec::new();
    for _ in 0..4 {
        much_later(&region);
        region.pass();
        weights.push((weight(&region, "host"), weight(&region, "guest")));
    }
    assert_eq!(weights[..3], [(Some(66), Some(24)), (Some(49), Some(16)), (Some(32), Some(8))]);
    assert_eq!(weights[3], (Some(15), None), "nobody is left, so the record goes with the work");
    assert_eq!((replicas(&region, "bold"), replicas(&region, "placeholder")), (Some(0), Some(4)));
    let force = std::fs::read_to_string(region.state().join("bundles/events.json")).unwrap();
    assert!(force.contains("\"ending\": null") || force.contains("\"ending\":null"), "{force}");
}

#[test]
fn an_event_that_comes_back_does_not_wait_for_its_end() {
    let region = Region::synced(&spec(Some((20_000, HOUR))));
    say(&region, "surge");
    region.pass();
    unsay(&region, "surge");
    going_back(&region.pass());
    say(&region, "surge");
    let status = region.pass();
    assert_eq!((weight(&region, "host"), weight(&region, "guest")), (Some(100), Some(40)), "{status:#?}");
    // And a new end is paced from its own beginning.
    unsay(&region, "surge");
    going_back(&region.pass());
    assert_eq!(weight(&region, "host"), Some(83));
}

#[test]
fn a_bundle_that_no_longer_has_the_event_ends_it_at_once() {
    let region = Region::synced(&spec(Some((20_000, HOUR))));
    say(&region, "surge");
    region.pass();
    unsay(&region, "surge");
    going_back(&region.pass());
    region.source.push("c2", Spec { events: Default::default(), ..spec(None) }.files());
    region.pass();
    let status = region.pass();
    assert_eq!(weight(&region, "host"), Some(15), "{status:#?}");
    assert_eq!((replicas(&region, "bold"), replicas(&region, "placeholder")), (Some(0), Some(4)));
}
