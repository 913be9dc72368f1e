//! Fields of regions, locations, and what holds capacity in them.

use super::fields;
use super::give::{Cpu, Day, Extended, Memory, Texts};
use super::view::Nth;
use crate::model::{self, ClusterAccess};
use seawall_schema::{Duration, Resource, Resources};

fields! {
    /// Of a region.
    REGION = Region<'m> |region, view| {
        /// its name
        name: &'m str = region.get().name.as_str();
        /// its country, as two letters
        country: &'m str = region.get().country.value.as_str();
        /// codes of the cities it serves
        cities: Vec<&'m str> = region.get().cities.iter().map(|city| city.value.as_str()).collect();
        /// names of its zones
        zones: Vec<&'m str> = region.get().zones.iter().map(|zone| zone.value.as_str()).collect();
        /// its locations: its cells, or itself
        locations: Vec<Nth<'m, model::Location>> = region.locations.iter().map(|id| view.location(*id)).collect();
        /// its clusters: its own, and those of its cells
        clusters: Vec<&'m model::Cluster> = region.get().cluster.iter()
            .chain(region.locations.iter().filter_map(|id| view.location(*id).get().cluster.as_ref()))
            .collect();
        /// the day its capacity was read from a live cluster
        observed: Option<Day<'m>> = region.get().observed.as_ref().map(|day| Day(&day.value));
        /// what its locations have for work, together
        capacity: &'m Resources = &view.region_sums(region.index).capacity;
        /// what of it is held for lanes
        held: &'m Resources = &view.region_sums(region.index).held;
        /// what the reserves leave
        unreserved: &'m Resources = &view.region_sums(region.index).unreserved;
        /// workloads that run there
        workloads: Vec<Nth<'m, model::Workload>> =
            view.in_region[region.index as usize].iter().map(|id| view.workload(*id)).collect();
    }
}

fields! {
    /// Of a location.
    LOCATION = Location<'m> |location, view| {
        /// `R`, or `R/C` where the region has cells
        name: &'m str = location.get().label.as_str();
        /// the region's name
        region: &'m str = view.region(location.region).get().name.as_str();
        /// the region itself
        within: Nth<'m, model::Region> = view.region(location.region);
        /// the region's country
        country: &'m str = view.region(location.region).get().country.value.as_str();
        /// the cell's name, where the region has cells
        cell: Option<&'m str> = location.get().cell.as_ref().map(|cell| cell.value.as_str());
        /// its node pools
        pools: Vec<&'m model::Pool> = location.get().pools.iter().collect();
        /// what Seawall does not manage there
        occupied: Option<&'m Resources> = location.get().occupied.as_ref().map(|occupied| &occupied.value);
        /// what it has for work
        capacity: &'m Resources = &location.get().capacity;
        /// what of it is held for lanes
        held: &'m Resources = &view.location_sums(location.index).held;
        /// what the reserves leave
        unreserved: &'m Resources = &view.location_sums(location.index).unreserved;
        /// its reserves
        reserves: Vec<&'m model::Reserve> = location.get().reserves.iter().collect();
    }
}

fields! {
    /// Of a cluster.
    CLUSTER = Cluster<'m> |cluster, view| {
        /// `context`, `in-cluster` or `embedded`
        access: &'m str = match cluster.access {
            ClusterAccess::Context(_) => "context",
            ClusterAccess::InCluster => "in-cluster",
            ClusterAccess::Embedded(_) => "embedded",
        };
        /// the kubeconfig context, or the folder of an embedded cluster; an agent in its own cluster has none
        name: Option<&'m str> = match &cluster.access {
            ClusterAccess::Context(name) | ClusterAccess::Embedded(name) => Some(name.as_str()),
            ClusterAccess::InCluster => None,
        };
        /// whether the rendered scheduler configuration is in use there
        own_scheduler: bool = cluster.own_scheduler;
    }
}

fields! {
    /// Of a node pool.
    POOL = Pool<'m> |pool, view| {
        /// its name
        name: &'m str = pool.name.as_str();
        /// how many nodes count in the proof
        count: u64 = pool.count.value;
        /// how many there may be with an autoscaler
        max: Option<u64> = pool.max;
        /// what one node has
        allocatable: &'m Resources = &pool.allocatable.value;
        /// what daemons take of one node
        overhead: Option<&'m Resources> = pool.overhead.as_ref().map(|overhead| &overhead.value);
        /// node labels by key
        labels: Texts<'m> = Texts(&pool.labels);
        /// node taints
        taints: Vec<&'m model::Taint> = pool.taints.iter().collect();
    }
}

fields! {
    /// Of a taint.
    TAINT = Taint<'m> |taint, view| {
        /// its key
        key: &'m str = taint.key.as_str();
        /// its value, often empty
        value: &'m str = taint.value.as_str();
        /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`
        effect: &'m str = taint.effect.as_str();
    }
}

fields! {
    /// Of a reserve.
    RESERVE = Reserve<'m> |reserve, view| {
        /// name of the lane it is held for
        lane: &'m str = view.lane(reserve.lane).get().name.as_str();
        /// how much
        amount: &'m Resources = &reserve.amount;
        /// to whom it is lent meanwhile
        lend: Option<&'m model::Lend> = reserve.lend.as_ref();
    }
}

fields! {
    /// Of a loan.
    LEND = Lend<'m> |lend, view| {
        /// names of the tiers that may use it
        tiers: Vec<&'m str> = lend.tiers.iter().map(|id| view.tier(id.value).get().name.as_str()).collect();
        /// how long it takes to get it back
        reclaim_within: Duration = lend.reclaim_within;
    }
}

fields! {
    /// Of amounts.
    AMOUNTS = Amounts<'m> |amounts, view| {
        /// cores
        cpu: Cpu = Cpu(amounts.get(&Resource::Cpu));
        /// memory
        memory: Memory = Memory(amounts.get(&Resource::Memory));
        /// a number of pods
        pods: u64 = amounts.get(&Resource::Pods);
        /// extended resources by name, such as `nvidia.com/gpu`
        extended: Extended<'m> = Extended(amounts);
    }
}

fields! {
    /// Of limits.
    LIMITS = Limits<'m> |limits, view| {
        /// cores
        cpu: Option<Cpu> = limits.0.named(&Resource::Cpu).map(Cpu);
        /// memory
        memory: Option<Memory> = limits.0.named(&Resource::Memory).map(Memory);
        /// a number of pods
        pods: Option<u64> = limits.0.named(&Resource::Pods);
        /// extended resources by name, such as `nvidia.com/gpu`
        extended: Extended<'m> = Extended(limits.0);
    }
}
