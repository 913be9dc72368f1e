//! Types of expressions. Amounts have units, so that cores are never compared with bytes.

use super::super::fields::Kind;
use super::units::Unit;
use std::fmt;

/// What an expression gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Bool,
    Int,
    /// A whole number of a unit.
    Amount(Unit),
    Text,
    List(Box<Type>),
    /// By name.
    Map(Box<Type>),
    Object(Kind),
    /// Of the items of an empty list: whatever is wanted.
    Any,
}

impl Type {
    /// A list of it.
    pub(crate) fn list(self) -> Type {
        Type::List(Box::new(self))
    }

    /// The type that both are; `None` where they differ.
    pub(super) fn both(&self, other: &Type) -> Option<Type> {
        match (self, other) {
            (Type::Any, known) | (known, Type::Any) => Some(known.clone()),
            (Type::List(a), Type::List(b)) => Some(a.both(b)?.list()),
            (a, b) => (a == b).then(|| a.clone()),
        }
    }

    /// Whether values of it have an order.
    pub(super) fn ordered(&self) -> bool {
        matches!(self, Type::Int | Type::Amount(_) | Type::Text | Type::Any)
    }

    /// Whether values of it can be equal to each other.
    pub(super) fn comparable(&self) -> bool {
        match self {
            Type::Object(_) | Type::Map(_) => false,
            Type::List(item) => item.comparable(),
            _ => true,
        }
    }

    /// Whether a message can show it.
    pub(crate) fn shown(&self) -> bool {
        match self {
            Type::Object(_) | Type::Map(_) => false,
            Type::List(item) => !matches!(**item, Type::List(_)) && item.shown(),
            _ => true,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => f.write_str("true or false"),
            Type::Int => f.write_str("a number"),
            Type::Amount(unit) => f.write_str(unit.about()),
            Type::Text => f.write_str("text"),
            Type::List(item) if **item == Type::Any => f.write_str("a list"),
            Type::List(item) => match &**item {
                Type::Object(kind) => write!(f, "a list of {}s", kind.name()),
                Type::Int => f.write_str("a list of numbers"),
                other => write!(f, "a list of {}", other.to_string().trim_start_matches("a ")),
            },
            Type::Map(value) => write!(f, "{value} by name"),
            Type::Object(kind) => write!(f, "a {}", kind.name()),
            Type::Any => f.write_str("anything"),
        }
    }
}
