//! The validated fleet: what every later stage takes, and nothing else.
//!
//! Made by `resolve` only. Invariants: all references are ids into the tables here; every default is applied; top-level
//! tables are sorted by name (tiers from the highest order down), so that the order of nodes in files never shows;
//! zones, reserves, cells, targets and `to` keep their declared order; nothing is checked again downstream.

pub mod fleet;
pub mod geography;
pub mod id;
pub mod place;
pub mod policy;
pub mod work;

pub use fleet::*;
pub use geography::*;
pub use id::*;
pub use place::*;
pub use policy::*;
pub use work::*;

use seawall_schema::Resource;

/// Everything one folder of KDL describes.
#[derive(Clone, Debug)]
pub struct Model {
    /// The fleet's own settings.
    pub fleet: Fleet,
    /// Every resource that occurs anywhere: cpu, memory, pods, then extended ones by name.
    pub resources: Vec<Resource>,
    /// Sorted by name, built-in ones included.
    pub jurisdictions: Vec<Jurisdiction>,
    /// From the highest order to the lowest.
    pub tiers: Vec<Tier>,
    /// Sorted by name.
    pub lanes: Vec<Lane>,
    /// Sorted by their regions, each with the smaller region first.
    pub links: Vec<Link>,
    /// Sorted by name.
    pub regions: Vec<Region>,
    /// Sorted by region, then in declared order of its cells; a region without cells has one.
    pub locations: Vec<Location>,
    /// Sorted by name.
    pub tenants: Vec<Tenant>,
    /// Sorted by name.
    pub datasets: Vec<Dataset>,
    /// Sorted by name.
    pub workloads: Vec<Workload>,
    /// Sorted by name.
    pub queues: Vec<Queue>,
    /// Sorted by name.
    pub jobs: Vec<Job>,
    /// Sorted by name.
    pub events: Vec<Event>,
    /// Events and scenarios declared in git (`declarations.kdl`), sorted by event.
    pub declarations: Vec<Declaration>,
    /// Manifest files that workloads and jobs name, each read once.
    pub manifests: Vec<ManifestFile>,
    /// Policy findings that are allowed of what is no workload, in the order of what they are of.
    pub allows: Vec<(Subject, Allow)>,
    /// Files of CustomResourceDefinitions that manifests are held against, each read once.
    pub schemas: Vec<SchemaFile>,
}
