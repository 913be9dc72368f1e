//! `event`, and `declare` of `declarations.kdl`.

use super::policy_file::ALLOW;
use super::shape::{Kind, Shape, many, needed, one, optional, prop, several};

/// `event eu-grid { fail eu-central eu-west }`.
pub static EVENT: Shape = Shape {
    name: "event",
    doc: "a named scenario that operators can declare",
    args: &[one("name", Kind::Name)],
    props: &[],
    children: &[many(&FAIL), many(&DRAIN), optional(&PARTITION), optional(&EXPECT), many(&ALLOW)],
};

static FAIL: Shape = Shape {
    name: "fail",
    doc: "regions, or cells as `R/C`, that fail",
    args: &[several("place", Kind::Name)],
    props: &[],
    children: &[],
};

static DRAIN: Shape = Shape {
    name: "drain",
    doc: "living regions or cells whose work is asked to leave",
    args: &[several("place", Kind::Name)],
    props: &[prop("share", Kind::Share, "how much of it").or("100%")],
    children: &[],
};

static PARTITION: Shape = Shape {
    name: "partition",
    doc: "sides that live but do not reach each other",
    args: &[],
    props: &[],
    children: &[many(&SIDE)],
};

static SIDE: Shape = Shape {
    name: "side",
    doc: "regions of one side",
    args: &[several("region", Kind::Name)],
    props: &[],
    children: &[],
};

static EXPECT: Shape = Shape {
    name: "expect",
    doc: "what may be given up",
    args: &[one("outcome", Kind::Word(&["degraded"]))],
    props: &[],
    children: &[many(&LOSE)],
};

static LOSE: Shape = Shape {
    name: "lose",
    doc: "a tier whose work may be lost",
    args: &[],
    props: &[needed("tier", Kind::Name, "which")],
    children: &[],
};

/// `declare eu-grid by=… reason="…"`.
pub static DECLARE: Shape = Shape {
    name: "declare",
    doc: "an event, `region:R` or `cell:R/C` that is in force",
    args: &[one("event", Kind::Name)],
    props: &[
        prop("by", Kind::Text, "who says so"),
        prop("reason", Kind::Text, "why"),
        prop("until", Kind::Moment, "until when"),
    ],
    children: &[],
};
