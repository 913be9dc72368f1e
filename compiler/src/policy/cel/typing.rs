//! Names and types: every name of an expression against what there is, every value against what stands for it.
//!
//! Takes a tree and the variables in force, gives code and its type, or the first fault. Invariant: code that comes out of
//! here fails, when it is worked out, only for what its values are (an absent field, a division by 0), never for their types.

use super::super::fields::{Field, Kind};
use super::ast::{Expr, Node, Op};
use super::code::{Code, Each, Loop, Step};
use super::fault::{At, Fault};
use super::functions::{Function, GLOBALS, METHODS, Signature};
use super::types::Type;
use super::units::Unit;
use crate::decode::value::clip;
use crate::diagnostic::nearest::{certain, nearest};

type Typed = Result<(Code, Type), Box<Fault>>;

/// Variables in force, the first ones given, loops' behind them.
pub(crate) type Scope = Vec<(String, Type)>;

/// Types an expression that must give `wanted`, where that is said.
///
/// # Errors
/// The first name that means nothing, or value that is of another type.
pub(crate) fn typed(expr: &Expr, scope: &mut Scope, wanted: Option<&Type>) -> Typed {
    let (code, gives) = typing(expr, scope)?;
    match wanted {
        Some(wanted) if wanted.both(&gives).is_none() => {
            let message = format!("the expression gives {gives}, {wanted} is wanted");
            Err(Fault::typed(expr.at.clone(), message, format!("gives {gives}")))
        }
        _ => Ok((code, gives)),
    }
}

fn typing(expr: &Expr, scope: &mut Scope) -> Typed {
    let at = expr.at.clone();
    let (step, gives) = match &expr.node {
        Node::Bool(flag) => (Step::Bool(*flag), Type::Bool),
        Node::Int(number) => (Step::Int(*number), Type::Int),
        Node::Text(text) => (Step::Text(text.as_str().into()), Type::Text),
        Node::List(items) => list(items, scope)?,
        Node::Name(name) => variable(name, &at, scope)?,
        Node::Select(of, name, place) => {
            let (of, field) = select(of, name, place, scope)?;
            (Step::Field(Box::new(of), field), field.gives())
        }
        Node::Index(of, index) => indexed(of, index, scope)?,
        Node::Call(None, name, place, args) => global(name, place, args, &at, scope)?,
        Node::Call(Some(of), name, place, args) => method(of, name, place, args, scope)?,
        Node::Not(of) => (Step::Not(Box::new(must(of, scope, &Type::Bool, "`!`")?)), Type::Bool),
        Node::Negate(of) => {
            let (code, gives) = typing(of, scope)?;
            if !matches!(
                gives,
                Type::Int | Type::Amount(Unit::Cpu | Unit::Memory | Unit::Duration | Unit::Share)
            ) {
                return Err(misfit(&of.at, &gives, "`-` takes a number or an amount"));
            }
            (Step::Negate(Box::new(code)), gives)
        }
        Node::Binary(op, left, right) => binary(*op, left, right, &at, scope)?,
        Node::If(condition, yes, no) => {
            let condition = must(condition, scope, &Type::Bool, "the condition before `?`")?;
            let ((yes, a), (other, b)) = (typing(yes, scope)?, typing(no, scope)?);
            let gives = a.both(&b).ok_or_else(|| {
                Fault::typed(
                    no.at.clone(),
                    format!("one side of `:` gives {a}, the other {b}"),
                    format!("gives {b}"),
                )
            })?;
            (Step::If(Box::new(condition), Box::new(yes), Box::new(other)), gives)
        }
    };
    Ok((Code { step, at }, gives))
}

fn misfit(at: &At, gives: &Type, wanted: &str) -> Box<Fault> {
    Fault::typed(at.clone(), format!("{wanted}, found {gives}"), format!("gives {gives}"))
}

/// An expression that must be of a type.
fn must(expr: &Expr, scope: &mut Scope, wanted: &Type, what: &str) -> Result<Code, Box<Fault>> {
    let (code, gives) = typing(expr, scope)?;
    match wanted.both(&gives) {
        Some(_) => Ok(code),
        None => Err(misfit(&expr.at, &gives, &format!("{what} takes {wanted}"))),
    }
}

