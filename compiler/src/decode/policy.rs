//! `tier`, `lane`, `tenant`, `dataset`.

use super::policy_file::{ALLOW, ONLY_ALLOW};
use super::shape::{Kind, RESOURCES, Shape, many, needed, once, one, optional, prop, several};

/// `tier critical order=100`.
pub static TIER: Shape = Shape {
    name: "tier",
    doc: "how important work is",
    args: &[one("name", Kind::Name)],
    props: &[
        needed("order", Kind::Count, "higher is more important; unique"),
        prop("preemptible", Kind::Flag, "whether its work gives way").or("#false"),
    ],
    children: ONLY_ALLOW,
};

/// `lane recovery { draws-on reserve free preemptible; opens-on declaration }`.
pub static LANE: Shape = Shape {
    name: "lane",
    doc: "a way in during failover",
    args: &[one("name", Kind::Name)],
    props: &[],
    children: &[once(&DRAWS_ON), optional(&OPENS_ON), many(&ALLOW)],
};

static DRAWS_ON: Shape = Shape {
    name: "draws-on",
    doc: "the pools it may use",
    args: &[several("pool", Kind::Word(&["reserve", "free", "preemptible"]))],
    props: &[],
    children: &[],
};

static OPENS_ON: Shape = Shape {
    name: "opens-on",
    doc: "what opens it",
    args: &[one("opener", Kind::Word(&["declaration"])).or("declaration")],
    props: &[],
    children: &[],
};

/// `tenant payments-prod { … }`.
pub static TENANT: Shape = Shape {
    name: "tenant",
    doc: "whose work it is",
    args: &[one("name", Kind::Name)],
    props: &[],
    children: &[optional(&NAMESPACE), many(&QUOTA), optional(&BURST), many(&ALLOW)],
};

static NAMESPACE: Shape = Shape {
    name: "namespace",
    doc: "its namespace in every cluster; without it the tenant's name",
    args: &[one("namespace", Kind::Name)],
    props: &[],
    children: &[],
};

static QUOTA: Shape = Shape {
    name: "quota",
    doc: "its limit in a region",
    args: &[one("region", Kind::Name)],
    props: RESOURCES,
    children: &[],
};

static BURST: Shape = Shape {
    name: "burst",
    doc: "what it may bring into any one region by failover",
    args: &[],
    props: RESOURCES,
    children: &[],
};

/// `dataset ledger { … }`.
pub static DATASET: Shape = Shape {
    name: "dataset",
    doc: "data that work uses",
    args: &[one("name", Kind::Name)],
    props: &[],
    children: &[optional(&RESIDENCY), once(&HOME), many(&REPLICA), many(&ALLOW)],
};

/// `residency EU`.
pub static RESIDENCY: Shape = Shape {
    name: "residency",
    doc: "jurisdictions it may be in; names on one line are a union",
    args: &[several("jurisdiction", Kind::Name)],
    props: &[],
    children: &[],
};

static HOME: Shape = Shape {
    name: "home",
    doc: "the region where it is written",
    args: &[one("region", Kind::Name)],
    props: &[],
    children: &[],
};

static REPLICA: Shape = Shape {
    name: "replica",
    doc: "a region that holds a copy",
    args: &[one("region", Kind::Name)],
    props: &[needed("lag", Kind::Duration, "how far behind it may be")],
    children: &[],
};
