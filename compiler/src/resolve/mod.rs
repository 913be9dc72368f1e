//! Declarations to the model: imports, names, classes, cities, defaults, exact amounts.
//!
//! Takes [`Files`], gives a [`Draft`]: the model as far as it could be understood, and notes on what is missing in it.
//! Invariant: a draft whose notes say `whole` is a valid [`Model`]; rules that look at the draft of a broken fleet stay
//! silent on what the notes doubt.

mod alike;
mod batch;
pub mod cities;
mod class;
mod demands;
mod doubts;
mod events;
mod extent;
mod failover;
mod fleet;
mod geography;
pub mod glob;
pub mod load;
mod missing;
mod names;
mod places;
mod policies;
mod pool;
pub(crate) mod requests;
mod schemas;
mod work;

use crate::decode::Node;
use crate::diagnostic::Diagnostics;
use crate::files::{Files, Sources};
use crate::manifest::schema::{self, Schemas};
use crate::model::{ClusterAccess, LocationId, Model, RegionId};
use crate::span::{Span, Spanned};
use doubts::Doubts;
use load::Loader;
use missing::{Effort, Missing, Sought};
use names::Table;
use seawall_schema::Resource;
use seawall_schema::name::ClassName;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The fleet as far as it could be understood.
#[derive(Debug)]
pub struct Draft {
    /// The model; usable where `notes.whole`.
    pub model: Model,
    /// What is missing in it.
    pub notes: Notes,
    /// Its policies and the packs it takes, as they were declared.
    pub policies: Vec<Node>,
}

/// What is missing in a draft, and what the model does not carry.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// Whether nothing was reported: the model is valid.
    pub whole: bool,
    /// By workload: what of it is not certain.
    pub workloads: Vec<Doubt>,
    /// By workload: all of its node, to tell which one a line belongs to.
    pub extents: Vec<Span>,
    /// By location: whether its capacity or its reserves are not certain.
    pub locations: Vec<bool>,
    /// Classes, and whether something takes its defaults from them.
    pub classes: Vec<(Spanned<ClassName>, bool)>,
    /// By queue: whether its quotas are not certain.
    pub queues: Vec<bool>,
    /// By dataset: whether its copies or its residency are not certain.
    pub datasets: Vec<bool>,
    /// Whether the regions' cities are not all known.
    pub cities: bool,
    /// Whether the links are not all known.
    pub links: bool,
    /// Whether the orders of the tiers are not all known.
    pub orders: bool,
    /// Whether the times that an rto is made of are not all known.
    pub times: bool,
    /// Whether a file, or definitions in it, could not be read: nothing can be said about what is absent.
    pub absent: bool,
}

/// What of a workload is not certain; rules that depend on it stay silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Doubt {
    /// Its tier.
    pub tier: bool,
    /// Where it runs or may run.
    pub places: bool,
    /// What data it uses, or where it may be.
    pub data: bool,
}

/// What all parts of resolving share.
struct Resolver<'a> {
    loader: Loader<'a>,
    out: Diagnostics,
    /// Findings that leave the model whole: of policies, and of manifests in what the fleet does not read.
    aside: Diagnostics,
    doubts: Doubts,
    names: Names,
    missing: Missing,
    /// Cities that targets name and no region serves, by code.
    unserved: BTreeMap<&'static str, Vec<Span>>,
    effort: Effort,
    model: Model,
    notes: Notes,
    /// Regions of which something could not be understood: what they lack may stand there.
    vague: HashSet<RegionId>,
    /// Jurisdictions whose countries are not all known, by index.
    vague_jurisdictions: HashSet<u32>,
    /// Which region a zone belongs to, and where it is named.
    zones: HashMap<Arc<str>, (RegionId, Span)>,
    cells: HashMap<(RegionId, Arc<str>), LocationId>,
    /// Cells that something names.
    named_cells: HashSet<LocationId>,
    manifests: HashMap<String, Option<crate::model::ManifestId>>,
    broken_manifests: BTreeSet<u32>,
    schemas: Schemas,
    /// Whether the version of Kubernetes that manifests are checked for is understood.
    manifests_checked: bool,
    /// Kinds of which no schema is known, by group and name.
    unchecked: BTreeMap<(String, String), schemas::Unchecked>,
    /// Whether a file of schemas could not be read.
    schemas_lost: bool,
    extent: extent::Extent,
}

/// Tables of names by kind.
#[derive(Default)]
struct Names {
    tables: HashMap<&'static str, Table>,
}

impl Names {
    fn get(&self, kind: &'static str) -> Option<&Table> {
        self.tables.get(kind)
    }
}

impl Resolver<'_> {
    /// The index of a name; one that is not defined is remembered, and reported at the end.
    fn look_up(&mut self, kind: &'static str, name: &Spanned<Arc<str>>) -> Option<u32> {
        let table = self.names.tables.get_mut(kind)?;
        let found = table.refer(&name.value);
        if found.is_none() && !table.is_open() && !self.doubts.may_define(name) {
            self.missing.note(Sought::Of(kind), name);
        }
        found
    }

    /// Like [`Resolver::look_up`], with the place kept.
    fn id<T>(
        &mut self,
        kind: &'static str,
        name: &Spanned<Arc<str>>,
        id: impl FnOnce(u32) -> T,
    ) -> Option<Spanned<T>> {
        self.look_up(kind, name).map(|index| Spanned::new(id(index), name.span))
    }
}

