//! Fields of the fleet and of the rules that work is under.

use super::fields;
use super::view::{Copied, Limits, Nth};
use crate::model::{self, Boundary};
use seawall_schema::{Duration, Share};

fields! {
    /// Of the fleet.
    FLEET = Fleet<'m> |fleet, view| {
        /// its name
        name: &'m str = fleet.name.value.as_str();
        /// version of Kubernetes that manifests are held against
        kubernetes: String = format!("1.{}", fleet.kubernetes.value);
        /// what must be survived
        survive: Vec<&'m model::Survive> = fleet.survive.iter().collect();
        /// unconfirmed for longer, a new base bundle is not activated
        max_plan_age: Duration = fleet.max_plan_age.value;
        /// until a hot standby serves
        hot: Duration = fleet.standby_times.hot.value;
        /// until a warm standby serves
        warm: Duration = fleet.standby_times.warm.value;
        /// until a cold standby serves
        cold: Duration = fleet.standby_times.cold.value;
        /// until a failure is seen
        detection: Duration = fleet.detection.value;
        /// until somebody or something has declared the event
        decision: Duration = fleet.decision.value;
        /// until users arrive elsewhere
        traffic_shift: Duration = fleet.traffic_shift.value;
        /// share of the moved work that goes back in a step
        failback_rate: Option<Share> = fleet.failback.as_ref().map(|back| back.rate);
        /// time between the steps of the way back
        failback_every: Option<Duration> = fleet.failback.as_ref().map(|back| back.every);
        /// waves of a rollout, in order
        rollout: Vec<&'m model::Wave> = fleet.rollout.iter().collect();
        /// further dialects that are written
        dialects: Vec<model::Dialect> = fleet.targets.iter().map(|target| target.value).collect();
        /// names of the jurisdictions, built-in ones included
        jurisdictions: Vec<&'m str> = view.model.jurisdictions.iter().map(|j| j.name.as_str()).collect();
        /// from the highest order to the lowest
        tiers: Vec<Nth<'m, model::Tier>> = view.tiers();
        /// all lanes
        lanes: Vec<Nth<'m, model::Lane>> = view.lanes();
        /// all links
        links: Vec<&'m model::Link> = view.links();
        /// all regions
        regions: Vec<Nth<'m, model::Region>> = view.regions();
        /// all locations
        locations: Vec<Nth<'m, model::Location>> = view.locations();
        /// all tenants
        tenants: Vec<Nth<'m, model::Tenant>> = view.tenants();
        /// all datasets
        datasets: Vec<Nth<'m, model::Dataset>> = view.datasets();
        /// all workloads
        workloads: Vec<Nth<'m, model::Workload>> = view.workloads();
        /// all queues
        queues: Vec<Nth<'m, model::Queue>> = view.queues();
        /// all jobs
        jobs: Vec<Nth<'m, model::Job>> = view.jobs();
        /// all events
        events: Vec<Nth<'m, model::Event>> = view.events();
    }
}

fields! {
    /// Of a demand on the proof.
    SURVIVE = Survive<'m> |survive, view| {
        /// `region`, `cell` or `zone`
        boundary: &'m str = match survive.boundary {
            Boundary::Region => "region",
            Boundary::Cell => "cell",
            Boundary::Zone => "zone",
        };
        /// up to how many of them at once
        count: u64 = u64::from(survive.count);
        /// for zones: whether reserves must stay whole
        holding_reserves: bool = survive.holding_reserves;
    }
}

fields! {
    /// Of a wave.
    WAVE = Wave<'m> |wave, view| {
        /// its name
        name: &'m str = wave.name.as_str();
        /// how long the waves before must have been healthy
        soak: Option<Duration> = wave.soak;
        /// names of its regions
        regions: Vec<&'m str> = wave.regions.iter().map(|id| view.region(id.value).get().name.as_str()).collect();
    }
}

fields! {
    /// Of a dialect.
    DIALECT = Dialect<'m> |dialect, view| {
        /// `karmada`, `datum`, `flux` or `argo`
        name: &'m str = match dialect {
            model::Dialect::Karmada => "karmada",
            model::Dialect::Datum => "datum",
            model::Dialect::Flux => "flux",
            model::Dialect::Argo => "argo",
        };
        /// whether a hub stands between the rendering and a region: without the hub the region cannot apply, drain or fail over
        hub: bool = !matches!(dialect, model::Dialect::Flux);
    }
}

