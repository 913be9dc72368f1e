//! Promise 9: a worker whose user may do no more than its bundle needs, in the namespaces that the bundle fills.

use super::fixture::{PLANE, TURN, config_map, namespace, on_one_thread};
use super::regions::{all_hold, config, within};
use seawall_reconciler::cluster::kubernetes::KubernetesCluster;
use seawall_reconciler::cluster::{Cluster, ClusterError};
use seawall_reconciler::region::{Assignment, Parts, Supervisor, Worker};
use seawall_reconciler::source::MemorySource;
use seawall_schema::object::Phase;
use seawall_tests::rendering::{Region, rendering};
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

const CONTEXT: &str = "region-1";

/// A Role with these rules in a namespace, bound to the user.
fn role(user: &str, namespace: &str, rules: &Value) {
    let metadata = json!({"name": user, "namespace": namespace});
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata, "rules": rules});
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": metadata,
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": user},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}]});
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [role, binding]}).to_string();
    PLANE.kubectl(&format!("{CONTEXT}-admin"), &["apply", "--server-side", "-f", "-"], &list).unwrap();
}

/// What the user may do: everything a worker does to ConfigMaps in the bundle's namespaces, and its own bookkeeping.
fn allow(user: &str, namespaces: &[&str]) {
    let system =
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "seawall-system"}}).to_string();
    PLANE.kubectl(&format!("{CONTEXT}-admin"), &["apply", "--server-side", "-f", "-"], &system).unwrap();
    let rule = |verbs: &[&str]| json!([{"apiGroups": [""], "resources": ["configmaps"], "verbs": verbs}]);
    role(user, "seawall-system", &rule(&["get", "create", "patch"]));
    for namespace in namespaces {
        role(user, namespace, &rule(&["get", "list", "watch", "create", "patch", "delete"]));
    }
}

/// A client of that user, by impersonation.
fn client(user: &str) -> KubernetesCluster {
    let text = std::fs::read_to_string(PLANE.kubeconfig()).unwrap();
    let mut kubeconfig: Value = serde_json::from_str(&text).unwrap();
    for entry in kubeconfig["users"].as_array_mut().unwrap() {
        entry["user"]["as"] = json!(user);
    }
    KubernetesCluster::from_kubeconfig_yaml(&kubeconfig.to_string(), Some(&format!("{CONTEXT}-admin")))
        .unwrap()
}

fn bundle(region: &str, spaces: &[&str], names: &[&str]) -> Region {
    let objects =
        spaces.iter().flat_map(|space| names.iter().map(move |name| config_map(space, name, "", "1")));
    Region {
        name: region.to_owned(),
        objects: objects.map(|object| (Phase::Configuration, object)).collect(),
    }
}

fn names(namespace: &str) -> String {
    let get = ["get", "configmaps", "-n", namespace, "-l", "seawall.dev/inventory", "-o", "name"];
    PLANE.kubectl(&format!("{CONTEXT}-admin"), &get, "").unwrap()
}

#[test]
fn a_role_limited_to_what_the_bundle_holds_is_enough() {
    let _turn = TURN.read().unwrap_or_else(PoisonError::into_inner);
    let region = format!("role-{}", std::process::id());
    let spaces = [namespace(CONTEXT, "role-a"), namespace(CONTEXT, "role-b")];
    let spaces: Vec<&str> = spaces.iter().map(String::as_str).collect();
    let user = format!("limited-{}", std::process::id());
    allow(&user, &spaces);
    let (source, state) = (MemorySource::new(), tempfile::tempdir().unwrap());
    let all = ["a", "b", "c", "d", "e"];
    source.push("c1", rendering(&[bundle(&region, &spaces, &all)]));
    on_one_thread(async {
        let client = client(&user);
        let forbidden = client.names(&super::fixture::kind("v1", "Secret"), Some(spaces[0])).await;
        assert!(matches!(forbidden, Err(ClusterError::Forbidden(_))), "the user may do more than meant");
        let mut worker =
            Worker::new(config(&region, state.path()), Box::new(source.clone()), Arc::new(client)).unwrap();
        all_hold(&worker.pass().await);
        source.push("c2", rendering(&[bundle(&region, &spaces, &all[1..])]));
        let status = worker.pass().await;
        all_hold(&status);
        assert_eq!((status.objects, status.last_writes), (8, 2));
    });
    for space in &spaces {
        assert_eq!(names(space), "configmap/b\nconfigmap/c\nconfigmap/d\nconfigmap/e\n");
    }
    drift_goes_back(&region, &user, &spaces, &source, state.path());
}

/// The watches of single namespaces see what happens there.
fn drift_goes_back(
    region: &str,
    user: &str,
    spaces: &[&str],
    source: &MemorySource,
    state: &std::path::Path,
) {
    let (source, user) = (source.clone(), user.to_owned());
    let make = move || -> Result<Parts, String> { Ok((Box::new(source.clone()), Arc::new(client(&user)))) };
    let config = config(region, state);
    let supervisor = Supervisor::start(vec![Assignment { config, make: Box::new(make) }]).unwrap();
    let ready = || supervisor.status()[0].conditions.iter().any(|c| c.kind == "Ready" && c.ok);
    within(Duration::from_secs(30), "the worker", ready);
    for space in spaces {
        PLANE.kubectl(&format!("{CONTEXT}-admin"), &["delete", "configmap", "b", "-n", space], "").unwrap();
        within(Duration::from_secs(20), "its return", || names(space).contains("configmap/b\n"));
    }
    assert_eq!(supervisor.stop(Duration::from_secs(10)), 0);
}
