//! An object held against its definition.
//!
//! Takes a definition and a value, gives every fault with its JSON pointer. Invariants: one fault for one cause; the work is
//! bounded, whatever a CustomResourceDefinition asks for; a mapping's unknown fields are faults only where its own definition
//! is looked at, not where an alternative of it is tried.

use super::Schemas;
use super::definition::{Additional, Definition, Type};
use super::fault::{Fault, What};
use super::format;
use crate::diagnostic::nearest::nearest;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Most faults of one object.
const FAULTS: usize = 20;
/// Most values that are looked at in one object, each as often as definitions speak of it.
const STEPS: usize = 4_000_000;

/// A definition and those around it.
#[derive(Clone, Copy)]
pub(super) struct Up<'u> {
    definition: &'u Definition,
    up: Option<&'u Up<'u>>,
}

/// One look at an object.
pub(super) struct Walk<'w> {
    schemas: &'w Schemas,
    /// Whether definitions are those of Kubernetes itself: what is left empty is left out, and what says nothing of its
    /// fields takes any.
    pub(super) builtin: bool,
    /// Whether the next mapping is a whole object, whatever its definition says of `apiVersion`, `kind` and `metadata`.
    pub(super) whole: bool,
    /// Whether alternatives are tried, which say nothing of other fields.
    trying: bool,
    path: Vec<Step<'w>>,
    pub(super) faults: Vec<Fault>,
    left: usize,
}

#[derive(Clone, Copy)]
enum Step<'w> {
    Field(&'w str),
    Item(usize),
}

