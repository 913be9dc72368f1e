//! A node that was held against its [`Shape`]: values have their types, names are still text.
//!
//! Takes what `engine` read, gives it by name. Invariant: a value that was wrong is absent and the node `damaged`.

use super::shape::Shape;
use crate::model::Declared;
use crate::span::{Span, Spanned};
use seawall_schema::{Duration, Resource, Resources, Share};
use std::sync::Arc;

/// A checked node.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it was held against.
    pub shape: &'static Shape,
    /// Its name's place.
    pub name: Span,
    /// Its name and entries.
    pub head: Span,
    /// All of it.
    pub span: Span,
    /// Its arguments; one that was wrong is `None`.
    pub args: Vec<Option<Spanned<Datum>>>,
    /// Its properties in order: name, place of the whole entry, value.
    pub props: Vec<(&'static str, Span, Spanned<Datum>)>,
    /// The nodes in its block.
    pub children: Vec<Node>,
    /// Whether something in it was reported.
    pub damaged: bool,
    /// Whether its file has a `{` or `}` too many: it may stand where it was not written for, or lack what was written for it.
    pub torn: bool,
}

/// A typed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum {
    /// Text.
    Text(Arc<str>),
    /// A whole number.
    Count(u64),
    /// A duration.
    Duration(Duration),
    /// A share.
    Share(Share),
    /// An amount of a resource.
    Amount(u64),
    /// An extended resource.
    Extended(Arc<str>, Declared),
    /// A flag.
    Flag(bool),
    /// One of some words.
    Word(&'static str),
}

impl Node {
    /// The property of that name, where it stands and is right.
    pub fn prop(&self, name: &str) -> Option<Spanned<&Datum>> {
        self.props.iter().find(|(key, ..)| *key == name).map(|(_, _, value)| value.as_ref())
    }

    /// The place of the whole entry of a property, the node's head where it does not stand.
    pub fn prop_span(&self, name: &str) -> Span {
        self.props.iter().find(|(key, ..)| *key == name).map_or(self.head, |(_, span, _)| *span)
    }

    /// An argument, where it stands and is right.
    pub fn arg(&self, index: usize) -> Option<Spanned<&Datum>> {
        self.args.get(index)?.as_ref().map(Spanned::as_ref)
    }

    /// All arguments that are text.
    pub fn texts(&self) -> impl Iterator<Item = Spanned<Arc<str>>> + '_ {
        self.args.iter().flatten().filter_map(|arg| text_of(arg.as_ref()))
    }

    /// The first argument as text.
    pub fn title(&self) -> Option<Spanned<Arc<str>>> {
        self.arg(0).and_then(text_of)
    }

    /// A property as text.
    pub fn text(&self, name: &str) -> Option<Spanned<Arc<str>>> {
        self.prop(name).and_then(text_of)
    }

    /// A property as a whole number.
    pub fn count(&self, name: &str) -> Option<Spanned<u64>> {
        self.prop(name).and_then(|p| match p.value {
            Datum::Count(count) => Some(Spanned::new(*count, p.span)),
            _ => None,
        })
    }

    /// A property as a duration.
    pub fn duration(&self, name: &str) -> Option<Spanned<Duration>> {
        self.prop(name).and_then(|p| match p.value {
            Datum::Duration(duration) => Some(Spanned::new(*duration, p.span)),
            _ => None,
        })
    }

    /// A property as a share.
    pub fn share(&self, name: &str) -> Option<Spanned<Share>> {
        self.prop(name).and_then(|p| match p.value {
            Datum::Share(share) => Some(Spanned::new(*share, p.span)),
            _ => None,
        })
    }

    /// A property as one of some words.
    pub fn word(&self, name: &str) -> Option<Spanned<&'static str>> {
        self.prop(name).and_then(|p| match p.value {
            Datum::Word(word) => Some(Spanned::new(*word, p.span)),
            _ => None,
        })
    }

    /// A property as a flag.
    pub fn flag(&self, name: &str) -> Option<Spanned<bool>> {
        self.prop(name).and_then(|p| match p.value {
            Datum::Flag(flag) => Some(Spanned::new(*flag, p.span)),
            _ => None,
        })
    }

    /// The first argument as a duration.
    pub fn own_duration(&self) -> Option<Spanned<Duration>> {
        self.arg(0).and_then(|a| match a.value {
            Datum::Duration(duration) => Some(Spanned::new(*duration, a.span)),
            _ => None,
        })
    }

    /// The first argument as one of some words.
    pub fn own_word(&self) -> Option<Spanned<&'static str>> {
        self.arg(0).and_then(|a| match a.value {
            Datum::Word(word) => Some(Spanned::new(*word, a.span)),
            _ => None,
        })
    }

    /// The first child of that name.
    pub fn child<'a>(&'a self, name: &'a str) -> Option<&'a Node> {
        self.named(name).next()
    }

    /// The children of that name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> + 'a {
        self.children.iter().filter(move |child| child.shape.name == name)
    }

    /// The amounts or shares its resource properties name, in order.
    pub fn declared(&self) -> Vec<(Resource, Spanned<Declared>)> {
        let mut found = Vec::new();
        for (key, _, value) in &self.props {
            let resource = || Resource::from_name(key);
            match &value.value {
                Datum::Amount(amount) => {
                    found.push((resource(), Spanned::new(Declared::Amount(*amount), value.span)))
                }
                Datum::Share(share) if matches!(*key, "cpu" | "memory" | "pods") => {
                    found.push((resource(), Spanned::new(Declared::Share(*share), value.span)));
                }
                Datum::Extended(name, declared) => {
                    found.push((Resource::Extended(name.clone()), Spanned::new(*declared, value.span)));
                }
                _ => {}
            }
        }
        found
    }

    /// The amounts its resource properties name.
    pub fn resources(&self) -> Resources {
        let mut resources = Resources::default();
        for (resource, declared) in self.declared() {
            if let Declared::Amount(amount) = declared.value {
                resources.set(resource, amount);
            }
        }
        resources
    }
}

fn text_of(datum: Spanned<&Datum>) -> Option<Spanned<Arc<str>>> {
    match datum.value {
        Datum::Text(text) => Some(Spanned::new(text.clone(), datum.span)),
        _ => None,
    }
}
