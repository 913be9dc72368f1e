//! That formatting keeps what a file says: its nodes, values and comments, and the model of the fleet it belongs to.

use super::targets::Shown;
use seawall_compiler::files::MemoryFiles;
use seawall_compiler::span::FileId;
use seawall_compiler::syntax::{self, NodeRef};
use seawall_compiler::{Checked, Options, check};
use seawall_tests::comments::comments;
use std::fmt::Write as _;

/// Holds a formatted document against what it was.
pub(super) fn document(text: &str, formatted: &str) -> Result<Shown, String> {
    match syntax::format(formatted) {
        Ok(again) if again == formatted => {}
        Ok(again) => return Err(format!("not idempotent:\n{formatted}\nbecomes\n{again}")),
        Err(_) => return Err(format!("what was written cannot be read:\n{formatted}")),
    }
    let (before, after) = (plain(text), plain(formatted));
    if before != after {
        return Err(format!("the nodes differ:\n{before}\nbecomes\n{after}"));
    }
    if comments(text) != comments(formatted) {
        return Err(format!("the comments differ:\n{formatted}"));
    }
    Ok(Shown::from([format!("{} lines", formatted.lines().count())]))
}

/// A document's nodes and values, without how they are written.
fn plain(text: &str) -> String {
    let parsed = syntax::parse(FileId(0), text);
    let mut out = String::new();
    parsed.document.nodes().for_each(|node| write_node(node, 0, &mut out));
    out
}

fn write_node(node: NodeRef<'_>, depth: usize, out: &mut String) {
    // Writing to a string does not fail.
    let _ = write!(out, "{depth} {:?} {:?}", node.annotation().map(|word| word.text), node.name().text);
    for entry in node.entries() {
        let words = (entry.key().map(|word| word.text), entry.annotation().map(|word| word.text));
        let _ = write!(out, " {words:?} {:?}", entry.value());
    }
    let _ = writeln!(out, " {}", node.has_children());
    node.children().for_each(|child| write_node(child, depth + 1, out));
}

/// Formats every file of a fleet that has a model; the model must be the same, places aside.
pub(super) fn fleet(files: &MemoryFiles, checked: &Checked, options: &Options) -> Result<(), String> {
    let Some(model) = &checked.model else { return Ok(()) };
    let mut formatted = files.clone();
    for (path, bytes) in &mut formatted.0 {
        let text = std::str::from_utf8(bytes).ok().filter(|_| path.ends_with(".kdl"));
        if let Some(Ok(text)) = text.map(syntax::format) {
            *bytes = text.into_bytes();
        }
    }
    let again = check(&formatted, options);
    let Some(other) = &again.model else { return Err("formatted, the fleet has no model".to_owned()) };
    let (before, after) = (placeless(&format!("{model:?}")), placeless(&format!("{other:?}")));
    if before == after { Ok(()) } else { Err(format!("formatted, the model differs:\n{before}\n{after}")) }
}

/// The text of a model without its places.
fn placeless(text: &str) -> String {
    let mut parts = text.split("Span { ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once(" }").map_or(part, |(_, rest)| rest));
    }
    out
}
