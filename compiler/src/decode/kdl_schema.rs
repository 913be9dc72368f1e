//! The schema of the language in the KDL Schema Language (version 2.0.0 of its specification).
//!
//! Takes the shapes, gives a KDL document. What that language cannot say (a property that may repeat, who excludes whom) is
//! left open. A shape that stands in several places is written where it stands first, with an `id`; the others refer to it.

use super::schema::TYPES;
use super::shape::{Arity, Child, Kind, Shape, Times};
use crate::diagnostic::plain::quoted;
use std::fmt::Write as _;

/// The schema.
pub fn kdl() -> String {
    let mut out = String::from(HEAD);
    let mut seen = Vec::new();
    for child in super::TOP {
        node(child, 1, "", &mut seen, &mut out);
    }
    out.push_str("}\n");
    // In the one style; what is written here has no syntax errors, so nothing is lost where it has.
    crate::syntax::format(&out).unwrap_or(out)
}

const HEAD: &str = "document {
    info {
        title Seawall lang=en
        description \"What Seawall keeps of a fleet of Kubernetes regions; language version 1\" lang=en
        license \"Apache License 2.0\" spdx=Apache-2.0
    }
";

type Seen = Vec<(&'static Shape, String)>;

fn node(child: &Child, depth: usize, owner: &str, seen: &mut Seen, out: &mut String) {
    let (shape, indent) = (child.shape, "    ".repeat(depth));
    let id = format!("{owner}{}", shape.name);
    let known = seen.iter().find(|(other, _)| std::ptr::eq(*other, shape)).map(|(_, id)| id.clone());
    // Writing to a string does not fail.
    let _ = match &known {
        Some(id) => {
            writeln!(out, "{indent}node {} ref={} {{", shape.name, quoted(&format!("[id={}]", quoted(id))))
        }
        None => writeln!(
            out,
            "{indent}node {} id={} description={} {{",
            shape.name,
            quoted(&id),
            quoted(shape.doc)
        ),
    };
    let inner = "    ".repeat(depth + 1);
    if child.times == Times::Once {
        let _ = writeln!(out, "{inner}min 1");
    }
    if child.times != Times::Many {
        let _ = writeln!(out, "{inner}max 1");
    }
    if known.is_none() {
        seen.push((shape, id.clone()));
        values(shape, depth + 1, out);
        properties(shape, depth + 1, out);
        if !shape.children.is_empty() {
            let _ = writeln!(out, "{inner}children {{");
            for child in shape.children {
                node(child, depth + 2, &format!("{id}/"), seen, out);
            }
            let _ = writeln!(out, "{inner}}}");
        }
    }
    let _ = writeln!(out, "{indent}}}");
}

fn values(shape: &Shape, depth: usize, out: &mut String) {
    let indent = "    ".repeat(depth);
    for arg in shape.args {
        let _ = writeln!(out, "{indent}value description={} {{", quoted(arg.name));
        let _ = writeln!(out, "{indent}    min {}", u8::from(arg.arity != Arity::Optional));
        if arg.arity != Arity::Many {
            let _ = writeln!(out, "{indent}    max 1");
        }
        validations(&arg.kind, depth + 1, out);
        let _ = writeln!(out, "{indent}}}");
    }
}

fn properties(shape: &Shape, depth: usize, out: &mut String) {
    let indent = "    ".repeat(depth);
    for prop in shape.props {
        let doc = match prop.default {
            Some(default) => format!("{}; default {default}", prop.doc),
            None => prop.doc.to_owned(),
        };
        let _ = writeln!(out, "{indent}prop {} description={} {{", prop.name, quoted(&doc));
        if prop.required {
            let _ = writeln!(out, "{indent}    required #true");
        }
        validations(&prop.kind, depth + 1, out);
        let _ = writeln!(out, "{indent}}}");
    }
}

fn validations(kind: &Kind, depth: usize, out: &mut String) {
    let indent = "    ".repeat(depth);
    let pattern = TYPES.iter().find(|t| t.name == kind.type_name()).and_then(|t| t.pattern);
    let _ = match kind {
        Kind::Flag => writeln!(out, "{indent}type boolean"),
        Kind::Count => writeln!(out, "{indent}type number\n{indent}\">=\" 0\n{indent}\"<=\" 1000000000"),
        Kind::Word(words) => {
            let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            writeln!(out, "{indent}type string\n{indent}enum {}", words.join(" "))
        }
        // A quantity may stand without quotes, as a number.
        Kind::Amount(_) | Kind::AmountOrShare(_) | Kind::ShareOrCount => Ok(()),
        Kind::Country => writeln!(out, "{indent}type string\n{indent}format country-2"),
        Kind::Moment => writeln!(out, "{indent}type string\n{indent}format date-time"),
        Kind::Date => writeln!(out, "{indent}type string\n{indent}format date"),
        _ => match pattern.filter(|pattern| *pattern != ".") {
            Some(pattern) => writeln!(out, "{indent}type string\n{indent}pattern #\"{pattern}\"#"),
            None => writeln!(out, "{indent}type string\n{indent}min-length 1"),
        },
    };
}
