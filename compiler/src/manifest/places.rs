//! Where everything in a YAML document stands.
//!
//! Takes what the composer meets, in order, gives places by JSON pointer. What an alias or a merge key brought in stands
//! where it was written, behind the anchor. Invariant: memory is linear in the text, however deep and long the names are;
//! a look-up is bounded, however aliases and merge keys are tangled.

use crate::span::{FileId, Span};
use std::sync::Arc;

/// Where the parts of one object stand.
#[derive(Clone, Debug)]
pub struct Places {
    tree: Arc<Tree>,
    root: usize,
}

/// The places of one document.
#[derive(Debug)]
pub(super) struct Tree {
    file: FileId,
    nodes: Vec<Node>,
}

/// A value of the document.
#[derive(Debug)]
struct Node {
    name: Name,
    key: (u32, u32),
    value: (u32, u32),
    /// What an alias stands for.
    alias: Option<u32>,
    first: Option<u32>,
    last: Option<u32>,
    next: Option<u32>,
}

/// What a value is called within what holds it.
#[derive(Debug)]
pub(super) enum Name {
    /// The document, or an item of a list.
    Place,
    /// A field.
    Field(Box<str>, Span),
    /// What `<<` merges.
    Merge(Span),
}

/// Most nodes that a step of a look-up goes through.
const STEPS: usize = 1 << 20;

impl Tree {
    pub(super) fn new(file: FileId) -> Self {
        Self { file, nodes: Vec::new() }
    }

    /// Adds a value within another, the document within none.
    pub(super) fn add(&mut self, within: Option<usize>, name: Name, value: Span) -> usize {
        let index = self.nodes.len();
        let key = match &name {
            Name::Place => (0, 0),
            Name::Field(_, span) | Name::Merge(span) => (span.start, span.end),
        };
        let value = (value.start, value.end);
        self.nodes.push(Node { name, key, value, alias: None, first: None, last: None, next: None });
        if let Some(within) = within {
            match self.nodes[within].last.replace(index as u32) {
                Some(last) => self.nodes[last as usize].next = Some(index as u32),
                None => self.nodes[within].first = Some(index as u32),
            }
        }
        index
    }

    /// Sets where a value ends.
    pub(super) fn end(&mut self, node: usize, end: u32) {
        let value = &mut self.nodes[node].value;
        value.1 = end.max(value.0);
    }

    /// Says what an alias stands for.
    pub(super) fn alias(&mut self, node: usize, target: usize) {
        self.nodes[node].alias = Some(target as u32);
    }

    fn children(&self, node: usize) -> impl Iterator<Item = usize> {
        let start = self.nodes[node].alias.map_or(node, |target| target as usize);
        let next = |node: &usize| self.nodes[*node].next.map(|next| next as usize);
        std::iter::successors(self.nodes[start].first.map(|first| first as usize), next)
    }

    /// What is called so within a value: its own, else what is merged into it, the first one first.
    fn step(&self, node: usize, name: &str) -> Option<usize> {
        let (mut open, mut left) = (vec![node], STEPS);
        while let Some(node) = open.pop() {
            let index = name.parse::<usize>().ok();
            let mut merged = Vec::new();
            for (position, child) in self.children(node).enumerate() {
                left = left.checked_sub(1)?;
                match &self.nodes[child].name {
                    Name::Field(own, _) if **own == *name => return Some(child),
                    Name::Place if index == Some(position) => return Some(child),
                    Name::Merge(_) if self.is_list(child) => merged.extend(self.children(child)),
                    Name::Merge(_) => merged.push(child),
                    Name::Field(..) | Name::Place => {}
                }
            }
            open.extend(merged.into_iter().rev());
        }
        None
    }

    /// Whether what is merged is a list of mappings.
    fn is_list(&self, node: usize) -> bool {
        self.children(node).next().is_some_and(|child| matches!(self.nodes[child].name, Name::Place))
    }

    fn span(&self, (start, end): (u32, u32)) -> Span {
        Span::new(self.file, start, end)
    }
}

impl Places {
    /// The places of a whole document, `None` where it is empty.
    pub(super) fn of(tree: Tree) -> Option<Self> {
        (!tree.nodes.is_empty()).then(|| Self { tree: Arc::new(tree), root: 0 })
    }

