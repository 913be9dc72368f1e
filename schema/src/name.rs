//! Typed names. Takes text that was already checked, gives cheap clones that cannot be mixed up with one another.
//!
//! Invariant: two names of different kinds are different types; order is the order of their bytes.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps a name that the caller has checked.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", &*self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )+};
}

names! {
    /// The fleet: everything one folder of KDL describes.
    FleetName,
    /// A region: power, network and authority of its own.
    RegionName,
    /// A zone: a smaller failure domain inside a region.
    ZoneName,
    /// A cell: a bounded slice of a region's capacity and control plane.
    CellName,
    /// An IATA city code, or the airport code it was given by.
    CityCode,
    /// An ISO 3166 alpha-2 country code.
    CountryCode,
    /// A named set of countries.
    JurisdictionName,
    /// How important work is.
    TierName,
    /// A way in during failover.
    LaneName,
    /// Whose work it is.
    TenantName,
    /// Data that work uses.
    DatasetName,
    /// A named set of defaults for workloads.
    ClassName,
    /// Replicated work.
    WorkloadName,
    /// A batch queue.
    QueueName,
    /// A batch job.
    JobName,
    /// A named scenario that operators can declare.
    EventName,
    /// A rollout wave.
    WaveName,
}

/// Longest name that must fit a DNS label (RFC 1123): workload, tenant, region, cell, zone.
pub const LABEL_LIMIT: usize = 63;
/// Longest name of a tier, lane, queue or event: they become parts of longer object names.
pub const PART_LIMIT: usize = 40;

/// Whether `text` is a DNS label (RFC 1123 section 2.1) of at most `limit` characters.
pub fn is_dns_label(text: &str, limit: usize) -> bool {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = text.as_bytes();
    bytes.len() <= limit && bytes.iter().all(|b| inner(*b)) && edge(bytes.first()) && edge(bytes.last())
}
