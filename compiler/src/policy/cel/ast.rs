//! An expression as it was written. Macros (`all`, `exists`, …) are still calls here.

use super::fault::At;

/// A part of an expression and its place in the text.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) node: Node,
    pub(crate) at: At,
    /// Levels of nesting below and with it.
    pub(super) depth: u16,
}

/// What it is.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Expr>),
    Name(String),
    /// `of.field`; the place is the field's own.
    Select(Box<Expr>, String, At),
    Index(Box<Expr>, Box<Expr>),
    /// `of.name(args)`, or `name(args)`; the place is the name's own.
    Call(Option<Box<Expr>>, String, At, Vec<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    If(Box<Expr>, Box<Expr>, Box<Expr>),
}

/// Operators between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Op {
    /// The operator that is written so, and how strongly it binds.
    pub(super) fn find(text: &str) -> Option<(Op, u8)> {
        Some(match text {
            "||" => (Op::Or, 1),
            "&&" => (Op::And, 2),
            "==" => (Op::Equal, 3),
            "!=" => (Op::NotEqual, 3),
            "<" => (Op::Less, 3),
            "<=" => (Op::LessEqual, 3),
            ">" => (Op::Greater, 3),
            ">=" => (Op::GreaterEqual, 3),
            "in" => (Op::In, 3),
            "+" => (Op::Add, 4),
            "-" => (Op::Subtract, 4),
            "*" => (Op::Multiply, 5),
            "/" => (Op::Divide, 5),
            "%" => (Op::Remainder, 5),
            _ => return None,
        })
    }

    /// As it is written.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Op::Or => "||",
            Op::And => "&&",
            Op::Equal => "==",
            Op::NotEqual => "!=",
            Op::Less => "<",
            Op::LessEqual => "<=",
            Op::Greater => ">",
            Op::GreaterEqual => ">=",
            Op::In => "in",
            Op::Add => "+",
            Op::Subtract => "-",
            Op::Multiply => "*",
            Op::Divide => "/",
            Op::Remainder => "%",
        }
    }
}
