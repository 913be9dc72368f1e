//! What is wrong with an expression, before it has a place in a file.

use crate::diagnostic::{Code, registry as codes};
use std::ops::Range;

/// A part of an expression's text, in bytes.
pub(crate) type At = Range<u32>;

/// A fault of an expression that is found when it is loaded.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) code: &'static Code,
    pub(crate) at: At,
    pub(crate) message: String,
    pub(crate) label: String,
    pub(crate) help: Option<String>,
    /// A misspelt name, what it may have meant, and whether that is plain.
    pub(crate) meant: Option<(String, bool)>,
}

impl Fault {
    fn new(code: &'static Code, at: At, message: impl Into<String>, label: impl Into<String>) -> Box<Self> {
        Box::new(Fault { code, at, message: message.into(), label: label.into(), help: None, meant: None })
    }

    /// What CEL does not allow.
    pub(crate) fn syntax(at: At, message: impl Into<String>, label: impl Into<String>) -> Box<Self> {
        Self::new(&codes::BAD_EXPRESSION, at, message, label)
    }

    /// A name that means nothing.
    pub(crate) fn unknown(at: At, message: impl Into<String>, label: impl Into<String>) -> Box<Self> {
        Self::new(&codes::UNKNOWN_FIELD, at, message, label)
    }

    /// A value of another type than what it stands for.
    pub(crate) fn typed(at: At, message: impl Into<String>, label: impl Into<String>) -> Box<Self> {
        Self::new(&codes::EXPRESSION_TYPE, at, message, label)
    }

    pub(crate) fn help(mut self: Box<Self>, text: impl Into<String>) -> Box<Self> {
        self.help = Some(text.into());
        self
    }
}

/// A part from byte to byte.
pub(crate) fn place(start: usize, end: usize) -> At {
    let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    short(start)..short(end)
}
