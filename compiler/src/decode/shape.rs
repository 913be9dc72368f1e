//! What a node may hold: the tables that decoding, its messages and the language reference are made from.
//!
//! Takes nothing, gives static data. Invariant: every node of the language has exactly one [`Shape`].

use seawall_schema::Resource;

/// A kind of node.
#[derive(Debug)]
pub struct Shape {
    /// Its name.
    pub name: &'static str,
    /// One line of documentation.
    pub doc: &'static str,
    /// Its arguments, in order; only the last may repeat.
    pub args: &'static [Arg],
    /// Its properties.
    pub props: &'static [Prop],
    /// What may stand in its block; empty: it has none.
    pub children: &'static [Child],
}

/// An argument.
#[derive(Debug)]
pub struct Arg {
    /// What it is called in messages.
    pub name: &'static str,
    /// What it must be.
    pub kind: Kind,
    /// How often.
    pub arity: Arity,
    /// What holds where the whole node is left out.
    pub default: Option<&'static str>,
}

/// How often an argument stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// Exactly once.
    One,
    /// At most once.
    Optional,
    /// At least once.
    Many,
}

/// A property.
#[derive(Debug)]
pub struct Prop {
    /// Its name.
    pub name: &'static str,
    /// What it must be.
    pub kind: Kind,
    /// Whether it must stand.
    pub required: bool,
    /// Whether it may stand more than once.
    pub repeats: bool,
    /// What holds where it is left out, as it would be written.
    pub default: Option<&'static str>,
    /// One line of documentation.
    pub doc: &'static str,
}

/// A node that may stand in a block.
#[derive(Debug)]
pub struct Child {
    /// Which.
    pub shape: &'static Shape,
    /// How often.
    pub times: Times,
}

/// How often a child stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// At most once.
    Optional,
    /// Exactly once.
    Once,
    /// Any number of times.
    Many,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// Text that names something.
    Name,
    /// A country, two capital letters.
    Country,
    /// A day, `2026-01-31`.
    Date,
    /// A moment of RFC 3339, `2026-01-31T18:00:00Z`.
    Moment,
    /// A non-negative whole number.
    Count,
    /// A whole number with a unit of time.
    Duration,
    /// A share from 0% to 100%.
    Share,
    /// A share, or a count.
    ShareOrCount,
    /// A Kubernetes quantity of that resource.
    Amount(Resource),
    /// A Kubernetes quantity of that resource, or a share of the capacity.
    AmountOrShare(Resource),
    /// `name=count`.
    Extended,
    /// `name=count`, or `name=share`.
    ExtendedOrShare,
    /// `#true` or `#false`.
    Flag,
    /// One of some words.
    Word(&'static [&'static str]),
}

impl Kind {
    /// What is expected, for messages.
    pub fn expected(&self) -> String {
        match self {
            Kind::Text | Kind::Name => "text".to_owned(),
            Kind::Country => "a country such as `DE`".to_owned(),
            Kind::Date => "a day such as `2026-01-31`".to_owned(),
            Kind::Moment => "a moment such as `2026-01-31T18:00:00Z`".to_owned(),
            Kind::Count => "a whole number from 0".to_owned(),
            Kind::Duration => "a duration such as `90s`".to_owned(),
            Kind::Share => "a share such as `20%`".to_owned(),
            Kind::ShareOrCount => "a share such as `10%`, or a whole number".to_owned(),
            Kind::Amount(resource) => format!("a quantity such as {}", example(resource)),
            Kind::AmountOrShare(resource) => {
                format!("a quantity such as {}, or a share such as `20%`", example(resource))
            }
            Kind::Extended => "`name=count` such as `nvidia.com/gpu=8`".to_owned(),
            Kind::ExtendedOrShare => "`name=count` or `name=share` such as `nvidia.com/gpu=50%`".to_owned(),
            Kind::Flag => "`#true` or `#false`".to_owned(),
            Kind::Word(words) => words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(" or "),
        }
    }
}

fn example(resource: &Resource) -> &'static str {
    match resource {
        Resource::Cpu => "`2` or `500m`",
        Resource::Memory => "`4Gi`",
        Resource::Pods | Resource::Extended(_) => "`110`",
    }
}

/// An argument that must stand once.
pub const fn one(name: &'static str, kind: Kind) -> Arg {
    Arg { name, kind, arity: Arity::One, default: None }
}

/// An argument that may stand once.
pub const fn maybe(name: &'static str, kind: Kind) -> Arg {
    Arg { name, kind, arity: Arity::Optional, default: None }
}

/// An argument that stands at least once.
pub const fn several(name: &'static str, kind: Kind) -> Arg {
    Arg { name, kind, arity: Arity::Many, default: None }
}

/// A property that may be left out.
pub const fn prop(name: &'static str, kind: Kind, doc: &'static str) -> Prop {
    Prop { name, kind, required: false, repeats: false, default: None, doc }
}

/// A property that must stand.
pub const fn needed(name: &'static str, kind: Kind, doc: &'static str) -> Prop {
    Prop { name, kind, required: true, repeats: false, default: None, doc }
}

/// A property that may repeat.
pub const fn repeated(name: &'static str, kind: Kind, doc: &'static str) -> Prop {
    Prop { name, kind, required: false, repeats: true, default: None, doc }
}

impl Arg {
    /// With what holds where the whole node is left out.
    pub const fn or(mut self, default: &'static str) -> Arg {
        self.default = Some(default);
        self
    }
}

impl Prop {
    /// With what holds where it is left out.
    pub const fn or(mut self, default: &'static str) -> Prop {
        self.default = Some(default);
        self
    }
}

/// A child that may be left out.
pub const fn optional(shape: &'static Shape) -> Child {
    Child { shape, times: Times::Optional }
}

/// A child that must stand once.
pub const fn once(shape: &'static Shape) -> Child {
    Child { shape, times: Times::Once }
}

/// A child that may stand any number of times.
pub const fn many(shape: &'static Shape) -> Child {
    Child { shape, times: Times::Many }
}

/// `cpu`.
pub const CPU: Prop = prop("cpu", Kind::Amount(Resource::Cpu), "cores, no finer than milli");
/// `memory`.
pub const MEMORY: Prop = prop("memory", Kind::Amount(Resource::Memory), "bytes");
/// `pods`.
pub const PODS: Prop = prop("pods", Kind::Amount(Resource::Pods), "a number of pods");
/// `resource`.
pub const RESOURCE: Prop =
    repeated("resource", Kind::Extended, "an extended resource, `name=count`; may repeat");

/// `cpu memory pods resource`.
pub const RESOURCES: &[Prop] = &[CPU, MEMORY, PODS, RESOURCE];
