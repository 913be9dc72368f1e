//! The reference of expressions, written from the same tables that they are typed by.
//!
//! Takes the tables, gives Markdown. Invariant: what is not in a table cannot be named, and the other way round.

use super::cel::functions::{GLOBALS, METHODS};
use super::cel::types::Type;
use super::cel::units::Unit;
use super::fields::Kind;
use super::kinds::KINDS;
use std::fmt::Write as _;

/// The generated part of `docs/policies.md`.
pub fn markdown() -> String {
    let mut out = String::from("## Functions\n\n| call | |\n| --- | --- |\n");
    // Writing into a String does not fail.
    for signature in METHODS.iter().chain(GLOBALS) {
        let _ = writeln!(out, "| `{}` | {} |", signature.usage, signature.doc);
    }
    out.push_str("\n## Amounts\n\n| type | written | counts |\n| --- | --- | --- |\n");
    for unit in Unit::ALL {
        let (name, example) = (unit.function(), unit.example());
        let _ =
            writeln!(out, "| {} | `{name}(\"{example}\")` | {} |", short(&Type::Amount(unit)), unit.counts());
    }
    out.push_str("\n## Fields\n");
    for kind in Kind::ALL {
        section(*kind, &mut out);
    }
    out
}

/// How every function is called.
pub fn calls() -> impl Iterator<Item = &'static str> {
    METHODS.iter().chain(GLOBALS).map(|signature| signature.usage)
}

fn section(kind: Kind, out: &mut String) {
    let about = kind.about().trim().trim_end_matches('.');
    let subject =
        if KINDS.contains(&kind.name()) { format!(" `for {}`.", kind.name()) } else { String::new() };
    let _ = write!(
        out,
        "\n### {}\n\n{about}.{subject}\n\n| field | type | |\n| --- | --- | --- |\n",
        kind.name()
    );
    for field in kind.fields() {
        let absent = if field.optional() { ", may be left out" } else { "" };
        let _ = writeln!(
            out,
            "| `{}` | {}{absent} | {} |",
            field.name,
            short(&field.gives()),
            field.about.trim()
        );
    }
}

/// A type in a word or two; objects refer to their section.
fn short(of: &Type) -> String {
    match of {
        Type::Bool => "flag".to_owned(),
        Type::Int => "number".to_owned(),
        Type::Amount(unit) => unit.function().to_owned(),
        Type::Text => "text".to_owned(),
        Type::List(item) => format!("list of {}", short(item)),
        Type::Map(value) => format!("{} by name", short(value)),
        Type::Object(kind) => format!("[{0}](#{1})", kind.name(), kind.name().replace(' ', "-")),
        Type::Any => "anything".to_owned(),
    }
}
