//! The reference of the language, written from the same tables that files are read by.
//!
//! Takes the shapes, gives Markdown. Invariant: what is not in a table is not in the language, and the other way round.

use super::schema::paths;
use super::shape::{Arity, Child, Shape, Times};
use std::fmt::Write as _;

/// The reference part of the language's page: every node, in the order of the tables.
pub fn markdown() -> String {
    let mut out = String::from(HEAD);
    for (path, shape) in paths() {
        section(&path, shape, &mut out);
    }
    out
}

const HEAD: &str = "## Reference\n\n\
Every node, where it stands, and what it takes. *Italic* values stand by themselves, in this order; the others are properties.\n";

fn section(path: &str, shape: &'static Shape, out: &mut String) {
    let top = !path.contains('/');
    let within = if top { String::new() } else { format!(" in {}", owners(shape).join(", ")) };
    let level = if top { "###" } else { "####" };
    // Writing into a String does not fail.
    let _ = write!(out, "\n{level} `{}`{within}\n\n`{}`: {}.\n", shape.name, usage(shape), shape.doc);
    if !shape.args.is_empty() || !shape.props.is_empty() {
        out.push_str("\n| value | takes | default | |\n| --- | --- | --- | --- |\n");
    }
    for arg in shape.args {
        let times = match arg.arity {
            Arity::One => "",
            Arity::Optional => "may be left out",
            Arity::Many => "one or more",
        };
        let default = shown(arg.default);
        let _ = writeln!(out, "| *{}* | {} | {default} | {times} |", arg.name, arg.kind.expected());
    }
    for prop in shape.props {
        let default = if prop.required { "required".to_owned() } else { shown(prop.default) };
        let _ = writeln!(out, "| `{}=` | {} | {default} | {} |", prop.name, prop.kind.expected(), prop.doc);
    }
    if !shape.children.is_empty() {
        out.push_str("\nIn its block: ");
        out.push_str(&shape.children.iter().map(inside).collect::<Vec<_>>().join(", "));
        out.push_str(".\n");
    }
}

/// The nodes in whose blocks it stands, in the order of the tables.
fn owners(shape: &'static Shape) -> Vec<String> {
    let holds = |owner: &Shape| owner.children.iter().any(|child| std::ptr::eq(child.shape, shape));
    paths()
        .into_iter()
        .filter(|(_, owner)| holds(owner))
        .map(|(_, owner)| format!("`{}`", owner.name))
        .collect()
}

fn shown(default: Option<&str>) -> String {
    default.map_or(String::new(), |default| format!("`{default}`"))
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
