//! An expression whose names and types are known: what is worked out.

use super::super::fields::Field;
use super::ast::Op;
use super::fault::At;
use super::functions::Function;

/// A part of it, with its place.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(super) step: Step,
    pub(super) at: At,
}

/// What is done.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Bool(bool),
    Int(i64),
    Text(Box<str>),
    List(Vec<Code>),
    /// A variable, by its place among those in force.
    Variable(usize),
    Field(Box<Code>, &'static Field),
    Has(Box<Code>, &'static Field),
    /// An item of a list, or the value of a name.
    Index(Box<Code>, Box<Code>),
    Not(Box<Code>),
    Negate(Box<Code>),
    Both(Box<Code>, Box<Code>),
    Either(Box<Code>, Box<Code>),
    If(Box<Code>, Box<Code>, Box<Code>),
    /// `==`, `!=`, `<`, …
    Compare(Op, Box<Code>, Box<Code>),
    In(Box<Code>, Box<Code>),
    Reckon(Op, Box<Code>, Box<Code>),
    /// Days between two days, as a duration.
    Between(Box<Code>, Box<Code>),
    /// A day so much later, or earlier.
    Later(Op, Box<Code>, Box<Code>),
    /// Texts or lists, one behind the other.
    Join(Box<Code>, Box<Code>),
    Call(Function, Vec<Code>),
    Loop(Box<Loop>),
}

/// `range.all(name, test)` and the like; the name is the next variable.
#[derive(Clone, Debug)]
pub(super) struct Loop {
    pub(super) kind: Each,
    pub(super) range: Code,
    pub(super) test: Option<Code>,
    pub(super) gives: Option<Code>,
}

/// Kinds of loops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Each {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}
