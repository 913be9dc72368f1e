//! `jurisdiction`, `link`.

use super::policy_file::ONLY_ALLOW;
use super::shape::{Kind, Shape, many, needed, one, several};

/// `jurisdiction EU { country DE IE }`.
pub static JURISDICTION: Shape = Shape {
    name: "jurisdiction",
    doc: "a named set of countries; EU and EEA are built in",
    args: &[one("name", Kind::Name)],
    props: &[],
    children: &[many(&COUNTRY)],
};

static COUNTRY: Shape = Shape {
    name: "country",
    doc: "countries of the jurisdiction",
    args: &[several("country", Kind::Country)],
    props: &[],
    children: &[],
};

/// `link eu-central eu-west rtt="24ms"`.
pub static LINK: Shape = Shape {
    name: "link",
    doc: "the network between two regions",
    args: &[one("first region", Kind::Name), one("second region", Kind::Name)],
    props: &[needed("rtt", Kind::Duration, "round-trip time")],
    children: ONLY_ALLOW,
};
