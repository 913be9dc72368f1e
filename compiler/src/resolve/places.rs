//! Regions, cells, node pools, capacities, reserves.

use super::missing::Sought;
use super::names::{Form, Table, check_form, twice};
use super::{Resolver, access, cities};
use crate::decode::Node;
use crate::diagnostic::nearest::nearest;
use crate::diagnostic::{Diagnostic, registry as codes};
use crate::model::{
    Cluster, Declared, LaneId, Lend, Location, LocationId, Pool, Region, RegionId, Reserve, TierId,
};
use crate::span::{Span, Spanned};
use seawall_schema::name::{CellName, CityCode, CountryCode, LABEL_LIMIT, RegionName, ZoneName};
use seawall_schema::quantity::AMOUNT_LIMIT;
use seawall_schema::{Resource, Resources};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

impl Resolver<'_> {
    pub(super) fn regions<'n>(&mut self, nodes: impl Iterator<Item = &'n Node>) {
        let (table, defined) = Table::define("region", Form::Label(LABEL_LIMIT), nodes, &mut self.out);
        let mut domains: HashMap<Arc<str>, Span> = HashMap::new();
        for (index, (node, name)) in (0..).zip(&defined) {
            domains.insert(name.value.clone(), name.span);
            if node.damaged || table.is_doubled(&name.value) {
                self.notes.cities = true;
                self.vague.insert(RegionId(index));
            }
        }
        self.notes.cities |= table.is_open();
        self.names.tables.insert("region", table);
        for (index, (node, name)) in (0..).zip(&defined) {
            let country = node.text("country").unwrap_or(Spanned::default_of("??".into()));
            let cities = self.cities_of(node);
            let zones = self.zones_of(RegionId(index), node, &mut domains);
            let has_cells = node.child("cell").is_some();
            let first = self.model.locations.len() as u32;
            self.locations_of(RegionId(index), node, &name.value, has_cells);
            let region = Region {
                name: RegionName::new(name.value.clone()),
                country: country.map(CountryCode::new),
                cities,
                zones,
                locations: (first..self.model.locations.len() as u32).map(LocationId).collect(),
                has_cells,
                cluster: node.child("cluster").and_then(|c| self.cluster(c)),
                observed: node.child("observed").and_then(Node::title).map(|o| o.map(|o| o.to_string())),
                span: node.head,
            };
            self.model.regions.push(region);
        }
    }

    fn cities_of(&mut self, node: &Node) -> Vec<Spanned<CityCode>> {
        let mut found: Vec<Spanned<CityCode>> = Vec::new();
        let mut seen: HashMap<Arc<str>, Span> = HashMap::new();
        for city in node.named("city").flat_map(|c| c.texts().collect::<Vec<_>>()) {
            if cities::find(&city.value).is_none() {
                self.unknown_city(&city, None);
                self.notes.cities = true;
                continue;
            }
            if let Some(first) = seen.insert(city.value.clone(), city.span) {
                self.repeated(&format!("city `{}` is listed twice", city.value), first, city.span);
                continue;
            }
            found.push(city.map(CityCode::new));
        }
        found
    }

    /// Says that a code is no city.
    pub(super) fn unknown_city(&mut self, city: &Spanned<Arc<str>>, served: Option<&[Arc<str>]>) {
        let shown = crate::decode::value::clip(&city.value);
        let message = format!("`{shown}` is neither an IATA city code nor an IATA airport code");
        let finding = Diagnostic::new(&codes::UNKNOWN_CITY, message, city.span, "no such city");
        let upper = city.value.to_ascii_uppercase();
        let near = if cities::find(&upper).is_some() {
            Some(upper)
        } else {
            let served = served.filter(|served| self.effort.allows(served.len()));
            served
                .and_then(|served| nearest(&city.value, served.iter().map(|code| &**code)))
                .map(str::to_owned)
        };
        self.out.push(match near {
            Some(near) => {
                // Cities have three letters: one that differs is as likely another city.
                finding.meant(city.span, &near, near.eq_ignore_ascii_case(&city.value))
            }
            None => {
                let help = "cities are written as three capital letters, such as `FRA` or `NYC`";
                let all: Vec<&str> = served.unwrap_or_default().iter().take(12).map(|code| &**code).collect();
                finding.help(match all.as_slice() {
                    [] => help.to_owned(),
                    all => format!("{help}; the regions serve {}", all.join(", ")),
                })
            }
        });
    }

    fn zones_of(
        &mut self,
        region: RegionId,
        node: &Node,
        domains: &mut HashMap<Arc<str>, Span>,
    ) -> Vec<Spanned<ZoneName>> {
        let mut found = Vec::new();
        for zone in node.named("zone").flat_map(|z| z.texts().collect::<Vec<_>>()) {
            check_form("zone", Form::Label(LABEL_LIMIT), &zone, &mut self.out);
            if let Some(first) = domains.get(&zone.value) {
                let finding = twice("the region or zone", &zone.value, *first, zone.span);
                self.out.push(finding.help("regions and zones share one namespace: rename one of them"));
                continue;
            }
            domains.insert(zone.value.clone(), zone.span);
            self.zones.insert(zone.value.clone(), (region, zone.span));
            found.push(zone.map(ZoneName::new));
        }
        found
    }

    fn locations_of(&mut self, region: RegionId, node: &Node, name: &str, has_cells: bool) {
        if !has_cells {
            let location = self.location(region, node, None, name.to_owned());
            return self.model.locations.push(location);
        }
        let first = node.child("cell").map_or(Span::NONE, |cell| cell.head);
        let belongs = |child: &&Node| matches!(child.shape.name, "nodes" | "occupied" | "reserve");
        for stray in node.children.iter().filter(belongs).filter(|_| !node.torn) {
            let message = format!("region `{name}` has cells, and `{}` stands beside them", stray.shape.name);
            let finding = Diagnostic::new(&codes::CONTRADICTION, message, stray.head, "belongs to no cell");
            self.out.push(finding.label(first, "a cell of the region").help("move it into a cell"));
            self.vague.insert(region);
        }
        let (table, mut cells) =
            Table::define("cell", Form::Label(LABEL_LIMIT), node.named("cell"), &mut self.out);
        cells.sort_by_key(|(cell, _)| cell.head);
        for (cell, cell_name) in cells {
            let label = format!("{name}/{}", cell_name.value);
            self.cells
                .insert((region, cell_name.value.clone()), LocationId(self.model.locations.len() as u32));
            if table.is_doubled(&cell_name.value) {
                self.vague.insert(region);
            }
            let location = self.location(region, cell, Some(cell_name.map(CellName::new)), label);
            self.model.locations.push(location);
        }
    }

    fn location(
        &mut self,
        region: RegionId,
        node: &Node,
        cell: Option<Spanned<CellName>>,
        label: String,
    ) -> Location {
        let (_, mut named) = Table::define("node pool", Form::Free, node.named("nodes"), &mut self.out);
        named.sort_by_key(|(pool, _)| pool.head);
        let declared = named.len();
        let pools: Vec<Pool> = named.into_iter().filter_map(|(pool, name)| self.pool(pool, &name)).collect();
        let occupied = node.child("occupied").map(|o| Spanned::new(o.resources(), o.head));
        let sure = pools.len() == declared && !node.damaged;
        let capacity = self.capacity(&pools, occupied.as_ref(), node, &label, sure);
        let (reserves, doubt) = self.reserves(node, &capacity);
        self.notes.locations.push(doubt || self.vague.contains(&region));
        let cluster = match cell {
            Some(_) => node.child("cluster").and_then(|c| self.cluster(c)),
            None => None,
        };
        Location { region, cell, label, pools, occupied, capacity, reserves, cluster, span: node.head }
    }

    /// What a location has for work: nodes less what is occupied.
    fn capacity(
        &mut self,
        pools: &[Pool],
        occupied: Option<&Spanned<Resources>>,
        node: &Node,
        label: &str,
        sure: bool,
    ) -> Resources {
        let mut sums: BTreeMap<Resource, u128> = BTreeMap::new();
        for pool in pools {
            for (resource, _) in pool.allocatable.value.iter() {
                let amount = u128::from(pool.count.value) * u128::from(pool.usable(resource));
                *sums.entry(resource.clone()).or_default() += amount;
            }
        }
        let mut capacity = Resources::default();
        for (resource, sum) in sums {
            if sum > u128::from(AMOUNT_LIMIT) && sure {
                let message = format!(
                    "{resource} of `{label}` adds up to more than {AMOUNT_LIMIT} in its smallest unit"
                );
                self.out.push(Diagnostic::new(&codes::BAD_QUANTITY, message, node.head, "too large"));
            }
            capacity.set(resource, u64::try_from(sum).unwrap_or(AMOUNT_LIMIT).min(AMOUNT_LIMIT));
        }
        let Some(occupied) = occupied else { return capacity };
        let mut over: Vec<String> = Vec::new();
        for (resource, taken) in occupied.value.iter() {
            let has = capacity.get(resource);
            if taken > has {
                let [taken, has] = [taken, has].map(|n| resource.format(n.into()));
                over.push(format!("{taken} of {has} {resource}"));
            }
            capacity.set(resource.clone(), has.saturating_sub(taken));
        }
        if !over.is_empty() && sure {
            let message = format!("more is occupied in `{label}` than its nodes have: {}", over.join(", "));
            let finding = Diagnostic::new(&codes::OCCUPIED_EXCEEDS, message, occupied.span, "occupied");
            let finding = pools.iter().fold(finding, |f, pool| f.label(pool.span, "nodes of the location"));
            self.out.push(match pools {
                [] => finding
                    .label(node.head, "has no nodes")
                    .help("add `nodes NAME count=… { allocatable … }`"),
                _ => finding,
            });
        }
        capacity
    }

    /// Reserves of a location; the flag says whether one of them could not be understood.
    fn reserves(&mut self, node: &Node, capacity: &Resources) -> (Vec<Reserve>, bool) {
        let mut reserves: Vec<Reserve> = Vec::new();
        let mut doubt = node.damaged;
        for reserve in node.named("reserve") {
            let Some(lane) = reserve.title().and_then(|name| self.id("lane", &name, LaneId)) else {
                doubt = true;
                continue;
            };
            let declared = reserve.declared();
            let mut amount = Resources::default();
            for (resource, held) in &declared {
                let held = match held.value {
                    Declared::Amount(amount) => amount,
                    Declared::Share(share) => {
                        u64::try_from(share.floor_of(capacity.get(resource).into())).unwrap_or(AMOUNT_LIMIT)
                    }
                };
                amount.set(resource.clone(), held);
            }
            let lend = reserve.child("lend-to").and_then(|lend| self.lend(lend));
            reserves.push(Reserve { lane: lane.value, amount, declared, lend, span: reserve.head });
        }
        (reserves, doubt)
    }

    fn lend(&mut self, node: &Node) -> Option<Lend> {
        let tiers: Vec<_> = node.texts().collect();
        self.each_once("tier", &tiers);
        let tiers = tiers.iter().filter_map(|tier| self.id("tier", tier, TierId)).collect();
        Some(Lend { tiers, reclaim_within: node.duration("reclaim-within")?.value, span: node.head })
    }

    fn cluster(&mut self, node: &Node) -> Option<Cluster> {
        let found = access(node);
        if let [(_, first), (_, second), ..] = found[..] {
            let message = "a cluster is reached in one way, and two are named";
            let finding = Diagnostic::new(&codes::CONTRADICTION, message, second, "and so");
            self.out.push(finding.label(first, "so").help("keep one of them"));
        }
        if found.is_empty() && !node.damaged {
            let message = "`cluster` does not say how it is reached";
            let finding = Diagnostic::new(&codes::MISSING_PROPERTY, message, node.head, "needs a way");
            self.out.push(finding.help("`context=NAME`, `in-cluster`, or `embedded=FOLDER`"));
        }
        let own_scheduler = node.word("scheduler").is_some_and(|s| s.value == "own");
        let access = found.into_iter().next()?.0;
        Some(Cluster { access, own_scheduler, span: node.head })
    }

    /// The location of a region, by its cell where one is named, else its first.
    pub(super) fn place(
        &mut self,
        region: Spanned<RegionId>,
        cell: Option<&Spanned<Arc<str>>>,
    ) -> Option<LocationId> {
        let of = &self.model[region.value];
        let Some(cell) = cell else { return of.locations.first().copied() };
        if !of.has_cells && self.vague.contains(&region.value) {
            return None;
        }
        if !of.has_cells {
            let message = format!("region `{}` has no cells", of.name);
            let finding = Diagnostic::new(&codes::UNDEFINED_NAME, message, cell.span, "not defined");
            self.out.push(finding.label(of.span, "the region is one location").help("leave `cell=` out"));
            return None;
        }
        if let Some(found) = self.cells.get(&(region.value, cell.value.clone())).copied() {
            self.named_cells.insert(found);
            return Some(found);
        }
        if !self.vague.contains(&region.value) && !self.doubts.may_define(cell) {
            self.missing.note(Sought::CellOf(region.value), cell);
        }
        None
    }

    /// The region of a zone.
    pub(super) fn zone_owner(&self, zone: &str) -> Option<&RegionName> {
        self.zones.get(zone).map(|(region, _)| &self.model[*region].name)
    }
}