fn list(items: &[Expr], scope: &mut Scope) -> Result<(Step, Type), Box<Fault>> {
    let (mut codes, mut of) = (Vec::new(), Type::Any);
    for item in items {
        let (code, gives) = typing(item, scope)?;
        of = of.both(&gives).ok_or_else(|| {
            misfit(&item.at, &gives, &format!("the items of a list are of one type, here {of}"))
        })?;
        codes.push(code);
    }
    Ok((Step::List(codes), of.list()))
}

fn variable(name: &str, at: &At, scope: &Scope) -> Result<(Step, Type), Box<Fault>> {
    if let Some(index) = scope.iter().rposition(|(known, _)| known == name) {
        return Ok((Step::Variable(index), scope[index].1.clone()));
    }
    let mut known: Vec<&str> = scope.iter().map(|(name, _)| name.as_str()).collect();
    known.dedup();
    let message = format!("there is no variable `{}`", clip(name));
    let fault = Fault::unknown(at.clone(), message, "not known here");
    if GLOBALS.iter().any(|global| global.name == name) {
        return Err(fault.help(format!("`{name}` is a function: write `{name}(…)`")));
    }
    // A field that somebody thought to be in force by itself.
    let owner = scope.iter().find(|(_, of)| matches!(of, Type::Object(kind) if kind.field(name).is_some()));
    if let Some((owner, _)) = owner.filter(|_| nearest(name, known.clone()).is_none()) {
        return Err(fault.help(format!("`{name}` is a field: write `{owner}.{name}`")));
    }
    Err(near(fault, name, known, "known here"))
}

/// Adds what was probably meant, or what there is.
fn near(mut fault: Box<Fault>, name: &str, known: Vec<&str>, there: &str) -> Box<Fault> {
    match nearest(name, known.iter().copied()) {
        Some(meant) => {
            let sure = certain(name, known.iter().copied()).is_some();
            fault.meant = Some((meant.to_owned(), sure));
            fault
        }
        None => {
            let all: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            fault.help(format!("{there}: {}", all.join(", ")))
        }
    }
}

fn select(
    of: &Expr,
    name: &str,
    place: &At,
    scope: &mut Scope,
) -> Result<(Code, &'static Field), Box<Fault>> {
    let (code, gives) = typing(of, scope)?;
    match &gives {
        Type::Object(kind) => {
            kind.field(name).map(|field| (code, field)).ok_or_else(|| unknown_field(*kind, name, place))
        }
        Type::Map(_) => {
            let message = format!("`{}` is asked of values by name", clip(name));
            let help = format!("write `[\"{name}\"]` for the value of that name");
            Err(Fault::typed(place.clone(), message, "not a field").help(help))
        }
        Type::List(item) => {
            let message = format!("`{}` is asked of {gives}", clip(name));
            let mut fault = Fault::typed(place.clone(), message, "a list has no fields");
            if matches!(&**item, Type::Object(kind) if kind.field(name).is_some()) {
                fault = fault.help(format!(
                    "for every item: `.all(x, x.{name} …)`; for one of them: `.exists(x, x.{name} …)`"
                ));
            }
            Err(fault)
        }
        _ => {
            let message = format!("`{}` is asked of {gives}", clip(name));
            Err(Fault::typed(place.clone(), message, format!("{gives} has no fields")))
        }
    }
}

fn unknown_field(kind: Kind, name: &str, place: &At) -> Box<Fault> {
    let message = format!("a {} has no field `{}`", kind.name(), clip(name));
    let fault = Fault::unknown(place.clone(), message, "no such field");
    near(fault, name, kind.fields().iter().map(|field| field.name).collect(), "its fields are")
}

fn indexed(of: &Expr, index: &Expr, scope: &mut Scope) -> Result<(Step, Type), Box<Fault>> {
    let (code, gives) = typing(of, scope)?;
    let (wanted, what, item) = match gives {
        Type::List(item) => (Type::Int, "the place in a list", item),
        Type::Map(value) => (Type::Text, "the name of a value", value),
        other => return Err(misfit(&of.at, &other, "`[…]` stands behind a list, or values by name")),
    };
    let index = must(index, scope, &wanted, what)?;
    Ok((Step::Index(Box::new(code), Box::new(index)), *item))
}

