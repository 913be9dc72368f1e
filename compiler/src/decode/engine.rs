//! Holds a tree against its shapes. Takes syntax nodes and [`Child`] tables, gives [`Node`]s and every fault in them.
//!
//! Invariant: never stops at a fault; what could not be read is absent and marked, so that later stages stay silent on it.

use super::foreign::{Foreign, Surplus};
use super::node::{Datum, Node};
use super::shape::{Arity, Child, Kind, Prop, Shape, Times};
use super::value::{self, clip};
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Diagnostic, Diagnostics, Edit, plain, registry as codes};
use crate::span::{Span, Spanned};
use crate::syntax::{EntryRef, NodeRef};
use seawall_schema::Share;
use std::collections::HashMap;
use std::sync::Arc;

/// What was read from the nodes of one block.
#[derive(Default)]
pub struct Block {
    /// The nodes that have a shape.
    pub nodes: Vec<Node>,
    /// Names that nodes without a shape carry: what refers to them stays silent.
    pub lost: Vec<Arc<str>>,
    /// Names of nodes or properties that were probably meant by misspelt ones.
    pub meant: Vec<&'static str>,
    damaged: bool,
}

impl Block {
    /// Remembers the names on a node that is not read.
    fn lose(&mut self, node: NodeRef<'_>) {
        self.damaged = true;
        self.lost.extend(node.arguments().filter_map(|a| match a.value() {
            crate::syntax::Value::String(text) => Some(Arc::from(&**text)),
            _ => None,
        }));
    }
}

/// What of the syntax around a node is in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Nothing.
    Nothing,
    /// Something in the same block.
    Block,
    /// The file has a `{` or `}` too many: nodes may stand in blocks that they were not written for.
    Braces,
}

/// Reads the nodes of a block; `owner` is the node it belongs to, `None` at the top of a file; `broken` says what of its
/// syntax is in doubt.
pub fn block<'d>(
    nodes: impl Iterator<Item = NodeRef<'d>>,
    allowed: &'static [Child],
    owner: Option<&'static Shape>,
    broken: Broken,
    out: &mut Diagnostics,
) -> Block {
    let mut block = Block::default();
    // Where each of the nodes that may stand once was met.
    let mut met: Vec<Option<Span>> = vec![None; allowed.len()];
    for node in nodes {
        let name = node.name();
        if !unreadable(node) {
            annotation(node.annotation().map(|w| w.span), out);
        }
        match allowed.iter().enumerate().find(|(_, child)| child.shape.name == name.text) {
            Some((index, child)) => {
                let read = one(node, child.shape, broken, out);
                let earlier = met[index].replace(read.head).filter(|_| child.times != Times::Many);
                if let Some(earlier) = earlier {
                    let message = format!("`{}` stands twice{}", name.text, inside(owner));
                    let finding =
                        Diagnostic::new(&codes::DUPLICATE_NODE, message, read.head, "and again here")
                            .label(earlier, "it stands here")
                            .help("keep one of them");
                    let first = block.nodes.iter().take(64).find(|node| node.head == earlier);
                    out.push(match first {
                        Some(first) => keep_one(finding, first.span, read.span, same_nodes(first, &read)),
                        None => finding,
                    });
                    block.damaged = true;
                    continue;
                }
                block.damaged |= read.damaged;
                block.nodes.push(read);
            }
            // A block that was not closed holds what was meant to stand behind it.
            None if broken != Broken::Nothing && !super::parents_of(name.text).is_empty() => block.lose(node),
            None => unknown_node(node, allowed, owner, &mut block, out),
        }
    }
    block
}

fn inside(owner: Option<&'static Shape>) -> String {
    owner.map_or_else(|| " at the top of the fleet".to_owned(), |shape| format!(" in `{}`", shape.name))
}