/// Reads and resolves a fleet.
pub fn resolve(files: &dyn Files, sources: &mut Sources, out: &mut Diagnostics) -> Draft {
    let mut own = Diagnostics::default();
    let mut loader = Loader::new(files, sources);
    let loaded = load::load(&mut loader, &mut own);
    let doubts = Doubts::new(&loaded, loader.sources);
    let mut resolver = Resolver {
        loader,
        out: own,
        aside: Diagnostics::default(),
        doubts,
        names: Names::default(),
        missing: Missing::default(),
        unserved: BTreeMap::new(),
        effort: Effort::default(),
        model: empty(),
        notes: Notes::default(),
        vague: HashSet::new(),
        vague_jurisdictions: HashSet::new(),
        zones: HashMap::new(),
        cells: HashMap::new(),
        named_cells: HashSet::new(),
        manifests: HashMap::new(),
        broken_manifests: BTreeSet::new(),
        schemas: Schemas::new(schema::USUAL),
        manifests_checked: true,
        unchecked: BTreeMap::new(),
        schemas_lost: false,
        extent: extent::Extent::default(),
    };
    resolver.extent.measure(resolver.loader.sources);
    resolver.everything(&loaded.nodes);
    let policies = resolver.demands(&loaded.nodes);
    resolver.report_missing();
    resolver.notes.absent = resolver.doubts.any();
    resolver.notes.whole = !resolver.out.has_errors();
    let sources = &*resolver.loader.sources;
    resolver.out.replace(|found| alike::joined(found, sources));
    out.extend(resolver.out);
    out.extend(resolver.aside);
    Draft { model: resolver.model, notes: resolver.notes, policies }
}

impl Resolver<'_> {
    /// Kinds in the order in which they refer to each other.
    fn everything(&mut self, nodes: &[Node]) {
        let of = |kind: &'static str| nodes.iter().filter(move |node| node.shape.name == kind);
        self.language(of("seawall"));
        self.jurisdictions(of("jurisdiction"));
        self.tiers(of("tier"));
        self.lanes(of("lane"));
        self.regions(of("region"));
        self.links(of("link"));
        self.fleet(of("fleet"));
        self.schemas(of("schemas"));
        self.tenants(of("tenant"));
        self.datasets(of("dataset"));
        let classes: Vec<_> = of("class").collect();
        self.workloads(of("workload"), &classes);
        self.queues(of("queue"));
        self.jobs(of("job"));
        self.report_unchecked();
        self.events(of("event"));
        self.declarations(of("declare"));
        self.resources();
    }

    /// Every resource that occurs anywhere.
    fn resources(&mut self) {
        let model = &self.model;
        let mut found = BTreeSet::from([Resource::Cpu, Resource::Memory, Resource::Pods]);
        let amounts = model
            .locations
            .iter()
            .flat_map(|l| std::iter::once(&l.capacity).chain(l.reserves.iter().map(|r| &r.amount)))
            .chain(model.workloads.iter().map(|w| &w.request.value))
            .chain(model.jobs.iter().map(|j| &j.request.value))
            .chain(model.tenants.iter().flat_map(|t| t.quotas.iter().map(|q| &q.amount)))
            .chain(model.tenants.iter().filter_map(|t| t.burst.as_ref().map(|b| &b.value)))
            .chain(model.queues.iter().flat_map(|q| q.quotas.iter().map(|q| &q.amount)));
        for (resource, _) in amounts.flat_map(|amount| amount.iter()) {
            if !found.contains(resource) {
                found.insert(resource.clone());
            }
        }
        self.model.resources = found.into_iter().collect();
    }
}

/// How a cluster is reached, from its node; `None` where it does not say, or says two things.
fn access(node: &Node) -> Vec<(ClusterAccess, Span)> {
    let mut found = Vec::new();
    if let Some(arg) = node.own_word() {
        found.push((ClusterAccess::InCluster, arg.span));
    }
    if let Some(context) = node.text("context") {
        let access = match &*context.value {
            "in-cluster" => ClusterAccess::InCluster,
            other => ClusterAccess::Context(other.to_owned()),
        };
        found.push((access, context.span));
    }
    if let Some(folder) = node.text("embedded") {
        found.push((ClusterAccess::Embedded(folder.value.to_string()), folder.span));
    }
    found
}

fn empty() -> Model {
    Model {
        fleet: fleet::defaults(),
        resources: Vec::new(),
        jurisdictions: Vec::new(),
        tiers: Vec::new(),
        lanes: Vec::new(),
        links: Vec::new(),
        regions: Vec::new(),
        locations: Vec::new(),
        tenants: Vec::new(),
        datasets: Vec::new(),
        workloads: Vec::new(),
        queues: Vec::new(),
        jobs: Vec::new(),
        events: Vec::new(),
        declarations: Vec::new(),
        manifests: Vec::new(),
        allows: Vec::new(),
        schemas: Vec::new(),
    }
}
