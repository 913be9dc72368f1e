//! Where values were written, also those whose place the model does not keep: found again in the tree of the file, at the
//! node that the model names.
//!
//! Takes the sources, gives [`Source`]s. Invariant: a value that a class gives has the class's place.

use super::view::{Amounts, At, Source};
use crate::files::Sources;
use crate::model::Model;
use crate::span::{FileId, Span, Spanned};
use crate::syntax::{self, Document, NodeRef, Value};
use seawall_schema::{Resource, Resources};
use std::collections::HashMap;

/// Every KDL file, read again.
pub(super) struct Documents<'s>(Vec<Document<'s>>);

impl<'s> Documents<'s> {
    pub(super) fn read(sources: &'s Sources) -> Self {
        let kdl = sources.iter().filter(|(_, source)| source.path.ends_with(".kdl"));
        Documents(kdl.map(|(file, source)| syntax::parse(file, &source.text).document).collect())
    }
}

/// Nodes by their first byte.
pub(super) struct Places<'a> {
    /// The model that is shown.
    pub(super) model: &'a Model,
    sources: &'a Sources,
    nodes: HashMap<(FileId, u32), NodeRef<'a>>,
    classes: HashMap<&'a str, NodeRef<'a>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(documents: &'a Documents<'a>, sources: &'a Sources, model: &'a Model) -> Self {
        let (mut nodes, mut classes) = (HashMap::new(), HashMap::new());
        for document in &documents.0 {
            let mut open: Vec<NodeRef<'a>> = document.nodes().collect();
            for node in open.iter().filter(|node| node.name().text == "class") {
                classes.extend(argument(*node).map(|name| (name, *node)));
            }
            while let Some(node) = open.pop() {
                nodes.insert((node.span().file, node.span().start), node);
                open.extend(node.children());
            }
        }
        Places { model, sources, nodes, classes }
    }

    /// The place of a span.
    pub(super) fn source(&self, span: Span) -> Source {
        self.sources.locate(span).map_or(Source::Default, |(file, at)| Source::At {
            file: file.to_owned(),
            line: at.line,
            column: at.column,
        })
    }

    /// A value with its place.
    pub(super) fn at<T, U>(&self, given: &Spanned<T>, value: impl FnOnce(&T) -> U) -> At<U> {
        At { value: value(&given.value), source: self.source(given.span) }
    }

    /// A value's text with its place.
    pub(super) fn text<T: ToString>(&self, given: &Spanned<T>) -> At<String> {
        self.at(given, ToString::to_string)
    }

    /// The node that starts at a span.
    pub(super) fn node(&self, span: Span) -> Option<NodeRef<'a>> {
        self.nodes.get(&(span.file, span.start)).copied()
    }

    /// A value with the place where it was written, or as a default.
    pub(super) fn placed<T>(&self, value: T, place: Option<Span>) -> At<T> {
        At { value, source: place.map_or(Source::Default, |place| self.source(place)) }
    }

    /// The first child of that name of the node at `span`.
    pub(super) fn child(&self, span: Span, name: &str) -> Option<NodeRef<'a>> {
        self.node(span)?.children().find(|child| child.name().text == name)
    }

    /// A value that is the argument of a child of the node at `span`, or its default.
    pub(super) fn child_argument<T>(&self, span: Span, child: &str, value: T) -> At<T> {
        let argument = self.child(span, child).and_then(|line| line.arguments().next());
        self.placed(value, argument.map(|argument| argument.value_span()))
    }

    /// A value that is a property of the node at `span`, or its default.
    pub(super) fn property<T>(&self, span: Span, name: &str, value: T) -> At<T> {
        let place = self.node(span).and_then(|node| property(node, name));
        self.placed(value, place)
    }

    /// A value that is an argument of the node at `span`.
    pub(super) fn argument<T>(&self, span: Span, index: usize, value: T) -> At<T> {
        let place = self.node(span).and_then(|node| node.arguments().nth(index)).map(|a| a.value_span());
        self.placed(value, place)
    }

    /// Amounts that are properties of the node at `span`.
    pub(super) fn amounts(&self, span: Span, amounts: &Resources) -> Amounts {
        self.amounts_of(amounts, |resource| self.node(span).and_then(|node| amount(node, resource)))
    }

    /// Amounts, each with the place that `place` knows.
    pub(super) fn amounts_of(
        &self,
        amounts: &Resources,
        place: impl Fn(&Resource) -> Option<Span>,
    ) -> Amounts {
        let one = |(resource, amount): (&Resource, u64)| {
            let shown = resource.format(i128::from(amount));
            (resource.to_string(), self.placed(shown, place(resource)))
        };
        amounts.iter().map(one).collect()
    }

    /// A node and the classes that its defaults come from, the nearest first.
    fn chain(&self, span: Span) -> Vec<NodeRef<'a>> {
        let mut found: Vec<NodeRef<'a>> = self.node(span).into_iter().collect();
        while let Some(next) = found.last().and_then(|node| self.class_of(*node)) {
            if found.iter().any(|node| node.span() == next.span()) {
                break;
            }
            found.push(next);
        }
        found
    }

    fn class_of(&self, node: NodeRef<'a>) -> Option<NodeRef<'a>> {
        let entry = node.properties().find(|entry| entry.key().is_some_and(|key| key.text == "class"))?;
        match entry.value() {
            Value::String(name) => self.classes.get(&**name).copied(),
            _ => None,
        }
    }

    /// The place of what `find` looks for in a workload, or in the nearest class that has it; in the children of that
    /// name, where one is given and they say the same with their arguments.
    pub(super) fn inherited(
        &self,
        workload: Span,
        child: Option<&str>,
        find: impl Fn(NodeRef<'a>) -> Option<Span>,
    ) -> Option<Span> {
        let chain = self.chain(workload);
        let Some(name) = child else { return chain.into_iter().find_map(find) };
        let mut children = chain.iter().filter_map(|node| node.children().find(|c| c.name().text == name));
        let nearest = children.next()?;
        let same = |node: &NodeRef<'a>| {
            nearest.arguments().map(|a| a.value()).eq(node.arguments().map(|a| a.value()))
        };
        std::iter::once(nearest).chain(children.filter(same)).find_map(find)
    }

    /// A value that is a property of a workload, or of a child of it, or of a class's.
    pub(super) fn inherited_property<T>(
        &self,
        workload: Span,
        child: Option<&str>,
        name: &str,
        value: T,
    ) -> At<T> {
        self.placed(value, self.inherited(workload, child, |node| property(node, name)))
    }
}

fn argument(node: NodeRef<'_>) -> Option<&str> {
    match node.arguments().next()?.value() {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The place of a property's value.
pub(super) fn property(node: NodeRef<'_>, name: &str) -> Option<Span> {
    let named = |entry: &syntax::EntryRef<'_>| entry.key().is_some_and(|key| key.text == name);
    node.properties().find(named).map(|entry| entry.value_span())
}

/// The place of the amount of a resource: `cpu=2`, or `resource="nvidia.com/gpu=8"`.
pub(super) fn amount(node: NodeRef<'_>, resource: &Resource) -> Option<Span> {
    let Resource::Extended(name) = resource else { return property(node, resource.as_str()) };
    let names = |value: &Value<'_>| match value {
        Value::String(text) => text.split_once('=').is_some_and(|(key, _)| *key == **name),
        _ => false,
    };
    let of = |entry: &syntax::EntryRef<'_>| {
        entry.key().is_some_and(|key| key.text == "resource") && names(entry.value())
    };
    node.properties().find(of).map(|entry| entry.value_span())
}
