//! Punctuation of other notations: values in `'…'` or curly quotes, lists with commas, `order: 100`.
//!
//! Takes the entries of one node, gives one finding for what is alike in them. Invariant: what was reported here has no
//! further findings, and a fix is offered only where the value that was meant is plain.

use super::engine::list;
use super::shape::Shape;
use crate::diagnostic::{Diagnostic, Diagnostics, Edit, plain, registry as codes};
use crate::span::Span;
use crate::syntax::{EntryRef, Value};

const QUOTES: [char; 7] = ['\'', '`', '\u{2018}', '\u{2019}', '\u{201C}', '\u{201D}', '\u{201E}'];

/// Words of one node that hold quotes or commas which KDL does not know as such.
#[derive(Default)]
pub(super) struct Foreign {
    quoted: Vec<(Span, Option<String>)>,
    commas: Vec<(Span, Option<String>)>,
}

impl Foreign {
    /// Whether an entry's value is such a word; it is remembered then.
    pub(super) fn is_word(&mut self, entry: EntryRef<'_>) -> bool {
        let (Value::String(text), span) = (entry.value(), entry.value_span()) else { return false };
        // What stands in `"` is as long as its text and the quotes, and means what it says.
        if (span.end - span.start) as usize != text.len() {
            return false;
        }
        if let Some(rest) = text.strip_prefix(QUOTES) {
            let inner =
                rest.strip_suffix(QUOTES).filter(|inner| !inner.is_empty() && !inner.contains(QUOTES));
            self.quoted.push((span, inner.map(str::to_owned)));
            return true;
        }
        if let Some(before) = text.strip_suffix(',') {
            self.commas.push((span, Some(before.to_owned()).filter(|before| !before.is_empty())));
            return true;
        }
        false
    }

    /// Whether a quote was opened, so that the words behind it may belong to its text.
    pub(super) fn is_open(&self) -> bool {
        !self.quoted.is_empty()
    }

    /// One finding for all quotes, one for all commas.
    pub(super) fn report(&self, out: &mut Diagnostics) {
        if let Some(finding) =
            told(&self.quoted, "text stands in `\"` only", "quoted like this, it is part of the text")
        {
            out.push(finding);
        } else if let Some(finding) = told(
            &self.commas,
            "values are separated by space, without commas",
            "the comma is part of the value",
        ) {
            out.push(finding);
        }
    }
}

fn told(words: &[(Span, Option<String>)], message: &str, label: &str) -> Option<Diagnostic> {
    let ((first, _), rest) = words.split_first()?;
    let mut finding = Diagnostic::new(&codes::FOREIGN_PUNCTUATION, message, *first, label);
    for (span, _) in rest.iter().take(8) {
        finding = finding.label(*span, "and here");
    }
    let edits: Option<Vec<Edit>> = words
        .iter()
        .map(|(span, meant)| Some(Edit { span: *span, replacement: plain::kdl(meant.as_deref()?) }))
        .collect();
    Some(match edits {
        Some(edits) => {
            let written: Vec<&str> = edits.iter().take(4).map(|edit| edit.replacement.as_str()).collect();
            let help = format!("write `{}`", written.join(" "));
            finding.help(help).fix("write it as KDL does", edits)
        }
        None => finding.help("write `\"…\"`"),
    })
}

/// Values that stand on a node beyond those it takes.
#[derive(Default)]
pub(super) struct Surplus<'d> {
    pub(super) entries: Vec<EntryRef<'d>>,
}

impl Surplus<'_> {
    /// One finding for all of them; none where they are the rest of a text in foreign quotes.
    pub(super) fn report(
        &self,
        shape: &'static Shape,
        open: bool,
        meant: &mut Vec<&'static str>,
        out: &mut Diagnostics,
    ) {
        let Some((first, rest)) = self.entries.split_first().filter(|_| !open) else { return };
        let takes = match shape.args.len() {
            0 => "no value".to_owned(),
            1 => "one value".to_owned(),
            n => format!("{n} values"),
        };
        let more = match rest.len() {
            0 => "this is one more".to_owned(),
            n => format!("these are {} more", n + 1),
        };
        let message = format!("`{}` takes {takes}, and {more}", shape.name);
        let mut finding = Diagnostic::new(&codes::EXTRA_ARGUMENT, message, first.span(), "one too many");
        for entry in rest.iter().take(8) {
            finding = finding.label(entry.span(), "and this");
        }
        let text = match first.value() {
            Value::String(text) => text.to_string(),
            _ => String::new(),
        };
        let prop = shape.props.iter().find(|p| text.strip_suffix([':', '=']).unwrap_or(&text) == p.name);
        out.push(if let Some(prop) = prop {
            meant.push(prop.name);
            finding.help(format!("`{0}` is a property: write `{0}=…`", prop.name))
        } else if shape.props.is_empty() {
            finding
        } else {
            finding.help(format!("its properties are {}", list(shape.props.iter().map(|p| p.name))))
        });
    }
}
