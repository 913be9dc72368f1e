//! The fleets that `init` and `demo` write, held in the binary.
//!
//! Invariant: `REFERENCE` is `examples/reference` whole, `SMALL` is `cli/templates/small` whole; a test compares them.

pub mod regions;

use std::borrow::Cow;

/// A file of a template.
#[derive(Clone, Debug)]
pub struct File {
    /// Path relative to the fleet's folder.
    pub path: Cow<'static, str>,
    /// Its text.
    pub text: Cow<'static, str>,
}

macro_rules! files {
    ($folder:literal: $($path:literal),+ $(,)?) => {
        &[$(File {
            path: Cow::Borrowed($path),
            text: Cow::Borrowed(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $folder, "/", $path))),
        }),+]
    };
}

/// Two regions, one service, embedded clusters.
pub const SMALL: &[File] = files!("templates/small":
    "fleet.kdl",
    "regions/north.kdl",
    "regions/south.kdl",
    "workloads/shop.kdl",
);

/// The reference fleet.
pub const REFERENCE: &[File] = files!("../examples/reference":
    "fleet.kdl",
    "k8s/nightly-train/job.yaml",
    "k8s/risk-api/risk-api.yaml",
    "policies/packs.kdl",
    "regions/eu-central.kdl",
    "regions/eu-west.kdl",
    "regions/us-east.kdl",
    "workloads/catalog.kdl",
    "workloads/reports.kdl",
    "workloads/risk-api.kdl",
);
