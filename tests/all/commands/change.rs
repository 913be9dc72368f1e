//! What changes between renderings: fields by merge key, owners, origins, and nothing of a Secret.

use seawall_cli::change::{self, TextOptions, between, compare};
use seawall_cli::folder::Tree;
use seawall_cli::style::Style;
use serde_json::{Value, json};

fn paths(before: &Value, after: &Value) -> Vec<String> {
    compare(before, after, None).into_iter().map(|c| c.path).collect()
}

#[test]
fn lists_are_matched_by_what_names_their_members() {
    let pod = |containers: Value| json!({ "spec": { "containers": containers } });
    let before = pod(json!([{ "name": "a", "image": "a:1" }, { "name": "b", "image": "b:1" }]));
    let after = pod(json!([{ "name": "b", "image": "b:2" }, { "name": "a", "image": "a:1" }]));
    assert_eq!(paths(&before, &after), ["spec.containers[b].image"]);
    let fewer = pod(json!([{ "name": "b", "image": "b:1" }]));
    assert_eq!(paths(&before, &fewer), ["spec.containers[a]"]);
    assert_eq!(paths(&json!({ "args": ["x", "y"] }), &json!({ "args": ["x", "z"] })), ["args[1]"]);
}

#[test]
fn what_nobody_decides_is_left_out() {
    let before = json!({ "metadata": { "resourceVersion": "1", "generation": 1 }, "status": { "ready": 1 } });
    let after = json!({ "metadata": { "resourceVersion": "2", "generation": 2,
        "annotations": { "seawall.dev/digest": "sha256:x" } }, "status": { "ready": 2 } });
    assert_eq!(paths(&before, &after), [""; 0]);
}

#[test]
fn a_path_says_which_key_it_means() {
    let label = |value: &str| json!({ "metadata": { "labels": { "seawall.dev/tier": value } } });
    let found = compare(&label("a"), &label("b"), None);
    assert_eq!(found[0].path, "metadata.labels[seawall.dev/tier]");
    assert_eq!(found[0].pointer, "/metadata/labels/seawall.dev~1tier");
}

fn tree(files: &[(&str, &str)]) -> Tree {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: key\n  namespace: shop\n";

#[test]
fn no_value_of_a_secret_is_shown() {
    let with = |data: &str| {
        tree(&[("regions/a/base/s.yaml", &format!("{SECRET}{data}")), ("regions/a/bundle.json", "{}")])
    };
    let cases = [
        ("data:\n  password: b2xkc2VjcmV0\n", "data:\n  password: bmV3c2VjcmV0\n"),
        ("stringData:\n  password: oldsecret\n", "stringData:\n  password: newsecret\n"),
        ("", "data:\n  password: bmV3c2VjcmV0\n"),
        ("data:\n  password: b2xkc2VjcmV0\n", ""),
    ];
    for (old, new) in cases {
        let changes = between(&with(old), &with(new)).unwrap();
        assert_eq!(changes.objects.len(), 1, "the change itself is seen");
        let options = TextOptions { style: Style(false), overlays: true, yaml: false };
        let shown =
            [change::text(&changes, options), change::markdown(&changes), change::json(&changes).to_string()];
        for text in shown {
            assert!(text.contains("(hidden)"), "{text}");
            for secret in ["b2xkc2VjcmV0", "bmV3c2VjcmV0", "oldsecret", "newsecret"] {
                assert!(!text.contains(secret), "{text}");
            }
        }
    }
}

#[test]
fn changes_are_told_by_region_owner_and_event() {
    let deployment = |replicas: u32| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\n  namespace: shop\n  labels:\n    \
             seawall.dev/workload: api\nspec:\n  replicas: {replicas}\n"
        )
    };
    let origin = r#"{"base/api.yaml":{"/spec/replicas":[{"file":"w.kdl","line":4,"column":5}]}}"#;
    let proof = |verdict: &str| {
        format!(
            r#"{{"normal":{{"verdict":"feasible"}},"scenarios":[{{"name":"region:b","verdict":"{verdict}"}}]}}"#
        )
    };
    let rendering = |replicas, verdict: &str| {
        tree(&[
            ("proof.json", &proof(verdict)),
            ("regions/a/bundle.json", "{}"),
            ("regions/a/provenance.json", origin),
            ("regions/a/base/api.yaml", &deployment(replicas)),
            ("regions/a/events/region-b/api.yaml", &deployment(replicas * 2)),
            ("regions/b/bundle.json", "{}"),
        ])
    };
    let changes = between(&rendering(3, "survivable"), &rendering(5, "refuted")).unwrap();
    let text = change::text(&changes, TextOptions { style: Style(false), overlays: false, yaml: false });
    assert_eq!(
        text,
        "resilience\n  region:b: survivable → refuted, no longer survivable\na: 1 object changed\n  workload api\n    ~ Deployment shop/api\n        \
         spec.replicas: 3 → 5   w.kdl:4\n  overlays: region-b 1  (--overlays lists the objects)\n"
    );
    let text = change::text(&changes, TextOptions { style: Style(false), overlays: true, yaml: false });
    assert!(text.contains("when region-b is in force: 1 object changed"), "{text}");
    let data = change::json(&changes);
    assert_eq!(data["regions"][0]["changes"].as_array().unwrap().len(), 2);
    assert_eq!(data["regions"][1]["changes"], json!([]));
    assert_eq!(data["scenarios"][0]["after"], "refuted");
    assert!(between(&rendering(3, "x"), &rendering(3, "x")).unwrap().is_empty());
}

/// However much changes, a comment is one that services take, is found again, and says how much it leaves out.
#[test]
fn a_comment_is_never_too_long() {
    let map = |tag: &str, n: usize| {
        let data: String =
            (0..20).map(|line| format!("  key-{line}: \"{tag} ``` <b> | {line}\"\n")).collect();
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c-{n}\n  namespace: shop\ndata:\n{data}")
    };
    let rendering = |tag: &str, count: usize| -> Tree {
        let root = r#"{"format":1,"language":1,"fleet":"acme","bundles":{},"active_events":{}}"#;
        let mut files = tree(&[("fleet.json", root), ("regions/a/bundle.json", "{}")]);
        files.extend((0..count).map(|n| (format!("regions/a/base/c-{n}.yaml"), map(tag, n).into_bytes())));
        files
    };
    for count in [1, 30, 31, 32, 33, 2000] {
        let changes = between(&rendering("old", count), &rendering("new", count)).unwrap();
        let comment = change::markdown(&changes);
        assert!(comment.starts_with("<!-- seawall-plan acme -->\n"), "{}", &comment[..80]);
        assert!(comment.len() < 65_536, "{count}: {}", comment.len());
        assert_eq!(comment.matches("\n```").count() % 2, 0, "{count}: a fence is left open");
        let shown = comment.matches("! ConfigMap").count() + comment.matches("<summary>YAML").count();
        let left = comment.rsplit("… ").next().and_then(|end| end.split(' ').next()?.parse().ok());
        assert_eq!(shown + left.filter(|_| shown < 2 * count).unwrap_or(0), 2 * count, "{count}: counted");
    }
    assert!(change::markdown(&change::Changes::default()).contains("nothing changes"));
}
