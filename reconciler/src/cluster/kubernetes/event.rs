//! Kubernetes Events about objects, as far as the cluster takes them.
//!
//! Takes a key and words, gives an `events.k8s.io/v1` Event that `kubectl describe` shows.

use super::call::Attempt;
use super::connect::Connection;
use super::kind_of;
use crate::cluster::{ClusterError, EventKind, Kind};
use jiff::Timestamp;
use kube::api::{GetParams, PostParams};
use kube::core::Request;
use seawall_schema::keys;
use seawall_schema::object::ObjectKey;
use serde_json::{Value, json};

/// The longest note that an Event may have, in bytes.
const LONGEST_NOTE: usize = 1024;
/// The longest name of an object that leaves room for the suffix of a generated name.
const LONGEST_PREFIX: usize = 200;

/// Posts one Event.
pub(super) async fn record(
    connection: &Connection,
    key: &ObjectKey,
    kind: EventKind,
    reason: &str,
    message: &str,
) -> Result<(), ClusterError> {
    let attempt = Attempt::of_object("record an event about", key, connection.place());
    let call = async {
        let uid = uid(connection, &attempt, key).await;
        let namespace = key.namespace.as_deref().unwrap_or("default");
        let events = Kind { api_version: "events.k8s.io/v1".to_owned(), kind: "Event".to_owned() };
        let path = connection.resource(&attempt, &events).await?.path(Some(namespace));
        let body = event(key, namespace, uid.as_deref(), kind, reason, message).to_string();
        let request = Request::new(path).create(&PostParams::default(), body.into_bytes());
        connection.call::<Value>(&attempt, request).await.map(|_| ())
    };
    connection.within_deadline(&attempt, call).await
}

/// The object's uid, by which `kubectl describe` finds its Events; an Event without one is better than none.
async fn uid(connection: &Connection, attempt: &Attempt<'_>, key: &ObjectKey) -> Option<String> {
    let resource = connection.resource(attempt, &kind_of(key)).await.ok()?;
    let path = resource.path_of(attempt, key).ok()?;
    let request = Request::new(path).get_metadata(&key.name, &GetParams::default());
    let object: Value = connection.call(attempt, request).await.ok()?;
    object.pointer("/metadata/uid")?.as_str().map(str::to_owned)
}

fn event(
    key: &ObjectKey,
    namespace: &str,
    uid: Option<&str>,
    kind: EventKind,
    reason: &str,
    message: &str,
) -> Value {
    let prefix: String = key.name.chars().filter(|c| *c != ':').take(LONGEST_PREFIX).collect();
    json!({
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"generateName": format!("{}-", prefix.to_lowercase()), "namespace": namespace},
        "eventTime": Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string(),
        "reportingController": "seawall.dev/agent",
        "reportingInstance": keys::FIELD_MANAGER,
        "action": "Reconcile",
        "reason": reason,
        "note": cut(message),
        "type": match kind { EventKind::Normal => "Normal", EventKind::Warning => "Warning" },
        "regarding": {
            "apiVersion": key.api_version,
            "kind": key.kind,
            "name": key.name,
            "namespace": key.namespace,
            "uid": uid,
        },
    })
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_NOTE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