fn unknown_node(
    node: NodeRef<'_>,
    allowed: &'static [Child],
    owner: Option<&'static Shape>,
    block: &mut Block,
    out: &mut Diagnostics,
) {
    block.lose(node);
    if unreadable(node) {
        return;
    }
    let name = node.name();
    if out.is_full() {
        let near = nearest(name.text, allowed.iter().map(|c| c.shape.name));
        block.meant.extend(near.and_then(|near| allowed.iter().map(|c| c.shape.name).find(|n| *n == near)));
        return out.count(&codes::UNKNOWN_NODE);
    }
    let message = format!("unknown node `{}`{}", clip(name.text), inside(owner));
    let finding = Diagnostic::new(&codes::UNKNOWN_NODE, message, name.span, "not known here");
    let is_property = owner.and_then(|shape| shape.props.iter().find(|p| p.name == name.text));
    let near = nearest(name.text, allowed.iter().map(|c| c.shape.name)).filter(|_| is_property.is_none());
    if let Some(near) = near {
        block.meant.extend(allowed.iter().map(|c| c.shape.name).find(|n| *n == near));
        out.push(finding.did_you_mean(name.span, name.text, allowed.iter().map(|c| c.shape.name)));
        return;
    }
    let elsewhere = super::parents_of(name.text);
    out.push(if let Some(prop) = is_property {
        block.meant.push(prop.name);
        finding.help(format!("`{0}` is a property: write `{0}=…` on the line of the node", prop.name))
    } else if !elsewhere.is_empty() {
        finding.help(format!("`{}` stands {}", name.text, elsewhere.join(", or ")))
    } else {
        finding.help(format!("known here: {}", list(allowed.iter().map(|c| c.shape.name))))
    });
}

/// Offers to take out one of two things; for certain where both say the same.
fn keep_one(finding: Diagnostic, first: Span, second: Span, same: bool) -> Diagnostic {
    let without = |span| vec![Edit { span, replacement: String::new() }];
    if same {
        return finding.fix("take the second one out", without(second));
    }
    finding
        .suggest("take the second one out", without(second))
        .suggest("take the first one out", without(first))
}

/// Whether two nodes say the same.
fn same_nodes(a: &Node, b: &Node) -> bool {
    let props = |node: &Node| {
        let mut all: Vec<_> =
            node.props.iter().map(|(name, _, value)| (*name, value.value.clone())).collect();
        all.sort_by_key(|(name, _)| *name);
        all
    };
    let args = |node: &Node| {
        node.args.iter().map(|arg| arg.as_ref().map(|arg| arg.value.clone())).collect::<Vec<_>>()
    };
    let plain = |node: &Node| !node.damaged && node.children.is_empty();
    plain(a) && plain(b) && args(a) == args(b) && props(a) == props(b)
}

pub(super) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn annotation(span: Option<Span>, out: &mut Diagnostics) {
    if let Some(span) = span {
        let message = "type annotations have no meaning in a fleet";
        let finding = Diagnostic::new(&codes::ANNOTATION, message, span, "annotated here");
        // The parentheses go with it; where space stands between, the fix does not hold and is not offered.
        let whole = Span { start: span.start.saturating_sub(1), end: span.end + 1, ..span };
        let edit = Edit { span: whole, replacement: String::new() };
        out.push(finding.help("leave it out").fix("leave it out", vec![edit]));
    }
}

/// Whether a syntax error lies in a node's own line, and not just in its block: its values mean nothing then.
fn unreadable(node: NodeRef<'_>) -> bool {
    node.damaged() && !node.children().any(NodeRef::damaged)
}

