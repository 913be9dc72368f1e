//! Expressions by hand, and random ones against the `cel` crate.

use super::super::fields::View;
use super::eval::{Machine, Stop};
use super::parse::parse;
use super::types::Type;
use super::typing::{Scope, typed};
use super::units::Unit;
use super::value::{Text, Value};
use crate::files::MemoryFiles;
use crate::model::Model;
use proptest::prelude::*;
use std::rc::Rc;

fn model() -> Model {
    let text = "seawall language=1\nfleet f {}\ntier only order=1\nregion r country=DE { city FRA; nodes n count=1 { allocatable cpu=1 memory=1 pods=1 } }";
    let files = MemoryFiles([("fleet.kdl".to_owned(), text.as_bytes().to_vec())].into());
    crate::check(&files, &crate::Options::default()).model.unwrap()
}

fn scope() -> Scope {
    let named = |name: &str, of| (name.to_owned(), of);
    vec![
        named("n", Type::Int),
        named("t", Type::Text),
        named("l", Type::Int.list()),
        named("f", Type::Bool),
        named("c", Type::Amount(Unit::Cpu)),
        named("d", Type::Amount(Unit::Day)),
    ]
}

fn values() -> Vec<Value<'static>> {
    let list = [3, 1, 2].map(Value::Int).to_vec();
    vec![
        Value::Int(4),
        Value::Text(Text::Given("abc")),
        Value::List(Rc::new(list)),
        Value::Bool(true),
        Value::Int(1500),
        Value::Int(20_484),
    ]
}

/// What an expression gives, as text, or why nothing.
fn run(text: &str) -> Result<String, String> {
    let expr = parse(text).map_err(|fault| fault.message)?;
    let (code, of) = typed(&expr, &mut scope(), None).map_err(|fault| fault.message)?;
    let model = model();
    let view = View::new(&model);
    let mut machine = Machine::new(&view, 100_000);
    match machine.run(&code, &values()) {
        Ok(value) => Ok(value.show(&of)),
        Err(Stop::Failed(at, why)) => Err(format!("{}..{}: {why}", at.start, at.end)),
        Err(Stop::Spent(_)) => Err("spent".to_owned()),
    }
}

fn gives(text: &str, wanted: &str) {
    assert_eq!(run(text).as_deref(), Ok(wanted), "{text}");
}

fn refused(text: &str, why: &str) {
    let found = run(text).unwrap_err();
    assert!(found.contains(why), "{text}: {found}");
}

#[test]
fn operators_bind_as_in_cel() {
    gives("1 + 2 * 3 - 4", "3");
    gives("-n + 10 / 3 % 2", "-3");
    gives("!f || n == 4 && t == 'abc'", "true");
    gives("n > 3 ? 'more' : 'less'", "more");
    gives("(1 + 2) * 3", "9");
    gives("0x10 + 1 // sixteen and one", "17");
    gives("r'\\n' + \"\\x41\\u00e9\"", "\\nAé");
    gives("[1, 2, 3,][1] + l[0]", "5");
}

#[test]
fn lists_are_asked_item_by_item() {
    gives("l.all(x, x > 0) && l.exists(x, x == 2) && !l.exists_one(x, x > 1)", "true");
    gives("l.filter(x, x > 1).map(x, x * 10)", "30, 20");
    gives("l.map(x, x > 1, string(x)).join('+')", "3+2");
    gives("[].all(x, x) && !([].exists(x, x))", "true");
    gives("string(l.sum()) + string(l.min()) + string(l.max()) + string(l.size())", "6133");
    gives("2 in l && !(7 in l) && 'b' in ['a', 'b']", "true");
    gives("l + [4] == [3, 1, 2, 4]", "true");
    gives("l.map(x, l.map(y, x * y).sum()).sum()", "36");
}

#[test]
fn a_side_that_decides_does_so_whatever_the_other_is() {
    gives("1 / 0 == 1 || f", "true");
    gives("!(1 / 0 == 1 && false)", "true");
    gives("l.exists(x, 6 / (x - 3) == -3)", "true");
    refused("1 / 0 == 1 || !f", "divides by 0");
    refused("l.all(x, 6 / (x - 3) < 100)", "9..20: it divides by 0");
}

