use super::*;
use crate::files::Sources;
use serde_json::json;

fn read_text(text: &str) -> (Vec<ManifestObject>, Vec<String>) {
    let mut sources = Sources::default();
    let file = sources.add("k8s/a.yaml", text.to_owned());
    let Manifests { objects, diagnostics, .. } = read(file, text);
    let shown = |d: &Diagnostic| {
        let (_, at) = sources.locate(d.labels[0].span).unwrap();
        format!("{} {}:{} {}", d.code.id, at.line, at.column, d.message)
    };
    (objects, diagnostics.iter().map(shown).collect())
}

#[test]
fn documents_and_lists_give_objects_with_places() {
    let text = "# head\napiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports:\n    - port: 80\n---\n---\n\
        apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: b}\n  data:\n    mode: \"0644\"\n";
    let (objects, findings) = read_text(text);
    assert_eq!(findings, Vec::<String>::new());
    assert_eq!(objects.len(), 2);
    assert_eq!(objects[0].value.pointer("/spec/ports/0/port"), Some(&json!(80)));
    let place = objects[0].places.get("/spec/ports/0/port").unwrap();
    assert_eq!(&text[place.start as usize..place.end as usize], "80");
    assert_eq!(objects[1].value["data"], json!({"mode": "0644"}));
    let place = objects[1].places.get("/data/mode").unwrap();
    assert_eq!(&text[place.start as usize..place.end as usize], "\"0644\"");
    let keys: Vec<_> = objects[1].value.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["apiVersion", "kind", "metadata", "data"]);
}

#[test]
fn anchors_and_merges_work_inside_bounds() {
    let text = "apiVersion: v1\nkind: X\nmetadata: {name: a}\na: &a {x: 1, z: [1, 2]}\nb: *a\nc:\n  <<: *a\n  x: 2\n";
    let (objects, findings) = read_text(text);
    assert_eq!(findings, Vec::<String>::new());
    assert_eq!(objects[0].value["b"], json!({"x": 1, "z": [1, 2]}));
    assert_eq!(objects[0].value["c"], json!({"x": 2, "z": [1, 2]}));
    let mut bomb = String::from("a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n");
    for level in 1..12 {
        let row = vec![format!("*a{}", level - 1); 9].join(",");
        bomb.push_str(&format!("a{level}: &a{level} [{row}]\n"));
    }
    let (objects, findings) = read_text(&bomb);
    assert!(objects.is_empty());
    assert_eq!(findings.len(), 1);
    assert!(findings[0].starts_with("SW0802"), "{findings:?}");
}

#[test]
fn faults_are_found_where_they_stand() {
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
    let cases = [
        (format!("{head}data:\n  a: b\n  a: c\n"), "SW0803 7:3 the key `a` stands twice in one mapping"),
        (format!("{head}data:\n  on: c\n"), "SW0806 6:3 the key `on` is read as true, not as text"),
        (
            format!("{head}data:\n  a: .inf\n"),
            "SW0806 6:6 `.inf` cannot be said in JSON, which Kubernetes is sent",
        ),
        ("apiVersion: v1\nkind: ConfigMap\n".into(), "SW0805 2:7 `metadata.name` is missing"),
        ("kind: 3\n".into(), "SW0805 1:7 `apiVersion` is missing"),
        ("- a\n- b\n".into(), "SW0804 1:1 the document is a list, not a Kubernetes object"),
        ("hello\n".into(), "SW0804 1:1 the document is text, not a Kubernetes object"),
    ];
    for (text, expected) in cases {
        let (_, findings) = read_text(&text);
        assert_eq!(findings, [expected], "{text}");
    }
    let (objects, findings) = read_text(&format!("{head}---\na: [1\nb: 2\n"));
    assert_eq!(objects.len(), 1, "what stands before a syntax error is read");
    assert!(findings[0].starts_with("SW0801 "), "{findings:?}");
}

#[test]
fn depth_is_bounded() {
    for text in ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000)] {
        let (objects, findings) = read_text(&text);
        assert!(objects.is_empty() && findings.len() == 1, "{findings:?}");
    }
}

#[test]
fn empty_files_and_numeric_keys_are_fine() {
    assert_eq!(read_text("").1, Vec::<String>::new());
    assert_eq!(read_text("# nothing\n---\n").1, Vec::<String>::new());
    let (objects, findings) =
        read_text("apiVersion: v1\nkind: A\nmetadata: {name: a}\ndata:\n  9000: x\n  9001: yes\n");
    assert_eq!(findings, Vec::<String>::new());
    assert_eq!(objects[0].value["data"], json!({"9000": "x", "9001": true}));
}

