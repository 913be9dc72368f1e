//! The functions of expressions: names, what they take and give, and what they do.

use super::types::Type;
use super::units::Unit;
use super::value::{Text, Value};

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Size,
    Contains,
    StartsWith,
    EndsWith,
    LowerAscii,
    Join,
    Sum,
    Min,
    Max,
    /// `string(…)`; the unit that is shown.
    Show(Option<Unit>),
}

/// A function as people call it.
pub(crate) struct Signature {
    pub(crate) name: &'static str,
    /// How it is called.
    pub(crate) usage: &'static str,
    pub(crate) doc: &'static str,
    /// Values it takes behind the one it is called on.
    pub(super) arguments: usize,
}

const fn signature(
    name: &'static str,
    usage: &'static str,
    arguments: usize,
    doc: &'static str,
) -> Signature {
    Signature { name, usage, doc, arguments }
}

/// Functions that are called on a value: `value.name(…)`.
pub(crate) static METHODS: &[Signature] = &[
    signature("all", "list.all(x, test)", 2, "whether the test holds for every item; yes for an empty list"),
    signature("exists", "list.exists(x, test)", 2, "whether the test holds for at least one item"),
    signature("exists_one", "list.exists_one(x, test)", 2, "whether the test holds for exactly one item"),
    signature("filter", "list.filter(x, test)", 2, "the items for which the test holds"),
    signature(
        "map",
        "list.map(x, value)",
        2,
        "the value of every item; `list.map(x, test, value)` of those that hold",
    ),
    signature("size", "list.size()", 0, "how many items, names or characters; also `size(list)`"),
    signature("contains", "text.contains(part)", 1, "whether the part occurs in the text"),
    signature("startsWith", "text.startsWith(part)", 1, "whether the text starts with the part"),
    signature("endsWith", "text.endsWith(part)", 1, "whether the text ends with the part"),
    signature("lowerAscii", "text.lowerAscii()", 0, "the text with A to Z in lower case"),
    signature("join", "list.join(between)", 1, "texts as one, with a text between them"),
    signature("sum", "list.sum()", 0, "the sum of numbers or of amounts of one unit; 0 of an empty list"),
    signature("min", "list.min()", 0, "the least; an empty list has none, which is a finding"),
    signature("max", "list.max()", 0, "the largest; an empty list has none, which is a finding"),
];

/// Functions that are called by themselves.
pub(crate) static GLOBALS: &[Signature] = &[
    signature("has", "has(object.field)", 1, "whether a field that may be left out is there"),
    signature("size", "size(list)", 1, "how many items, names or characters"),
    signature("string", "string(value)", 1, "a number, amount or flag as the language writes it"),
    signature("cpu", "cpu(\"500m\")", 1, "an amount of cpu"),
    signature("memory", "memory(\"4Gi\")", 1, "an amount of memory"),
    signature("duration", "duration(\"90s\")", 1, "a duration: a whole number with ms, s, m, h or d"),
    signature("share", "share(\"12.5%\")", 1, "a share"),
    signature("day", "day(\"2026-01-31\")", 1, "a day"),
];

impl Function {
    /// The method of that name on a value of that type, with the type it gives; `Err` names what it is called on.
    pub(super) fn method(name: &str, on: &Type) -> Result<(Function, Type), &'static str> {
        let of_text = |function, gives| if *on == Type::Text { Ok((function, gives)) } else { Err("text") };
        match name {
            "size" if matches!(on, Type::Text | Type::List(_) | Type::Map(_)) => {
                Ok((Function::Size, Type::Int))
            }
            "size" => Err("a list or text"),
            "contains" => of_text(Function::Contains, Type::Bool),
            "startsWith" => of_text(Function::StartsWith, Type::Bool),
            "endsWith" => of_text(Function::EndsWith, Type::Bool),
            "lowerAscii" => of_text(Function::LowerAscii, Type::Text),
            "join" => match on {
                Type::List(item) if matches!(**item, Type::Text | Type::Any) => {
                    Ok((Function::Join, Type::Text))
                }
                _ => Err("a list of text"),
            },
            "sum" | "min" | "max" => match on {
                Type::List(item)
                    if matches!(**item, Type::Int | Type::Amount(_)) && **item != Type::Amount(Unit::Day) =>
                {
                    let function = match name {
                        "sum" => Function::Sum,
                        "min" => Function::Min,
                        _ => Function::Max,
                    };
                    Ok((function, (**item).clone()))
                }
                _ => Err("a list of numbers or of amounts of one unit"),
            },
            _ => Err(""),
        }
    }

    /// Works it out; the error says why it cannot be.
    pub(super) fn call<'m>(self, given: &[Value<'m>]) -> Result<Value<'m>, String> {
        let two = || match given {
            [Value::Text(text), Value::Text(part)] => Ok((text, part)),
            _ => Err("it takes texts".to_owned()),
        };
        Ok(match self {
            Function::Size => Value::Int(match given.first() {
                Some(Value::Text(text)) => text.chars().count(),
                Some(Value::List(items)) => items.len(),
                Some(Value::Map(entries)) => entries.len(),
                _ => 0,
            } as i64),
            Function::Contains => two().map(|(text, part)| Value::Bool(text.contains(&**part)))?,
            Function::StartsWith => two().map(|(text, part)| Value::Bool(text.starts_with(&**part)))?,
            Function::EndsWith => two().map(|(text, part)| Value::Bool(text.ends_with(&**part)))?,
            Function::LowerAscii => match given {
                [Value::Text(text)] => Value::Text(Text::made(&text.to_ascii_lowercase())),
                _ => return Err("it takes text".to_owned()),
            },
            Function::Join => match given {
                [Value::List(items), Value::Text(between)] => {
                    let texts = items.iter().filter_map(|item| match item {
                        Value::Text(text) => Some(&**text),
                        _ => None,
                    });
                    Value::Text(Text::made(&texts.collect::<Vec<_>>().join(between)))
                }
                _ => return Err("it takes texts".to_owned()),
            },
            Function::Sum => {
                let sum = numbers(given).try_fold(0i64, i64::checked_add);
                Value::Int(sum.ok_or("the sum is too large")?)
            }
            Function::Min => Value::Int(numbers(given).min().ok_or("the list is empty")?),
            Function::Max => Value::Int(numbers(given).max().ok_or("the list is empty")?),
            Function::Show(unit) => {
                let of = unit.map_or(Type::Int, Type::Amount);
                Value::Text(Text::made(&given.first().map_or_else(String::new, |value| value.show(&of))))
            }
        })
    }
}

fn numbers<'v>(given: &'v [Value<'_>]) -> impl Iterator<Item = i64> + 'v {
    let items = match given.first() {
        Some(Value::List(items)) => items.as_slice(),
        _ => &[],
    };
    items.iter().filter_map(|item| match item {
        Value::Int(number) => Some(*number),
        _ => None,
    })
}
