//! A schema as it is written: the JSON schemas of `schema/kubernetes/` and the structural ones of CustomResourceDefinitions.
//!
//! Takes JSON, gives [`Definition`]s. What is only documentation is not read.

use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};
use std::collections::BTreeMap;

/// What a value may be.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Definition {
    #[serde(rename = "$ref")]
    pub(super) reference: Option<String>,
    #[serde(rename = "type", deserialize_with = "one_or_more")]
    pub(super) types: Vec<Type>,
    pub(super) properties: BTreeMap<String, Definition>,
    pub(super) additional_properties: Option<Additional>,
    pub(super) items: Option<Box<Definition>>,
    pub(super) required: Vec<String>,
    #[serde(rename = "enum")]
    pub(super) values: Option<Vec<Value>>,
    pub(super) minimum: Option<Number>,
    pub(super) maximum: Option<Number>,
    pub(super) exclusive_minimum: bool,
    pub(super) exclusive_maximum: bool,
    pub(super) multiple_of: Option<Number>,
    pub(super) min_length: Option<u64>,
    pub(super) max_length: Option<u64>,
    pub(super) min_items: Option<u64>,
    pub(super) max_items: Option<u64>,
    pub(super) min_properties: Option<u64>,
    pub(super) max_properties: Option<u64>,
    pub(super) pattern: Option<String>,
    pub(super) format: Option<String>,
    pub(super) nullable: bool,
    pub(super) default: Option<Value>,
    pub(super) all_of: Vec<Definition>,
    pub(super) any_of: Vec<Definition>,
    pub(super) one_of: Vec<Definition>,
    pub(super) not: Option<Box<Definition>>,
    #[serde(rename = "x-kubernetes-int-or-string")]
    pub(super) int_or_string: bool,
    #[serde(rename = "x-kubernetes-preserve-unknown-fields")]
    pub(super) open: bool,
    #[serde(rename = "x-kubernetes-embedded-resource")]
    pub(super) embedded: bool,
    #[serde(rename = "x-kubernetes-list-type")]
    pub(super) list_type: Option<String>,
    #[serde(rename = "x-kubernetes-list-map-keys")]
    pub(super) list_keys: Vec<String>,
}

/// Fields that are not listed.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Additional {
    /// Whether there may be any.
    May(bool),
    /// What each of them is.
    Are(Box<Definition>),
}

/// Types of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Type {
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
}

fn one_or_more<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Type>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        One(Type),
        More(Vec<Type>),
    }
    Ok(match Written::deserialize(deserializer)? {
        Written::One(one) => vec![one],
        Written::More(more) => more,
    })
}

impl Definition {
    /// The types that a value may have; none: any.
    pub(super) fn types(&self) -> &[Type] {
        if self.int_or_string && self.types.is_empty() { &[Type::Integer, Type::String] } else { &self.types }
    }

    /// Whether a value is of a type that it may have.
    pub(super) fn fits(&self, value: &Value) -> bool {
        self.types().is_empty() || self.types().iter().any(|kind| kind.holds(value))
    }

    /// Whether a list says by which keys its items are told apart.
    pub(super) fn told_apart(&self) -> bool {
        self.list_type.as_deref() == Some("map") && !self.list_keys.is_empty()
    }
}

impl Type {
    pub(super) fn holds(self, value: &Value) -> bool {
        match self {
            Type::Object => value.is_object(),
            Type::Array => value.is_array(),
            Type::String => value.is_string(),
            // A whole float is written as an integer by what reads the YAML.
            Type::Integer => value.is_i64() || value.is_u64(),
            Type::Number => value.is_number(),
            Type::Boolean => value.is_boolean(),
        }
    }

    /// In words, with its article.
    pub(super) fn words(self) -> &'static str {
        match self {
            Type::Object => "a mapping",
            Type::Array => "a list",
            Type::String => "a string",
            Type::Integer => "an integer",
            Type::Number => "a number",
            Type::Boolean => "a boolean",
        }
    }
}