fn unknown_function(name: &str, place: &At, known: &'static [Signature], fault: String) -> Box<Fault> {
    let fault = Fault::unknown(place.clone(), fault, "no such function");
    near(fault, name, known.iter().map(|one| one.name).collect(), "functions are")
}

fn counted(name: &str, place: &At, args: &[Expr], wanted: &[usize], usage: &str) -> Result<(), Box<Fault>> {
    if wanted.contains(&args.len()) {
        return Ok(());
    }
    let wanted = wanted.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    let given = if args.len() == 1 { "1 is".to_owned() } else { format!("{} are", args.len()) };
    let message = format!("`{name}` takes {wanted} in its brackets, {given} given");
    Err(Fault::typed(place.clone(), message, "called here").help(format!("it is called `{usage}`")))
}

fn global(
    name: &str,
    place: &At,
    args: &[Expr],
    at: &At,
    scope: &mut Scope,
) -> Result<(Step, Type), Box<Fault>> {
    let Some(signature) = GLOBALS.iter().find(|global| global.name == name) else {
        let message = format!("there is no function `{}`", clip(name));
        if METHODS.iter().any(|method| method.name == name) {
            let help = format!("it is called on a value: `{}`", usage(name));
            return Err(Fault::unknown(place.clone(), message, "not called so").help(help));
        }
        return Err(unknown_function(name, place, GLOBALS, message));
    };
    counted(name, place, args, &[signature.arguments], signature.usage)?;
    let [arg] = args else { return Err(Fault::typed(at.clone(), "a value is missing", "called here")) };
    if let Some(unit) = Unit::ALL.into_iter().find(|unit| unit.function() == name) {
        return amount(unit, arg);
    }
    match name {
        "has" => {
            let Node::Select(of, name, place) = &arg.node else {
                let fault = Fault::typed(
                    arg.at.clone(),
                    "`has` asks for a field: `has(object.field)`",
                    "not a field",
                );
                return Err(fault.help("whether a list holds something is asked with `in`"));
            };
            let (of, field) = select(of, name, place, scope)?;
            Ok((Step::Has(Box::new(of), field), Type::Bool))
        }
        "string" => {
            let (code, gives) = typing(arg, scope)?;
            let unit = match gives {
                Type::Amount(unit) => Some(unit),
                Type::Int | Type::Bool | Type::Text | Type::Any => None,
                _ => {
                    return Err(misfit(
                        &arg.at,
                        &gives,
                        "`string` takes a number, an amount, a flag or text",
                    ));
                }
            };
            Ok((Step::Call(Function::Show(unit), vec![code]), Type::Text))
        }
        _ => method(arg, name, place, &[], scope),
    }
}

fn usage(name: &str) -> &'static str {
    METHODS.iter().find(|method| method.name == name).map_or("", |method| method.usage)
}

/// `cpu("500m")`: read when the policy is loaded.
fn amount(unit: Unit, arg: &Expr) -> Result<(Step, Type), Box<Fault>> {
    let name = unit.function();
    let Node::Text(text) = &arg.node else {
        let message = format!("`{name}` takes a text such as `\"{}\"`", unit.example());
        return Err(Fault::typed(arg.at.clone(), message, "not a text that is written here"));
    };
    let number = unit.read(text).ok_or_else(|| {
        let message = format!("`{}` is not {}", clip(text), unit.about());
        Fault::typed(arg.at.clone(), message, format!("write it as `\"{}\"`", unit.example()))
    })?;
    Ok((Step::Int(number), Type::Amount(unit)))
}

