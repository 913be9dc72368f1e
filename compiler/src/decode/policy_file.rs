//! `policy`, `pack`: what stands in `policies/*.kdl`; and `allow`, which stands in what a policy is about.

use super::shape::{Child, Kind, Shape, many, needed, once, one, optional, prop};
use crate::policy::KINDS;

/// `policy critical-has-two-ways-out severity=deny { … }`.
pub static POLICY: Shape = Shape {
    name: "policy",
    doc: "a constraint that an organisation demands on top of the language; docs/policies.md says what expressions may name",
    args: &[one("name", Kind::Name)],
    props: &[prop(
        "severity",
        Kind::Word(SEVERITIES),
        "whether a fleet that does not meet it is wrong, or warned",
    )
    .or("deny")],
    children: &[once(&FOR), many(&REQUIRE), once(&MESSAGE), optional(&HELP), many(&TEST)],
};

const SEVERITIES: &[&str] = &["deny", "warn"];

static FOR: Shape = Shape {
    name: "for",
    doc: "what it is about: every one of them is asked by itself, and has that name in expressions",
    args: &[one("kind", Kind::Word(KINDS))],
    props: &[prop("where", Kind::Text, "only those for which this CEL expression holds")],
    children: &[],
};

static REQUIRE: Shape = Shape {
    name: "require",
    doc: "a CEL expression that must hold; at least one",
    args: &[one("expression", Kind::Text)],
    props: &[prop(
        "message",
        Kind::Text,
        "the message where this one does not hold, instead of the policy's",
    )],
    children: &[],
};

static MESSAGE: Shape = Shape {
    name: "message",
    doc: "what a finding says; CEL expressions in braces are worked out, `{{` is a brace",
    args: &[one("text", Kind::Text)],
    props: &[],
    children: &[],
};

static HELP: Shape = Shape {
    name: "help",
    doc: "what to do about it",
    args: &[one("text", Kind::Text)],
    props: &[],
    children: &[],
};

static TEST: Shape = Shape {
    name: "test",
    doc: "fleets on which `seawall policy test` tries it, each in one file",
    args: &[],
    props: &[
        prop("pass", Kind::Text, "a fleet that meets it"),
        prop("fail", Kind::Text, "a fleet that does not"),
    ],
    children: &[],
};

/// `pack disaster-boundary { … }`.
pub static PACK: Shape = Shape {
    name: "pack",
    doc: "takes the policies of a pack that comes with Seawall",
    args: &[one("name", Kind::Name)],
    props: &[],
    children: &[many(&SEVERITY), many(&OFF)],
};

static SEVERITY: Shape = Shape {
    name: "severity",
    doc: "another severity for a policy of the pack",
    args: &[one("policy", Kind::Name), one("severity", Kind::Word(SEVERITIES))],
    props: &[],
    children: &[],
};

static OFF: Shape = Shape {
    name: "off",
    doc: "leaves a policy of the pack out",
    args: &[one("policy", Kind::Name)],
    props: &[needed("reason", Kind::Text, "why")],
    children: &[],
};

/// `allow critical-has-two-ways-out reason="…" until="2027-01-31"`.
pub static ALLOW: Shape = Shape {
    name: "allow",
    doc: "a policy's finding that is accepted",
    args: &[one("policy", Kind::Name)],
    props: &[needed("reason", Kind::Text, "why"), prop("until", Kind::Date, "its last day")],
    children: &[],
};

/// Of what has nothing else in its block.
pub const ONLY_ALLOW: &[Child] = &[many(&ALLOW)];
