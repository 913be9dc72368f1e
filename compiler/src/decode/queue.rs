//! `queue`, `job`.

use super::policy_file::ALLOW;
use super::shape::{Kind, RESOURCES, Shape, many, needed, once, one, optional, prop, several};

/// `queue gpu-batch tier=batch cell=gpu { … }`.
pub static QUEUE: Shape = Shape {
    name: "queue",
    doc: "a batch queue",
    args: &[one("name", Kind::Name)],
    props: &[
        needed("tier", Kind::Name, "its tier"),
        prop("cell", Kind::Name, "the cell of its quotas; without it each region's first"),
    ],
    children: &[many(&QUOTA), optional(&ORDER), many(&ALLOW)],
};

static QUOTA: Shape = Shape {
    name: "quota",
    doc: "what it may use in a region",
    args: &[one("region", Kind::Name)],
    props: &[
        super::shape::CPU,
        super::shape::MEMORY,
        super::shape::PODS,
        super::shape::RESOURCE,
        prop("cell", Kind::Name, "which cell; without it the queue's"),
    ],
    children: &[],
};

static ORDER: Shape = Shape {
    name: "order",
    doc: "whether a blocked head holds up those behind it",
    args: &[one("order", Kind::Word(&["fifo", "strict-fifo"])).or("fifo")],
    props: &[],
    children: &[],
};

/// `job nightly-train tenant=fraud-labs queue=gpu-batch { … }`.
pub static JOB: Shape = Shape {
    name: "job",
    doc: "a batch job: all of its objects or none",
    args: &[one("name", Kind::Name)],
    props: &[needed("tenant", Kind::Name, "whose it is"), needed("queue", Kind::Name, "where it waits")],
    children: &[once(&WRAPS), optional(&REQUEST), optional(&DISPATCH), optional(&RETRY), many(&ALLOW)],
};

static WRAPS: Shape = Shape {
    name: "wraps",
    doc: "its Kubernetes objects; `*` and `**` match",
    args: &[several("path", Kind::Text)],
    props: &[],
    children: &[],
};

static REQUEST: Shape = Shape {
    name: "request",
    doc: "what all of it together asks for; without it what its objects ask for",
    args: &[],
    props: RESOURCES,
    children: &[],
};

static DISPATCH: Shape = Shape {
    name: "dispatch",
    doc: "where it may run, in order of preference",
    args: &[one("strategy", Kind::Word(&["first-fit"]))],
    props: &[],
    children: &[many(&TO)],
};

static TO: Shape = Shape {
    name: "to",
    doc: "a region it may run in",
    args: &[one("region", Kind::Name)],
    props: &[prop("cell", Kind::Name, "which cell; without it the queue's")],
    children: &[],
};

static RETRY: Shape = Shape {
    name: "retry",
    doc: "how often it is tried again",
    args: &[],
    props: &[
        needed("limit", Kind::Count, "at most so often"),
        prop("pause", Kind::Duration, "between tries"),
    ],
    children: &[],
};