fn method(
    of: &Expr,
    name: &str,
    place: &At,
    args: &[Expr],
    scope: &mut Scope,
) -> Result<(Step, Type), Box<Fault>> {
    let (on, gives) = typing(of, scope)?;
    let Some(signature) = METHODS.iter().find(|method| method.name == name) else {
        if let Type::Object(kind) = &gives
            && kind.field(name).is_some()
        {
            let message = format!("`{name}` is a field and no function");
            return Err(Fault::typed(place.clone(), message, "called here").help("leave `()` out"));
        }
        let message = format!("there is no function `{}` of {gives}", clip(name));
        return Err(unknown_function(name, place, METHODS, message));
    };
    let each = match name {
        "all" => Some(Each::All),
        "exists" => Some(Each::Exists),
        "exists_one" => Some(Each::ExistsOne),
        "filter" => Some(Each::Filter),
        "map" => Some(Each::Map),
        _ => None,
    };
    if let Some(each) = each {
        let wanted: &[usize] = if each == Each::Map { &[2, 3] } else { &[2] };
        counted(name, place, args, wanted, signature.usage)?;
        return looped(each, (on, gives, &of.at), args, scope);
    }
    counted(name, place, args, &[signature.arguments], signature.usage)?;
    let (function, result) = Function::method(name, &gives).map_err(|wanted| {
        Fault::typed(
            of.at.clone(),
            format!("`{name}` is called on {wanted}, found {gives}"),
            format!("gives {gives}"),
        )
    })?;
    let mut given = vec![on];
    for arg in args {
        given.push(must(arg, scope, &Type::Text, &format!("`{name}`"))?);
    }
    Ok((Step::Call(function, given), result))
}

fn looped(
    kind: Each,
    (range, of, place): (Code, Type, &At),
    args: &[Expr],
    scope: &mut Scope,
) -> Result<(Step, Type), Box<Fault>> {
    let item = match of {
        Type::List(item) => *item,
        Type::Map(_) => Type::Text,
        other => {
            return Err(misfit(place, &other, "items are taken from a list, or names from values by name"));
        }
    };
    let Some((Expr { node: Node::Name(name), .. }, rest)) = args.split_first() else {
        let at = args.first().map_or(place.clone(), |arg| arg.at.clone());
        return Err(Fault::typed(
            at,
            "the first value is the name that an item has in the second",
            "not a name",
        ));
    };
    if scope.iter().any(|(known, _)| known == name) {
        let message = format!("`{}` is the name of something else here", clip(name));
        return Err(
            Fault::typed(args[0].at.clone(), message, "taken already").help("give the item another name")
        );
    }
    scope.push((name.clone(), item.clone()));
    let parts = loop_parts(kind, rest, scope);
    scope.pop();
    let (test, gives, result) = parts?;
    let result = match kind {
        Each::Filter => item.list(),
        Each::Map => result.list(),
        _ => Type::Bool,
    };
    Ok((Step::Loop(Box::new(Loop { kind, range, test, gives })), result))
}

type Parts = (Option<Code>, Option<Code>, Type);

fn loop_parts(kind: Each, rest: &[Expr], scope: &mut Scope) -> Result<Parts, Box<Fault>> {
    let mut test = |expr: &Expr| must(expr, scope, &Type::Bool, "the test of the items");
    match (kind, rest) {
        (Each::Map, [value]) => typing(value, scope).map(|(code, gives)| (None, Some(code), gives)),
        (Each::Map, [condition, value]) => {
            let condition = test(condition)?;
            typing(value, scope).map(|(code, gives)| (Some(condition), Some(code), gives))
        }
        (_, rest) => {
            let code = rest.first().map(&mut test).transpose()?;
            Ok((code, None, Type::Bool))
        }
    }
}

