//! What the parts of the data are made of. The macro [`view!`] defines a part once: its fields, what they mean, how they
//! are written and their schema.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Something that is data and has a schema.
pub(super) trait View {
    /// As data.
    fn json(self) -> Value;
    /// Its schema; what has a name goes to the definitions.
    fn schema(definitions: &mut Definitions) -> Value;
}

/// Named schemas.
#[derive(Default)]
pub(super) struct Definitions(pub(super) Map<String, Value>);

impl Definitions {
    /// Gives a reference to a named schema, made by `make` where it is not there yet.
    pub(super) fn named(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), Value::Null);
            let schema = make(self);
            self.0.insert(name.to_owned(), schema);
        }
        json!({ "$ref": format!("#/$defs/{name}") })
    }
}

/// Where something was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Nowhere: it is a default, or built in.
    Default,
    /// There.
    At {
        /// Path relative to the fleet's folder.
        file: String,
        /// From 1.
        line: u32,
        /// From 1, in characters.
        column: u32,
    },
}

/// A value and where it was written.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) source: Source,
}

/// Amounts by resource, as Kubernetes quantities.
pub(super) type Amounts = BTreeMap<String, At<String>>;

impl View for Source {
    fn json(self) -> Value {
        match self {
            Source::Default => "default".into(),
            Source::At { file, line, column } => json!({ "file": file, "line": line, "column": column }),
        }
    }

    fn schema(definitions: &mut Definitions) -> Value {
        definitions.named("Source", |_| {
            let number = || json!({ "type": "integer", "minimum": 1 });
            json!({
                "description": "Where it was written; `default` where nobody wrote it.",
                "oneOf": [{ "const": "default" }, {
                    "type": "object",
                    "properties": { "file": { "type": "string" }, "line": number(), "column": number() },
                    "required": ["file", "line", "column"],
                    "additionalProperties": false,
                }],
            })
        })
    }
}

impl<T: View> View for At<T> {
    fn json(self) -> Value {
        json!({ "value": self.value.json(), "source": self.source.json() })
    }

    fn schema(definitions: &mut Definitions) -> Value {
        json!({
            "type": "object",
            "properties": { "value": T::schema(definitions), "source": Source::schema(definitions) },
            "required": ["value", "source"],
            "additionalProperties": false,
        })
    }
}

impl View for String {
    fn json(self) -> Value {
        self.into()
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({ "type": "string" })
    }
}

impl View for u64 {
    fn json(self) -> Value {
        self.into()
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({ "type": "integer", "minimum": 0 })
    }
}

impl View for bool {
    fn json(self) -> Value {
        self.into()
    }

    fn schema(_: &mut Definitions) -> Value {
        json!({ "type": "boolean" })
    }
}

impl<T: View> View for Option<T> {
    fn json(self) -> Value {
        self.map_or(Value::Null, View::json)
    }

    fn schema(definitions: &mut Definitions) -> Value {
        json!({ "anyOf": [T::schema(definitions), { "type": "null" }] })
    }
}

impl<T: View> View for Vec<T> {
    fn json(self) -> Value {
        self.into_iter().map(View::json).collect()
    }

    fn schema(definitions: &mut Definitions) -> Value {
        json!({ "type": "array", "items": T::schema(definitions) })
    }
}

impl<T: View> View for BTreeMap<String, T> {
    fn json(self) -> Value {
        Value::Object(self.into_iter().map(|(key, value)| (key, value.json())).collect())
    }

    fn schema(definitions: &mut Definitions) -> Value {
        json!({ "type": "object", "additionalProperties": T::schema(definitions) })
    }
}

/// Defines parts of the data: `/// doc` `Name { /// doc` `field: Type, … }`.
macro_rules! view {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $about:literal])+ $field:ident: $type:ty,)+ })+) => {$(
        $(#[doc = $doc])+
        pub(in crate::show) struct $name {
            $($(#[doc = $about])+ pub(in crate::show) $field: $type,)+
        }

        impl $crate::show::view::View for $name {
            fn json(self) -> serde_json::Value {
                let mut map = serde_json::Map::new();
                $(map.insert(stringify!($field).to_owned(), $crate::show::view::View::json(self.$field));)+
                serde_json::Value::Object(map)
            }

            fn schema(definitions: &mut $crate::show::view::Definitions) -> serde_json::Value {
                definitions.named(stringify!($name), |definitions| {
                    let fields = [$((
                        stringify!($field),
                        concat!($($about),+),
                        <$type as $crate::show::view::View>::schema(definitions),
                    )),+];
                    $crate::show::view::object(concat!($($doc),+), &fields)
                })
            }
        }
    )+};
}

/// Defines words of which a value is one: `/// doc` `Name: "a" "b"`.
macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident: $($word:literal)+;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub(in crate::show) struct $name(pub(in crate::show) &'static str);

        impl $crate::show::view::View for $name {
            fn json(self) -> serde_json::Value {
                self.0.into()
            }

            fn schema(_: &mut $crate::show::view::Definitions) -> serde_json::Value {
                serde_json::json!({ "enum": [$($word),+] })
            }
        }
    )+};
}

pub(super) use {view, words};

/// The schema of an object whose fields are all there.
pub(super) fn object(doc: &str, fields: &[(&str, &str, Value)]) -> Value {
    let described = |about: &str, schema: &Value| {
        let mut schema = schema.clone();
        if let Value::Object(map) = &mut schema {
            map.insert("description".to_owned(), about.trim().into());
        }
        schema
    };
    let properties: Map<String, Value> =
        fields.iter().map(|(name, about, schema)| ((*name).to_owned(), described(about, schema))).collect();
    json!({
        "description": doc.trim(),
        "type": "object",
        "properties": properties,
        "required": fields.iter().map(|(name, ..)| *name).collect::<Vec<_>>(),
        "additionalProperties": false,
    })
}