fields! {
    /// Of a tier.
    TIER = Tier<'m> |tier, view| {
        /// its name
        name: &'m str = tier.get().name.as_str();
        /// higher is more important; unique
        order: u64 = tier.order.value;
        /// whether its work gives way
        preemptible: bool = tier.preemptible;
        /// its workloads
        workloads: Vec<Nth<'m, model::Workload>> =
            view.of_tier[tier.index as usize].iter().map(|id| view.workload(*id)).collect();
    }
}

fields! {
    /// Of a lane.
    LANE = Lane<'m> |lane, view| {
        /// its name
        name: &'m str = lane.get().name.as_str();
        /// whether it draws on its reserves
        reserve: bool = lane.reserve;
        /// whether it draws on free capacity
        free: bool = lane.free;
        /// whether it draws on what preemptible tiers use
        preemptible: bool = lane.preemptible;
    }
}

fields! {
    /// Of a link.
    LINK = Link<'m> |link, view| {
        /// the region that comes first by name
        first: &'m str = view.region(link.a).get().name.as_str();
        /// the other region
        second: &'m str = view.region(link.b).get().name.as_str();
        /// round-trip time
        rtt: Duration = link.rtt;
    }
}

fields! {
    /// Of a tenant.
    TENANT = Tenant<'m> |tenant, view| {
        /// its name
        name: &'m str = tenant.get().name.as_str();
        /// its namespace in every cluster
        namespace: &'m str = tenant.get().namespace.value.as_str();
        /// its limits by region; a region that is left out is unlimited
        quotas: Vec<&'m model::Quota> = tenant.get().quotas.iter().collect();
        /// what it may bring into any one region by failover; left out: unlimited
        burst: Option<Limits<'m>> = tenant.get().burst.as_ref().map(|burst| Limits(&burst.value));
        /// its workloads
        workloads: Vec<Nth<'m, model::Workload>> =
            view.of_tenant[tenant.index as usize].iter().map(|id| view.workload(*id)).collect();
        /// its jobs
        jobs: Vec<Nth<'m, model::Job>> =
            view.jobs_of_tenant[tenant.index as usize].iter().map(|id| view.job(*id)).collect();
    }
}

fields! {
    /// Of a quota.
    QUOTA = Quota<'m> |quota, view| {
        /// the region's name
        region: &'m str = view.region(quota.region).get().name.as_str();
        /// the region itself
        there: Nth<'m, model::Region> = view.region(quota.region);
        /// how much; a resource that is left out is unlimited
        limits: Limits<'m> = Limits(&quota.amount);
    }
}

fields! {
    /// Of a dataset.
    DATASET = Dataset<'m> |dataset, view| {
        /// its name
        name: &'m str = dataset.get().name.as_str();
        /// where it may be; left out: anywhere
        residency: Option<&'m model::Residency> = dataset.get().residency.as_ref();
        /// name of the region where it is written
        home: &'m str = view.region(dataset.home.value).get().name.as_str();
        /// country of that region
        country: &'m str = view.region(dataset.home.value).get().country.value.as_str();
        /// its copies, the home first
        copies: Vec<Copied> = std::iter::once(Copied { region: dataset.home.value, lag: Duration::default(), home: true })
            .chain(dataset.replicas.iter().map(|r| Copied { region: r.region, lag: r.lag, home: false }))
            .collect();
        /// workloads that use it
        users: Vec<Nth<'m, model::Workload>> =
            view.of_dataset[dataset.index as usize].iter().map(|id| view.workload(*id)).collect();
    }
}

fields! {
    /// Of a copy.
    COPY = Copy<'m> |copy, view| {
        /// name of the region that holds it
        region: &'m str = view.region(copy.region).get().name.as_str();
        /// country of that region
        country: &'m str = view.region(copy.region).get().country.value.as_str();
        /// how far behind it may be; 0 at home
        lag: Duration = copy.lag;
        /// whether it is the one that is written
        home: bool = copy.home;
    }
}

fields! {
    /// Of a residency.
    RESIDENCY = Residency<'m> |residency, view| {
        /// names of the jurisdictions
        jurisdictions: Vec<&'m str> =
            residency.jurisdictions.iter().map(|id| view.model[id.value].name.as_str()).collect();
        /// the countries they add up to
        countries: Vec<&'m str> = residency.countries.iter().map(|country| country.as_str()).collect();
    }
}
