//! The tree: flat arenas of nodes (in reading order, each with the end of its subtree) and entries, read through
//! small copyable references.
//!
//! Invariant: a node's children follow it directly; a node's entries are one range; what `/-` leaves out is not there.

use crate::span::{FileId, Span};
use std::borrow::Cow;

/// A file that was read.
#[derive(Debug)]
pub struct Document<'s> {
    pub(super) file: FileId,
    pub(super) text: &'s str,
    /// Names, keys and annotations with escapes; the rest are ranges of `text`.
    pub(super) owned: Vec<String>,
    /// Annotations are rare: nodes and entries hold their place here, plus one.
    pub(super) annotations: Vec<WordData>,
    pub(super) nodes: Vec<NodeData>,
    pub(super) entries: Vec<EntryData<'s>>,
    pub(super) damaged: bool,
}

/// A value, as KDL has them.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'s> {
    /// A string, quoted or bare; borrowed from the file where it has no escapes.
    String(Cow<'s, str>),
    /// A whole number, in any of the four bases.
    Integer(i128),
    /// Any other number as it is written: decimals, exponents, `#inf`, and what does not fit into 128 bits.
    Float(&'s str),
    /// `#true` or `#false`.
    Bool(bool),
    /// `#null`.
    Null,
}

/// Where a name, key or annotation is written, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct WordData {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) spelling: Spelling,
}

/// How a word is written: what its text is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spelling {
    /// What stands at its place.
    Bare,
    /// The same without a quote at each end.
    Quoted,
    /// Another text, by its place in [`Document::owned`].
    Owned(u32),
}

#[derive(Debug)]
pub(super) struct NodeData {
    pub(super) name: WordData,
    pub(super) annotation: u32,
    pub(super) start: u32,
    pub(super) head_end: u32,
    pub(super) end: u32,
    pub(super) first_entry: u32,
    pub(super) last_entry: u32,
    pub(super) subtree_end: u32,
    pub(super) block: bool,
    pub(super) damaged: bool,
}

#[derive(Debug)]
pub(super) struct EntryData<'s> {
    pub(super) value: Value<'s>,
    pub(super) key: Option<WordData>,
    pub(super) annotation: u32,
    pub(super) start: u32,
    pub(super) value_start: u32,
    pub(super) end: u32,
}

/// A name, a key or an annotation: what it means and where it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<'d> {
    /// The meaning, escapes resolved.
    pub text: &'d str,
    /// The place as written, quotes included.
    pub span: Span,
}

/// A node of a [`Document`].
#[derive(Clone, Copy, Debug)]
pub struct NodeRef<'d> {
    document: &'d Document<'d>,
    index: u32,
}

/// An argument or a property of a node.
#[derive(Clone, Copy, Debug)]
pub struct EntryRef<'d> {
    document: &'d Document<'d>,
    data: &'d EntryData<'d>,
}

struct Siblings<'d> {
    document: &'d Document<'d>,
    next: u32,
    end: u32,
}

impl<'d> Iterator for Siblings<'d> {
    type Item = NodeRef<'d>;

    fn next(&mut self) -> Option<NodeRef<'d>> {
        if self.next >= self.end {
            return None;
        }
        let node = NodeRef { document: self.document, index: self.next };
        self.next = node.data().subtree_end;
        Some(node)
    }
}

impl Document<'_> {
    /// The top-level nodes, in order.
    pub fn nodes(&self) -> impl Iterator<Item = NodeRef<'_>> {
        Siblings { document: self, next: 0, end: self.nodes.len() as u32 }
    }

    /// Which file this is.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Whether there is a syntax error anywhere in the file whose meaning is lost.
    pub fn damaged(&self) -> bool {
        self.damaged
    }
}

impl Document<'_> {
    fn word(&self, data: WordData) -> Word<'_> {
        let (start, end) = (data.start as usize, data.end as usize);
        let text = match data.spelling {
            Spelling::Bare => self.text.get(start..end),
            Spelling::Quoted => self.text.get(start + 1..end - 1),
            Spelling::Owned(index) => self.owned.get(index as usize).map(String::as_str),
        };
        Word { text: text.unwrap_or_default(), span: Span::new(self.file, data.start, data.end) }
    }

    fn annotation(&self, place: u32) -> Option<Word<'_>> {
        let index = place.checked_sub(1)?;
        self.annotations.get(index as usize).map(|data| self.word(*data))
    }
}

impl<'d> NodeRef<'d> {
    fn data(self) -> &'d NodeData {
        &self.document.nodes[self.index as usize]
    }

    /// The name.
    pub fn name(self) -> Word<'d> {
        self.document.word(self.data().name)
    }

    /// The type annotation, `(this)name`.
    pub fn annotation(self) -> Option<Word<'d>> {
        self.document.annotation(self.data().annotation)
    }

    /// The whole node, its block included.
    pub fn span(self) -> Span {
        Span::new(self.document.file, self.data().start, self.data().end)
    }

    /// Annotation, name and entries.
    pub fn head_span(self) -> Span {
        Span::new(self.document.file, self.data().start, self.data().head_end)
    }

    /// Arguments and properties as written; a property written twice is there twice.
    pub fn entries(self) -> impl ExactSizeIterator<Item = EntryRef<'d>> {
        let document = self.document;
        let range = self.data().first_entry as usize..self.data().last_entry as usize;
        document.entries[range].iter().map(move |data| EntryRef { document, data })
    }

    /// The arguments, in order.
    pub fn arguments(self) -> impl Iterator<Item = EntryRef<'d>> {
        self.entries().filter(|entry| entry.data.key.is_none())
    }

    /// The properties, in order.
    pub fn properties(self) -> impl Iterator<Item = EntryRef<'d>> {
        self.entries().filter(|entry| entry.data.key.is_some())
    }

    /// The children, in order; none where there is no block.
    pub fn children(self) -> impl Iterator<Item = NodeRef<'d>> {
        Siblings { document: self.document, next: self.index + 1, end: self.data().subtree_end }
    }

    /// Whether a block is written, even an empty one.
    pub fn has_children(self) -> bool {
        self.data().block
    }

    /// Whether a syntax error inside left something unread: stay silent on what depends on it.
    pub fn damaged(self) -> bool {
        self.data().damaged
    }
}

impl<'d> EntryRef<'d> {
    /// The key of a property; `None` for an argument.
    pub fn key(self) -> Option<Word<'d>> {
        self.data.key.map(|word| self.document.word(word))
    }

    /// The type annotation, `(this)value`.
    pub fn annotation(self) -> Option<Word<'d>> {
        self.document.annotation(self.data.annotation)
    }

    /// The value.
    pub fn value(self) -> &'d Value<'d> {
        &self.data.value
    }

    /// Key, annotation and value.
    pub fn span(self) -> Span {
        Span::new(self.document.file, self.data.start, self.data.end)
    }

    /// The value alone.
    pub fn value_span(self) -> Span {
        Span::new(self.document.file, self.data.value_start, self.data.end)
    }
}
