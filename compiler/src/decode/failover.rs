//! `failover`, `to`, `during-failover`.

use super::shape::{Kind, Shape, many, maybe, needed, one, prop};

/// `failover rto="6m" { to … }`, or `failover none reason="…"`.
pub static FAILOVER: Shape = Shape {
    name: "failover",
    doc: "what happens to it in a failure; `failover none reason=\"…\"` says that staying down is the decision",
    args: &[maybe("decision", Kind::Word(&["none"]))],
    props: &[
        prop("mode", Kind::Word(&["active-passive", "active-active"]), "whether both sides serve")
            .or("active-passive"),
        prop("rto", Kind::Duration, "longest time until it serves again"),
        prop("degraded", Kind::Share, "share of its replicas that is enough").or("100%"),
        prop("reason", Kind::Text, "why, with `none`"),
    ],
    children: &[many(&TO)],
};

static TO: Shape = Shape {
    name: "to",
    doc: "a destination; the first that has room takes the work",
    args: &[one("region", Kind::Name)],
    props: &[
        needed("lane", Kind::Name, "the lane it comes in by"),
        prop("cell", Kind::Name, "which cell; without it the region's first"),
        prop("standby", Kind::Word(&["hot", "warm", "cold"]), "what waits there").or("cold"),
        prop("warm", Kind::Share, "how much waits there, with `standby=warm`"),
        prop("share", Kind::Share, "the largest part of the demand it takes").or("100%"),
    ],
    children: &[],
};

/// `during-failover autoscale=hold traffic-step="40%"`.
pub static DURING_FAILOVER: Shape = Shape {
    name: "during-failover",
    doc: "what holds while an event is in force",
    args: &[],
    props: &[
        prop("autoscale", Kind::Word(&["hold", "run"]), "whether autoscalers are held").or("run"),
        prop("traffic-step", Kind::Share, "share of the traffic that moves first"),
    ],
    children: &[],
};