/// The text of a place.
fn at(text: &str, span: Option<Span>) -> &str {
    span.map_or("nowhere", |span| &text[span.start as usize..span.end as usize])
}

#[test]
fn what_an_alias_brings_in_stands_where_it_was_written() {
    let text = "apiVersion: v1\nkind: X\nmetadata: {name: a}\na: &a {x: 1, deep: [{v: 2}]}\nb: *a\nc:\n  <<: [*a, {z: 3}]\n  own: 4\nd:\n  <<: {w: 5}\n";
    let (objects, findings) = read_text(text);
    assert_eq!(findings, Vec::<String>::new());
    let places = &objects[0].places;
    for (pointer, written) in
        [("/a/x", "1"), ("/b/x", "1"), ("/b/deep/0/v", "2"), ("/b", "*a"), ("/c/x", "1")]
    {
        assert_eq!(at(text, places.get(pointer)).trim(), written, "{pointer}");
    }
    for (pointer, written) in [("/c/z", "3"), ("/c/own", "4"), ("/d/w", "5"), ("/c/none", "nowhere")] {
        assert_eq!(at(text, places.get(pointer)).trim(), written, "{pointer}");
    }
    assert_eq!(at(text, places.key("/b/deep/0/v")), "v");
    assert_eq!(at(text, places.key("/c/x")), "x");
    assert_eq!(at(text, places.brought("/b/x")), "*a");
    assert_eq!(at(text, places.brought("/c/own")), "nowhere");
    assert!(at(text, places.brought("/c/x")).starts_with("[*a"));
    // Only what the object itself holds is listed.
    let own: Vec<String> = places.iter().map(|(pointer, _)| pointer).collect();
    assert!(own.contains(&"/b".to_owned()) && own.contains(&"/a/deep/0/v".to_owned()));
    assert!(!own.contains(&"/b/x".to_owned()) && !own.contains(&"/c/x".to_owned()));
}

#[test]
fn tangled_merges_and_long_paths_end() {
    let mut tangle = String::from("a0: &a0 {x: 1}\n");
    for level in 1..200 {
        tangle.push_str(&format!("a{level}: &a{level} {{<<: [*a{0}, *a{0}], y{level}: 1}}\n", level - 1));
    }
    let text = format!("apiVersion: v1\nkind: X\nmetadata: {{name: a}}\n{tangle}");
    let (objects, _) = read_text(&text);
    for object in &objects {
        assert!(object.places.get("/a199/x").is_some() && object.places.get("/a199/none").is_none());
    }
    // Names of a kilobyte, level in level, and many values at the bottom.
    let name = "k".repeat(1000);
    let mut deep = String::new();
    for _ in 0..90 {
        deep.push_str(&format!("{{{name}: "));
    }
    deep.push_str(&format!("[{}1]", "1,".repeat(400_000)));
    deep.push_str(&"}".repeat(90));
    let (objects, findings) = read_text(&deep);
    assert!(objects.is_empty() && findings.len() == 1 && findings[0].starts_with("SW0802"), "{findings:?}");
}

#[test]
fn lists_are_taken_apart_in_a_pass() {
    let mut text = String::from("apiVersion: v1\nkind: List\nitems:\n");
    for index in 0..20_000 {
        text.push_str(&format!("- {{apiVersion: v1, kind: A, metadata: {{name: a{index}}}}}\n"));
    }
    let (objects, findings) = read_text(&text);
    assert_eq!((objects.len(), findings.len()), (20_000, 0));
    assert_eq!(at(&text, objects[19_999].places.get("/metadata/name")), "a19999");
}

#[test]
fn what_secrets_hold_is_hidden() {
    let cases = [
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: hunter2}\nstringData:\n  b: |\n    hunter2\n    hunter2\n",
        "x: &x {a: hunter2}\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: *x\n",
        "x: &x {a: hunter2}\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {<<: *x}\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: hunter2\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {}\ndata: [hunter2]\n",
        "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {a: hunter2}}]\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  a: hunter2\n  b: [\n",
        "stringData:\n  a: \"hunter2\n",
    ];
    for text in cases {
        let mut sources = Sources::default();
        let file = sources.add("a.yaml", text.to_owned());
        sources.hide(file, read(file, text).hidden);
        let shown = sources.get(file).unwrap().shown_text(0, text.len() as u32).unwrap();
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(shown.chars().count(), text.chars().count());
        assert!(text.starts_with("stringData") || shown.contains("kind: Secret"), "{shown}");
    }
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: hunter2}\n";
    assert!(read(FileId(0), text).hidden.is_empty());
}
