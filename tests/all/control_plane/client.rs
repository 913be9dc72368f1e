//! The contract of the trait `Cluster`, kept by the client of a real API server.

use super::fixture::{PLANE, cluster, config_map, config_maps, key, namespace, on_one_thread};
use seawall_reconciler::cluster::observe::observe;
use seawall_reconciler::cluster::{ApplyOptions, Cluster, ClusterError, EventKind};
use serde_json::json;

const PLAIN: ApplyOptions = ApplyOptions { dry_run: false, force: false };

#[test]
fn applies_creates_updates_and_repeats_without_a_new_version() {
    let (cluster, namespace) = (cluster("region-1"), namespace("region-1", "client-apply"));
    on_one_thread(async {
        let object = config_map(&namespace, "a", &namespace, "1");
        assert_eq!(cluster.get(&key(&object)).await, Ok(None));
        assert_eq!(cluster.list(&namespace, &[config_maps()]).await, Ok(Vec::new()));
        let created = cluster.apply(&object, PLAIN).await.unwrap();
        let version = |object: &serde_json::Value| object["metadata"]["resourceVersion"].clone();
        let again = cluster.apply(&object, PLAIN).await.unwrap();
        assert_eq!(version(&created), version(&again));
        let changed = config_map(&namespace, "a", &namespace, "2");
        let dry = cluster.apply(&changed, ApplyOptions { dry_run: true, force: false }).await.unwrap();
        assert_eq!(dry["data"]["value"], "2");
        assert_eq!(cluster.get(&key(&object)).await.unwrap().unwrap()["data"]["value"], "1");
        cluster.apply(&changed, PLAIN).await.unwrap();
        assert_eq!(cluster.get(&key(&object)).await.unwrap().unwrap()["data"]["value"], "2");
    });
}

#[test]
fn a_field_of_another_manager_is_a_conflict_until_forced() {
    let (cluster, namespace) = (cluster("region-1"), namespace("region-1", "client-conflict"));
    on_one_thread(async {
        let object = config_map(&namespace, "a", &namespace, "ours");
        cluster.apply(&object, PLAIN).await.unwrap();
        let kinds = [config_maps()];
        let before = cluster.list(&namespace, &kinds).await.unwrap();
        assert_eq!(before.len(), 1);
        assert_eq!(before[0].digest.as_deref(), Some("sha256:ours"));
        let theirs = config_map(&namespace, "a", &namespace, "theirs").to_string();
        let apply = ["apply", "--server-side", "--force-conflicts", "--field-manager=intruder", "-f", "-"];
        PLANE.kubectl("region-1-admin", &apply, &theirs).unwrap();
        let after = cluster.list(&namespace, &kinds).await.unwrap();
        assert_ne!(
            before[0].owned_fields, after[0].owned_fields,
            "a field that was taken shows in the metadata"
        );
        let Err(ClusterError::Conflict { message, managers }) = cluster.apply(&object, PLAIN).await else {
            panic!("no conflict");
        };
        assert!(message.contains(&format!("apply ConfigMap {namespace}/a at context region-1")), "{message}");
        assert_eq!(managers.len(), 1);
        assert_eq!(managers[0].0, "intruder");
        assert!(managers[0].1.contains(&".data.value".to_owned()), "{managers:?}");
        let forced = cluster.apply(&object, ApplyOptions { dry_run: false, force: true }).await.unwrap();
        assert_eq!(cluster.get(&key(&object)).await.unwrap().unwrap()["data"]["value"], "ours");
        // Not those of before: the time of our last apply, in seconds, is a part of them.
        let restored = cluster.list(&namespace, &kinds).await.unwrap();
        assert_eq!(observe(&forced).as_ref(), restored.first());
        assert_ne!(after[0].owned_fields, restored[0].owned_fields);
    });
}

#[test]
fn what_applies_returns_and_what_a_listing_shows_agree() {
    let (cluster, namespace) = (cluster("region-2"), namespace("region-2", "client-agree"));
    on_one_thread(async {
        let object = config_map(&namespace, "a", &namespace, "1");
        let applied = cluster.apply(&object, PLAIN).await.unwrap();
        let listed = cluster.list(&namespace, &[config_maps()]).await.unwrap();
        assert_eq!(observe(&applied).as_ref(), listed.first());
    });
}

