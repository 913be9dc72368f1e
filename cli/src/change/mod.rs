//! What changes between two renderings, or between a rendering and live clusters: objects and fields, by owner.
//!
//! Takes trees or pairs of objects, gives [`Changes`]; the renderers beside this file print them. Invariant: values of
//! Secrets are compared, and then hidden; order is by bundle, event, owner and object.

mod between;
mod fields;
mod json;
mod markdown;
mod page;
mod proof;
mod resilience;
mod text;

pub use between::{between, of_objects};
pub use fields::{FieldChange, compare, nearest};
pub use json::json;
pub use markdown::markdown;
pub use proof::{Verdict, verdicts};
pub use resilience::Resilience;
pub use text::{TextOptions, text};

use seawall_schema::bundle::Origin;
use seawall_schema::keys;
use seawall_schema::object::ObjectKey;
use serde_json::Value;

/// Everything that changes.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Objects, in order.
    pub objects: Vec<ObjectChange>,
    /// What it does to resilience.
    pub resilience: Resilience,
    /// The fleet's name; empty where nobody says it.
    pub fleet: String,
    /// What else is to be said of the comparison, a sentence each.
    pub notes: Vec<String>,
    /// Bundles that were compared, changed or not, by their folder (`regions/eu-west`).
    pub bundles: Vec<String>,
}

impl Changes {
    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.resilience.is_empty()
    }

    /// The changes of one bundle's base, or of its overlays.
    pub fn of<'a>(&'a self, bundle: &'a str, overlays: bool) -> impl Iterator<Item = &'a ObjectChange> {
        self.objects
            .iter()
            .filter(move |change| change.bundle == bundle && change.event.is_some() == overlays)
    }
}

/// One object that changes.
#[derive(Clone, Debug)]
pub struct ObjectChange {
    /// Folder of the bundle, `regions/eu-west`.
    pub bundle: String,
    /// The event whose overlay it stands in; `None` in the base.
    pub event: Option<String>,
    /// Which object.
    pub key: ObjectKey,
    /// Whose it is: `workload risk-api`, `tenant payments-prod`, `fleet`.
    pub owner: String,
    /// What happens to it.
    pub action: Action,
    /// The fields that change; empty for whole objects.
    pub fields: Vec<FieldChange>,
    /// The policy lines that a whole object comes from.
    pub origins: Vec<Origin>,
    /// Its file before and after, where it is an object of a base that two renderings hold, and no Secret.
    pub files: Option<(String, String)>,
}

impl ObjectChange {
    /// An object of a bundle's base, fields of which change.
    pub fn of_fields(bundle: &str, object: &Value, fields: Vec<FieldChange>) -> Self {
        ObjectChange {
            bundle: bundle.to_owned(),
            event: None,
            key: between::key_of(object),
            owner: owner_of(object),
            action: Action::Change,
            fields,
            origins: Vec::new(),
            files: None,
        }
    }
}

impl ObjectChange {
    /// Its file as a unified diff.
    pub fn yaml_diff(&self) -> Option<String> {
        let (before, after) = self.files.as_ref()?;
        let diff = similar::TextDiff::from_lines(before.as_str(), after.as_str());
        Some(diff.unified_diff().context_radius(2).to_string())
    }
}

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is new.
    Add,
    /// It goes.
    Remove,
    /// Fields of it change.
    Change,
}

impl Action {
    /// One character.
    pub fn sign(self) -> char {
        match self {
            Action::Add => '+',
            Action::Remove => '-',
            Action::Change => '~',
        }
    }

    /// One word.
    pub fn word(self) -> &'static str {
        match self {
            Action::Add => "add",
            Action::Remove => "remove",
            Action::Change => "change",
        }
    }
}

/// A bundle's folder as people name it: `eu-west`, `eu-west/gpu`.
pub fn region_of(bundle: &str) -> String {
    bundle.trim_start_matches("regions/").replace("/cells/", "/")
}

/// Whose an object is, by its labels.
pub fn owner_of(object: &Value) -> String {
    let label = |name: &str| object.get("metadata")?.get("labels")?.get(name)?.as_str();
    let owners =
        [(keys::WORKLOAD, "workload"), (keys::LANE, "lane"), (keys::TENANT, "tenant"), (keys::TIER, "tier")];
    let found = owners.iter().find_map(|(name, word)| label(name).map(|value| format!("{word} {value}")));
    found.unwrap_or_else(|| String::from("fleet"))
}
