//! Jurisdictions, residency, links.

use super::places::Places;
use super::view::{At, Source, view};
use crate::model;

view! {
    /// A named set of countries.
    Jurisdiction {
        /// Its name.
        name: String,
        /// Its countries, sorted.
        countries: Vec<String>,
        /// The node; `default` where it is built in.
        source: Source,
    }
    /// Where work or data may be: the union of jurisdictions.
    Residency {
        /// The names on the line.
        jurisdictions: Vec<At<String>>,
        /// The countries they add up to, sorted.
        countries: Vec<String>,
        /// The node.
        source: Source,
    }
    /// A network link between two regions.
    Link {
        /// The two regions.
        regions: Vec<String>,
        /// Round-trip time.
        rtt: At<String>,
        /// The node.
        source: Source,
    }
}

/// A jurisdiction.
pub(super) fn jurisdiction(at: &Places<'_>, jurisdiction: &model::Jurisdiction) -> Jurisdiction {
    let model::Jurisdiction { name, countries, span } = jurisdiction;
    Jurisdiction {
        name: name.to_string(),
        countries: countries.iter().map(ToString::to_string).collect(),
        source: at.source(*span),
    }
}

/// A residency.
pub(super) fn residency(at: &Places<'_>, residency: &model::Residency) -> Residency {
    let model::Residency { jurisdictions, countries, span } = residency;
    Residency {
        jurisdictions: jurisdictions.iter().map(|j| at.at(j, |id| at.model[*id].name.to_string())).collect(),
        countries: countries.iter().map(ToString::to_string).collect(),
        source: at.source(*span),
    }
}

/// A link.
pub(super) fn link(at: &Places<'_>, link: &model::Link) -> Link {
    let model::Link { a, b, rtt, span } = link;
    Link {
        regions: [a, b].map(|region| at.model[*region].name.to_string()).into(),
        rtt: at.property(*span, "rtt", rtt.to_string()),
        source: at.source(*span),
    }
}