#[test]
fn a_missing_namespace_a_missing_kind_and_a_wrong_object_are_told_apart() {
    let (cluster, namespace) = (cluster("region-1"), namespace("region-1", "client-missing"));
    on_one_thread(async {
        let nowhere = cluster.apply(&config_map("client-nowhere", "a", "i", "1"), PLAIN).await;
        assert!(
            matches!(&nowhere, Err(ClusterError::NotFound(message)) if message.contains("client-nowhere")),
            "{nowhere:?}"
        );
        for (api_version, kind) in
            [("example.org/v1", "Thing"), ("apps/v1", "Deploymint"), ("apps/v9", "Deployment")]
        {
            let object = json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a", "namespace": namespace}});
            let unknown = cluster.apply(&object, PLAIN).await;
            assert!(
                matches!(&unknown, Err(ClusterError::UnknownKind(message)) if message.contains(kind)),
                "{unknown:?}"
            );
            let extent = super::fixture::kind(api_version, kind).into();
            assert_eq!(cluster.list("i", &[extent]).await, Ok(Vec::new()));
        }
        let mut wrong = config_map(&namespace, "a", "i", "1");
        wrong["dota"] = json!({});
        let refused = cluster.apply(&wrong, PLAIN).await;
        assert!(
            matches!(&refused, Err(ClusterError::Refused(message)) if message.contains("dota")),
            "{refused:?}"
        );
        let mut bad_name = config_map(&namespace, "a", "i", "1");
        bad_name["metadata"]["name"] = json!("../../secrets/x");
        assert!(matches!(cluster.apply(&bad_name, PLAIN).await, Err(ClusterError::Refused(_))));
    });
}

#[test]
fn a_kind_is_found_as_soon_as_its_crd_is_there() {
    let cluster = cluster("region-1");
    let crd = json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "tides.test.seawall.dev"},
        "spec": {
            "group": "test.seawall.dev", "scope": "Cluster", "names": {"plural": "tides", "singular": "tide", "kind": "Tide"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object"}}}],
        },
    });
    let tide = json!({"apiVersion": "test.seawall.dev/v1", "kind": "Tide", "metadata": {"name": "high"}});
    on_one_thread(async {
        assert!(matches!(cluster.apply(&tide, PLAIN).await, Err(ClusterError::UnknownKind(_))));
        cluster.apply(&crd, PLAIN).await.unwrap();
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            match cluster.apply(&tide, PLAIN).await {
                Ok(_) => break,
                Err(ClusterError::UnknownKind(_)) if std::time::Instant::now() < until => {
                    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                }
                Err(error) => panic!("{error}"),
            }
        }
        // The CRD goes, and with it the kind: an apply says so, a deletion has nothing left to do.
        let live = cluster.get(&key(&crd)).await.unwrap().unwrap();
        cluster.delete(&key(&crd), live["metadata"]["uid"].as_str().unwrap()).await.unwrap();
        loop {
            match cluster.apply(&tide, PLAIN).await {
                Err(ClusterError::UnknownKind(_)) => break,
                other => assert!(std::time::Instant::now() < until, "{other:?}"),
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        assert_eq!(cluster.delete(&key(&tide), "any").await, Ok(()));
    });
}

#[test]
fn deletes_only_the_incarnation_it_was_asked_to() {
    let (cluster, namespace) = (cluster("region-1"), namespace("region-1", "client-delete"));
    on_one_thread(async {
        let object = config_map(&namespace, "a", &namespace, "1");
        let created = cluster.apply(&object, PLAIN).await.unwrap();
        let uid = created["metadata"]["uid"].as_str().unwrap();
        let other = cluster.delete(&key(&object), "00000000-0000-0000-0000-000000000000").await;
        assert!(matches!(other, Err(ClusterError::Conflict { .. })), "{other:?}");
        assert!(cluster.get(&key(&object)).await.unwrap().is_some());
        assert_eq!(cluster.delete(&key(&object), uid).await, Ok(()));
        assert_eq!(cluster.get(&key(&object)).await, Ok(None));
        assert_eq!(cluster.delete(&key(&object), uid).await, Ok(()));
    });
}

#[test]
fn an_immutable_field_is_refused_and_a_secret_is_not_quoted() {
    let (cluster, namespace) = (cluster("region-1"), namespace("region-1", "client-secret"));
    let secret = |value: &str| {
        json!({
            "apiVersion": "v1", "kind": "Secret", "immutable": true, "stringData": {"password": value},
            "metadata": {"name": "a", "namespace": namespace},
        })
    };
    on_one_thread(async {
        cluster.apply(&secret("hunter1"), PLAIN).await.unwrap();
        let Err(ClusterError::Refused(message)) = cluster.apply(&secret("hunter2"), PLAIN).await else {
            panic!("an immutable Secret was changed");
        };
        assert!(message.contains("data") && !message.contains("hunter"), "{message}");
        let mut garbled = secret("x");
        garbled["data"] = json!({"password": "hunter3!not base64"});
        let error = cluster.apply(&garbled, PLAIN).await.unwrap_err().to_string();
        assert!(!error.contains("hunter3"), "{error}");
    });
}