#[test]
fn amounts_keep_their_units() {
    gives("c", "1500m");
    gives("c + cpu('500m') == cpu(\"2\") && c * 2 == 2 * c && c / cpu('1') == 1", "true");
    gives("d - day('2026-01-01')", "30d");
    gives("d + duration('1d')", "2026-02-01");
    gives("memory('4Gi') / 2", "2Gi");
    gives("string(share('12.5%') * 2) + ' ' + string(duration('90s'))", "25% 1m30s");
    refused("c > 1", "compares an amount of cpu with a number");
    refused("c > memory('1')", "compares an amount of cpu with an amount of memory");
    refused("c + 1", "does not go between");
    refused("c * c", "does not go between");
    refused("cpu('a lot')", "is not an amount of cpu");
    refused("cpu(t)", "takes a text such as");
}

#[test]
fn what_is_no_expression_is_refused_at_its_place() {
    for (text, at) in [
        ("", 0..0),
        ("1 +", 3..3),
        ("(1", 2..2),
        ("l.all(x, x", 10..10),
        ("n = 4", 2..3),
        ("n & f", 2..3),
        ("1.5", 0..3),
        ("2u", 0..2),
        ("'open", 0..5),
        ("t == 'a\\q'", 7..9),
        ("if", 0..2),
        ("b'x'", 0..1),
        ("null", 0..4),
        ("{'a': 1}", 0..1),
        ("n n", 2..3),
        ("l[1", 3..3),
        ("a..b", 2..3),
        ("é", 0..2),
        ("9223372036854775808", 0..19),
        ("l.all", 2..5),
    ] {
        let fault = parse(text).and_then(|expr| typed(&expr, &mut scope(), None).map(|_| ())).unwrap_err();
        assert_eq!(fault.at, at, "{text}: {}", fault.message);
    }
}

#[test]
fn names_and_types_are_known() {
    for (text, at) in [
        ("m + 1", 0..1),
        ("n + t", 0..5),
        ("n == t", 0..6),
        ("!n", 1..2),
        ("n ? 1 : 2", 0..1),
        ("f ? 1 : t", 8..9),
        ("l.first()", 2..7),
        ("siez(l)", 0..4),
        ("size(n)", 5..6),
        ("size(l, l)", 0..4),
        ("t.contains(1)", 11..12),
        ("l.all(1, true)", 6..7),
        ("l.all(x, 1)", 9..10),
        ("l.all(n, true)", 6..7),
        ("n.name", 2..6),
        ("l.name", 2..6),
        ("has(n)", 4..5),
        ("[1, 'a']", 4..7),
        ("l < l", 0..5),
        ("n[0]", 0..1),
        ("l['a']", 2..5),
        ("n in t", 5..6),
        ("t in l", 0..6),
        ("-t", 1..2),
        ("all(l, x)", 0..3),
        ("t.sum()", 0..1),
    ] {
        let expr = parse(text).unwrap();
        let fault = typed(&expr, &mut scope(), None).map(|_| ()).unwrap_err();
        assert_eq!(fault.at, at, "{text}: {}", fault.message);
    }
    let expr = parse("n").unwrap();
    assert!(typed(&expr, &mut scope(), Some(&Type::Bool)).is_err());
}

#[test]
fn everything_ends() {
    refused(
        "l.all(a, l.all(b, l.all(e, l.all(g, l.all(h, l.all(i, l.all(j, l.all(k, l.all(m, l.all(o, l.all(p, true)))))))))))",
        "spent",
    );
    let doubling = format!("size([t]{}[0])", ".map(x, x + x)".repeat(40).replace("x", "y"));
    refused(&doubling, "spent");
    let deep = format!("{}1{}", "(".repeat(1500), ")".repeat(1500));
    refused(&deep, "nested deeper than 64 levels");
    refused(&format!("{}f", "!".repeat(3900)), "nested deeper");
    refused(&format!("n{}", " + n".repeat(900)), "nested deeper");
    refused(&format!("t{}", ".t".repeat(900)), "nested deeper");
    refused(&"[".repeat(3000), "nested deeper");
    refused(&"f ? f : ".repeat(400), "nested deeper");
    refused(&" ".repeat(4001), "4000 are the limit");
}

