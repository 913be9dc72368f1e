//! The schema of the language, for editors: the tables that files are read by, as JSON or in the KDL Schema Language.
//!
//! Takes the shapes, gives data. Invariants: every node has one entry, named by its path (`fleet/survive`, at the first place
//! where it stands); a value's type is a name of `types`, with what narrows it beside it.

use super::shape::{Arg, Arity, Child, Kind, Prop, Shape, Times};
use seawall_schema::Resource;
use serde_json::{Map, Value, json};

/// The version of the JSON form.
pub const FORMAT: u32 = 1;

/// A type of value: its name, what it is, an example, and a regular expression for its text where it is text.
pub struct Type {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// One as it is written.
    pub example: &'static str,
    /// What its text matches; `None` where it is no text.
    pub pattern: Option<&'static str>,
}

const QUANTITY: &str = r"^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,3})?$";
const SHARE: &str = r"^([0-9]{1,2}(\.[0-9]{1,3})?|100(\.0{1,3})?)%$";

/// Every type of value.
pub static TYPES: &[Type] = &[
    Type { name: "text", doc: "any text", example: "\"/readyz\"", pattern: Some(".") },
    Type { name: "name", doc: "text that names something", example: "risk-api", pattern: Some(".") },
    Type {
        name: "country",
        doc: "a country, ISO 3166-1 alpha-2",
        example: "DE",
        pattern: Some("^[A-Z]{2}$"),
    },
    Type {
        name: "date",
        doc: "a day",
        example: "\"2026-01-31\"",
        pattern: Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    },
    Type {
        name: "moment",
        doc: "a moment, RFC 3339",
        example: "\"2026-01-31T18:00:00Z\"",
        pattern: Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9:]{8}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"),
    },
    Type { name: "count", doc: "a whole number from 0 to 1000000000", example: "12", pattern: None },
    Type {
        name: "duration",
        doc: "a whole number with ms, s, m, h or d",
        example: "\"90s\"",
        pattern: Some("^[0-9]+(ms|s|m|h|d)$"),
    },
    Type {
        name: "share",
        doc: "a share from 0% to 100% with up to three decimals",
        example: "\"20%\"",
        pattern: Some(SHARE),
    },
    Type {
        name: "share-or-count",
        doc: "a share, or a whole number",
        example: "\"10%\"",
        pattern: Some(SHARE),
    },
    Type {
        name: "amount",
        doc: "a Kubernetes quantity of a resource, cpu no finer than milli, others whole",
        example: "2",
        pattern: Some(QUANTITY),
    },
    Type {
        name: "amount-or-share",
        doc: "a Kubernetes quantity of a resource, or a share of the capacity",
        example: "\"20%\"",
        pattern: Some(r"^\+?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,3}|%)?$"),
    },
    Type {
        name: "extended",
        doc: "`name=count` of an extended resource",
        example: "\"nvidia.com/gpu=8\"",
        pattern: Some("^[^=]+=[^=]+$"),
    },
    Type {
        name: "extended-or-share",
        doc: "`name=count` or `name=share` of an extended resource",
        example: "\"nvidia.com/gpu=50%\"",
        pattern: Some("^[^=]+=[^=]+$"),
    },
    Type { name: "flag", doc: "`#true` or `#false`", example: "#true", pattern: None },
    Type { name: "word", doc: "one of the words beside it", example: "own", pattern: Some(".") },
];

impl Kind {
    /// The name of its type.
    pub fn type_name(&self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Name => "name",
            Kind::Country => "country",
            Kind::Date => "date",
            Kind::Moment => "moment",
            Kind::Count => "count",
            Kind::Duration => "duration",
            Kind::Share => "share",
            Kind::ShareOrCount => "share-or-count",
            Kind::Amount(_) => "amount",
            Kind::AmountOrShare(_) => "amount-or-share",
            Kind::Extended => "extended",
            Kind::ExtendedOrShare => "extended-or-share",
            Kind::Flag => "flag",
            Kind::Word(_) => "word",
        }
    }

    /// Which resource an amount is of.
    pub fn resource(&self) -> Option<&Resource> {
        match self {
            Kind::Amount(resource) | Kind::AmountOrShare(resource) => Some(resource),
            _ => None,
        }
    }
}

/// Every shape with the path of the first place where it stands.
pub fn paths() -> Vec<(String, &'static Shape)> {
    let mut found: Vec<(String, &'static Shape)> = Vec::new();
    for child in super::TOP {
        collect(child.shape, "", &mut found);
    }
    found
}

fn collect(shape: &'static Shape, owner: &str, found: &mut Vec<(String, &'static Shape)>) {
    if found.iter().any(|(_, known)| std::ptr::eq(*known, shape)) {
        return;
    }
    let path = if owner.is_empty() { shape.name.to_owned() } else { format!("{owner}/{}", shape.name) };
    found.push((path.clone(), shape));
    shape.children.iter().for_each(|child| collect(child.shape, &path, found));
}

/// The schema as JSON.
pub fn json() -> Value {
    let paths = paths();
    let types = TYPES.iter().map(|kind| {
        let Type { name, doc, example, pattern } = kind;
        ((*name).to_owned(), json!({ "doc": doc, "example": example, "pattern": pattern }))
    });
    let nodes: Map<String, Value> =
        paths.iter().map(|(path, shape)| (path.clone(), node(shape, &paths))).collect();
    json!({
        "format": FORMAT,
        "language": 1,
        "types": types.collect::<Map<_, _>>(),
        "top": children(super::TOP, &paths),
        "nodes": nodes,
    })
}

fn node(shape: &'static Shape, paths: &[(String, &'static Shape)]) -> Value {
    let Shape { name, doc, args, props, children: inside } = shape;
    json!({
        "name": name,
        "doc": doc,
        "arguments": args.iter().map(argument).collect::<Vec<_>>(),
        "properties": props.iter().map(property).collect::<Vec<_>>(),
        "children": children(inside, paths),
    })
}

fn argument(arg: &Arg) -> Value {
    let Arg { name, kind, arity, default } = arg;
    let times = match arity {
        Arity::One => "once",
        Arity::Optional => "optional",
        Arity::Many => "several",
    };
    let mut value = typed(name, kind);
    value["times"] = times.into();
    value["default"] = (*default).into();
    value
}

fn property(prop: &Prop) -> Value {
    let Prop { name, kind, required, repeats, default, doc } = prop;
    let mut value = typed(name, kind);
    value["doc"] = (*doc).into();
    value["required"] = (*required).into();
    value["repeats"] = (*repeats).into();
    value["default"] = (*default).into();
    value
}

fn typed(name: &str, kind: &Kind) -> Value {
    let mut value = json!({ "name": name, "type": kind.type_name() });
    if let Kind::Word(words) = kind {
        value["words"] = json!(words);
    }
    if let Some(resource) = kind.resource() {
        value["resource"] = resource.as_str().into();
    }
    value
}

fn children(all: &[Child], paths: &[(String, &'static Shape)]) -> Value {
    let one = |child: &Child| {
        let path = paths.iter().find(|(_, shape)| std::ptr::eq(*shape, child.shape)).map(|(path, _)| path);
        let times = match child.times {
            Times::Optional => "optional",
            Times::Once => "once",
            Times::Many => "any",
        };
        json!({ "node": path, "times": times })
    };
    all.iter().map(one).collect()
}
