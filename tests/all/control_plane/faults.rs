//! Servers that are down, hang, refuse or talk nonsense, and kubeconfigs that are wrong.

use super::fake::{self, client, serve};
use super::fixture::{config_map, config_maps, key, on_one_thread};
use seawall_reconciler::cluster::kubernetes::KubernetesCluster;
use seawall_reconciler::cluster::{ApplyOptions, Change, Cluster, ClusterError, EventKind};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(400);

/// What an apply makes of an answer with this head and body.
fn apply_against(head: &'static str, body: &'static str, kind: &str) -> ClusterError {
    let port = serve(move |_, path| match path {
        "/api/v1" | "/api/v1?" => fake::resources(),
        _ => Some((head.to_owned(), body.as_bytes().to_vec())),
    });
    let mut object = config_map("n", "a", "i", "1");
    object["kind"] = json!(kind);
    let error = on_one_thread(client(port, SHORT).apply(&object, ApplyOptions::default())).unwrap_err();
    let message = error.to_string();
    assert!(message.starts_with(&format!("apply {kind} n/a at context faulty: ")), "{message}");
    assert!(!message.contains("s3cr3t"), "{message}");
    error
}

#[test]
fn every_refusal_becomes_its_error() {
    use ClusterError as E;
    let conflict = r#"{"kind":"Status","reason":"Conflict","message":"Apply failed","details":{"causes":[{"reason":"FieldManagerConflict","message":"conflict with \"helm\"","field":".data"}]}}"#;
    assert!(matches!(
        apply_against("409 Conflict", conflict, "ConfigMap"),
        E::Conflict { managers, .. } if managers == vec![("helm".to_owned(), vec![".data".to_owned()])]
    ));
    assert!(matches!(apply_against("422 Unprocessable Entity", "{}", "ConfigMap"), E::Refused(_)));
    assert!(matches!(apply_against("400 Bad Request", "no", "ConfigMap"), E::Refused(_)));
    assert!(matches!(apply_against("401 Unauthorized", "", "ConfigMap"), E::Forbidden(_)));
    let busy = apply_against("429 Too Many Requests\r\nRetry-After: 3", "Too many requests", "ConfigMap");
    assert!(matches!(busy, E::Busy { retry_after_ms: Some(3000), .. }) && busy.is_transient());
    let broken = apply_against("500 Internal Server Error", "etcd is on fire", "ConfigMap");
    assert!(
        matches!(&broken, E::Broken(message) if message.contains("etcd is on fire")) && broken.is_transient()
    );
    assert!(matches!(apply_against("503 Service Unavailable", "", "ConfigMap"), E::Broken(_)));
    assert!(matches!(apply_against("302 Found\r\nLocation: http://x/", "", "ConfigMap"), E::Broken(_)));
}

#[test]
fn garbage_is_named_as_such() {
    for body in ["", "<html>login</html>", "{\"kind\": \"Conf", "\u{0}\u{1}"] {
        let error = apply_against("200 OK", body, "ConfigMap");
        assert!(
            matches!(&error, ClusterError::Broken(message) if message.contains("not what was asked for")),
            "{error}"
        );
    }
    let error = apply_against("500 Internal Server Error", "data: hunter2", "Secret");
    assert!(!error.to_string().contains("hunter2"), "{error}");
}

#[test]
fn a_closed_connection_and_a_closed_port_are_unreachable() {
    let closes = serve(|_, _| None);
    let gone = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port()
    };
    for port in [closes, gone] {
        let object = config_map("n", "a", "i", "1");
        let error = on_one_thread(client(port, SHORT).apply(&object, ApplyOptions::default())).unwrap_err();
        let server = format!("127.0.0.1:{port}");
        assert!(matches!(&error, ClusterError::Unreachable(message) if message.contains(&server)), "{error}");
    }
}

#[test]
fn no_call_waits_longer_than_its_deadline() {
    let cluster = client(fake::hang(), SHORT);
    let object = config_map("n", "a", "i", "1");
    let bounded = |what: &str, began: Instant| {
        assert!(began.elapsed() < SHORT * 5, "{what} took {:?}", began.elapsed());
    };
    on_one_thread(async {
        let began = Instant::now();
        let unreachable = |error: ClusterError| {
            let message = error.to_string();
            assert!(
                matches!(error, ClusterError::Unreachable(_)) && message.contains("within 400 ms"),
                "{message}"
            );
        };
        unreachable(cluster.apply(&object, ApplyOptions::default()).await.unwrap_err());
        bounded("apply", began);
        let began = Instant::now();
        // Thirty callers at once wait as long as one.
        let key = key(&object);
        let calls = (0..30).map(|_| cluster.get(&key));
        futures::future::join_all(calls)
            .await
            .into_iter()
            .for_each(|result| unreachable(result.unwrap_err()));
        bounded("30 gets", began);
        let began = Instant::now();
        unreachable(cluster.list("i", &[config_maps()]).await.unwrap_err());
        bounded("list", began);
        let began = Instant::now();
        unreachable(cluster.delete(&key, "u").await.unwrap_err());
        bounded("delete", began);
        let began = Instant::now();
        cluster.event(&key, EventKind::Normal, "Test", "test").await;
        bounded("event", began);
    });
}