/// Random expressions of a type over the variables.
fn expressions(of: &'static str, depth: u32) -> BoxedStrategy<String> {
    let pick = |texts: &'static [&'static str]| prop::sample::select(texts).prop_map(str::to_owned).boxed();
    let leaf = match of {
        "int" => pick(&["0", "1", "2", "7", "n", "9223372036854775807"]),
        "text" => pick(&["t", "'a'", "'abc'", "''"]),
        "list" => pick(&["l", "[]", "[1]", "[n, 2]"]),
        _ => pick(&["f", "true", "false"]),
    };
    if depth == 0 {
        return leaf;
    }
    let sub = move |of| expressions(of, depth - 1);
    let two = move |a, ops: &'static [&'static str], b| {
        (sub(a), prop::sample::select(ops), sub(b)).prop_map(|(a, op, b)| format!("({a} {op} {b})"))
    };
    match of {
        "int" => prop_oneof![
            leaf,
            two("int", &["+", "-", "*", "/", "%"], "int"),
            sub("int").prop_map(|a| format!("-({a})")),
            sub("list").prop_map(|a| format!("size({a})")),
            sub("text").prop_map(|a| format!("({a}).size()")),
            (sub("list"), sub("int")).prop_map(|(a, b)| format!("({a})[{b}]")),
            (sub("bool"), sub("int"), sub("int")).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
        ]
        .boxed(),
        "text" => {
            prop_oneof![leaf, two("text", &["+"], "text"), sub("int").prop_map(|a| format!("string({a})"))]
                .boxed()
        }
        "list" => prop_oneof![
            leaf,
            two("list", &["+"], "list"),
            (sub("list"), sub("int")).prop_map(|(a, b)| format!("({a}).map(x{}, {b})", depth_name(&b))),
            (sub("list"), sub("bool")).prop_map(|(a, b)| format!("({a}).filter(y{}, {b})", depth_name(&b))),
        ]
        .boxed(),
        _ => prop_oneof![
            leaf,
            two("bool", &["&&", "||", "==", "!="], "bool"),
            two("int", &["==", "!=", "<", "<=", ">", ">="], "int"),
            two("text", &["==", "!=", "<", "<=", ">", ">="], "text"),
            two("list", &["==", "!="], "list"),
            two("int", &["in"], "list"),
            sub("bool").prop_map(|a| format!("!({a})")),
            (sub("text"), prop::sample::select(&["contains", "startsWith", "endsWith"][..]), sub("text"))
                .prop_map(|(a, f, b)| format!("({a}).{f}({b})")),
            (sub("list"), prop::sample::select(&["all", "exists", "exists_one"][..]), sub("int"))
                .prop_map(|(a, f, b)| format!("({a}).{f}(z{0}, z{0} < {b})", depth_name(&b))),
        ]
        .boxed(),
    }
}

/// A name that no loop around or inside has.
fn depth_name(inner: &str) -> usize {
    inner.len()
}

/// What the crate gives, as text; `None` where it gives an error.
fn oracle(text: &str) -> Option<String> {
    let program = cel::Program::compile(text).unwrap();
    let mut context = cel::Context::default();
    context.add_variable_from_value("n", 4i64);
    context.add_variable_from_value("t", "abc".to_owned());
    context.add_variable_from_value("l", vec![3i64, 1, 2]);
    context.add_variable_from_value("f", true);
    fn show(value: &cel::Value) -> String {
        match value {
            cel::Value::Int(number) => number.to_string(),
            cel::Value::Bool(flag) => flag.to_string(),
            cel::Value::String(text) => text.to_string(),
            cel::Value::List(items) => items.iter().map(show).collect::<Vec<_>>().join(", "),
            other => format!("{other:?}"),
        }
    }
    program.execute(&context).ok().map(|value| show(&value))
}

fn agree(text: &str) -> Result<(), TestCaseError> {
    let found = match run(text) {
        Ok(found) => Some(found),
        // Steps and names are ours, and so is that an item of `[]` is of no type; longer lists are cut in messages.
        Err(why)
            if why == "spent"
                || why.contains("nested deeper")
                || why.contains("is the name of something else")
                || why.contains("anything") =>
        {
            return Ok(());
        }
        Err(_) => None,
    };
    prop_assert!(
        found.as_ref().is_some_and(|found| found.contains(" more")) || found == oracle(text),
        "{}: {:?} and {:?}",
        text,
        found,
        oracle(text)
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn numbers_agree_with_the_crate(text in expressions("int", 3)) {
        agree(&text)?;
    }

    #[test]
    fn conditions_agree_with_the_crate(text in expressions("bool", 3)) {
        agree(&text)?;
    }

    #[test]
    fn lists_agree_with_the_crate(text in expressions("list", 3)) {
        agree(&text)?;
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[ -~é]{0,60}") {
        if let Err(fault) = parse(&text).and_then(|expr| typed(&expr, &mut scope(), None).map(|_| ())) {
            prop_assert!(text.get(fault.at.start as usize..fault.at.end as usize).is_some(), "{:?}", fault);
        }
    }
}