    fn find(&self, pointer: &str) -> Option<usize> {
        names(pointer).try_fold(self.root, |node, name| self.tree.step(node, &name))
    }

    /// All of it.
    pub fn whole(&self) -> Span {
        self.tree.span(self.tree.nodes[self.root].value)
    }

    /// Where the value at a JSON pointer stands (`""` is the object).
    pub fn get(&self, pointer: &str) -> Option<Span> {
        self.find(pointer).map(|node| self.tree.span(self.tree.nodes[node].value))
    }

    /// Where the key of the value at a JSON pointer stands; `None` for items of lists.
    pub fn key(&self, pointer: &str) -> Option<Span> {
        let node = &self.tree.nodes[self.find(pointer)?];
        matches!(node.name, Name::Field(..)).then(|| self.tree.span(node.key))
    }

    /// Where the first key within the mapping at a JSON pointer stands.
    pub fn first_key(&self, pointer: &str) -> Option<Span> {
        let mut within = self.tree.children(self.find(pointer)?);
        let named = within.find(|child| matches!(self.tree.nodes[*child].name, Name::Field(..)))?;
        Some(self.tree.span(self.tree.nodes[named].key))
    }

    /// Where the value at a JSON pointer is brought in by an alias or a merge key, if it is: the first one on the way.
    pub fn brought(&self, pointer: &str) -> Option<Span> {
        let mut node = self.root;
        for name in names(pointer) {
            if self.tree.nodes[node].alias.is_some() {
                return Some(self.tree.span(self.tree.nodes[node].value));
            }
            let own = |child: &usize| !matches!(self.tree.nodes[*child].name, Name::Merge(_));
            let next = self.tree.step(node, &name)?;
            if !self.tree.children(node).filter(own).any(|child| child == next) {
                let merge = self.tree.children(node).find(|child| !own(child))?;
                return Some(self.tree.span(self.tree.nodes[merge].value));
            }
            node = next;
        }
        self.tree.nodes[node].alias.map(|_| self.tree.span(self.tree.nodes[node].value))
    }

    /// The items of the list at a JSON pointer.
    pub(super) fn items(&self, pointer: &str) -> Vec<Places> {
        let Some(list) = self.find(pointer) else { return Vec::new() };
        let item = |root| Places { tree: self.tree.clone(), root };
        self.tree.children(list).map(item).collect()
    }

    /// Where the values within the one at a JSON pointer stand, those that are merged into it too.
    pub(super) fn within(&self, pointer: &str) -> Vec<Span> {
        let mut found = Vec::new();
        for child in self.find(pointer).into_iter().flat_map(|node| self.tree.children(node)) {
            if matches!(self.tree.nodes[child].name, Name::Merge(_)) {
                found.extend(
                    self.tree.children(child).map(|merged| self.tree.span(self.tree.nodes[merged].value)),
                );
            }
            found.push(self.tree.span(self.tree.nodes[child].value));
        }
        found
    }

    /// Every value that was written in the object itself, with its pointer, each before what it holds.
    pub fn iter(&self) -> impl Iterator<Item = (String, Span)> {
        let mut open = vec![(self.root, String::new())];
        std::iter::from_fn(move || {
            let (node, pointer) = open.pop()?;
            if self.tree.nodes[node].alias.is_none() {
                let own = self.tree.children(node).enumerate().filter_map(|(position, child)| {
                    let name = match &self.tree.nodes[child].name {
                        Name::Field(name, _) => seawall_schema::pointer::step(name),
                        Name::Place => position.to_string(),
                        Name::Merge(_) => return None,
                    };
                    Some((child, format!("{pointer}/{name}")))
                });
                let own: Vec<_> = own.collect();
                open.extend(own.into_iter().rev());
            }
            Some((pointer, self.tree.span(self.tree.nodes[node].value)))
        })
    }
}

/// The names on the way of a JSON pointer.
fn names(pointer: &str) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
    pointer.split('/').skip(1).map(|name| match name.contains('~') {
        true => name.replace("~1", "/").replace("~0", "~").into(),
        false => name.into(),
    })
}
