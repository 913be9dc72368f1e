//! The resolved model as data: every default applied, every value with the place where it was written.
//!
//! Takes a valid [`Model`] and its sources, gives JSON and the JSON schema it is valid for. Invariants: every key is always
//! there (`null` where nothing is said and nothing is the default), lists keep the model's order, and the schema is made
//! from the same definitions as the data.

mod batch;
mod fleet;
mod geography;
mod place;
mod places;
mod policy;
mod view;
mod work;

use crate::files::Sources;
use crate::model::Model;
use places::{Documents, Places};
use serde_json::{Value, json};
use view::{Definitions, View, view};

/// The version of this format.
pub const FORMAT: u64 = 1;

view! {
    /// A fleet as it is understood: what `seawall show --format json` prints.
    Show {
        /// Version of this format.
        format: u64,
        /// The fleet's own settings.
        fleet: fleet::Fleet,
        /// Every resource that occurs anywhere.
        resources: Vec<String>,
        /// Sorted by name, built-in ones included.
        jurisdictions: Vec<geography::Jurisdiction>,
        /// From the highest order to the lowest.
        tiers: Vec<policy::Tier>,
        /// Sorted by name.
        lanes: Vec<policy::Lane>,
        /// Sorted by their regions.
        links: Vec<geography::Link>,
        /// Sorted by name.
        regions: Vec<place::Region>,
        /// Sorted by name.
        tenants: Vec<policy::Tenant>,
        /// Sorted by name.
        datasets: Vec<policy::Dataset>,
        /// Sorted by name.
        workloads: Vec<work::Workload>,
        /// Sorted by name.
        queues: Vec<batch::Queue>,
        /// Sorted by name.
        jobs: Vec<batch::Job>,
        /// Sorted by name.
        events: Vec<batch::Event>,
        /// What is declared in force in git, sorted by event.
        declarations: Vec<batch::Declaration>,
        /// Files of Kubernetes objects that workloads and jobs name.
        manifests: Vec<batch::Manifest>,
        /// Files of CustomResourceDefinitions that manifests are held against.
        schemas: Vec<batch::SchemaFile>,
    }
}

/// The model as data.
pub fn show(model: &Model, sources: &Sources) -> Value {
    let documents = Documents::read(sources);
    let at = &Places::new(&documents, sources, model);
    Show {
        format: FORMAT,
        fleet: fleet::fleet(at),
        resources: model.resources.iter().map(ToString::to_string).collect(),
        jurisdictions: model.jurisdictions.iter().map(|j| geography::jurisdiction(at, j)).collect(),
        tiers: model.tiers.iter().map(|tier| policy::tier(at, tier)).collect(),
        lanes: model.lanes.iter().map(|lane| policy::lane(at, lane)).collect(),
        links: model.links.iter().map(|link| geography::link(at, link)).collect(),
        regions: model.regions.iter().map(|region| place::region(at, region)).collect(),
        tenants: model.tenants.iter().map(|tenant| policy::tenant(at, tenant)).collect(),
        datasets: model.datasets.iter().map(|dataset| policy::dataset(at, dataset)).collect(),
        workloads: model.workloads.iter().map(|workload| work::workload(at, workload)).collect(),
        queues: model.queues.iter().map(|queue| batch::queue(at, queue)).collect(),
        jobs: model.jobs.iter().map(|job| batch::job(at, job)).collect(),
        events: model.events.iter().map(|event| batch::event(at, event)).collect(),
        declarations: model.declarations.iter().map(|d| batch::declaration(at, d)).collect(),
        manifests: model.manifests.iter().map(|file| batch::manifest(at, file)).collect(),
        schemas: model.schemas.iter().map(|file| batch::schema_file(at, file)).collect(),
    }
    .json()
}

/// The JSON schema (draft 2020-12) of what [`show`] gives.
pub fn schema() -> Value {
    let mut definitions = Definitions::default();
    let root = Show::schema(&mut definitions);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://seawall.dev/schema/show.schema.json",
        "title": "seawall show --format json",
        "$ref": root["$ref"],
        "$defs": definitions.0,
    })
}
