//! From what the model holds to values and their types.

use super::super::cel::types::Type;
use super::super::cel::units::Unit;
use super::super::cel::value::{Text, Value};
use seawall_schema::{Duration, Resources, Share};
use std::rc::Rc;

/// Something a field can give.
pub(super) trait Give<'m> {
    /// Its type, and whether it may be left out.
    fn of() -> (Type, bool);
    /// Its value.
    fn give(self) -> Option<Value<'m>>;
}

/// Milli-cpu.
pub(super) struct Cpu(pub(super) u64);

/// Bytes.
pub(super) struct Memory(pub(super) u64);

/// A day, by its text; one that is none is left out.
pub(super) struct Day<'m>(pub(super) &'m str);

/// Extended resources by name.
pub(super) struct Extended<'m>(pub(super) &'m Resources);

/// Texts by name.
pub(super) struct Texts<'m>(pub(super) &'m [(String, String)]);

fn whole<'m>(number: u64) -> Option<Value<'m>> {
    Some(Value::Int(i64::try_from(number).unwrap_or(i64::MAX)))
}

macro_rules! give {
    ($($type:ty: $of:expr => |$this:ident| $value:expr;)+) => {$(
        impl<'m> Give<'m> for $type {
            fn of() -> (Type, bool) {
                ($of, false)
            }

            fn give(self) -> Option<Value<'m>> {
                let $this = self;
                $value
            }
        }
    )+};
}

give! {
    bool: Type::Bool => |flag| Some(Value::Bool(flag));
    u64: Type::Int => |number| whole(number);
    Cpu: Type::Amount(Unit::Cpu) => |amount| whole(amount.0);
    Memory: Type::Amount(Unit::Memory) => |amount| whole(amount.0);
    Duration: Type::Amount(Unit::Duration) => |time| whole(time.millis());
    Share: Type::Amount(Unit::Share) => |share| whole(share.thousandths().into());
    Day<'m>: Type::Amount(Unit::Day) => |day| Unit::Day.read(day.0).map(Value::Int);
    &'m str: Type::Text => |text| Some(Value::Text(Text::Given(text)));
    String: Type::Text => |text| Some(Value::Text(Text::Made(text.into())));
    Extended<'m>: Type::Map(Box::new(Type::Int)) => |of| Some(Value::Map(Rc::new(extended(of.0))));
    Texts<'m>: Type::Map(Box::new(Type::Text)) => |of| Some(Value::Map(Rc::new(texts(of.0))));
}

fn extended(resources: &Resources) -> Vec<(Text<'_>, Value<'_>)> {
    let named = resources.iter().filter_map(|(resource, amount)| match resource {
        seawall_schema::Resource::Extended(name) => Some((Text::Given(name), whole(amount)?)),
        _ => None,
    });
    named.collect()
}

fn texts(pairs: &[(String, String)]) -> Vec<(Text<'_>, Value<'_>)> {
    pairs.iter().map(|(name, value)| (Text::Given(name), Value::Text(Text::Given(value)))).collect()
}

impl<'m, T: Give<'m>> Give<'m> for Option<T> {
    fn of() -> (Type, bool) {
        (T::of().0, true)
    }

    fn give(self) -> Option<Value<'m>> {
        self.and_then(T::give)
    }
}

impl<'m, T: Give<'m>> Give<'m> for Vec<T> {
    fn of() -> (Type, bool) {
        (T::of().0.list(), false)
    }

    fn give(self) -> Option<Value<'m>> {
        Some(Value::List(Rc::new(self.into_iter().filter_map(T::give).collect())))
    }
}