fn binary(op: Op, left: &Expr, right: &Expr, at: &At, scope: &mut Scope) -> Result<(Step, Type), Box<Fault>> {
    if matches!(op, Op::And | Op::Or) {
        let side = format!("each side of `{}`", op.text());
        let a = Box::new(must(left, scope, &Type::Bool, &side)?);
        let b = Box::new(must(right, scope, &Type::Bool, &side)?);
        return Ok((if op == Op::And { Step::Both(a, b) } else { Step::Either(a, b) }, Type::Bool));
    }
    let ((a, of), (b, other)) = (typing(left, scope)?, typing(right, scope)?);
    let (a, b) = (Box::new(a), Box::new(b));
    match op {
        Op::In => {
            let items = match &other {
                Type::List(item) => (**item).clone(),
                Type::Map(_) => Type::Text,
                _ => return Err(misfit(&right.at, &other, "`in` asks a list, or values by name")),
            };
            if items.both(&of).is_none() || !of.comparable() {
                return Err(apart(op, &of, &items, at));
            }
            Ok((Step::In(a, b), Type::Bool))
        }
        Op::Equal | Op::NotEqual | Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => {
            let both = of.both(&other).ok_or_else(|| apart(op, &of, &other, at))?;
            let equality = matches!(op, Op::Equal | Op::NotEqual);
            if !(if equality { both.comparable() } else { both.ordered() }) {
                let message = format!("`{}` does not compare {both} with another", op.text());
                let fault = Fault::typed(at.clone(), message, "compared here");
                return Err(match both {
                    Type::Object(kind) if kind.field("name").is_some() => {
                        fault.help("compare their names: `.name`")
                    }
                    _ => fault,
                });
            }
            Ok((Step::Compare(op, a, b), Type::Bool))
        }
        _ => reckoned(op, (a, of), (b, other), at),
    }
}

/// Says that two types have nothing to do with each other.
fn apart(op: Op, a: &Type, b: &Type, at: &At) -> Box<Fault> {
    let message = format!("`{}` compares {a} with {b}", op.text());
    let fault = Fault::typed(at.clone(), message, "of two types");
    match (a, b) {
        (Type::Amount(unit), Type::Int | Type::Text) | (Type::Int | Type::Text, Type::Amount(unit)) => {
            fault.help(format!("write it with its unit: `{}(\"{}\")`", unit.function(), unit.example()))
        }
        (Type::Object(kind), Type::Text) | (Type::Text, Type::Object(kind))
            if kind.field("name").is_some() =>
        {
            fault.help("compare its name: `.name`")
        }
        (Type::List(_), _) if op != Op::In => fault.help("how many there are is `size(…)`"),
        _ => fault,
    }
}

type Side = (Box<Code>, Type);

fn reckoned(op: Op, (a, of): Side, (b, other): Side, at: &At) -> Result<(Step, Type), Box<Fault>> {
    use Type::{Amount, Int, List, Text};
    let day = Amount(Unit::Day);
    let time = Amount(Unit::Duration);
    let plain = |unit: &Unit| *unit != Unit::Day;
    match (op, &of, &other) {
        (Op::Add, Text, Text) => Ok((Step::Join(a, b), Text)),
        (Op::Add, List(_), List(_)) if of.both(&other).is_some() => {
            let gives = of.both(&other).unwrap_or(of);
            Ok((Step::Join(a, b), gives))
        }
        (Op::Subtract, x, y) if *x == day && *y == day => Ok((Step::Between(a, b), time)),
        (Op::Add | Op::Subtract, x, y) if *x == day && *y == time => Ok((Step::Later(op, a, b), day)),
        (_, Int, Int) => Ok((Step::Reckon(op, a, b), Int)),
        (Op::Add | Op::Subtract, Amount(x), Amount(y)) if x == y && plain(x) => {
            Ok((Step::Reckon(op, a, b), of))
        }
        (Op::Multiply | Op::Divide, Amount(x), Int) if plain(x) => Ok((Step::Reckon(op, a, b), of)),
        (Op::Multiply, Int, Amount(y)) if plain(y) => Ok((Step::Reckon(op, a, b), other)),
        (Op::Divide, Amount(x), Amount(y)) if x == y && plain(x) => Ok((Step::Reckon(op, a, b), Int)),
        _ => {
            let message = format!("`{}` does not go between {of} and {other}", op.text());
            let fault = Fault::typed(at.clone(), message, "of these two");
            Err(match (&of, &other) {
                (Text, _) | (_, Text) if op == Op::Add => {
                    fault.help("write a value as text with `string(…)`")
                }
                (Amount(unit), Int) | (Int, Amount(unit)) => fault.help(format!(
                    "write it with its unit: `{}(\"{}\")`",
                    unit.function(),
                    unit.example()
                )),
                _ => fault,
            })
        }
    }
}
