//! `workload`, and `class`, which gives workloads their defaults.

use super::failover::{DURING_FAILOVER, FAILOVER};
use super::policy::RESIDENCY;
use super::policy_file::ALLOW;
use super::shape::{CPU, Child, Kind, MEMORY, RESOURCE, Shape, many, needed, one, optional, prop, several};

/// `workload risk-api tenant=payments-prod class=web { … }`.
pub static WORKLOAD: Shape = Shape {
    name: "workload",
    doc: "replicated work",
    args: &[one("name", Kind::Name)],
    props: &[
        needed("tenant", Kind::Name, "whose it is"),
        prop("class", Kind::Name, "where its defaults come from"),
        prop("mode", Kind::Word(MODES), "how much of it Seawall writes").or("own"),
        prop("fenced", Kind::Flag, "moves only with evidence that the other side is stopped").or("#false"),
    ],
    children: PARTS,
};

/// `class web { … }`.
pub static CLASS: Shape = Shape {
    name: "class",
    doc: "defaults for workloads; what is nearer wins",
    args: &[one("name", Kind::Name)],
    props: &[
        prop("class", Kind::Name, "where its own defaults come from"),
        prop("mode", Kind::Word(MODES), "how much of a workload Seawall writes"),
        prop("fenced", Kind::Flag, "moves only with evidence that the other side is stopped"),
    ],
    children: PARTS,
};

const MODES: &[&str] = &["own", "overlay", "observe"];

const PARTS: &[Child] = &[
    optional(&TIER),
    optional(&MANIFESTS),
    optional(&CONTAINER),
    optional(&REQUEST),
    many(&TARGET),
    optional(&SPREAD),
    optional(&DISRUPTION),
    optional(&RESIDENCY),
    many(&USES),
    many(&NEEDS),
    optional(&FAILOVER),
    optional(&DURING_FAILOVER),
    optional(&TRAFFIC),
    many(&ALLOW),
];

static TIER: Shape =
    Shape { name: "tier", doc: "its tier", args: &[one("tier", Kind::Name)], props: &[], children: &[] };

static MANIFESTS: Shape = Shape {
    name: "manifests",
    doc: "the team's own Kubernetes objects; `*` and `**` match",
    args: &[several("path", Kind::Text)],
    props: &[],
    children: &[],
};

static CONTAINER: Shape = Shape {
    name: "container",
    doc: "a container described inline",
    args: &[],
    props: &[needed("image", Kind::Text, "its image"), prop("port", Kind::Count, "the port it serves on")],
    children: &[optional(&ARGS), many(&ENV)],
};

static ARGS: Shape = Shape {
    name: "args",
    doc: "arguments of the container",
    args: &[several("argument", Kind::Text)],
    props: &[],
    children: &[],
};

static ENV: Shape = Shape {
    name: "env",
    doc: "a variable of the container's environment",
    args: &[one("variable", Kind::Text), one("value", Kind::Text)],
    props: &[],
    children: &[],
};

static REQUEST: Shape = Shape {
    name: "request",
    doc: "what one replica asks for",
    args: &[],
    props: &[CPU, MEMORY, RESOURCE],
    children: &[],
};

static TARGET: Shape = Shape {
    name: "target",
    doc: "cities where it runs, and how many replicas in each",
    args: &[several("city", Kind::Name)],
    props: &[
        prop("replicas", Kind::Count, "how many in each city"),
        prop("region", Kind::Name, "which region, where two serve the city"),
        prop("cell", Kind::Name, "which cell; without it the region's first"),
    ],
    children: &[optional(&AUTOSCALE)],
};

static AUTOSCALE: Shape = Shape {
    name: "autoscale",
    doc: "an autoscaler; its maximum counts in the proof",
    args: &[],
    props: &[
        needed("min", Kind::Count, "replicas at least"),
        needed("max", Kind::Count, "replicas at most"),
        prop("cpu", Kind::Share, "target utilisation of the request"),
    ],
    children: &[],
};

static SPREAD: Shape = Shape {
    name: "spread",
    doc: "how replicas spread over zones",
    args: &[one("over", Kind::Word(&["zone", "none"]))],
    props: &[
        prop("max-skew", Kind::Count, "largest difference between zones").or("1"),
        prop("reason", Kind::Text, "why not, with `none`"),
    ],
    children: &[],
};

static DISRUPTION: Shape = Shape {
    name: "disruption",
    doc: "how much of it may be away at once by choice",
    args: &[],
    props: &[needed("max-unavailable", Kind::ShareOrCount, "a share of the replicas, or a number")],
    children: &[],
};

static USES: Shape = Shape {
    name: "uses",
    doc: "a dataset it uses",
    args: &[one("dataset", Kind::Name)],
    props: &[prop("rpo", Kind::Duration, "how old a copy may be; without it any copy is near enough")],
    children: &[],
};

static NEEDS: Shape = Shape {
    name: "needs",
    doc: "a workload it needs nearby",
    args: &[one("workload", Kind::Name)],
    props: &[prop("within", Kind::Duration, "round trip at most; without it any link is short enough")],
    children: &[],
};

static TRAFFIC: Shape = Shape {
    name: "traffic",
    doc: "how users reach it",
    args: &[],
    props: &[
        needed("host", Kind::Text, "DNS name"),
        prop("ttl", Kind::Duration, "time to live of its records"),
        prop("health-check", Kind::Text, "path that is probed"),
    ],
    children: &[],
};
