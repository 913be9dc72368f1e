//! Promise 5: with git and everything else gone, a region restarts, corrects drift and activates a declared event.

use super::double::Mode;
use super::fixture::{
    Region, Spec, condition, config, deployment, eventually, key, namespace, replicas, say, unsay,
};
use seawall_reconciler::gate::operator;
use seawall_reconciler::source::SourceError;
use seawall_schema::object::Phase;

/// A base with three overlays: `grid` grows the work and adds an object, `storm` takes one away, `clash` differs from
/// `grid` on the same object.
fn spec() -> Spec {
    let base = vec![
        (Phase::Foundation, namespace("shop")),
        (Phase::Configuration, config("hint", "base")),
        (Phase::Reserves, deployment("placeholder", 4)),
        (Phase::Workloads, deployment("api", 3)),
    ];
    let mut spec = Spec { prune_share: 0, max_plan_age_ms: 1, ..Spec::of(base) };
    let grid = vec![(Phase::Workloads, deployment("api", 8)), (Phase::Workloads, deployment("guest", 2))];
    spec.events.insert("grid", (grid, Vec::new()));
    spec.events.insert("storm", (Vec::new(), vec![2]));
    spec.events.insert("clash", (vec![(Phase::Workloads, deployment("api", 1))], Vec::new()));
    spec.combinations = vec![vec!["clash", "grid"], vec!["grid", "storm"]];
    spec
}

fn synced() -> Region {
    let region = Region::new();
    // Such a short max-plan-age would hold the base too, had the fetch not just confirmed it.
    region.source.push("c1", Spec { max_plan_age_ms: 60_000, ..spec() }.files());
    let status = region.pass();
    assert!(condition(&status, "Applied").ok, "{status:#?}");
    region
}

#[test]
fn with_git_gone_everything_local_still_works() {
    let region = synced();
    region.source.fail_with(Some(SourceError::Unreachable("no route to host".to_owned())));
    std::fs::remove_file(region.cluster.inner.path_of(&key("ConfigMap", "hint"))).unwrap();
    let mut running = region.run();
    eventually("put back from disk", || region.get("ConfigMap", "hint").is_some());
    running.until("said", |status| !condition(status, "Fetched").ok);
    say(&region, "grid");
    eventually("grown", || replicas(&region, "api") == Some(8) && replicas(&region, "guest") == Some(2));
    running.until("reported", |status| status.active_events == ["grid"]);
    unsay(&region, "grid");
    eventually("shrunk", || replicas(&region, "api") == Some(3) && replicas(&region, "guest").is_none());
}

#[test]
fn an_overlay_is_never_held_by_prune_share_or_suspension() {
    let region = synced();
    operator::suspend(&region.state(), "me", "maintenance").unwrap();
    say(&region, "storm");
    let status = region.pass();
    assert_eq!(replicas(&region, "placeholder"), None, "{status:#?}");
    unsay(&region, "storm");
    operator::resume(&region.state()).unwrap();
    region.pass();
    assert_eq!(replicas(&region, "placeholder"), Some(4));
}

#[test]
fn an_event_in_force_survives_a_restart_and_writes_nothing_more() {
    let region = synced();
    say(&region, "grid");
    region.pass();
    region.cluster.set(Mode::Healthy);
    let status = region.pass();
    assert_eq!((replicas(&region, "api"), region.cluster.writes()), (Some(8), 0));
    assert_eq!(status.active_events, ["grid"]);
}

#[test]
fn events_of_git_and_local_ones_are_a_union() {
    let region = Region::new();
    let base = Spec { max_plan_age_ms: 60_000, ..spec() };
    region.source.push("c1", base.files());
    region.pass();
    region.source.push("c2", Spec { active: vec!["grid"], ..base.clone() }.files());
    assert_eq!(region.pass().active_events, ["grid"]);
    assert_eq!(replicas(&region, "api"), Some(8));
    say(&region, "storm");
    assert_eq!(region.pass().active_events, ["grid", "storm"]);
    assert_eq!((replicas(&region, "api"), replicas(&region, "placeholder")), (Some(8), None));
    region.source.push("c3", base.files());
    assert_eq!(region.pass().active_events, ["storm"]);
    assert_eq!(replicas(&region, "api"), Some(3));
}

#[test]
fn what_was_not_proved_together_is_refused_and_the_first_stays() {
    let region = synced();
    say(&region, "storm");
    region.pass();
    for other in ["clash", "nonsense"] {
        say(&region, other);
        let status = region.pass();
        assert_eq!(status.active_events, ["storm"], "{other}");
        let said = condition(&status, "Declared");
        assert!(!said.ok && said.message.contains(other), "{said:?}");
        unsay(&region, other);
    }
    assert_eq!((replicas(&region, "api"), replicas(&region, "placeholder")), (Some(3), None));
}

#[test]
fn overlays_that_contradict_each_other_are_refused() {
    let region = synced();
    say(&region, "grid");
    region.pass();
    say(&region, "clash");
    let status = region.pass();
    assert_eq!(status.active_events, ["grid"]);
    assert!(!condition(&status, "Declared").ok);
    assert_eq!(replicas(&region, "api"), Some(8));
}

/// A drain is declared, then the loss of what was drained: the overlay of the loss is that of both.
#[test]
fn an_event_within_another_gives_way_to_it() {
    let region = Region::new();
    let mut spec = Spec { max_plan_age_ms: 60_000, ..spec() };
    spec.same_as = vec![("clash+grid", "grid")];
    region.source.push("c1", spec.files());
    region.pass();
    say(&region, "clash");
    region.pass();
    assert_eq!(replicas(&region, "api"), Some(1));
    say(&region, "grid");
    let status = region.pass();
    assert_eq!(status.active_events, ["clash", "grid"], "{status:#?}");
    assert_eq!((replicas(&region, "api"), replicas(&region, "guest")), (Some(8), Some(2)));
    unsay(&region, "grid");
    region.pass();
    assert_eq!((replicas(&region, "api"), replicas(&region, "guest")), (Some(1), None));
}

#[test]
fn an_event_is_not_ended_because_nobody_may_read_what_is_declared() {
    let region = synced();
    say(&region, "grid");
    assert_eq!(region.pass().active_events, ["grid"]);
    region.cluster.set(Mode::Deaf);
    let status = region.pass();
    assert_eq!((status.active_events, replicas(&region, "api")), (vec!["grid".to_owned()], Some(8)));
    region.cluster.set(Mode::Healthy);
    unsay(&region, "grid");
    assert!(region.pass().active_events.is_empty(), "heard again, it is ended");
}
