//! CEL, the language of policies' expressions: text to typed code, and code to values.
//!
//! [`parse`](parse::parse) reads, [`typing`] gives names and types a meaning, [`eval`] works it out. None of them knows a
//! fleet: what may be named is told by [`super::fields`]. Invariants: text, nesting and steps are bounded; nothing here
//! panics or recurses deeper than [`DEEPEST`]; every part of an expression keeps its place.

pub(super) mod ast;
pub(super) mod code;
pub(super) mod eval;
pub(super) mod fault;
pub(super) mod functions;
pub(super) mod parse;
pub(super) mod token;
pub(super) mod types;
pub(super) mod typing;
pub(super) mod units;
pub(super) mod value;

#[cfg(test)]
mod tests;

/// Most bytes of an expression.
pub(super) const LONGEST: usize = 4_000;
/// Deepest nesting of an expression.
pub(super) const DEEPEST: u16 = 64;
