//! Promise 7: no Secret data in status, events, state files that people read, or messages.

use super::double::Mode;
use super::fixture::{Region, SECRET, Spec, condition, key, secret};
use seawall_reconciler::cluster::ApplyOptions;
use seawall_reconciler::plan::diff::diff;
use seawall_schema::object::ObjectKey;
use std::path::Path;

/// `hunter2-very-secret` in base64.
const ENCODED: &str = "aHVudGVyMi12ZXJ5LXNlY3JldA==";

fn holds_secret(text: &str) -> bool {
    text.contains(SECRET) || text.contains(ENCODED)
}

/// Files below `folder` that hold the secret, except bundles staged whole.
fn leaks(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("bundles") {
                found.extend(leaks(&path));
            }
        } else if holds_secret(&String::from_utf8_lossy(&std::fs::read(&path).unwrap())) {
            found.push(path.display().to_string());
        }
    }
    found
}

#[test]
fn status_events_and_state_hold_no_secret() {
    let region = Region::synced(&Spec::usual());
    let force = ApplyOptions { dry_run: false, force: true };
    // Drift, a conflict and a refusal, each on the Secret.
    region.cluster.inner.apply_as("kubectl", &secret("keys", "theirs"), force).unwrap();
    region.pass();
    let mut spec = Spec::usual();
    spec.objects[3].1["type"] = serde_json::json!(7);
    region.source.push("c2", spec.files());
    let mut refused = secret("keys", SECRET);
    refused["type"] = serde_json::json!("theirs");
    region.cluster.inner.apply_as("kubectl", &refused, force).unwrap();
    let status = region.pass();
    assert!(!condition(&status, "Applied").ok, "{status:#?}");
    assert!(!holds_secret(&format!("{status:?}")), "{status:?}");
    assert_eq!(leaks(&region.state()), Vec::<String>::new());
    let objects = region.cluster.inner.objects().unwrap();
    for object in objects.iter().filter(|object| ObjectKey::of(object).unwrap().kind != "Secret") {
        assert!(!holds_secret(&object.to_string()), "{object}");
    }
    let events =
        std::fs::read_to_string(region.folder.path().join("cluster/events.jsonl")).unwrap_or_default();
    assert!(!holds_secret(&events), "{events}");
    region.cluster.set(Mode::Healthy);
}

#[test]
fn a_diff_masks_secrets() {
    let region = Region::synced(&Spec::usual());
    let live = region.get("Secret", "keys").unwrap();
    let changes = diff(&secret("keys", "another-secret"), Some(&live));
    assert!(!changes.is_empty());
    let text = format!("{changes:?} {}", changes.iter().map(ToString::to_string).collect::<String>());
    assert!(!holds_secret(&text) && !text.contains("another-secret"), "{text}");
    assert_eq!(key("Secret", "keys").to_string(), "Secret shop/keys");
}
