//! Small cases; the suite, the properties and the hostile input are in `tests/all/syntax.rs`.

use super::*;

fn shape(text: &str) -> (String, Vec<&'static str>) {
    let parsed = parse(FileId(0), text);
    fn show<'d>(nodes: impl Iterator<Item = NodeRef<'d>>, out: &mut String) {
        for node in nodes {
            out.push_str(node.name().text);
            for entry in node.entries() {
                out.push(' ');
                if let Some(key) = entry.key() {
                    out.push_str(&format!("{}=", key.text));
                }
                match entry.value() {
                    Value::String(text) => out.push_str(&format!("{text:?}")),
                    other => out.push_str(&format!("{other:?}")),
                }
            }
            if node.damaged() {
                out.push('!');
            }
            if node.has_children() {
                out.push('{');
                show(node.children(), out);
                out.push('}');
            }
            out.push(';');
        }
    }
    let mut out = String::new();
    show(parsed.document.nodes(), &mut out);
    (out, parsed.diagnostics.iter().map(|d| d.code.id).collect())
}

#[test]
fn reads_the_shapes() {
    let (tree, codes) = shape("a 1 k=\"v\" { b; c x /-y /-{ z } }\n/- d\ne #true");
    assert_eq!(tree, "a Integer(1) k=\"v\"{b;c \"x\";};e Bool(true);");
    assert!(codes.is_empty());
}

#[test]
fn recovers_at_the_next_node() {
    let (tree, codes) = shape("a \"x\nb 10Gi\nc { d [1]\n e }\nf = 3\ng");
    assert_eq!(tree, "a \"x\"!;b \"10Gi\"!;c!{d Integer(1)!;e;};f Integer(3)!;g;");
    assert_eq!(codes, ["SW0102", "SW0107", "SW0101", "SW0101"]);
}

#[test]
fn old_spellings_are_understood() {
    let (tree, codes) = shape("a true null r\"\\x\" r#\"y\"#");
    assert_eq!(tree, "a Bool(true) Null \"\\\\x\" \"y\";");
    assert_eq!(codes, ["SW0108", "SW0108", "SW0109", "SW0109"]);
}
