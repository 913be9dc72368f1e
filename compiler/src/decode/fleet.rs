//! `seawall`, `import`, `fleet` and what stands in it.

use super::policy_file::ALLOW;
use super::shape::{Kind, Shape, many, needed, one, optional, prop, several};
use crate::manifest::schema;

/// `seawall language=1`.
pub static SEAWALL: Shape = Shape {
    name: "seawall",
    doc: "the version of the language the fleet is written in",
    args: &[],
    props: &[needed("language", Kind::Count, "the version; this compiler reads 1")],
    children: &[],
};

/// `import "regions/*.kdl"`.
pub static IMPORT: Shape = Shape {
    name: "import",
    doc: "pulls in other files; paths are relative to the fleet's folder, `*` and `**` match",
    args: &[several("path", Kind::Text)],
    props: &[],
    children: &[],
};

/// `schemas "crds/*.yaml"`.
pub static SCHEMAS: Shape = Shape {
    name: "schemas",
    doc: "files of CustomResourceDefinitions that manifests are held against",
    args: &[several("path", Kind::Text)],
    props: &[],
    children: &[],
};

/// `fleet acme { … }`.
pub static FLEET: Shape = Shape {
    name: "fleet",
    doc: "the fleet's own settings",
    args: &[one("name", Kind::Name)],
    props: &[],
    children: &[
        many(&SURVIVE),
        optional(&MAX_PLAN_AGE),
        optional(&STANDBY_TIMES),
        optional(&DETECTION),
        optional(&DECISION),
        optional(&TRAFFIC_SHIFT),
        optional(&FAILBACK),
        optional(&ROLLOUT),
        optional(&KUBERNETES),
        many(&TARGET),
        many(&ALLOW),
    ],
};

static SURVIVE: Shape = Shape {
    name: "survive",
    doc: "a failure that the proof must show survivable",
    args: &[],
    props: &[
        prop("any-region", Kind::Count, "every set of at most so many regions"),
        prop("any-cell", Kind::Count, "every single cell"),
        prop("any-zone", Kind::Count, "every single zone"),
        prop("holding-reserves", Kind::Flag, "with `any-zone`: reserves must stay whole").or("#false"),
    ],
    children: &[],
};

macro_rules! durations {
    ($($shape:ident = $name:literal, $default:literal: $doc:literal;)*) => {
        $(static $shape: Shape = Shape {
            name: $name,
            doc: $doc,
            args: &[one("duration", Kind::Duration).or($default)],
            props: &[],
            children: &[],
        };)*
    };
}

durations! {
    MAX_PLAN_AGE = "max-plan-age", "30m": "unconfirmed for longer, a new base bundle is not activated";
    DETECTION = "detection", "45s": "until a failure is seen";
    DECISION = "decision", "60s": "until somebody or something has declared the event";
    TRAFFIC_SHIFT = "traffic-shift", "60s": "until users arrive elsewhere";
}

static STANDBY_TIMES: Shape = Shape {
    name: "standby-times",
    doc: "until a standby serves",
    args: &[],
    props: &[
        prop("hot", Kind::Duration, "all of it runs").or("15s"),
        prop("warm", Kind::Duration, "part of it runs").or("90s"),
        prop("cold", Kind::Duration, "nothing runs").or("10m"),
    ],
    children: &[],
};

static FAILBACK: Shape = Shape {
    name: "failback",
    doc: "the rate of the way back",
    args: &[],
    props: &[
        needed("rate", Kind::Share, "share of the moved work a step"),
        needed("every", Kind::Duration, "time between steps"),
    ],
    children: &[],
};

static ROLLOUT: Shape = Shape {
    name: "rollout",
    doc: "waves of a rollout, in order",
    args: &[],
    props: &[],
    children: &[many(&WAVE)],
};

static WAVE: Shape = Shape {
    name: "wave",
    doc: "regions that move together",
    args: &[one("name", Kind::Name)],
    props: &[prop("soak", Kind::Duration, "how long the waves before must have been healthy")],
    children: &[many(&WAVE_REGION)],
};

static WAVE_REGION: Shape = Shape {
    name: "region",
    doc: "regions of the wave",
    args: &[several("region", Kind::Name)],
    props: &[],
    children: &[],
};

/// `kubernetes "1.36"`.
static KUBERNETES: Shape = Shape {
    name: "kubernetes",
    doc: "the version of Kubernetes that manifests are checked for",
    args: &[one("version", Kind::Word(schema::WORDS)).or("\"1.36\"")],
    props: &[],
    children: &[],
};

/// `target karmada`.
static TARGET: Shape = Shape {
    name: "target",
    doc: "a further dialect to write",
    args: &[one("dialect", Kind::Word(&["karmada", "datum", "flux", "argo"]))],
    props: &[],
    children: &[],
};
