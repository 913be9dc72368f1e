//! The model as people read it: what `show` prints without `--format json`.
//!
//! Takes the data of the compiler's `show`, gives lines: a value, and dim behind it where it was written; what nobody wrote
//! says `default`. Invariant: nothing is named here but what every part may have, so that no field can be forgotten.

use crate::style::{Style, count, plain};
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Where the places start, in columns.
const PLACES: usize = 72;

/// How many names an overview lists of a kind.
const LISTED: usize = 12;

/// A whole part: one thing, or a list of a kind.
pub fn whole(part: &Value, kind: &str, style: Style) -> String {
    let mut printer = Printer::new(style);
    match part {
        Value::Array(all) if all.is_empty() => printer.line(0, &format!("no {kind}"), "", false),
        Value::Array(all) => {
            for (index, one) in all.iter().enumerate() {
                if index > 0 {
                    printer.out.push('\n');
                }
                thing(one, kind, 0, &mut printer);
            }
        }
        one => thing(one, kind, 0, &mut printer),
    }
    printer.out
}

/// The fleet's settings, and of everything else how many there are and their names.
pub fn overview(model: &Value, kinds: &[(&str, &str)], style: Style) -> String {
    let mut out = whole(&model["fleet"], "fleet", style);
    out.push('\n');
    for (one, many) in kinds {
        let names: Vec<String> = model[*many].as_array().into_iter().flatten().map(name).collect();
        if names.is_empty() {
            continue;
        }
        let mut list = names.iter().take(LISTED).map(|name| plain(name)).collect::<Vec<_>>().join(", ");
        if names.len() > LISTED {
            list.push_str(", …");
        }
        let _ = writeln!(out, "{}: {list}", style.bold(&count(names.len(), one)));
    }
    out
}

/// What a thing is called: its name, its path, the event it declares, the two regions it joins.
pub fn name(one: &Value) -> String {
    let text = |value: &Value| value.as_str().or_else(|| value["value"].as_str()).map(str::to_owned);
    let named = ["name", "path", "event"].iter().find_map(|key| text(&one[*key]));
    let ends = || {
        one["regions"]
            .as_array()
            .map(|all| all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "))
    };
    named.or_else(ends).unwrap_or_default()
}

/// A thing with a heading and its fields below it; inside another thing, what stands on its own line is in the heading.
fn thing(one: &Value, kind: &str, depth: usize, printer: &mut Printer) {
    let Value::Object(fields) = one else { return };
    let place = place(fields.get("source"));
    let named = name(one);
    let mut title = format!("{kind} {named}").trim_end().to_owned();
    let rest = fields.iter().filter(|(key, _)| !matches!(key.as_str(), "source" | "path" | "name"));
    let (inline, below): (Vec<_>, Vec<_>) = rest.partition(|(_, value)| depth > 0 && simple(value).is_some());
    let words = |at: &str| {
        let here = inline.iter().filter(|(_, value)| self::place(value.get("source")) == at);
        here.map(|(key, value)| word(key, value)).collect::<Vec<_>>()
    };
    let own = if place.is_empty() { Vec::new() } else { words(&place) };
    title.extend(words("").iter().chain(&own).map(|word| format!(" {word}")));
    let defaults = if place == "default" { Vec::new() } else { words("default") };
    if !defaults.is_empty() {
        let _ = write!(title, " (default: {})", defaults.join(" "));
    }
    printer.line(depth, &title, &place, depth == 0);
    let outer = std::mem::replace(&mut printer.place, place.clone());
    let elsewhere = inline.into_iter().filter(|(_, value)| {
        value
            .get("source")
            .is_some_and(|source| ![place.as_str(), "default"].contains(&self::place(Some(source)).as_str()))
    });
    for (key, value) in elsewhere.chain(below) {
        field(key, value, depth + 1, printer);
    }
    printer.place = outer;
}

/// `replicas=40`.
fn word(key: &str, value: &Value) -> String {
    format!("{}={}", key.replace('_', "-"), simple(value).unwrap_or_default())
}

fn field(key: &str, value: &Value, depth: usize, printer: &mut Printer) {
    let label = key.replace('_', "-");
    match value {
        Value::Null => {}
        Value::Array(all) if all.is_empty() => {}
        Value::Array(all) if all.iter().all(|one| simple(one).is_some()) => {
            let words: Vec<String> = all.iter().filter_map(simple).collect();
            let source = all.first().and_then(|one| one.get("source"));
            printer.line(depth, &format!("{label} {}", words.join(" ")), &place(source), false);
        }
        Value::Array(all) => all.iter().for_each(|one| match one {
            Value::Array(words) => field(key, &Value::Array(words.clone()), depth, printer),
            one => thing(one, singular(&label), depth, printer),
        }),
        Value::Object(fields) if is_amounts(fields) => amounts(&label, fields, depth, printer),
        other => match simple(other) {
            Some(text) => printer.line(depth, &format!("{label} {text}"), &place(other.get("source")), false),
            None => thing(other, &label, depth, printer),
        },
    }
}

/// `request cpu=2 memory=4Gi`, a line for each line of a file that they stand on.
fn amounts(label: &str, fields: &Map<String, Value>, depth: usize, printer: &mut Printer) {
    let mut rest: Vec<(&String, &Value)> = fields.iter().collect();
    while let Some((_, first)) = rest.first() {
        let here = place(first.get("source"));
        let (same, others): (Vec<_>, Vec<_>) =
            rest.into_iter().partition(|(_, one)| place(one.get("source")) == here);
        let words: Vec<String> = same.iter().map(|(name, one)| word(name, one)).collect();
        printer.line(depth, &format!("{label} {}", words.join(" ")), &here, false);
        rest = others;
    }
}

/// Whether an object is a table of amounts, which has neither a source nor lists.
fn is_amounts(fields: &Map<String, Value>) -> bool {
    !fields.contains_key("source")
        && !fields.contains_key("hot")
        && fields.values().all(|one| simple(one).is_some())
}

/// A value's text, where it is one.
fn simple(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(format!("#{flag}")),
        Value::Object(fields) if fields.len() == 2 && fields.contains_key("source") => {
            fields.get("value").and_then(simple)
        }
        _ => None,
    }
}

fn singular(label: &str) -> &str {
    match label {
        "allows" => "allow",
        "uses" | "needs" => label,
        _ => label.strip_suffix('s').unwrap_or(label),
    }
}

/// `fleet.kdl:5`, `default`, or nothing.
fn place(source: Option<&Value>) -> String {
    match source {
        Some(Value::String(word)) => word.clone(),
        Some(Value::Object(at)) => format!("{}:{}", at["file"].as_str().unwrap_or_default(), at["line"]),
        _ => String::new(),
    }
}

/// Lines, each with its place, where that is not the place of what it belongs to.
struct Printer {
    out: String,
    style: Style,
    place: String,
}

impl Printer {
    fn new(style: Style) -> Self {
        Printer { out: String::new(), style, place: String::new() }
    }

    fn line(&mut self, depth: usize, text: &str, place: &str, heading: bool) {
        let (indent, text) = (depth * 4, plain(text));
        let shown = if heading { self.style.bold(&text) } else { text.clone() };
        let _ = write!(self.out, "{:indent$}{shown}", "");
        if !place.is_empty() && place != self.place {
            let gap = PLACES.saturating_sub(indent + text.chars().count()).max(2);
            let _ = write!(self.out, "{:gap$}{}", "", self.style.dim(&plain(place)));
        }
        self.out.push('\n');
    }
}
