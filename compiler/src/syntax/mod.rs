//! KDL v2: text in, a tree and findings out; and the formatter.
//!
//! Takes any text, gives a [`Document`] of everything that could be read and a finding for everything that could not;
//! never stops at the first. Invariant: time is linear in the text, recursion is bounded by [`DEPTH_LIMIT`], and a
//! node with a syntax error anywhere inside says so ([`NodeRef::damaged`]).

mod chars;
mod entry;
mod escape;
mod format;
mod lexer;
mod multiline;
mod nesting;
mod number;
mod parser;
mod quoting;
mod report;
mod string;
mod tree;

#[cfg(test)]
mod tests;

pub use format::format;
pub use tree::{Document, EntryRef, NodeRef, Value, Word};

use crate::diagnostic::{Diagnostics, registry as codes};
use crate::span::FileId;

/// How many blocks may be nested.
pub const DEPTH_LIMIT: u32 = 128;

/// What [`parse`] gives.
#[derive(Debug)]
pub struct Parsed<'s> {
    /// Everything that could be read.
    pub document: Document<'s>,
    /// Everything that could not.
    pub diagnostics: Diagnostics,
}

impl Parsed<'_> {
    /// Whether the file has a `{` or `}` too many, so that what stands where is not certain.
    pub fn torn(&self) -> bool {
        let braces = [&codes::UNCLOSED_BLOCK, &codes::STRAY_BRACE];
        self.diagnostics.iter().any(|found| braces.iter().any(|code| code.id == found.code.id))
    }
}

/// Reads a file of at most 4 GiB; spans count bytes from the first byte of `text`, a byte order mark included.
pub fn parse(file: FileId, text: &str) -> Parsed<'_> {
    parser::Parser::new(file, text).run()
}
