//! Countries, jurisdictions, cities, links.

use super::{JurisdictionId, RegionId};
use crate::span::{Span, Spanned};
use seawall_schema::Duration;
use seawall_schema::name::{CountryCode, JurisdictionName};
use std::collections::BTreeSet;

/// A named set of countries.
#[derive(Clone, Debug)]
pub struct Jurisdiction {
    /// Its name.
    pub name: JurisdictionName,
    /// Its countries.
    pub countries: BTreeSet<CountryCode>,
    /// The node; [`Span::NONE`] for a built-in one.
    pub span: Span,
}

/// Where work or data may be: the union of jurisdictions; several of them on one workload intersect.
#[derive(Clone, Debug)]
pub struct Residency {
    /// The names on the line.
    pub jurisdictions: Vec<Spanned<JurisdictionId>>,
    /// The countries they add up to.
    pub countries: BTreeSet<CountryCode>,
    /// The node.
    pub span: Span,
}

/// A network link between two regions.
#[derive(Clone, Debug)]
pub struct Link {
    /// The region that comes first in the table.
    pub a: RegionId,
    /// The other.
    pub b: RegionId,
    /// Round-trip time.
    pub rtt: Duration,
    /// The node.
    pub span: Span,
}