/// Reads one node against its shape.
pub fn one(node: NodeRef<'_>, shape: &'static Shape, around: Broken, out: &mut Diagnostics) -> Node {
    let before = out.len();
    let mut read = Node {
        shape,
        name: node.name().span,
        head: node.head_span(),
        span: node.span(),
        args: Vec::new(),
        props: Vec::new(),
        children: Vec::new(),
        damaged: false,
        torn: around == Broken::Braces,
    };
    let mut meant = Vec::new();
    let mut given: Given = Vec::new();
    let mut foreign = Foreign::default();
    let mut surplus = Surplus::default();
    // Of a line that could not be read in full only the name is kept, so that what refers to it stays silent.
    let named = shape.args.first().is_some_and(|arg| arg.name == "name");
    let readable = if unreadable(node) { usize::from(named) } else { usize::MAX };
    for entry in node.entries().take(readable) {
        annotation(entry.annotation().map(|w| w.span), out);
        match entry.key() {
            None if foreign.is_word(entry) => read.args.push(None),
            None => argument(entry, &mut read, &mut surplus, out),
            Some(key) if foreign.is_word(entry) => {
                given.extend(known(shape, key.text).map(|name| (name, entry.span())))
            }
            Some(_) => property(entry, &mut read, &mut given, &mut meant, out),
        }
    }
    foreign.report(out);
    if !displaced(&read, &given, &surplus, foreign.is_open(), &mut meant, out) {
        surplus.report(shape, foreign.is_open(), &mut meant, out);
    }
    repeated_resources(&read, out);
    if shape.children.is_empty() && node.children().next().is_some() {
        let message = format!("`{}` takes no block", shape.name);
        let at = node.children().next().map_or(read.head, |c| c.head_span());
        out.push(Diagnostic::new(&codes::UNEXPECTED_BLOCK, message, at, "this stands in a block of its own"));
    } else if !shape.children.is_empty() {
        let broken = match around {
            Broken::Braces => Broken::Braces,
            _ if node.damaged() => Broken::Block,
            _ => Broken::Nothing,
        };
        let block = block(node.children(), shape.children, Some(shape), broken, out);
        meant.extend(block.meant);
        read.children = block.nodes;
        read.damaged |= block.damaged;
    }
    if !node.damaged() && !read.torn {
        missing(&read, &given, &meant, out);
    }
    read.damaged |= read.torn || node.damaged() || out.len() > before;
    read
}

/// `container "web:1"`, where `image="web:1"` is what the node needs: one finding for the two.
fn displaced(
    read: &Node,
    given: &Given,
    surplus: &Surplus<'_>,
    open: bool,
    meant: &mut Vec<&'static str>,
    out: &mut Diagnostics,
) -> bool {
    let shape = read.shape;
    let absent = |prop: &&Prop| prop.required && !given.iter().any(|(name, _)| *name == prop.name);
    let mut absent = shape.props.iter().filter(absent);
    let (Some(prop), None, Some(first)) = (absent.next(), absent.next(), surplus.entries.first()) else {
        return false;
    };
    let crate::syntax::Value::String(text) = first.value() else { return false };
    let fits = value::read(first.value(), &prop.kind, "it", first.value_span()).is_ok();
    if open || !fits || meant.contains(&prop.name) {
        return false;
    }
    meant.push(prop.name);
    let written = format!("{}={}", prop.name, plain::kdl(text));
    let message = format!("`{}`{} has no `{}`", shape.name, titled(read), prop.name);
    let label = format!("a value, and `{}=` is a property", prop.name);
    let mut finding = Diagnostic::new(&codes::MISSING_PROPERTY, message, first.span(), label);
    for entry in surplus.entries.iter().skip(1).take(8) {
        finding = finding.label(entry.span(), "and this");
    }
    out.push(if surplus.entries.len() == 1 {
        let edits = vec![Edit { span: first.span(), replacement: written.clone() }];
        finding.help(format!("write `{written}`")).fix(format!("replace by `{written}`"), edits)
    } else {
        finding.help(format!("write `{written}`, and each other one in a `{}` of its own", shape.name))
    });
    true
}