#[test]
fn lists_more_than_a_page_and_only_its_own() {
    let (cluster, namespace) = (cluster("region-2"), namespace("region-2", "client-pages"));
    on_one_thread(async {
        let objects: Vec<_> =
            (0..620).map(|number| config_map(&namespace, &format!("n{number}"), &namespace, "1")).collect();
        let applies = objects.iter().map(|object| cluster.apply(object, PLAIN));
        let results = futures::future::join_all(applies).await;
        assert_eq!(results.iter().filter(|result| result.is_err()).count(), 0);
        cluster.apply(&config_map(&namespace, "other", "client-others", "1"), PLAIN).await.unwrap();
        let listed = cluster.list(&namespace, &[config_maps()]).await.unwrap();
        assert_eq!(listed.len(), 620);
        assert!(listed.iter().all(|seen| seen.key.name.starts_with('n') && seen.owned_fields.is_some()));
    });
}

#[test]
fn says_what_a_namespace_and_a_definition_hold_of_others() {
    let (cluster, namespace) = (cluster("region-1"), namespace("region-1", "client-foreign"));
    let key_of = |api_version: &str, kind: &str, name: &str| {
        key(&json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": name}}))
    };
    on_one_thread(async {
        let inventory = namespace.as_str();
        let space = key_of("v1", "Namespace", &namespace);
        let labels = json!({"app": "a", "seawall.dev/inventory": inventory});
        let deployment = json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "a", "namespace": namespace, "labels": labels},
            "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "a"}}, "template": {
                "metadata": {"labels": {"app": "a"}}, "spec": {"containers": [{"name": "a", "image": "a"}]}}},
        });
        cluster.apply(&deployment, PLAIN).await.unwrap();
        cluster.apply(&config_map(&namespace, "ours", inventory, "1"), PLAIN).await.unwrap();
        let until = std::time::Instant::now() + std::time::Duration::from_secs(20);
        let pods = ["get", "pods", "-n", &namespace, "-o", "name"];
        while PLANE.kubectl("region-1-admin", &pods, "").unwrap().is_empty() {
            assert!(std::time::Instant::now() < until, "no pod of the Deployment");
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        // A definition that another test has just brought may still be starting: it says so, and that is no answer.
        let mut held = cluster.holds_foreign(&space, inventory).await;
        while matches!(held, Err(ClusterError::Busy { .. })) && std::time::Instant::now() < until {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            held = cluster.holds_foreign(&space, inventory).await;
        }
        // A ReplicaSet and a Pod of our Deployment, the default ServiceAccount and the root certificate are there.
        assert_eq!(held, Ok(None));
        cluster.apply(&config_map(&namespace, "theirs", "another", "1"), PLAIN).await.unwrap();
        assert_eq!(
            cluster.holds_foreign(&space, inventory).await,
            Ok(Some(format!("ConfigMap {namespace}/theirs")))
        );
        let crd = key_of("apiextensions.k8s.io/v1", "CustomResourceDefinition", "cohorts.kueue.x-k8s.io");
        let name = format!("cohort-{}", std::process::id());
        let mut cohort = json!({"apiVersion": "kueue.x-k8s.io/v1beta1", "kind": "Cohort",
            "metadata": {"name": name, "labels": {"seawall.dev/inventory": inventory}}});
        cluster.apply(&cohort, PLAIN).await.unwrap();
        assert_eq!(cluster.holds_foreign(&crd, inventory).await, Ok(None));
        cohort["metadata"]["labels"] = json!({});
        cluster.apply(&cohort, PLAIN).await.unwrap();
        assert_eq!(cluster.holds_foreign(&crd, inventory).await, Ok(Some(format!("Cohort {name}"))));
        let uid = cluster.get(&key(&cohort)).await.unwrap().unwrap()["metadata"]["uid"]
            .as_str()
            .unwrap()
            .to_owned();
        cluster.delete(&key(&cohort), &uid).await.unwrap();
    });
}

#[test]
fn records_an_event_that_kubectl_finds() {
    let (cluster, namespace) = (cluster("region-1"), namespace("region-1", "client-event"));
    on_one_thread(async {
        let object = config_map(&namespace, "a", &namespace, "1");
        cluster.apply(&object, PLAIN).await.unwrap();
        cluster.event(&key(&object), EventKind::Warning, "Drift", &"put back ".repeat(500)).await;
    });
    let events = PLANE.kubectl("region-1", &["describe", "configmap", "a", "-n", &namespace], "").unwrap();
    assert!(events.contains("Drift") && events.contains("put back"), "{events}");
}

#[test]
fn one_client_serves_one_runtime_after_another() {
    let (cluster, namespace) = (cluster("region-1"), namespace("region-1", "client-runtimes"));
    let object = config_map(&namespace, "a", &namespace, "1");
    // A worker that died and was started again has a new runtime; the old connections died with the old one.
    for _ in 0..3 {
        on_one_thread(async { cluster.apply(&object, PLAIN).await.unwrap() });
    }
}
