//! An API server that answers what a test says, right or wrong.

use seawall_reconciler::cluster::kubernetes::KubernetesCluster;
use serde_json::json;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// An answer: status line and headers, then the body. `None` closes the connection instead.
pub(super) type Answer = Option<(String, Vec<u8>)>;
type Answers = Arc<dyn Fn(&str, &str) -> Answer + Send + Sync>;

/// Starts a server that answers every request (method and path) with `answers`; gives its port. It ends with the tests.
pub(super) fn serve(answers: impl Fn(&str, &str) -> Answer + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let answers: Answers = Arc::new(answers);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answers = Arc::clone(&answers);
            std::thread::spawn(move || talk(stream, &answers));
        }
    });
    port
}

/// A port where connections are accepted and never answered.
pub(super) fn hang() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let held: Vec<_> = listener.incoming().collect();
        drop(held);
    });
    port
}

fn talk(stream: TcpStream, answers: &Answers) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let mut words = line.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            if header.trim().is_empty() {
                break;
            }
            if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        reader.read_exact(&mut vec![0; length]).ok()?;
        let (head, body) = answers(&method, &path)?;
        stream
            .write_all(format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes())
            .ok()?;
        stream.write_all(&body).ok()?;
    }
}

/// The resources of `v1`, as far as the tests need them.
pub(super) fn resources() -> Answer {
    let list = json!({"kind": "APIResourceList", "groupVersion": "v1", "resources": [
        {"name": "configmaps", "kind": "ConfigMap", "namespaced": true, "singularName": "", "verbs": []},
        {"name": "secrets", "kind": "Secret", "namespaced": true, "singularName": "", "verbs": []},
    ]});
    ok(&list)
}

/// A JSON answer with status 200.
pub(super) fn ok(value: &serde_json::Value) -> Answer {
    Some(("200 OK\r\nContent-Type: application/json".to_owned(), value.to_string().into_bytes()))
}

/// A client of the server at `port`, which knows a token.
pub(super) fn client(port: u16, deadline: Duration) -> KubernetesCluster {
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "faulty",
        "clusters": [{"name": "c", "cluster": {"server": format!("http://127.0.0.1:{port}")}}],
        "users": [{"name": "u", "user": {"token": "s3cr3t-token"}}],
        "contexts": [{"name": "faulty", "context": {"cluster": "c", "user": "u"}}],
    });
    KubernetesCluster::from_kubeconfig_yaml(&kubeconfig.to_string(), None).unwrap().with_deadline(deadline)
}
