use super::*;
use serde_json::json;

fn lines(desired: &Value, live: Option<&Value>) -> Vec<String> {
    diff(desired, live).iter().map(ToString::to_string).collect()
}

fn deployment(replicas: u64, image: &str) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "namespace": "n"},
           "spec": {"replicas": replicas, "template": {"spec": {"containers": [
               {"name": "api", "image": image, "resources": {"requests": {"cpu": "1000m", "memory": "1Gi"}}}]}}}})
}

#[test]
fn names_the_fields_that_differ_and_no_others() {
    let mut live = deployment(3, "a:1");
    live["metadata"]["resourceVersion"] = json!("7");
    live["status"] = json!({"readyReplicas": 3});
    live["spec"]["strategy"] = json!({"type": "RollingUpdate"});
    live["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] = json!("1");
    live["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] = json!("Always");
    let sidecar = json!({"name": "injected", "image": "x"});
    let containers = live["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap();
    containers.insert(0, sidecar);
    assert_eq!(lines(&deployment(3, "a:1"), Some(&live)), Vec::<String>::new());
    assert_eq!(
        lines(&deployment(4, "a:2"), Some(&live)),
        ["spec.replicas: 3 -> 4", r#"spec.template.spec.containers[name=api].image: "a:1" -> "a:2""#]
    );
}

#[test]
fn leaves_ignored_fields_alone_once_the_object_exists() {
    let mut desired = deployment(3, "a:1");
    desired["metadata"]["annotations"] = json!({"seawall.dev/ignored-fields": "/spec/replicas"});
    let mut live = desired.clone();
    live["spec"]["replicas"] = json!(50);
    assert_eq!(lines(&desired, Some(&live)), Vec::<String>::new());
    assert!(lines(&desired, None).contains(&"spec.replicas: (none) -> 3".to_owned()));
}

#[test]
fn shows_fields_that_we_own_and_no_longer_want() {
    let mut live = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"},
                          "data": {"a": "1", "b": "2", "theirs": "3"}});
    live["metadata"]["managedFields"] = json!([
        {"manager": "seawall", "operation": "Apply", "fieldsV1": {"f:data": {"f:a": {}, "f:b": {}}}},
        {"manager": "kubectl", "operation": "Update", "fieldsV1": {"f:data": {"f:theirs": {}}}}]);
    let desired =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}});
    assert_eq!(lines(&desired, Some(&live)), [r#"data.b: "2" -> (none)"#]);
}

#[test]
fn shows_items_that_we_own_and_no_longer_want() {
    let mut live = deployment(1, "a:1");
    let old = json!({"name": "old", "image": "o"});
    live["spec"]["template"]["spec"]["containers"].as_array_mut().unwrap().push(old);
    live["metadata"]["managedFields"] = json!([{"manager": "seawall", "operation": "Apply", "fieldsV1":
        {"f:spec": {"f:template": {"f:spec": {"f:containers":
            {"k:{\"name\":\"old\"}": {".": {}, "f:name": {}, "f:image": {}}}}}}}}]);
    assert_eq!(
        lines(&deployment(1, "a:1"), Some(&live)),
        [
            r#"spec.template.spec.containers[name=old].image: "o" -> (none)"#,
            r#"spec.template.spec.containers[name=old].name: "old" -> (none)"#
        ]
    );
}

#[test]
fn never_shows_what_a_secret_holds() {
    let desired = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"p": "hunter2"}});
    let same = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"p": "aHVudGVyMg=="}});
    assert_eq!(lines(&desired, Some(&same)), Vec::<String>::new());
    let other =
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"p": "b3RoZXI="}});
    let shown = lines(&desired, Some(&other));
    assert_eq!(shown, [r#"data.p: "(masked)" -> "(masked)""#]);
    assert!(!lines(&desired, None).iter().any(|line| line.contains("hunter2") || line.contains("aHVudGVy")));
}

#[test]
fn matches_ports_by_number_and_protocol() {
    let service = |port: Value| json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"ports": [port]}});
    let live = service(json!({"port": 80, "protocol": "TCP", "targetPort": 8080, "nodePort": 30000}));
    assert_eq!(lines(&service(json!({"port": 80, "targetPort": 8080})), Some(&live)), Vec::<String>::new());
    assert_eq!(
        lines(&service(json!({"port": 80, "targetPort": 9})), Some(&live)),
        ["spec.ports[port=80].targetPort: 8080 -> 9"]
    );
}

#[test]
fn what_a_server_leaves_out_where_it_is_false_is_no_difference() {
    let class = |default: Value| {
        json!({"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": {"name": "a"},
            "value": 1, "globalDefault": default})
    };
    let mut live = class(json!(true));
    live.as_object_mut().unwrap().remove("globalDefault");
    assert_eq!(lines(&class(json!(false)), Some(&live)), Vec::<String>::new());
    assert_eq!(lines(&class(json!(false)), Some(&class(json!(true)))), ["globalDefault: true -> false"]);
    assert_eq!(lines(&class(json!(true)), Some(&live)), ["globalDefault: (none) -> true"]);
    // A field whose absence means something else is missed.
    let account = |token: Option<bool>| match token {
        Some(token) => json!({"kind": "ServiceAccount", "automountServiceAccountToken": token}),
        None => json!({"kind": "ServiceAccount"}),
    };
    assert_eq!(
        lines(&account(Some(false)), Some(&account(None))),
        ["automountServiceAccountToken: (none) -> false"]
    );
}
