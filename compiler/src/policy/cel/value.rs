//! Values that expressions work with. What they hold is borrowed from the model and the policy; nothing is copied.

use super::super::fields::Object;
use super::types::Type;
use std::ops::Deref;
use std::rc::Rc;

/// A value; its unit is in its type.
#[derive(Clone, Debug)]
pub(crate) enum Value<'m> {
    Bool(bool),
    Int(i64),
    Text(Text<'m>),
    List(Rc<Vec<Value<'m>>>),
    Map(Rc<Vec<(Text<'m>, Value<'m>)>>),
    Object(Object<'m>),
    /// Of a variable that nothing was given for.
    Missing,
}

impl PartialEq for Value<'_> {
    /// Objects and maps are never compared: their types do not allow it.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Text(a), Value::Text(b)) => **a == **b,
            (Value::List(a), Value::List(b)) => a == b,
            _ => false,
        }
    }
}

impl Value<'_> {
    /// As a message shows it.
    pub(crate) fn show(&self, of: &Type) -> String {
        match (self, of) {
            (Value::Bool(flag), _) => flag.to_string(),
            (Value::Int(number), Type::Amount(unit)) => unit.show(*number),
            (Value::Int(number), _) => number.to_string(),
            (Value::Text(text), _) => text.to_string(),
            (Value::List(items), Type::List(of)) => {
                let mut shown: Vec<String> = items.iter().take(SHOWN).map(|item| item.show(of)).collect();
                if items.len() > SHOWN {
                    shown.push(format!("{} more", items.len() - SHOWN));
                }
                shown.join(", ")
            }
            _ => String::new(),
        }
    }
}

/// A text that is cheap to copy.
#[derive(Clone, Debug)]
pub(crate) enum Text<'m> {
    /// Of the model or the policy.
    Given(&'m str),
    /// That was put together.
    Made(Rc<str>),
}

impl Text<'_> {
    /// A text that was put together.
    pub(crate) fn made(text: &str) -> Self {
        Text::Made(text.into())
    }
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Text::Given(text) => text,
            Text::Made(text) => text,
        }
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

/// Items of a list that a message shows.
const SHOWN: usize = 8;
