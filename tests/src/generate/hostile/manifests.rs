//! Manifests of a megabyte, each named by one workload.

use super::{BASE, Files, Row, SIZE, lines, only};

pub(super) const SHAPES: &[Row] = &[
    ("YAML: documents", false, || with(lines("", |i| format!("{}---\n", config(i)), ""))),
    ("YAML: documents of one name", true, || with(lines("", |_| format!("{}---\n", config(0)), ""))),
    ("YAML: empty documents", false, || with("---\n".repeat(SIZE / 4))),
    ("YAML: items of a list", false, || {
        with(lines(
            "apiVersion: v1\nkind: List\nitems:\n",
            |i| format!("- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: c{i}}}}}\n"),
            "",
        ))
    }),
    ("YAML: keys of one mapping", false, || with(lines(DATA, |i| format!("  k{i}: v\n"), ""))),
    ("YAML: one key again and again", true, || with(lines(DATA, |_| "  k: v\n".into(), ""))),
    ("YAML: one sequence", false, || {
        with(lines(CONTAINERS, |i| format!("      - {{name: c{i}, image: i}}\n"), ""))
    }),
    ("YAML: flow brackets", false, || with(format!("a: {}", "[".repeat(SIZE)))),
    ("YAML: flow braces", false, || with(format!("a: {}", "{a: ".repeat(SIZE / 4)))),
    ("YAML: depth", false, || with((0..1_400).fold(String::new(), |text, i| text + &" ".repeat(i) + "a:\n"))),
    ("YAML: dashes", false, || with("- ".repeat(SIZE / 2))),
    ("YAML: one string", false, || with(lines(&format!("{DATA}  k: \""), |_| "\\u00e9".into(), "\"\n"))),
    ("YAML: a block of text", false, || {
        with(lines(&format!("{DATA}  k: |\n"), |_| "    text text text\n".into(), ""))
    }),
    ("YAML: anchors", false, || with(lines(DATA, |i| format!("  k{i}: &a{i} v\n"), ""))),
    ("YAML: aliases", false, || with(lines(&format!("{DATA}  k: &a v\n"), |i| format!("  k{i}: *a\n"), ""))),
    ("YAML: a bomb", true, || {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..9 {
            text += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 10].join(", "));
        }
        with(text)
    }),
    ("YAML: comments", false, || with(lines("", |_| "# x\n".into(), ""))),
    ("YAML: tabs", false, || with("\t".repeat(SIZE))),
    ("YAML: quotes", false, || with("\"".repeat(SIZE))),
    ("YAML: question marks", false, || with("? ".repeat(SIZE / 2))),
    ("YAML: tags", false, || with(lines("a:\n", |_| "- !!str x\n".into(), ""))),
    ("YAML: small files", false, || {
        let mut files = with(config(0));
        files.extend((0..10_000).map(|i| (format!("k8s/{i}.yaml"), config(i))));
        files
    }),
    ("YAML: deployments", false, || with(lines("", deployment, ""))),
];

const DATA: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n";

const CONTAINERS: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: w\nspec:\n  selector:\n    matchLabels: {a: b}\n  template:\n    metadata:\n      labels: {a: b}\n    spec:\n      containers:\n";

fn config(i: usize) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c{i}\n")
}

fn deployment(i: usize) -> String {
    format!(
        "---\n{}      - name: c\n        image: i\n        resources: {{requests: {{cpu: 1, memory: 1Gi}}}}\n",
        CONTAINERS.replace("name: w", &format!("name: w{i}"))
    )
}

/// A fleet whose one workload names the file.
fn with(yaml: String) -> Files {
    let mut files = only(format!(
        "{BASE}workload w tenant=t {{\n    tier gold\n    manifests \"k8s/*.yaml\"\n    request cpu=1 memory=\"1Gi\"\n    target FRA replicas=1\n    failover none reason=x\n    spread none reason=x\n}}\n"
    ));
    files.insert("k8s/w.yaml".into(), yaml);
    files
}
