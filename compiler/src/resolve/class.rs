//! Classes: defaults for workloads, the nearest wins.
//!
//! Takes a node and the nodes its defaults come from, gives the node with them filled in. Invariant: a scalar is replaced
//! alone; a list (children that may repeat) is replaced whole; values keep the place where they were written.

use super::Resolver;
use super::names::{Form, Named, Table};
use crate::decode::Node;
use crate::decode::shape::Times;
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::span::{Span, Spanned};
use seawall_schema::name::ClassName;
use std::sync::Arc;

/// Classes with their own defaults filled in, in order of their names.
pub(super) struct Classes {
    nodes: Vec<Node>,
    /// Whether a class, or one it takes defaults from, was reported.
    damaged: Vec<bool>,
    /// How many nodes a class comes to.
    weights: Vec<usize>,
}

impl Resolver<'_> {
    pub(super) fn classes(&mut self, nodes: &[&Node]) -> Classes {
        let (table, defined) = Table::define("class", Form::Free, nodes.iter().copied(), &mut self.out);
        let doubled: Vec<bool> = defined.iter().map(|(_, name)| table.is_doubled(&name.value)).collect();
        self.names.tables.insert("class", table);
        self.notes.classes =
            defined.iter().map(|(_, name)| (name.clone().map(ClassName::new), false)).collect();
        let named: Vec<Option<Spanned<Arc<str>>>> =
            defined.iter().map(|(node, _)| node.text("class")).collect();
        let parents: Vec<Option<Spanned<u32>>> =
            named.iter().map(|parent| self.id("class", parent.as_ref()?, |index| index)).collect();
        let mut found: Vec<Option<(Node, bool)>> = vec![None; defined.len()];
        let mut open: Vec<usize> = Vec::new();
        let mut on_path = vec![false; defined.len()];
        for start in 0..defined.len() {
            open.push(start);
            while let Some(at) = open.last().copied() {
                let parent = parents[at].map(|parent| parent.value as usize);
                on_path[at] = true;
                let cycle = parent.filter(|parent| on_path[*parent] && found[*parent].is_none());
                if let (Some(parent), None) = (parent, cycle)
                    && found[parent].is_none()
                {
                    open.push(parent);
                    continue;
                }
                if let (Some(first), Some(parent)) = (cycle, parents[at]) {
                    self.class_cycle(&defined, &open, first, parent.span);
                }
                let (node, _) = defined[at];
                let damaged = node.damaged
                    || doubled[at]
                    || named[at].is_some() && parents[at].is_none()
                    || cycle.is_some();
                let from = parent.filter(|_| cycle.is_none()).and_then(|parent| found[parent].as_ref());
                found[at] = Some(match from {
                    Some((parent, unsure)) if self.may_copy(weight(parent), node.head) => {
                        (merge(node, parent), damaged || *unsure)
                    }
                    Some(_) => (node.clone(), true),
                    None => (node.clone(), damaged),
                });
                open.pop();
                on_path[at] = false;
            }
        }
        for parent in parents.iter().flatten() {
            self.notes.classes[parent.value as usize].1 = true;
        }
        let (nodes, damaged): (Vec<Node>, Vec<bool>) = found.into_iter().flatten().unzip();
        let weights = nodes.iter().map(weight).collect();
        Classes { nodes, damaged, weights }
    }

    fn class_cycle(&mut self, defined: &[Named<'_>], open: &[usize], first: usize, closes: Span) {
        let from = open.iter().position(|at| *at == first).unwrap_or(0);
        let ring: Vec<&Spanned<Arc<str>>> = open[from..].iter().map(|at| &defined[*at].1).collect();
        let Some(name) = ring.first() else { return };
        let message = match ring.len() {
            1 => format!("class `{}` takes its defaults from itself", name.value),
            length => format!("class `{}` takes its defaults from itself, over {length} steps", name.value),
        };
        let mut finding = Diagnostic::new(&codes::CLASS_CYCLE, message, closes, "closes the cycle");
        for step in ring.iter().take(8) {
            finding = finding.label(step.span, "part of the cycle");
        }
        self.out.push(finding.help("leave one of the `class=` out: defaults must come from somewhere"));
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
        if !self.may_copy(classes.weights.get(index).copied().unwrap_or(0), name.span) {
            return (None, Some(name.map(ClassName::new)), true);
        }
        let merged = merge(node, class);
        (Some(merged), Some(name.map(ClassName::new)), damaged.copied().unwrap_or(true))
    }
}

/// How much a node holds.
fn weight(node: &Node) -> usize {
    1 + node.args.len() + node.props.len() + node.children.iter().map(weight).sum::<usize>()
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
