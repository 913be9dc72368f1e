//! Classes: defaults for workloads, the nearest wins.
//!
//! Takes a node and the nodes its defaults come from, gives the node with them filled in. Invariant: a scalar is replaced
//! alone; a list (children that may repeat) is replaced whole; values keep the place where they were written.

use super::Resolver;
use super::names::{Form, Table};
use crate::decode::Node;
use crate::decode::shape::Times;
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::span::Spanned;
use seawall_schema::name::ClassName;
use std::sync::Arc;

/// Classes with their own defaults filled in, in order of their names.
pub(super) struct Classes {
    nodes: Vec<Node>,
    /// Whether a class, or one it takes defaults from, was reported.
    damaged: Vec<bool>,
}

impl Resolver<'_> {
    pub(super) fn classes(&mut self, nodes: &[&Node]) -> Classes {
        let (table, defined) = Table::define("class", Form::Free, nodes.iter().copied(), &mut self.out);
        self.names.tables.insert("class", table);
        self.notes.classes =
            defined.iter().map(|(_, name)| (name.clone().map(ClassName::new), false)).collect();
        let parents: Vec<Option<Spanned<Arc<str>>>> =
            defined.iter().map(|(node, _)| node.text("class")).collect();
        let parents: Vec<Option<Spanned<u32>>> =
            parents.iter().map(|parent| self.id("class", parent.as_ref()?, |index| index)).collect();
        let mut classes = Classes { nodes: Vec::new(), damaged: Vec::new() };
        for (index, (node, name)) in defined.iter().enumerate() {
            let mut merged = (*node).clone();
            let mut damaged = node.damaged || node.text("class").is_some() && parents[index].is_none();
            let mut seen = vec![index];
            let mut next = parents[index];
            while let Some(parent) = next {
                let at = parent.value as usize;
                self.notes.classes[at].1 = true;
                if seen.contains(&at) {
                    damaged = true;
                    if at == index {
                        self.class_cycle(name, parent, seen.len());
                    }
                    break;
                }
                seen.push(at);
                damaged |= defined[at].0.damaged;
                merged = merge(&merged, defined[at].0);
                next = parents[at];
            }
            classes.nodes.push(merged);
            classes.damaged.push(damaged);
        }
        classes
    }

    fn class_cycle(&mut self, name: &Spanned<Arc<str>>, parent: Spanned<u32>, length: usize) {
        let message = format!("class `{}` takes its defaults from itself, over {length} steps", name.value);
        self.out.push(
            Diagnostic::new(&codes::CLASS_CYCLE, message, name.span, "part of a cycle")
                .label(parent.span, "closes it"),
        );
    }

    /// A workload with its class's defaults, the class's name, and whether the defaults are not certain.
    pub(super) fn with_class(
        &mut self,
        node: &Node,
        classes: &Classes,
    ) -> (Option<Node>, Option<Spanned<ClassName>>, bool) {
        let Some(name) = node.text("class") else { return (None, None, false) };
        let Some(index) = self.look_up("class", &name) else { return (None, None, true) };
        let index = index as usize;
        self.notes.classes[index].1 = true;
        let (Some(class), damaged) = (classes.nodes.get(index), classes.damaged.get(index)) else {
            return (None, None, true);
        };
        let merged = merge(node, class);
        (Some(merged), Some(name.map(ClassName::new)), damaged.copied().unwrap_or(true))
    }
}

/// Fills in from `far` what `near` does not say.
fn merge(near: &Node, far: &Node) -> Node {
    let mut node = near.clone();
    for prop in far.props.iter().filter(|(name, ..)| *name != "class") {
        if !near.props.iter().any(|(name, ..)| *name == prop.0)
            && near.shape.props.iter().any(|p| p.name == prop.0)
        {
            node.props.push(prop.clone());
        }
    }
    let says = |name: &str| near.children.iter().any(|child| child.shape.name == name);
    for child in &far.children {
        let name = child.shape.name;
        let list = near.shape.children.iter().any(|c| c.shape.name == name && c.times == Times::Many);
        let other_content = match name {
            "manifests" => says("container"),
            "container" => says("manifests"),
            _ => false,
        };
        if other_content || list && says(name) {
            continue;
        }
        match node.children.iter_mut().find(|own| own.shape.name == name && !list) {
            Some(own) if same_args(own, child) && !own.damaged => *own = merge(own, child),
            Some(_) => {}
            None => node.children.push(child.clone()),
        }
    }
    node
}

/// Whether two nodes say the same thing with their arguments, so that their properties fill each other in.
fn same_args(a: &Node, b: &Node) -> bool {
    let values =
        |node: &Node| node.args.iter().map(|arg| arg.as_ref().map(|a| a.value.clone())).collect::<Vec<_>>();
    values(a) == values(b)
}