#[test]
fn a_server_that_drips_its_answer_is_cut_off_too() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        use std::io::Write as _;
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut going = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
                while going.is_ok() {
                    std::thread::sleep(Duration::from_millis(50));
                    going = stream.write_all(b" ");
                }
            });
        }
    });
    let began = Instant::now();
    let error = on_one_thread(client(port, SHORT).list("i", &[config_maps()])).unwrap_err();
    assert!(matches!(error, ClusterError::Unreachable(_)), "{error}");
    assert!(began.elapsed() < SHORT * 5);
}

#[test]
fn wrong_kubeconfigs_say_what_is_wrong() {
    let refused = |result: Result<KubernetesCluster, ClusterError>| match result {
        Err(ClusterError::Refused(message)) => message,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("accepted"),
    };
    let missing = refused(KubernetesCluster::from_context(Some("/nonexistent/kubeconfig"), "prod"));
    assert!(missing.contains("/nonexistent/kubeconfig"), "{missing}");
    let config = json!({
        "apiVersion": "v1", "kind": "Config", "clusters": [], "users": [],
        "contexts": [{"name": "prod-eu-west", "context": {"cluster": "gone", "user": "u"}}],
    });
    let wrong = refused(KubernetesCluster::from_kubeconfig_yaml(&config.to_string(), Some("prod-eu-wset")));
    assert_eq!(wrong, "the given kubeconfig has no context prod-eu-wset; it has prod-eu-west");
    let dangling =
        refused(KubernetesCluster::from_kubeconfig_yaml(&config.to_string(), Some("prod-eu-west")));
    assert!(dangling.contains("prod-eu-west"), "{dangling}");
    let unnamed = refused(KubernetesCluster::from_kubeconfig_yaml(&config.to_string(), None));
    assert!(unnamed.contains("no current context"), "{unnamed}");
    let garbled = refused(KubernetesCluster::from_kubeconfig_yaml("users: [{token: s3cr3t]", None));
    assert!(!garbled.contains("s3cr3t"), "{garbled}");
}

#[test]
fn a_watch_survives_every_fault_and_says_when_to_list_again() {
    use futures::StreamExt as _;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let watches = AtomicUsize::new(0);
    let object = |version: &str| {
        json!({"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
            "metadata": {"name": "a", "namespace": "n", "uid": "u", "resourceVersion": version}})
    };
    let line =
        |kind: &str, object: Value| format!("{}\n", json!({"type": kind, "object": object})).into_bytes();
    let port = serve(move |_, path| {
        let list =
            json!({"kind": "PartialObjectMetadataList", "metadata": {"resourceVersion": "5"}, "items": []});
        let stream = |body: Vec<u8>| Some(("200 OK".to_owned(), body));
        match path {
            "/api/v1" | "/api/v1?" => fake::resources(),
            path if !path.contains("watch=true") => fake::ok(&list),
            path => match watches.fetch_add(1, Ordering::SeqCst) {
                0 => stream(line("ADDED", object("6"))),
                // Goes on from the last version seen.
                1 if path.contains("resourceVersion=6") => stream(line("MODIFIED", object("7"))),
                2 if path.contains("resourceVersion=7") => {
                    stream(line("ERROR", json!({"kind": "Status", "code": 410, "reason": "Expired"})))
                }
                // A new listing gave version 5 again.
                3 if path.contains("resourceVersion=5") => stream(line("BOOKMARK", object("9"))),
                4 if path.contains("resourceVersion=9") => {
                    Some(("500 Internal Server Error".to_owned(), Vec::new()))
                }
                5 if path.contains("resourceVersion=9") => stream(b"garbage\n".to_vec()),
                6 if path.contains("resourceVersion=5") => Some(("410 Gone".to_owned(), Vec::new())),
                7 if path.contains("resourceVersion=5") => None,
                _ => stream(line("DELETED", object("10"))),
            },
        }
    });
    let cluster = client(port, SHORT);
    let seen: Vec<String> = on_one_thread(async {
        let changes = cluster.watch("i", &[config_maps()]).take(6).map(|change| match change {
            Change::Present(seen) => format!("present {}", seen.resource_version),
            Change::Gone(key) => format!("gone {}", key.name),
            Change::Restarted => "restarted".to_owned(),
        });
        tokio::time::timeout(Duration::from_secs(20), changes.collect()).await.unwrap()
    });
    // Once at the start, after the first 410, and once more after garbage, another 410 and a closed connection.
    let expected =
        ["restarted", "present 6", "present 7", "restarted", "restarted", "gone a"].map(str::to_owned);
    assert_eq!(seen, expected);
}