/// Properties that were met, each with its first place.
type Given = Vec<(&'static str, Span)>;

fn known(shape: &'static Shape, name: &str) -> Option<&'static str> {
    shape.props.iter().map(|prop| prop.name).find(|prop| *prop == name)
}

fn argument<'d>(entry: EntryRef<'d>, read: &mut Node, extra: &mut Surplus<'d>, out: &mut Diagnostics) {
    let shape = read.shape;
    let index = read.args.len();
    let last = shape.args.last().filter(|arg| arg.arity == Arity::Many);
    let Some(arg) = shape.args.get(index).or(last) else {
        return extra.entries.push(entry);
    };
    if let (Kind::Name, crate::syntax::Value::String(text)) = (&arg.kind, entry.value())
        && Share::parse(text).is_some()
        && let Some(prop) = shape.props.iter().find(|prop| matches!(prop.kind, Kind::Share))
    {
        let message = format!("the {} of `{}` takes a name, found the share `{text}`", arg.name, shape.name);
        let finding = Diagnostic::new(&codes::WRONG_TYPE, message, entry.value_span(), "of a property");
        let written = format!("{}=\"{text}\"", prop.name);
        let edits = vec![Edit { span: entry.span(), replacement: written.clone() }];
        let finding = finding.help(format!("write `{written}`"));
        read.args.push(None);
        return out.push(finding.fix(format!("replace by `{written}`"), edits));
    }
    let alone = shape.args.len() == 1 && arg.name != "name";
    let what =
        if alone { format!("`{}`", shape.name) } else { format!("the {} of `{}`", arg.name, shape.name) };
    match value::read(entry.value(), &arg.kind, &what, entry.value_span()) {
        Ok(datum) => read.args.push(Some(Spanned::new(datum, entry.value_span()))),
        Err(finding) => {
            read.args.push(None);
            out.push(*finding);
        }
    }
}

fn property(
    entry: EntryRef<'_>,
    read: &mut Node,
    given: &mut Given,
    meant: &mut Vec<&'static str>,
    out: &mut Diagnostics,
) {
    let shape = read.shape;
    let Some(key) = entry.key() else { return };
    let Some(prop) = shape.props.iter().find(|p| p.name == key.text) else {
        if shape.props.is_empty() && !shape.args.is_empty() {
            return joined(entry, read, meant, out);
        }
        return unknown_property(key.text, key.span, shape, meant, out);
    };
    let first = given.iter().find(|(name, _)| *name == prop.name).map(|(_, span)| *span);
    if let Some(first) = first.filter(|_| !prop.repeats) {
        let message = format!("`{}` is given twice on one `{}`", prop.name, shape.name);
        let finding = Diagnostic::new(&codes::DUPLICATE_PROPERTY, message, entry.span(), "and again here");
        let finding = finding.label(first, "it is given here").help("keep one of them");
        let before = read.props.iter().find(|(name, span, _)| *name == prop.name && *span == first);
        let again = value::read(entry.value(), &prop.kind, "it", entry.value_span());
        let same = again.is_ok_and(|again| before.is_some_and(|(.., before)| again == before.value));
        out.push(keep_one(finding, first, entry.span(), same));
        return;
    }
    if first.is_none() {
        given.push((prop.name, entry.span()));
    }
    let what = format!("`{}`", prop.name);
    match value::read(entry.value(), &prop.kind, &what, entry.value_span()) {
        Ok(datum) => read.props.push((prop.name, entry.span(), Spanned::new(datum, entry.value_span()))),
        Err(finding) => out.push(*finding),
    }
}

/// `env LEVEL=debug`, where the node takes values: `env LEVEL debug`.
fn joined(entry: EntryRef<'_>, read: &Node, meant: &mut Vec<&'static str>, out: &mut Diagnostics) {
    let shape = read.shape;
    let key = entry.key().map_or("", |key| key.text);
    let message = format!("unknown property `{}` on `{}`", clip(key), shape.name);
    let finding = Diagnostic::new(&codes::UNKNOWN_PROPERTY, message, entry.span(), "not known here");
    let finding = finding.help(format!("`{}` takes no properties", shape.name));
    // What it lacks is what stands there.
    let pair = shape.args.len() == 2 && read.args.is_empty() && meant.is_empty();
    out.push(match entry.value() {
        crate::syntax::Value::String(text) if pair => {
            meant.extend(shape.args.iter().map(|arg| arg.name));
            let written = format!("{} {}", plain::kdl(key), plain::kdl(text));
            let finding = finding.help(format!("`{}` takes values: `{} {written}`", shape.name, shape.name));
            let edits = vec![Edit { span: entry.span(), replacement: written.clone() }];
            finding.fix(format!("replace by `{written}`"), edits)
        }
        _ => finding,
    });
}

fn unknown_property(
    key: &str,
    span: Span,
    shape: &'static Shape,
    meant: &mut Vec<&'static str>,
    out: &mut Diagnostics,
) {
    let message = format!("unknown property `{}` on `{}`", clip(key), shape.name);
    let finding = Diagnostic::new(&codes::UNKNOWN_PROPERTY, message, span, "not known here");
    let near = nearest(key, shape.props.iter().map(|p| p.name));
    let child = shape.children.iter().find(|c| c.shape.name == key);
    out.push(match (near, child) {
        (_, Some(child)) => {
            meant.push(child.shape.name);
            finding.help(format!("`{key}` is a node of its own: write it in the block as `{key} …`"))
        }
        (Some(near), None) => {
            meant.extend(shape.props.iter().map(|p| p.name).find(|n| *n == near));
            finding.did_you_mean(span, key, shape.props.iter().map(|p| p.name))
        }
        (None, None) if shape.props.is_empty() => {
            finding.help(format!("`{}` takes no properties", shape.name))
        }
        (None, None) if key.contains('/') && shape.props.iter().any(|p| p.name == "resource") => {
            finding.help(format!("an extended resource is written `resource=\"{}=…\"`", clip(key)))
        }
        (None, None) => finding.help(format!("known here: {}", list(shape.props.iter().map(|p| p.name)))),
    });
}

/// A resource that `resource=` names twice on one node.
fn repeated_resources(read: &Node, out: &mut Diagnostics) {
    let mut seen: HashMap<&Arc<str>, Span> = HashMap::new();
    for (_, span, value) in &read.props {
        let Datum::Extended(name, _) = &value.value else { continue };
        if let Some(first) = seen.get(name) {
            let message = format!("resource `{name}` is named twice on one `{}`", read.shape.name);
            let finding = Diagnostic::new(&codes::DUPLICATE_PROPERTY, message, *span, "and again here")
                .label(*first, "it is named here")
                .help("keep one of them");
            out.push(keep_one(finding, *first, *span, false));
            continue;
        }
        seen.insert(name, *span);
    }
}

fn missing(read: &Node, given: &[(&'static str, Span)], meant: &[&str], out: &mut Diagnostics) {
    let shape = read.shape;
    let required = shape.args.iter().filter(|a| a.arity != Arity::Optional).count();
    if let Some(arg) =
        shape.args.get(read.args.len()).filter(|arg| read.args.len() < required && !meant.contains(&arg.name))
    {
        let message = if arg.name == shape.name {
            format!("`{}` has no value", shape.name)
        } else {
            format!("`{}` has no {}", shape.name, arg.name)
        };
        let label = format!("takes {}", arg.kind.expected());
        out.push(Diagnostic::new(&codes::MISSING_ARGUMENT, message, read.head, label));
    }
    let is_given = |p: &Prop| given.iter().any(|(name, _)| *name == p.name);
    let absent = |p: &&Prop| p.required && !is_given(p) && !meant.contains(&p.name);
    for prop in shape.props.iter().filter(absent) {
        let message = format!("`{}`{} has no `{}`", shape.name, titled(read), prop.name);
        let finding =
            Diagnostic::new(&codes::MISSING_PROPERTY, message, read.head, format!("needs `{}=`", prop.name));
        out.push(finding.help(format!("`{}=` takes {}: {}", prop.name, prop.kind.expected(), prop.doc)));
    }
    for child in shape.children.iter().filter(|c| c.times == Times::Once) {
        let name = child.shape.name;
        if !meant.contains(&name) && !read.children.iter().any(|n| n.shape.name == name) {
            let message = format!("`{}`{} has no `{name}`", shape.name, titled(read));
            let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
            let label = format!("needs {article} `{name}`");
            let finding = Diagnostic::new(&codes::MISSING_NODE, message, read.head, label);
            out.push(finding.help(format!("`{name}`: {}", child.shape.doc)));
        }
    }
}

/// The name of a node in messages, where it has one.
fn titled(read: &Node) -> String {
    let named = read.shape.args.first().is_some_and(|a| a.name == "name");
    read.title().filter(|_| named).map_or_else(String::new, |t| format!(" `{}`", clip(&t.value)))
}
