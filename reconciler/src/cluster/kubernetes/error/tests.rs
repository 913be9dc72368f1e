//! Every status an API server answers with, against the error it becomes.

use super::*;
use seawall_schema::object::ObjectKey;
use serde_json::json;

fn key(kind: &str) -> ObjectKey {
    ObjectKey {
        api_version: "apps/v1".to_owned(),
        kind: kind.to_owned(),
        namespace: Some("payments".to_owned()),
        name: "risk-api".to_owned(),
    }
}

fn refused(kind: &str, status: u16, body: &str) -> ClusterError {
    refusal(&Attempt::of_object("apply", &key(kind), "context eu"), status, None, body.as_bytes())
}

fn status(code: u16, reason: &str, message: &str, details: serde_json::Value) -> String {
    json!({"kind": "Status", "code": code, "reason": reason, "message": message, "details": details})
        .to_string()
}

#[test]
fn an_apply_conflict_names_managers_and_fields() {
    let causes = json!({"name": "risk-api", "causes": [
        {"reason": "FieldManagerConflict", "message": "conflict with \"helm\" using apps/v1", "field": ".spec.replicas"},
        {"reason": "FieldManagerConflict", "message": "conflict with \"kubectl\" with subresource \"scale\"", "field": ".spec.paused"},
        {"reason": "FieldManagerConflict", "message": "conflict with \"helm\" using apps/v1", "field": ".spec.selector"},
    ]});
    let ClusterError::Conflict { message, managers } =
        refused("Deployment", 409, &status(409, "Conflict", "Apply failed with 3 conflicts", causes))
    else {
        panic!("not a conflict");
    };
    assert_eq!(
        message,
        "apply Deployment payments/risk-api at context eu: answered 409 Conflict: Apply failed with 3 conflicts"
    );
    let fields = |list: &[&str]| list.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        managers,
        vec![
            ("helm".to_owned(), fields(&[".spec.replicas", ".spec.selector"])),
            ("kubectl".to_owned(), fields(&[".spec.paused"])),
        ]
    );
}

#[test]
fn rights_are_told_from_admission() {
    let rbac = "deployments.apps \"x\" is forbidden: User \"agent\" cannot patch resource \"deployments\"";
    assert!(matches!(
        refused("Deployment", 403, &status(403, "Forbidden", rbac, json!({}))),
        ClusterError::Forbidden(_)
    ));
    let quota =
        "pods \"x\" is forbidden: exceeded quota: lane, requested: cpu=4, used: cpu=2, limited: cpu=5";
    assert!(matches!(
        refused("Pod", 403, &status(403, "Forbidden", quota, json!({}))),
        ClusterError::Refused(message) if message.contains("exceeded quota: lane")
    ));
    assert!(matches!(
        refused("Pod", 401, &status(401, "Unauthorized", "Unauthorized", json!({}))),
        ClusterError::Forbidden(_)
    ));
}

#[test]
fn a_missing_kind_is_told_from_a_missing_object() {
    let path = status(404, "NotFound", "the server could not find the requested resource", json!({}));
    assert!(matches!(refused("AppWrapper", 404, &path), ClusterError::UnknownKind(_)));
    assert!(matches!(refused("AppWrapper", 404, "404 page not found"), ClusterError::UnknownKind(_)));
    let namespace = status(404, "NotFound", "namespaces \"payments\" not found", json!({"name": "payments"}));
    assert!(matches!(
        refused("Deployment", 404, &namespace),
        ClusterError::NotFound(message) if message.contains("namespaces \"payments\" not found")
    ));
}

#[test]
fn busy_says_for_how_long() {
    let attempt_key = key("Deployment");
    let attempt = Attempt::of_object("apply", &attempt_key, "context eu");
    assert!(matches!(
        refusal(&attempt, 429, Some(7000), b"too many"),
        ClusterError::Busy { retry_after_ms: Some(7000), .. }
    ));
    assert!(matches!(refusal(&attempt, 429, None, b""), ClusterError::Busy { retry_after_ms: None, .. }));
    let waits = status(500, "ServerTimeout", "try later", json!({"retryAfterSeconds": 2}));
    assert!(matches!(
        refusal(&attempt, 500, None, waits.as_bytes()),
        ClusterError::Busy { retry_after_ms: Some(2000), .. }
    ));
}

#[test]
fn the_rest_is_refused_or_broken() {
    for code in [400, 405, 413, 415, 422] {
        assert!(matches!(refused("Deployment", code, "no"), ClusterError::Refused(_)), "{code}");
    }
    for code in [100, 302, 500, 502, 503, 504] {
        assert!(
            matches!(refused("Deployment", code, "<html>\n bad </html>"), ClusterError::Broken(_)),
            "{code}"
        );
    }
    let ClusterError::Broken(message) = refused("Deployment", 502, "<html>\n bad </html>") else { panic!() };
    assert_eq!(message, "apply Deployment payments/risk-api at context eu: answered 502: <html> bad </html>");
}

#[test]
fn no_word_about_a_secret_quotes_the_server() {
    let details =
        json!({"causes": [{"reason": "FieldValueInvalid", "message": "hunter2", "field": "data[key]"}]});
    let body = status(422, "Invalid", "data: Invalid value: \"hunter2\"", details);
    for (code, body) in [(422, body.as_str()), (400, "illegal base64 near hunter2"), (500, "hunter2")] {
        let message = refused("Secret", code, body).to_string();
        assert!(!message.contains("hunter2"), "{message}");
        assert!(message.contains(&code.to_string()), "{message}");
    }
    assert!(refused("Secret", 422, &body).to_string().contains("data[key]"));
}

#[test]
fn long_answers_are_cut() {
    let message = refused("Deployment", 500, &"ü".repeat(100_000)).to_string();
    assert!(message.chars().count() < LONGEST_QUOTE + 100, "{}", message.len());
}
