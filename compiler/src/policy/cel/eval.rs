//! Works expressions out, in bounded steps.
//!
//! Takes code and the values of its variables, gives a value, or why there is none. A step is a part of the expression that
//! is worked out once, an item of a list that is made or compared, or four bytes of text. Invariant: no more steps are taken
//! than are left, and the same input takes the same number of them everywhere.

use super::super::fields::{Object, View};
use super::ast::Op;
use super::code::{Code, Each, Loop, Step};
use super::fault::At;
use super::functions::Function;
use super::value::{Text, Value};
use std::rc::Rc;

/// Why an expression gives nothing.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    /// A part of it has no value: where, and why.
    Failed(At, String),
    /// The steps are used up.
    Spent(At),
}

/// What expressions share while they are worked out.
pub(crate) struct Machine<'m> {
    view: &'m View<'m>,
    variables: Vec<Value<'m>>,
    /// Steps that may still be taken.
    left: u64,
}

type Found<'m> = Result<Value<'m>, Stop>;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

impl<'m> Machine<'m> {
    /// With no variables yet.
    pub(crate) fn new(view: &'m View<'m>, steps: u64) -> Self {
        Machine { view, variables: Vec::new(), left: steps }
    }

    /// Steps that may still be taken.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// Puts the variables in force and works an expression out.
    ///
    /// # Errors
    /// Where it has no value.
    pub(crate) fn run(&mut self, code: &'m Code, variables: &[Value<'m>]) -> Found<'m> {
        self.variables.clear();
        self.variables.extend_from_slice(variables);
        self.value(code)
    }

    fn spend(&mut self, steps: usize, at: &At) -> Result<(), Stop> {
        self.left = self.left.checked_sub(steps as u64).ok_or_else(|| Stop::Spent(at.clone()))?;
        Ok(())
    }

    fn value(&mut self, code: &'m Code) -> Found<'m> {
        let at = &code.at;
        self.spend(1, at)?;
        Ok(match &code.step {
            Step::Bool(flag) => Value::Bool(*flag),
            Step::Int(number) => Value::Int(*number),
            Step::Text(text) => Value::Text(Text::Given(text)),
            Step::List(items) => {
                let items: Result<Vec<_>, Stop> = items.iter().map(|item| self.value(item)).collect();
                Value::List(Rc::new(items?))
            }
            Step::Variable(index) => match self.variables.get(*index) {
                Some(Value::Missing) | None => return failed(at, "no day was given"),
                Some(value) => value.clone(),
            },
            Step::Field(of, field) => {
                let object = self.object(of)?;
                let Some(value) = (field.get)(object, self.view) else {
                    return failed(at, &format!("`{}` is not said", field.name));
                };
                if let Value::List(items) = &value {
                    self.spend(items.len(), at)?;
                }
                value
            }
            Step::Has(of, field) => {
                let object = self.object(of)?;
                Value::Bool((field.get)(object, self.view).is_some())
            }
            Step::Index(of, index) => return self.item(of, index, at),
            Step::Not(of) => Value::Bool(!self.flag(of)?),
            Step::Negate(of) => match self.int(of)?.checked_neg() {
                Some(number) => Value::Int(number),
                None => return failed(at, "the number is too large"),
            },
            Step::Both(a, b) => return self.either(a, b, false),
            Step::Either(a, b) => return self.either(a, b, true),
            Step::If(condition, yes, no) => {
                let chosen = if self.flag(condition)? { yes } else { no };
                return self.value(chosen);
            }
            Step::Compare(op, a, b) => Value::Bool(self.compared(*op, a, b, at)?),
            Step::In(item, list) => Value::Bool(self.holds(item, list, at)?),
            Step::Reckon(op, a, b) => {
                let (a, b) = (self.int(a)?, self.int(b)?);
                Value::Int(reckoned(*op, a, b).map_err(|why| Stop::Failed(at.clone(), why.to_owned()))?)
            }
            Step::Between(a, b) => {
                let days = self.int(a)?.checked_sub(self.int(b)?).and_then(|days| days.checked_mul(DAY));
                Value::Int(days.ok_or_else(|| too_large(at))?)
            }
            Step::Later(op, day, time) => {
                let (day, days) = (self.int(day)?, self.int(time)?.div_euclid(DAY));
                let sum = if *op == Op::Add { day.checked_add(days) } else { day.checked_sub(days) };
                Value::Int(sum.ok_or_else(|| too_large(at))?)
            }
            Step::Join(a, b) => return self.joined(a, b, at),
            Step::Call(function, given) => return self.called(*function, given, at),
            Step::Loop(each) => return self.looped(each, at),
        })
    }

    fn object(&mut self, code: &'m Code) -> Result<Object<'m>, Stop> {
        match self.value(code)? {
            Value::Object(object) => Ok(object),
            _ => Err(mistyped(&code.at)),
        }
    }

    fn flag(&mut self, code: &'m Code) -> Result<bool, Stop> {
        match self.value(code)? {
            Value::Bool(flag) => Ok(flag),
            _ => Err(mistyped(&code.at)),
        }
    }

    fn int(&mut self, code: &'m Code) -> Result<i64, Stop> {
        match self.value(code)? {
            Value::Int(number) => Ok(number),
            _ => Err(mistyped(&code.at)),
        }
    }

    /// `&&` and `||`, as CEL has them: a side that decides does so even where the other has no value.
    fn either(&mut self, a: &'m Code, b: &'m Code, decides: bool) -> Found<'m> {
        let first = match self.flag(a) {
            Ok(flag) if flag == decides => return Ok(Value::Bool(decides)),
            Err(spent @ Stop::Spent(_)) => return Err(spent),
            other => other,
        };
        match self.flag(b) {
            Ok(flag) if flag == decides => Ok(Value::Bool(decides)),
            Ok(_) => first.map(Value::Bool),
            Err(spent @ Stop::Spent(_)) => Err(spent),
            Err(second) => Err(first.err().unwrap_or(second)),
        }
    }

    fn item(&mut self, of: &'m Code, index: &'m Code, at: &At) -> Found<'m> {
        match (self.value(of)?, self.value(index)?) {
            (Value::List(items), Value::Int(place)) => {
                let item = usize::try_from(place).ok().and_then(|place| items.get(place).cloned());
                item.map_or_else(|| failed(at, &format!("there is no item {place} of {}", items.len())), Ok)
            }
            (Value::Map(entries), Value::Text(name)) => {
                self.spend(entries.len(), at)?;
                let found = entries.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
                found.map_or_else(|| failed(at, &format!("there is no `{}`", &*name)), Ok)
            }
            _ => Err(mistyped(at)),
        }
    }

    fn compared(&mut self, op: Op, a: &'m Code, b: &'m Code, at: &At) -> Result<bool, Stop> {
        let (a, b) = (self.value(a)?, self.value(b)?);
        self.spend(weight(&a).min(weight(&b)), at)?;
        let order = match (&a, &b) {
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) => (**a).cmp(b),
            _ => return Ok((a == b) == (op == Op::Equal)),
        };
        Ok(match op {
            Op::Less => order.is_lt(),
            Op::LessEqual => order.is_le(),
            Op::Greater => order.is_gt(),
            Op::GreaterEqual => order.is_ge(),
            Op::NotEqual => order.is_ne(),
            _ => order.is_eq(),
        })
    }

    fn holds(&mut self, item: &'m Code, list: &'m Code, at: &At) -> Result<bool, Stop> {
        let (item, list) = (self.value(item)?, self.value(list)?);
        match &list {
            Value::List(items) => {
                self.spend(items.len().saturating_mul(weight(&item)), at)?;
                Ok(items.contains(&item))
            }
            Value::Map(entries) => {
                self.spend(entries.len(), at)?;
                Ok(entries.iter().any(|(name, _)| matches!(&item, Value::Text(text) if text == name)))
            }
            _ => Err(mistyped(at)),
        }
    }

    fn joined(&mut self, a: &'m Code, b: &'m Code, at: &At) -> Found<'m> {
        let (a, b) = (self.value(a)?, self.value(b)?);
        self.spend(weight(&a).saturating_add(weight(&b)), at)?;
        match (a, b) {
            (Value::Text(a), Value::Text(b)) => Ok(Value::Text(Text::made(&[&*a, &*b].concat()))),
            (Value::List(a), Value::List(b)) => {
                Ok(Value::List(Rc::new(a.iter().chain(&*b).cloned().collect())))
            }
            _ => Err(mistyped(at)),
        }
    }

    fn called(&mut self, function: Function, given: &'m [Code], at: &At) -> Found<'m> {
        let given: Result<Vec<_>, Stop> = given.iter().map(|code| self.value(code)).collect();
        let given = given?;
        let mut weight = given.iter().map(weight).fold(0, usize::saturating_add);
        if let (Function::Join, [Value::List(items), between]) = (function, &given[..]) {
            let texts = items.iter().map(self::weight).fold(0, usize::saturating_add);
            weight = texts.saturating_add(items.len().saturating_mul(self::weight(between)));
        }
        // How many items a list has is known without looking at them.
        if function != Function::Size || matches!(given.first(), Some(Value::Text(_))) {
            self.spend(weight, at)?;
        }
        function.call(&given).map_err(|why| Stop::Failed(at.clone(), why))
    }

    fn looped(&mut self, each: &'m Loop, at: &At) -> Found<'m> {
        let items = match self.value(&each.range)? {
            Value::List(items) => items,
            Value::Map(entries) => {
                Rc::new(entries.iter().map(|(name, _)| Value::Text(name.clone())).collect())
            }
            _ => return Err(mistyped(at)),
        };
        match each.kind {
            Each::All => self.quantified(each, &items, false),
            Each::Exists => self.quantified(each, &items, true),
            Each::ExistsOne => {
                let mut found = 0;
                for item in items.iter() {
                    found += u32::from(self.with(item, |this| this.tested(each))?);
                }
                Ok(Value::Bool(found == 1))
            }
            Each::Filter | Each::Map => self.collected(each, &items),
        }
    }

    /// Works something out with an item as the next variable.
    fn with<T>(
        &mut self,
        item: &Value<'m>,
        what: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        self.variables.push(item.clone());
        let found = what(self);
        self.variables.pop();
        found
    }

    fn tested(&mut self, each: &'m Loop) -> Result<bool, Stop> {
        each.test.as_ref().map_or(Ok(true), |test| self.flag(test))
    }

    /// `all` and `exists`: an item that decides does so even where another has no value.
    fn quantified(&mut self, each: &'m Loop, items: &[Value<'m>], decides: bool) -> Found<'m> {
        let mut first = None;
        for item in items {
            match self.with(item, |this| this.tested(each)) {
                Ok(flag) if flag == decides => return Ok(Value::Bool(decides)),
                Ok(_) => {}
                Err(spent @ Stop::Spent(_)) => return Err(spent),
                Err(failure) => {
                    first.get_or_insert(failure);
                }
            }
        }
        first.map_or(Ok(Value::Bool(!decides)), Err)
    }

    fn collected(&mut self, each: &'m Loop, items: &[Value<'m>]) -> Found<'m> {
        let mut found = Vec::new();
        for item in items {
            let value = self.with(item, |this| {
                if !this.tested(each)? {
                    return Ok(None);
                }
                each.gives.as_ref().map_or(Ok(item.clone()), |gives| this.value(gives)).map(Some)
            })?;
            if let Some(value) = value {
                self.spend(1, &each.range.at)?;
                found.push(value);
            }
        }
        Ok(Value::List(Rc::new(found)))
    }
}

/// How many steps it takes to copy or compare a value.
fn weight(value: &Value<'_>) -> usize {
    match value {
        Value::Text(text) => 1 + text.len() / 4,
        Value::List(items) => 1 + items.iter().map(weight).fold(0, usize::saturating_add),
        Value::Map(entries) => 1 + entries.len(),
        _ => 1,
    }
}

fn reckoned(op: Op, a: i64, b: i64) -> Result<i64, &'static str> {
    let found = match op {
        Op::Add => a.checked_add(b),
        Op::Subtract => a.checked_sub(b),
        Op::Multiply => a.checked_mul(b),
        Op::Divide | Op::Remainder if b == 0 => return Err("it divides by 0"),
        Op::Divide => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    found.ok_or("the number is too large")
}

fn failed<'m>(at: &At, why: &str) -> Found<'m> {
    Err(Stop::Failed(at.clone(), why.to_owned()))
}

fn too_large(at: &At) -> Stop {
    Stop::Failed(at.clone(), "the number is too large".to_owned())
}

/// What typing rules out.
fn mistyped(at: &At) -> Stop {
    Stop::Failed(at.clone(), "it is of another type than it was loaded with".to_owned())
}
