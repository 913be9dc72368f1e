//! Bad answers: each is reported on its object, the others go on, and what passes by itself is tried again.

use super::double::Mode;
use super::fixture::{Region, Spec, condition, config, deployment, eventually};
use seawall_reconciler::cluster::{ApplyOptions, ClusterError};
use seawall_schema::object::Phase;
use serde_json::json;

fn answers() -> Vec<(ClusterError, &'static str)> {
    let busy = ClusterError::Busy { message: "429 slow down".to_owned(), retry_after_ms: Some(10) };
    let conflict = ClusterError::Conflict {
        message: "409 conflict with helm".to_owned(),
        managers: vec![("helm".to_owned(), vec![".data.k".to_owned()])],
    };
    vec![
        (conflict, "409"),
        (ClusterError::Refused("422 spec.x: invalid".to_owned()), "422"),
        (ClusterError::Refused("403 exceeded quota".to_owned()), "quota"),
        (ClusterError::Forbidden("401 who are you".to_owned()), "401"),
        (busy, "429"),
        (ClusterError::Broken("500 inside".to_owned()), "500"),
        (ClusterError::Broken("garbage: not JSON".to_owned()), "garbage"),
        (ClusterError::UnknownKind("no CRD for it".to_owned()), "no CRD"),
        (ClusterError::NotFound("namespace not found".to_owned()), "not found"),
    ]
}

#[test]
fn a_bad_answer_is_said_on_its_object_and_the_others_go_on() {
    for (error, word) in answers() {
        let region = Region::new();
        region.source.push("c1", Spec::usual().files());
        region.cluster.set(Mode::Refuses("one", error));
        let said = condition(&region.pass(), "Applied");
        assert!(
            !said.ok && said.message.contains("ConfigMap shop/one") && said.message.contains(word),
            "{said:?}"
        );
        assert!(
            region.get("ConfigMap", "two").is_some() && region.get("Deployment", "api").is_some(),
            "{word}"
        );
        region.cluster.set(Mode::Healthy);
        assert!(condition(&region.pass(), "Applied").ok, "{word}");
        assert!(region.get("ConfigMap", "one").is_some());
    }
}

#[test]
fn a_server_that_asks_for_patience_gets_it_within_the_pass() {
    let region = Region::new();
    region.source.push("c1", Spec::usual().files());
    let busy = ClusterError::Busy { message: "429".to_owned(), retry_after_ms: Some(20) };
    region.cluster.set(Mode::RefusesAtFirst("one", busy, 2));
    assert!(condition(&region.pass(), "Applied").ok);
}

#[test]
fn nothing_is_pruned_while_something_else_fails() {
    let region = Region::synced(&Spec::usual());
    let mut renamed = Spec::usual();
    renamed.objects[1].1 = config("uno", "1");
    region.source.push("c2", renamed.files());
    region.cluster.set(Mode::Refuses("uno", ClusterError::Refused("422".to_owned())));
    region.pass();
    assert!(region.get("ConfigMap", "one").is_some());
    region.cluster.set(Mode::Healthy);
    region.pass();
    assert!(region.get("ConfigMap", "one").is_none() && region.get("ConfigMap", "uno").is_some());
}

#[test]
fn a_running_worker_recovers_by_itself() {
    let region = Region::new();
    region.source.push("c1", Spec::usual().files());
    region.cluster.set(Mode::Fails(ClusterError::Unreachable("connection refused".to_owned())));
    let mut running = region.run();
    running.until("said", |status| {
        status
            .conditions
            .iter()
            .any(|condition| !condition.ok && condition.message.contains("connection refused"))
    });
    region.cluster.set(Mode::Healthy);
    running.until_in_sync();
    eventually("there", || region.get("Deployment", "api").is_some());
}

#[test]
fn a_field_that_somebody_else_holds_is_a_conflict_and_not_taken() {
    let region = Region::synced(&Spec::usual());
    let mut theirs = deployment("api", 3);
    theirs["spec"] = json!({"paused": true});
    region.cluster.inner.apply_as("kubectl", &theirs, ApplyOptions::default()).unwrap();
    let mut spec = Spec::usual();
    let at = spec.objects.iter().position(|(phase, _)| *phase == Phase::Workloads).unwrap();
    spec.objects[at].1["spec"]["paused"] = json!(false);
    region.source.push("c2", spec.files());
    let said = condition(&region.pass(), "Applied");
    assert!(!said.ok && said.message.contains("kubectl") && said.message.contains("paused"), "{said:?}");
    assert_eq!(region.get("Deployment", "api").unwrap()["spec"]["paused"], true);
}

#[test]
fn a_field_that_was_ours_before_is_taken_back_with_the_next_bundle() {
    let region = Region::synced(&Spec::usual());
    let force = ApplyOptions { dry_run: false, force: true };
    region.cluster.inner.apply_as("kubectl", &config("one", "theirs"), force).unwrap();
    let mut spec = Spec::usual();
    spec.objects[1].1 = config("one", "2");
    region.source.push("c2", spec.files());
    let status = region.pass();
    assert!(condition(&status, "Applied").ok, "{status:#?}");
    assert_eq!(region.get("ConfigMap", "one").unwrap()["data"]["k"], "2");
}

#[test]
fn an_immutable_field_is_said() {
    let region = Region::synced(&Spec::usual());
    let mut spec = Spec::usual();
    let at = spec.objects.iter().position(|(phase, _)| *phase == Phase::Workloads).unwrap();
    spec.objects[at].1["spec"]["selector"] = json!({"matchLabels": {"app": "other"}});
    region.source.push("c2", spec.files());
    let said = condition(&region.pass(), "Applied");
    assert!(!said.ok && said.message.contains("immutable"), "{said:?}");
}

#[test]
fn a_missing_namespace_is_said() {
    let mut spec = Spec::usual();
    spec.objects.remove(0);
    let region = Region::new();
    region.source.push("c1", spec.files());
    let said = condition(&region.pass(), "Applied");
    assert!(!said.ok && said.message.contains("namespaces \"shop\" not found"), "{said:?}");
}
