//! The reference of the language, written from the same tables that files are read by.
//!
//! Takes the shapes, gives Markdown. Invariant: what is not in a table is not in the language, and the other way round.

use super::shape::{Arity, Child, Shape, Times};
use std::fmt::Write as _;

/// The whole reference.
pub fn markdown() -> String {
    let mut out = String::from(HEAD);
    let mut seen: Vec<&'static Shape> = Vec::new();
    for child in super::TOP {
        section(child.shape, None, &mut seen, &mut out);
    }
    out
}

const HEAD: &str = "# The language\n\n\
A fleet is a folder of KDL 2 files; `fleet.kdl` is its entry. This page is written from the tables that the compiler reads\n\
files by; a test keeps it fresh. What the nodes mean together is said by the codes of their findings ([codes](codes/README.md)).\n\n\
Quantities are those of Kubernetes (`2`, `500m`, `128Gi`), durations whole numbers with `ms`, `s`, `m`, `h` or `d`, shares run\n\
from `0%` to `100%` with up to three decimals.\n";

fn section(shape: &'static Shape, owner: Option<&Shape>, seen: &mut Vec<&'static Shape>, out: &mut String) {
    if seen.iter().any(|known| std::ptr::eq(*known, shape)) {
        return;
    }
    seen.push(shape);
    let within = owner.map_or(String::new(), |owner| format!(" in `{}`", owner.name));
    let level = if owner.is_none() { "##" } else { "###" };
    // Writing into a String does not fail.
    let _ = write!(out, "\n{level} `{}`{within}\n\n`{}`: {}.\n", shape.name, usage(shape), shape.doc);
    if !shape.args.is_empty() || !shape.props.is_empty() {
        out.push_str("\n| value | is | |\n| --- | --- | --- |\n");
    }
    for arg in shape.args {
        let times = match arg.arity {
            Arity::One => "",
            Arity::Optional => "may be left out",
            Arity::Many => "one or more",
        };
        let _ = writeln!(out, "| *{}* | {} | {times} |", arg.name, arg.kind.expected());
    }
    for prop in shape.props {
        let required = if prop.required { "required; " } else { "" };
        let _ = writeln!(out, "| `{}=` | {} | {required}{} |", prop.name, prop.kind.expected(), prop.doc);
    }
    if !shape.children.is_empty() {
        out.push_str("\nIn its block: ");
        out.push_str(&shape.children.iter().map(inside).collect::<Vec<_>>().join(", "));
        out.push_str(".\n");
    }
    for child in shape.children {
        section(child.shape, Some(shape), seen, out);
    }
}

fn inside(child: &Child) -> String {
    let times = match child.times {
        Times::Once => " (required)",
        Times::Optional => "",
        Times::Many => " (may repeat)",
    };
    format!("`{}`{times}", child.shape.name)
}

fn usage(shape: &Shape) -> String {
    let mut usage = shape.name.to_owned();
    for arg in shape.args {
        let name = arg.name.replace(' ', "-").to_uppercase();
        usage.push_str(&match arg.arity {
            Arity::One => format!(" {name}"),
            Arity::Optional => format!(" [{name}]"),
            Arity::Many => format!(" {name}…"),
        });
    }
    for prop in shape.props.iter().filter(|prop| prop.required) {
        let _ = write!(usage, " {}=…", prop.name);
    }
    usage
}
