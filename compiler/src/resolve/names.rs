//! Names of one kind of thing: definitions, look-ups, and what was probably meant.
//!
//! Takes checked nodes, gives indices into tables sorted by name. Invariant: a name that may have been defined where
//! something could not be read is never reported as undefined.

use super::load::Loaded;
use crate::decode::Node;
use crate::decode::value::clip;
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Diagnostic, Diagnostics, Edit, registry as codes};
use crate::files::Sources;
use crate::span::{FileId, Span, Spanned};
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
    kind: &'static str,
    by_name: HashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
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
        defined.dedup_by(|(_, later), (_, first)| {
            let same = later.value == first.value;
            if same {
                out.push(twice(kind, &later.value, first.span, later.span));
            }
            same
        });
        for (_, name) in &defined {
            check_form(kind, form, name, out);
        }
        let names = defined.iter().map(|(_, name)| name.value.clone()).collect();
        (Self { unnamed, ..Self::of(kind, names) }, defined)
    }

    /// A table of names that are in order.
    pub(super) fn of(kind: &'static str, names: Vec<Arc<str>>) -> Self {
        let by_name = names.iter().zip(0..).map(|(name, index)| (name.clone(), index)).collect();
        Self { kind, by_name, names, unnamed: false }
    }

    /// The index of a name, nothing said where it is not there.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.by_name.get(name).copied()
    }

    /// The index of a name; one that is not defined is reported with the nearest that is.
    pub(super) fn look_up(
        &self,
        name: &Spanned<Arc<str>>,
        doubt: &Doubts,
        out: &mut Diagnostics,
    ) -> Option<u32> {
        let found = self.find(&name.value);
        if found.is_none() && !self.unnamed && !doubt.may_define(name) {
            out.push(undefined(self.kind, name, self.names.iter().map(|n| &**n)));
        }
        found
    }
}

/// Says that a name is not defined.
pub(super) fn undefined<'a>(
    kind: &str,
    name: &Spanned<Arc<str>>,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Diagnostic {
    let message = format!("no {kind} is named `{}`", clip(&name.value));
    let finding = Diagnostic::new(&codes::UNDEFINED_NAME, message, name.span, "not defined");
    if let Some(near) = nearest(&name.value, known.clone()) {
        let edits = vec![Edit { span: name.span, replacement: near.to_owned() }];
        return finding.help(format!("did you mean `{near}`?")).fix(format!("replace by `{near}`"), edits);
    }
    let all: Vec<&str> = known.take(9).collect();
    match all.len() {
        0 => finding.help(format!("no {kind} is defined")),
        1..=8 => finding.help(format!("defined: {}", all.join(", "))),
        _ => finding,
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
        finding.help(format!("lower-case letters, digits and `-` inside: `{better}`"))
    } else {
        finding.help("lower-case letters, digits and `-` inside")
    });
}

fn labelled(name: &str, limit: usize) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let better: String = name.chars().take(limit).map(letter).collect();
    better.trim_matches('-').to_owned()
}

/// What could not be read, and may have held definitions.
pub(super) struct Doubts {
    failed: bool,
    lost: HashSet<Arc<str>>,
    broken: Vec<(FileId, String)>,
}

impl Doubts {
    /// From what was loaded.
    pub(super) fn new(loaded: &Loaded, sources: &Sources) -> Self {
        let text = |id: &FileId| Some((*id, sources.get(*id)?.text.clone()));
        let broken = loaded.broken.iter().filter_map(text).collect();
        Self { failed: loaded.failed, lost: loaded.lost.clone(), broken }
    }

    /// Remembers a definition that could not be understood, so that what refers to it stays silent.
    pub(super) fn lose(&mut self, name: &Arc<str>) {
        self.lost.insert(name.clone());
    }

    /// Whether anything could not be read.
    pub(super) fn any(&self) -> bool {
        self.failed || !self.lost.is_empty() || !self.broken.is_empty()
    }

    /// Whether a name may be defined in what could not be read: it stands in a file with syntax errors, elsewhere than
    /// at the reference itself.
    fn may_define(&self, name: &Spanned<Arc<str>>) -> bool {
        let own = |id: &FileId| usize::from(*id == name.span.file);
        let stands = |(id, text): &(FileId, String)| text.matches(&*name.value).nth(own(id)).is_some();
        self.failed || self.lost.contains(&name.value) || self.broken.iter().any(stands)
    }
}
