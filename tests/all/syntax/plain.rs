//! A document as bare values, from our tree or from the `kdl` crate's, and its canonical text.

use seawall_compiler::span::FileId;
use seawall_compiler::syntax::{NodeRef, Value, Word, parse};
use std::fmt::Write;

/// A value without its spelling.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plain {
    Text(String),
    Whole(i128),
    /// By bits, so that it is equal to itself.
    Other(u64),
    Bool(bool),
    Null,
}

/// A node without its spelling; of properties written twice the last one, in alphabetical order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct PlainNode {
    annotation: Option<String>,
    name: String,
    arguments: Vec<(Option<String>, Plain)>,
    properties: Vec<(String, Option<String>, Plain)>,
    children: Vec<PlainNode>,
}

/// Our reading of a text; `Err` with the codes where it has syntax errors.
pub(super) fn ours(text: &str) -> Result<Vec<PlainNode>, Vec<&'static str>> {
    let parsed = parse(FileId(0), text);
    if !parsed.diagnostics.is_empty() {
        return Err(parsed.diagnostics.iter().map(|found| found.code.id).collect());
    }
    Ok(parsed.document.nodes().map(node).collect())
}

fn node(from: NodeRef<'_>) -> PlainNode {
    let owned = |word: Option<Word<'_>>| word.map(|word| word.text.to_owned());
    let mut properties: Vec<_> = Vec::new();
    for entry in from.properties() {
        let key = entry.key().unwrap().text.to_owned();
        properties.retain(|(other, _, _): &(String, _, _)| *other != key);
        properties.push((key, owned(entry.annotation()), value(entry.value())));
    }
    properties.sort_by(|a, b| a.0.cmp(&b.0));
    PlainNode {
        annotation: owned(from.annotation()),
        name: from.name().text.to_owned(),
        arguments: from.arguments().map(|entry| (owned(entry.annotation()), value(entry.value()))).collect(),
        properties,
        children: from.children().map(node).collect(),
    }
}

fn value(from: &Value<'_>) -> Plain {
    match from {
        Value::String(text) => Plain::Text(text.to_string()),
        Value::Integer(whole) => Plain::Whole(*whole),
        Value::Float("#inf") => Plain::Other(f64::INFINITY.to_bits()),
        Value::Float("#-inf") => Plain::Other(f64::NEG_INFINITY.to_bits()),
        Value::Float("#nan") => Plain::Other(f64::NAN.to_bits()),
        Value::Float(text) => Plain::Other(text.replace('_', "").parse::<f64>().unwrap().to_bits()),
        Value::Bool(truth) => Plain::Bool(*truth),
        Value::Null => Plain::Null,
    }
}

/// The `kdl` crate's reading; `None` where it refuses the text.
pub(super) fn theirs(text: &str) -> Option<Vec<PlainNode>> {
    let document = kdl::KdlDocument::parse_v2(text).ok()?;
    Some(document.nodes().iter().map(their_node).collect())
}

fn their_node(from: &kdl::KdlNode) -> PlainNode {
    let owned = |word: Option<&kdl::KdlIdentifier>| word.map(|word| word.value().to_owned());
    let mut arguments = Vec::new();
    let mut properties: Vec<(String, Option<String>, Plain)> = Vec::new();
    for entry in from.entries() {
        let value = their_value(entry.value());
        match entry.name() {
            None => arguments.push((owned(entry.ty()), value)),
            Some(key) => {
                properties.retain(|(other, _, _)| other != key.value());
                properties.push((key.value().to_owned(), owned(entry.ty()), value));
            }
        }
    }
    properties.sort_by(|a, b| a.0.cmp(&b.0));
    let children = from.children().map_or(Vec::new(), |block| block.nodes().iter().map(their_node).collect());
    PlainNode {
        annotation: owned(from.ty()),
        name: from.name().value().to_owned(),
        arguments,
        properties,
        children,
    }
}

fn their_value(from: &kdl::KdlValue) -> Plain {
    match from {
        kdl::KdlValue::String(text) => Plain::Text(text.clone()),
        kdl::KdlValue::Integer(whole) => Plain::Whole(*whole),
        kdl::KdlValue::Float(other) => Plain::Other(other.to_bits()),
        kdl::KdlValue::Bool(truth) => Plain::Bool(*truth),
        kdl::KdlValue::Null => Plain::Null,
    }
}

/// Prints nodes by the rules of the suite's README.
pub(super) fn print(nodes: &[PlainNode]) -> String {
    let mut out = String::new();
    print_at(nodes, 0, &mut out);
    if out.is_empty() { "\n".to_owned() } else { out }
}

fn print_at(nodes: &[PlainNode], depth: usize, out: &mut String) {
    for node in nodes {
        let indent = "    ".repeat(depth);
        write!(out, "{indent}{}{}", annotation(&node.annotation), word(&node.name)).unwrap();
        for (ty, value) in &node.arguments {
            write!(out, " {}{}", annotation(ty), printed(value)).unwrap();
        }
        for (key, ty, value) in &node.properties {
            write!(out, " {}={}{}", word(key), annotation(ty), printed(value)).unwrap();
        }
        if !node.children.is_empty() {
            out.push_str(" {\n");
            print_at(&node.children, depth + 1, out);
            write!(out, "{indent}}}").unwrap();
        }
        out.push('\n');
    }
}

fn annotation(from: &Option<String>) -> String {
    from.as_ref().map_or(String::new(), |ty| format!("({})", word(ty)))
}

fn printed(value: &Plain) -> String {
    match value {
        Plain::Text(text) => word(text),
        Plain::Whole(whole) => whole.to_string(),
        Plain::Other(bits) => match f64::from_bits(*bits) {
            other if other.is_nan() => "#nan".to_owned(),
            f64::INFINITY => "#inf".to_owned(),
            f64::NEG_INFINITY => "#-inf".to_owned(),
            other => format!("{other:?}"),
        },
        Plain::Bool(truth) => format!("#{truth}"),
        Plain::Null => "#null".to_owned(),
    }
}

fn word(text: &str) -> String {
    let special = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || "\\/(){};[]\"#=".contains(c)
            || matches!(c, '\u{2000}'..='\u{200F}' | '\u{2028}'..='\u{202F}' | '\u{205F}'..='\u{2069}')
            || c == '\u{FEFF}'
    };
    let keyword = matches!(text, "true" | "false" | "null" | "inf" | "-inf" | "nan");
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let number = unsigned.strip_prefix('.').unwrap_or(unsigned).starts_with(|c: char| c.is_ascii_digit());
    if !text.is_empty() && !text.contains(special) && !keyword && !number {
        return text.to_owned();
    }
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            ' ' => out.push(' '),
            c if special(c) && !c.is_ascii_punctuation() => write!(out, "\\u{{{:x}}}", u32::from(c)).unwrap(),
            c => out.push(c),
        }
    }
    out + "\""
}
