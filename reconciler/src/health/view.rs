//! Typed reading of an object. Takes JSON pointers, gives numbers, words and conditions; what is missing or of another
//! type reads as absent.

use serde_json::Value;

/// An object being judged.
pub(super) struct View<'a> {
    object: &'a Value,
}

/// One entry of `status.conditions`.
pub(super) struct Condition<'a> {
    /// Its type.
    pub(super) name: &'a str,
    status: &'a str,
    /// Why, in one word.
    pub(super) reason: &'a str,
    message: &'a str,
    observed_generation: Option<i64>,
}

impl<'a> View<'a> {
    pub(super) fn new(object: &'a Value) -> Self {
        Self { object }
    }

    /// The API group, empty for the core group.
    pub(super) fn group(&self) -> &'a str {
        let version = self.text("/apiVersion").unwrap_or_default();
        version.split_once('/').map_or("", |(group, _)| group)
    }

    pub(super) fn kind(&self) -> &'a str {
        self.text("/kind").unwrap_or_default()
    }

    pub(super) fn text(&self, pointer: &str) -> Option<&'a str> {
        self.object.pointer(pointer)?.as_str()
    }

    pub(super) fn integer(&self, pointer: &str) -> Option<i64> {
        self.object.pointer(pointer)?.as_i64()
    }

    /// The number, or `0`, as controllers leave zeroes out.
    pub(super) fn count(&self, pointer: &str) -> i64 {
        self.integer(pointer).unwrap_or(0)
    }

    pub(super) fn flag(&self, pointer: &str) -> bool {
        self.object.pointer(pointer).and_then(Value::as_bool).unwrap_or(false)
    }

    pub(super) fn list(&self, pointer: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.object.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
    }

    pub(super) fn conditions(&self) -> impl Iterator<Item = Condition<'a>> + use<'a> {
        self.list("/status/conditions").map(|entry| {
            let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
            Condition {
                name: text("type"),
                status: text("status"),
                reason: text("reason"),
                message: text("message"),
                observed_generation: entry.get("observedGeneration").and_then(Value::as_i64),
            }
        })
    }

    pub(super) fn condition(&self, name: &str) -> Option<Condition<'a>> {
        self.conditions().find(|condition| condition.name == name)
    }

    /// The condition, where it speaks of the present generation.
    pub(super) fn current_condition(&self, name: &str) -> Option<Condition<'a>> {
        let generation = self.integer("/metadata/generation");
        self.condition(name).filter(|condition| {
            condition.observed_generation.is_none_or(|seen| generation.is_none_or(|now| seen >= now))
        })
    }
}

impl Condition<'_> {
    pub(super) fn is_true(&self) -> bool {
        self.status == "True"
    }

    pub(super) fn is_false(&self) -> bool {
        self.status == "False"
    }

    /// What it says, as one line.
    pub(super) fn words(&self) -> String {
        let said = if self.message.is_empty() { self.reason } else { self.message };
        match said {
            "" => format!("{} is {}", self.name, self.status),
            said => said.split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }
}
