//! Seeded fleets of any size: valid, feasible in normal running, and surviving the loss of any one cell or zone, and of any
//! one region or any two.
//!
//! Takes a seed and sizes, gives the files of a fleet's folder. Invariant: the same arguments give the same bytes,
//! everywhere and always; there is no clock, hash map or outside generator in it.

mod demand;
pub mod hostile;
mod places;
pub mod random;
mod text;
pub mod tight;

use std::collections::BTreeMap;

/// How large, and in which shape.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Equal seeds give equal fleets.
    pub seed: u64,
    /// How many workloads.
    pub workloads: usize,
    /// How many regions, 2 to [`MOST_REGIONS`].
    pub regions: usize,
    /// How many zones each region has, at least 2.
    pub zones: usize,
    /// Whether regions have two cells, or are one location.
    pub cells: bool,
    /// How many workloads share a tenant, and a file.
    pub workloads_per_tenant: usize,
    /// The largest sets of regions that the fleet survives the loss of: 1, or 2 among at least 4 regions.
    pub lost: usize,
    /// How many of the first workloads are deployed from a manifest of their own.
    pub manifests: usize,
}

/// As many regions as there are cities to serve.
pub const MOST_REGIONS: usize = places::CITIES.len();

impl Options {
    /// Three zones, two cells, twenty workloads a tenant, any one region lost.
    pub fn new(seed: u64, workloads: usize, regions: usize) -> Self {
        let (zones, cells, workloads_per_tenant, manifests, lost) = (3, true, 20, 0, 1);
        Self { seed, workloads, regions, zones, cells, workloads_per_tenant, manifests, lost }
    }
}

/// A fleet's files by their path in its folder.
///
/// # Panics
/// Where the options are out of range.
pub fn fleet(options: &Options) -> BTreeMap<String, String> {
    assert!((2..=MOST_REGIONS).contains(&options.regions), "2 to {MOST_REGIONS} regions");
    assert!(options.zones >= 2 && options.workloads_per_tenant > 0, "2 zones and a workload a tenant");
    assert!(
        options.lost == 1 || options.lost == 2 && options.regions >= 4,
        "1 region lost, or 2 of 4 and more"
    );
    let workloads = demand::workloads(options);
    let needs = demand::needs(options, &workloads);
    let mut files = BTreeMap::new();
    files.insert("fleet.kdl".to_owned(), text::fleet(options, &workloads));
    for (region, need) in needs.iter().enumerate() {
        let path = format!("regions/{}.kdl", places::region(region));
        files.insert(path, text::region(options, region, need));
    }
    for (index, team) in workloads.chunks(options.workloads_per_tenant).enumerate() {
        files.insert(format!("workloads/{}.kdl", places::tenant(index)), text::team(index, team));
    }
    for workload in workloads.iter().filter(|workload| workload.manifest) {
        files.insert(format!("k8s/{}/app.yaml", workload.name), text::manifest(workload));
    }
    files
}

/// One document of at least so many bytes with the text of such a fleet, for measuring the reader.
pub fn document(seed: u64, bytes: usize) -> String {
    let mut out = String::with_capacity(bytes + (1 << 20));
    let mut part = seed;
    while out.len() < bytes {
        for text in fleet(&Options::new(part, 1000, 20)).values() {
            out.push_str(text);
            if out.len() >= bytes {
                break;
            }
        }
        part += 1;
    }
    out
}