/// A way as a JSON pointer.
fn pointer(path: &[Step<'_>]) -> String {
    let mut pointer = String::new();
    for step in path {
        pointer.push('/');
        match step {
            Step::Field(name) => pointer.push_str(&seawall_schema::pointer::step(name)),
            Step::Item(index) => pointer.push_str(&index.to_string()),
        }
    }
    pointer
}

impl<'w> Walk<'w> {
    pub(super) fn new(schemas: &'w Schemas, builtin: bool) -> Self {
        Self {
            schemas,
            builtin,
            whole: !builtin,
            trying: false,
            path: Vec::new(),
            faults: Vec::new(),
            left: STEPS,
        }
    }

    fn fault(&mut self, what: What) {
        if self.faults.len() < FAULTS {
            let pointer = pointer(&self.path);
            self.faults.push(Fault { pointer, what });
        }
    }

    fn goes_on(&mut self) -> bool {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 && !self.faults.iter().any(|fault| matches!(fault.what, What::TooMuch)) {
            self.faults.truncate(FAULTS - 1);
            self.fault(What::TooMuch);
        }
        self.left > 0 && self.faults.len() < FAULTS
    }

    /// A field of the object against a definition.
    pub(super) fn field(&mut self, definition: &Definition, name: &'w str, value: &'w Value) {
        self.path.push(Step::Field(name));
        self.value(definition, value, None);
        self.path.pop();
    }

    /// A value against a definition.
    pub(super) fn value(&mut self, definition: &Definition, value: &'w Value, up: Option<&Up<'_>>) {
        if !self.goes_on() {
            return;
        }
        if let Some(reference) = &definition.reference {
            if let Some(named) = self.schemas.builtin.definition(super::name_of(reference)) {
                self.value(&named, value, up);
            }
            return;
        }
        if value.is_null() && definition.nullable {
            return;
        }
        if !definition.fits(value) {
            return self.fault(What::Type(definition.types().to_vec()));
        }
        if let Some(values) = &definition.values
            && !values.contains(value)
        {
            return self.fault(What::Value(values.clone()));
        }
        match value {
            Value::Object(fields) => self.mapping(definition, fields, up),
            Value::Array(items) => self.list(definition, items, up),
            Value::String(text) => self.text(definition, text),
            Value::Number(_) => self.number(definition, value),
            Value::Bool(_) | Value::Null => {}
        }
        self.alternatives(definition, value, up);
    }

    fn mapping(&mut self, definition: &Definition, fields: &'w Map<String, Value>, up: Option<&Up<'_>>) {
        let own = Up { definition, up };
        let embedded = std::mem::take(&mut self.whole) || definition.embedded;
        let mut unknown: Vec<&'w str> = Vec::new();
        for (name, value) in fields {
            let field = match definition.properties.get(name) {
                _ if embedded && matches!(name.as_str(), "apiVersion" | "kind" | "metadata") => continue,
                Some(field) => field,
                None => match &definition.additional_properties {
                    Some(Additional::Are(each)) => each,
                    Some(Additional::May(true)) => continue,
                    None if self.builtin || self.trying || definition.open => continue,
                    None | Some(Additional::May(false)) => {
                        unknown.push(name);
                        continue;
                    }
                },
            };
            if value.is_null() && (self.builtin || field.default.is_some()) {
                continue;
            }
            self.path.push(Step::Field(name));
            self.value(field, value, Some(&own));
            self.path.pop();
        }
        let mut missing: Vec<String> = Vec::new();
        let of_objects = ["apiVersion".to_owned(), "kind".to_owned()];
        let needed = definition.required.iter().chain(of_objects.iter().filter(|_| embedded));
        for name in needed.filter(|name| fields.get(*name).is_none_or(Value::is_null)) {
            let meant = |other: &&&str| nearest(other, [name.as_str()]).is_some();
            if !unknown.iter().any(|other| meant(&other)) && !missing.contains(name) {
                missing.push(name.clone());
            }
        }
        for name in unknown {
            let unknown = self.unknown(name, definition, fields, up);
            self.fault(unknown);
        }
        if !missing.is_empty() {
            self.fault(What::Missing(missing));
        }
        self.count(fields.len(), (definition.min_properties, definition.max_properties), "field");
    }

    /// What an unknown field may have been meant for.
    fn unknown(
        &self,
        name: &str,
        definition: &Definition,
        fields: &Map<String, Value>,
        up: Option<&Up<'_>>,
    ) -> What {
        let known =
            definition.properties.keys().filter(|known| !fields.contains_key(*known)).cloned().collect();
        let mut below = definition.properties.iter().filter(|(_, field)| self.takes(field, name));
        let below = below.next().map(|(field, _)| field.clone());
        let around = std::iter::successors(up, |up| up.up);
        let above =
            around.take_while(|_| below.is_none()).position(|up| up.definition.properties.contains_key(name));
        // A list is a level of its own: its items have no name.
        let above = above.map(|levels| {
            let mut path = self.path.clone();
            let mut left = levels + 1;
            while left > 0 {
                match path.pop() {
                    Some(Step::Item(_)) => {}
                    Some(Step::Field(_)) => left -= 1,
                    None => break,
                }
            }
            pointer(&path)
        });
        What::Unknown { name: name.to_owned(), known, below, above }
    }

    /// Whether a field, or each item of it, takes a field of that name.
    fn takes(&self, field: &Definition, name: &str) -> bool {
        let inner = field.items.as_deref().unwrap_or(field);
        match &inner.reference {
            Some(reference) => {
                let named = self.schemas.builtin.definition(super::name_of(reference));
                named.is_some_and(|named| named.properties.contains_key(name))
            }
            None => inner.properties.contains_key(name),
        }
    }

    fn list(&mut self, definition: &Definition, items: &'w [Value], up: Option<&Up<'_>>) {
        self.count(items.len(), (definition.min_items, definition.max_items), "item");
        if let Some(each) = &definition.items {
            for (index, item) in items.iter().enumerate() {
                self.path.push(Step::Item(index));
                self.value(each, item, up);
                self.path.pop();
            }
        }
        let is_set = definition.list_type.as_deref() == Some("set");
        if definition.told_apart() || is_set {
            self.repeated(definition, items);
        }
    }

    fn repeated(&mut self, definition: &Definition, items: &'w [Value]) {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for (index, item) in items.iter().enumerate() {
            let own = match definition.told_apart() {
                true => definition.list_keys.iter().map(|key| item.get(key)).collect::<Vec<_>>(),
                false => vec![Some(item)],
            };
            if own.iter().all(Option::is_none) {
                continue;
            }
            let key =
                own.iter().map(|value| value.map(Value::to_string).unwrap_or_default()).collect::<Vec<_>>();
            let Some(first) = seen.insert(key.join("\u{0}"), index) else { continue };
            let keys = definition.list_keys.clone();
            self.path.push(Step::Item(first));
            let first = pointer(&self.path);
            self.path.pop();
            self.path.push(Step::Item(index));
            self.fault(What::Repeated { keys, first });
            self.path.pop();
        }
    }

    fn count(&mut self, count: usize, (least, most): (Option<u64>, Option<u64>), what: &'static str) {
        let count = count as u64;
        if least.is_some_and(|least| count < least) || most.is_some_and(|most| count > most) {
            self.fault(What::Count { count, least, most, what });
        }
    }

    fn text(&mut self, definition: &Definition, text: &str) {
        let fits = definition.format.as_deref().is_none_or(|format| format::holds(format, text));
        if !fits {
            let format = definition.format.clone().unwrap_or_default();
            return self.fault(if format == "quantity" { What::Quantity } else { What::Format(format) });
        }
        // What Kubernetes itself writes as a pattern is one of the formats.
        if let Some(pattern) = definition.pattern.as_deref().filter(|_| !self.builtin)
            && !self.schemas.matches(pattern, text)
        {
            return self.fault(What::Pattern(pattern.to_owned()));
        }
        if !self.builtin {
            let length = text.chars().count();
            self.count(length, (definition.min_length, definition.max_length), "character");
        }
    }

    fn number(&mut self, definition: &Definition, value: &Value) {
        let bounds = match definition.format.as_deref() {
            Some("int32") => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
            Some("int64") => Some((i64::MIN, i64::MAX)),
            _ => None,
        };
        let bounds = bounds.filter(|_| definition.types().contains(&Type::Integer));
        let least = definition.minimum.clone().or(bounds.map(|(least, _)| least.into()));
        let most = definition.maximum.clone().or(bounds.map(|(_, most)| most.into()));
        let (open_low, open_high) = (definition.exclusive_minimum, definition.exclusive_maximum);
        if !format::within(value, least.as_ref(), open_low, most.as_ref(), open_high) {
            return self.fault(What::Range { least, most, open: open_low || open_high });
        }
        if let Some(step) = definition.multiple_of.as_ref().filter(|step| !format::multiple(value, step)) {
            self.fault(What::Multiple(step.clone()));
        }
    }

    fn alternatives(&mut self, definition: &Definition, value: &'w Value, up: Option<&Up<'_>>) {
        let Definition { all_of, any_of, one_of, not, .. } = definition;
        if self.builtin {
            return self.by_type(any_of, value, up);
        }
        let before = std::mem::replace(&mut self.trying, true);
        for each in all_of {
            self.value(each, value, up);
        }
        self.one(any_of, false, value, up);
        self.one(one_of, true, value, up);
        if let Some(not) = not
            && self.tried(not, value, up).is_empty()
        {
            self.fault(What::Not);
        }
        self.trying = before;
    }

    /// Of what Kubernetes itself takes the type says which alternative is meant.
    fn by_type(&mut self, branches: &[Definition], value: &'w Value, up: Option<&Up<'_>>) {
        if branches.is_empty() {
            return;
        }
        let mut types = Vec::new();
        for branch in branches {
            let named =
                branch.reference.as_deref().and_then(|r| self.schemas.builtin.definition(super::name_of(r)));
            let resolved = named.as_deref().unwrap_or(branch);
            if resolved.fits(value) {
                return self.value(branch, value, up);
            }
            types.extend(resolved.types().iter().copied());
        }
        self.fault(What::Type(types));
    }

    /// What is wrong if this alternative is meant.
    fn tried(&mut self, branch: &Definition, value: &'w Value, up: Option<&Up<'_>>) -> Vec<Fault> {
        let before = std::mem::take(&mut self.faults);
        self.value(branch, value, up);
        std::mem::replace(&mut self.faults, before)
    }

    fn one(&mut self, branches: &[Definition], only: bool, value: &'w Value, up: Option<&Up<'_>>) {
        if branches.is_empty() {
            return;
        }
        let mut tried: Vec<Vec<Fault>> =
            branches.iter().map(|branch| self.tried(branch, value, up)).collect();
        let hold = tried.iter().filter(|faults| faults.is_empty()).count();
        if hold == 1 || (hold > 1 && !only) {
            return;
        }
        if hold > 1 {
            return self.fault(What::Several(hold));
        }
        // Where only one of them is of the type that stands here, that one is meant.
        let mut typed = (0..branches.len()).filter(|index| branches[*index].fits(value));
        match (typed.next(), typed.next()) {
            (Some(meant), None) => {
                let faults = std::mem::take(&mut tried[meant]);
                self.faults.extend(faults);
                self.faults.truncate(FAULTS);
            }
            _ => {
                let needs = |faults: &Vec<Fault>| match faults.as_slice() {
                    [Fault { what: What::Missing(names), .. }] => Some(names.join("` and `")),
                    _ => None,
                };
                let needed: Option<Vec<String>> = tried.iter().map(needs).collect();
                self.fault(What::None { of: branches.len(), needed: needed.unwrap_or_default() });
            }
        }
    }
}
