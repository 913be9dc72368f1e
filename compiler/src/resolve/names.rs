//! Names of one kind of thing: definitions, look-ups, and what was probably meant.
//!
//! Takes checked nodes, gives indices into tables sorted by name. Invariant: a name that may have been defined where
//! something could not be read is never reported as undefined.

use crate::decode::Node;
use crate::decode::value::clip;
use crate::diagnostic::{Diagnostic, Diagnostics, Edit, plain, registry as codes};
use crate::span::{Span, Spanned};
use seawall_schema::name::is_dns_label;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What a name must look like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A DNS label of at most so many characters.
    Label(usize),
    /// Any text.
    Free,
}

/// A definition and its name.
pub(super) type Named<'n> = (&'n Node, Spanned<Arc<str>>);

/// The names of one kind.
pub(super) struct Table {
    by_name: HashMap<Arc<str>, u32>,
    /// In order, each with its place.
    names: Vec<Spanned<Arc<str>>>,
    /// Whether something refers to it.
    used: Vec<bool>,
    /// Names that stand twice: which of the two is meant is not known.
    doubled: HashSet<Arc<str>>,
    /// Whether something of this kind has no name: what is not found may be it.
    unnamed: bool,
}

impl Table {
    /// Sorts definitions by name; of two with one name the earlier stays, and both places are reported.
    pub(super) fn define<'n>(
        kind: &'static str,
        form: Form,
        nodes: impl Iterator<Item = &'n Node>,
        out: &mut Diagnostics,
    ) -> (Self, Vec<Named<'n>>) {
        let mut unnamed = false;
        let title = |node: &'n Node| {
            unnamed |= node.title().is_none();
            Some((node, node.title()?))
        };
        let mut defined: Vec<_> = nodes.filter_map(title).collect();
        defined.sort_by(|(_, a), (_, b)| a.value.cmp(&b.value).then(a.span.cmp(&b.span)));
        let mut doubled = HashSet::new();
        defined.dedup_by(|(node, later), (before, first)| {
            let same = later.value == first.value;
            if same {
                doubled.insert(later.value.clone());
            }
            if same && !node.torn && !before.torn {
                out.add(&codes::DUPLICATE_NAME, || twice(kind, &later.value, first.span, later.span));
            }
            same
        });
        for (_, name) in &defined {
            check_form(kind, form, name, out);
        }
        let names = defined.iter().map(|(_, name)| name.clone()).collect();
        (Self { unnamed, doubled, ..Self::of(names) }, defined)
    }

    /// A table of names that are in order.
    pub(super) fn of(names: Vec<Spanned<Arc<str>>>) -> Self {
        let by_name = names.iter().zip(0..).map(|(name, index)| (name.value.clone(), index)).collect();
        let used = vec![false; names.len()];
        Self { by_name, names, used, doubled: HashSet::new(), unnamed: false }
    }

    /// The same names in another order.
    pub(super) fn reordered(self, names: Vec<Spanned<Arc<str>>>) -> Self {
        Self { doubled: self.doubled, unnamed: self.unnamed, ..Self::of(names) }
    }

    /// The index of a name, nothing said where it is not there.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// The index of a name that something refers to.
    pub(super) fn refer(&mut self, name: &str) -> Option<u32> {
        let index = self.find(name)?;
        if let Some(used) = self.used.get_mut(index as usize) {
            *used = true;
        }
        Some(index)
    }

    /// Whether what is not found may be there without a name.
    pub(super) fn is_open(&self) -> bool {
        self.unnamed
    }

    /// Whether any name stands twice: one of the two may be meant to have another.
    pub(super) fn has_doubled(&self) -> bool {
        !self.doubled.is_empty()
    }

    /// Whether a name stands twice.
    pub(super) fn is_doubled(&self, name: &str) -> bool {
        self.doubled.contains(name)
    }

    /// All names in order, each with its place.
    pub(super) fn names(&self) -> &[Spanned<Arc<str>>] {
        &self.names
    }

    /// The place of a definition that nothing refers to.
    pub(super) fn unused(&self, name: &str) -> Option<Span> {
        let index = self.find(name)? as usize;
        let place = self.names.get(index)?.span;
        (!self.used.get(index).copied().unwrap_or(true) && place.is_some()).then_some(place)
    }
}

/// Says that something is named twice.
pub(super) fn twice(kind: &str, name: &str, first: Span, second: Span) -> Diagnostic {
    let message = format!("{kind} `{}` is defined twice", clip(name));
    Diagnostic::new(&codes::DUPLICATE_NAME, message, second, "and again here")
        .label(first, "it is defined here")
        .help("rename one of them")
}

/// Reports a name that does not have its form.
pub(super) fn check_form(kind: &str, form: Form, name: &Spanned<Arc<str>>, out: &mut Diagnostics) {
    let Form::Label(limit) = form else { return };
    if is_dns_label(&name.value, limit) {
        return;
    }
    if is_dns_label(&name.value, usize::MAX) {
        let length = name.value.len();
        let message = format!(
            "the name of {kind} `{}` has {length} characters, {limit} are the limit",
            clip(&name.value)
        );
        let label = format!("{} too many", length - limit);
        let finding = Diagnostic::new(&codes::NAME_TOO_LONG, message, name.span, label);
        out.push(
            finding.help("names of Kubernetes objects are derived from it, and they end at 63 characters"),
        );
        return;
    }
    let message = format!("the {kind} name `{}` is not a DNS label", clip(&name.value));
    let finding = Diagnostic::new(&codes::BAD_NAME, message, name.span, "not a DNS label");
    let better = labelled(&name.value, limit);
    out.push(if is_dns_label(&better, limit) {
        let edits = vec![Edit { span: name.span, replacement: plain::kdl(&better) }];
        let title = format!("rename it to `{better}`");
        finding.help(format!("lower-case letters, digits and `-` inside: `{better}`")).suggest(title, edits)
    } else {
        finding.help("lower-case letters, digits and `-` inside")
    });
}

fn labelled(name: &str, limit: usize) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let better: String = name.chars().take(limit).map(letter).collect();
    better.trim_matches('-').to_owned()
}
