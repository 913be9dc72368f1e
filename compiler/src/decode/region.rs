//! `region`, `cell` and what holds capacity in them.

use super::policy_file::ALLOW;
use super::shape::{
    CPU, Kind, MEMORY, Prop, RESOURCE, RESOURCES, Shape, many, maybe, needed, once, one, optional, prop,
    repeated, several,
};
use seawall_schema::Resource;

/// `region eu-west country=IE { … }`.
pub static REGION: Shape = Shape {
    name: "region",
    doc: "a failure domain with power, network and authority of its own",
    args: &[one("name", Kind::Name)],
    props: &[needed("country", Kind::Country, "where it lies")],
    children: &[
        many(&CITY),
        many(&ZONE),
        many(&CELL),
        many(&NODES),
        optional(&OCCUPIED),
        many(&RESERVE),
        optional(&CLUSTER),
        optional(&OBSERVED),
        many(&ALLOW),
    ],
};

static CITY: Shape = Shape {
    name: "city",
    doc: "cities the region serves, as IATA codes",
    args: &[several("city", Kind::Name)],
    props: &[],
    children: &[],
};

static ZONE: Shape = Shape {
    name: "zone",
    doc: "zones, in order",
    args: &[several("zone", Kind::Name)],
    props: &[],
    children: &[],
};

/// `cell general { … }`.
pub static CELL: Shape = Shape {
    name: "cell",
    doc: "a bounded slice of the region's capacity; the first one is the default",
    args: &[one("name", Kind::Name)],
    props: &[],
    children: &[many(&NODES), optional(&OCCUPIED), many(&RESERVE), optional(&CLUSTER), many(&ALLOW)],
};

static NODES: Shape = Shape {
    name: "nodes",
    doc: "nodes of one shape",
    args: &[one("name", Kind::Name)],
    props: &[
        prop("count", Kind::Count, "how many"),
        prop("min", Kind::Count, "how many at least, with an autoscaler; this many count in the proof"),
        prop("max", Kind::Count, "how many at most, with an autoscaler"),
    ],
    children: &[once(&ALLOCATABLE), optional(&OVERHEAD), many(&LABEL), many(&TAINT)],
};

static ALLOCATABLE: Shape = Shape {
    name: "allocatable",
    doc: "what one node has",
    args: &[],
    props: &[
        CPU,
        MEMORY,
        needed("pods", Kind::Amount(Resource::Pods), "how many pods fit on a node"),
        RESOURCE,
    ],
    children: &[],
};

static OVERHEAD: Shape = Shape {
    name: "overhead",
    doc: "what DaemonSets take of one node",
    args: &[],
    props: RESOURCES,
    children: &[],
};

static LABEL: Shape = Shape {
    name: "label",
    doc: "a node label",
    args: &[one("key", Kind::Text), one("value", Kind::Text)],
    props: &[],
    children: &[],
};

static TAINT: Shape = Shape {
    name: "taint",
    doc: "a node taint",
    args: &[one("key", Kind::Text), maybe("value", Kind::Text)],
    props: &[needed("effect", Kind::Word(&["NoSchedule", "PreferNoSchedule", "NoExecute"]), "what it does")],
    children: &[],
};

static OCCUPIED: Shape = Shape {
    name: "occupied",
    doc: "what Seawall does not manage there",
    args: &[],
    props: RESOURCES,
    children: &[],
};

const HELD: &[Prop] = &[
    prop("cpu", Kind::AmountOrShare(Resource::Cpu), "cores, or a share of the capacity"),
    prop("memory", Kind::AmountOrShare(Resource::Memory), "bytes, or a share of the capacity"),
    prop("pods", Kind::AmountOrShare(Resource::Pods), "pods, or a share of the capacity"),
    repeated("resource", Kind::ExtendedOrShare, "an extended resource; may repeat"),
];

static RESERVE: Shape = Shape {
    name: "reserve",
    doc: "capacity held for a lane",
    args: &[one("lane", Kind::Name)],
    props: HELD,
    children: &[optional(&LEND_TO)],
};

static LEND_TO: Shape = Shape {
    name: "lend-to",
    doc: "preemptible tiers that may use it meanwhile",
    args: &[several("tier", Kind::Name)],
    props: &[needed("reclaim-within", Kind::Duration, "how long it takes to get it back")],
    children: &[],
};

static CLUSTER: Shape = Shape {
    name: "cluster",
    doc: "how the cluster is reached: a kubeconfig context, in-cluster, or an embedded folder",
    args: &[maybe("access", Kind::Word(&["in-cluster"]))],
    props: &[
        prop("context", Kind::Text, "a kubeconfig context"),
        prop("embedded", Kind::Text, "the folder of an embedded cluster"),
        prop(
            "scheduler",
            Kind::Word(&["own", "default"]),
            "`own` where the rendered scheduler configuration is in use",
        )
        .or("default"),
    ],
    children: &[],
};

static OBSERVED: Shape = Shape {
    name: "observed",
    doc: "the day its capacity was read from a live cluster",
    args: &[one("day", Kind::Date)],
    props: &[],
    children: &[],
};
