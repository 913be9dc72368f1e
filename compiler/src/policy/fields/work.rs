//! Fields of workloads.

use super::fields;
use super::view::{During, Failing, Nth};
use crate::check::rto;
use crate::model::{self, Content, Failover, FailoverMode, MaxUnavailable, Mode, Spread, Standby};
use seawall_schema::{Duration, Resources, Share};

fields! {
    /// Of a workload.
    WORKLOAD = Workload<'m> |workload, view| {
        /// its name
        name: &'m str = workload.get().name.as_str();
        /// its tenant's name
        tenant: &'m str = view.tenant(workload.tenant.value).get().name.as_str();
        /// the tenant itself
        owner: Nth<'m, model::Tenant> = view.tenant(workload.tenant.value);
        /// name of the class its defaults came from
        class: Option<&'m str> = workload.get().class.as_ref().map(|class| class.value.as_str());
        /// its tier's name
        tier: &'m str = view.tier(workload.tier.value).get().name.as_str();
        /// its tier's order
        tier_order: u64 = view.tier(workload.tier.value).order.value;
        /// whether its tier gives way
        preemptible: bool = view.tier(workload.tier.value).preemptible;
        /// how much of it Seawall writes: `own`, `overlay` or `observe`
        mode: &'m str = match workload.mode {
            Mode::Own => "own",
            Mode::Overlay => "overlay",
            Mode::Observe => "observe",
        };
        /// whether it moves only with evidence that the other side is stopped
        fenced: bool = workload.fenced;
        /// image of a container that is described inline
        image: Option<&'m str> = match &workload.get().content {
            Content::Container(container) => Some(container.image.value.as_str()),
            Content::Manifests { .. } => None,
        };
        /// what one replica asks for
        request: &'m Resources = &workload.get().request.value;
        /// replicas that count in the proof, all targets together
        replicas: u64 = workload.targets.iter().map(model::Target::proved_replicas).fold(0, u64::saturating_add);
        /// where it runs
        targets: Vec<&'m model::Target> = workload.get().targets.iter().collect();
        /// where it runs and where it may fail over to, each location once
        places: Vec<Nth<'m, model::Location>> = places(workload.get()).into_iter().map(|id| view.location(id)).collect();
        /// `zone` or `none`, where that is said
        spread: Option<&'m str> = workload.get().spread.as_ref().map(|spread| match spread {
            Spread::Zone { .. } => "zone",
            Spread::None { .. } => "none",
        });
        /// largest difference between zones, where it spreads
        max_skew: Option<u64> = match &workload.get().spread {
            Some(Spread::Zone { max_skew, .. }) => Some(*max_skew),
            _ => None,
        };
        /// share of its replicas that may be away at once by choice
        max_unavailable_share: Option<Share> = match workload.disruption.map(|limit| limit.value) {
            Some(MaxUnavailable::Share(share)) => Some(share),
            _ => None,
        };
        /// how many of its replicas may be away at once by choice
        max_unavailable: Option<u64> = match workload.disruption.map(|limit| limit.value) {
            Some(MaxUnavailable::Count(count)) => Some(count),
            _ => None,
        };
        /// where it may be, by its own line or its class's
        residency: Option<&'m model::Residency> = workload.get().residency.as_ref();
        /// datasets it uses
        uses: Vec<&'m model::Uses> = workload.get().uses.iter().collect();
        /// workloads it needs nearby
        needs: Vec<&'m model::Needs> = workload.get().needs.iter().collect();
        /// what happens to it in a failure
        failover: Failing<'m> = Failing(workload.get());
        /// what holds while an event is in force
        during_failover: During<'m> = During(workload.get());
        /// how users reach it
        traffic: Option<&'m model::Traffic> = workload.get().traffic.as_ref();
    }
}

/// Where a workload runs and may fail over to, each location once.
fn places(workload: &model::Workload) -> Vec<model::LocationId> {
    let mut found: Vec<_> = workload.targets.iter().map(|target| target.location).collect();
    if let Failover::Moves(moves) = &workload.failover {
        found.extend(moves.to.iter().map(|to| to.location));
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn moves(of: Failing<'_>) -> Option<&model::Moves> {
    match &of.0.failover {
        Failover::Moves(moves) => Some(moves),
        Failover::None { .. } | Failover::Lowest => None,
    }
}

fields! {
    /// Of a target.
    TARGET = Target<'m> |target, view| {
        /// the city it was named by
        city: &'m str = target.city.value.as_str();
        /// the region's name
        region: &'m str = view.region(view.location(target.location).region).get().name.as_str();
        /// the region's country
        country: &'m str = view.region(view.location(target.location).region).get().country.value.as_str();
        /// the location's name
        location: &'m str = view.location(target.location).get().label.as_str();
        /// the location itself
        there: Nth<'m, model::Location> = view.location(target.location);
        /// replicas that count in the proof: the autoscaler's most, else as many as are said
        replicas: u64 = target.proved_replicas();
        /// its autoscaler
        autoscale: Option<&'m model::Autoscale> = target.autoscale.as_ref();
    }
}

fields! {
    /// Of an autoscaler.
    AUTOSCALE = Autoscale<'m> |autoscale, view| {
        /// replicas at least
        min: u64 = autoscale.min.value;
        /// replicas at most
        max: u64 = autoscale.max.value;
        /// target utilisation of the cpu request
        cpu: Option<Share> = autoscale.cpu.map(|cpu| cpu.value);
    }
}

fields! {
    /// Of a use.
    USES = Uses<'m> |uses, view| {
        /// the dataset's name
        dataset: &'m str = view.dataset(uses.dataset).get().name.as_str();
        /// the dataset itself
        data: Nth<'m, model::Dataset> = view.dataset(uses.dataset);
        /// how old a copy may be; left out: any copy is near enough
        rpo: Option<Duration> = uses.rpo.map(|rpo| rpo.value);
    }
}

fields! {
    /// Of a need.
    NEEDS = Needs<'m> |needs, view| {
        /// the needed workload's name
        workload: &'m str = view.workload(needs.workload).get().name.as_str();
        /// the needed workload itself
        needed: Nth<'m, model::Workload> = view.workload(needs.workload);
        /// round trip at most; left out: any link is short enough
        within: Option<Duration> = needs.within.map(|within| within.value);
    }
}

fields! {
    /// Of what happens in a failure.
    FAILOVER = Failover<'m> |failover, view| {
        /// whether staying down is the decision: `failover none`
        none: bool = matches!(failover.0.failover, Failover::None { .. });
        /// why, with `failover none`
        reason: Option<&'m str> = match &failover.0.failover {
            Failover::None { reason, .. } => Some(reason.as_str()),
            _ => None,
        };
        /// `active-passive` or `active-active`, where it moves
        mode: Option<&'m str> = moves(failover).map(|moves| match moves.mode.value {
            FailoverMode::ActivePassive => "active-passive",
            FailoverMode::ActiveActive => "active-active",
        });
        /// longest time until it serves again
        rto: Option<Duration> = moves(failover).and_then(|moves| moves.rto.map(|rto| rto.value));
        /// share of its replicas that is enough, where it moves
        degraded: Option<Share> = moves(failover).map(|moves| moves.degraded.value);
        /// its destinations, in order
        to: Vec<&'m model::To> = moves(failover).map_or(Vec::new(), |moves| moves.to.iter().collect());
    }
}

fields! {
    /// Of a destination.
    TO = To<'m> |to, view| {
        /// the region's name
        region: &'m str = view.region(view.location(to.location).region).get().name.as_str();
        /// the region's country
        country: &'m str = view.region(view.location(to.location).region).get().country.value.as_str();
        /// the location's name
        location: &'m str = view.location(to.location).get().label.as_str();
        /// the location itself
        there: Nth<'m, model::Location> = view.location(to.location);
        /// name of the lane it comes in by
        lane: &'m str = view.lane(to.lane.value).get().name.as_str();
        /// `hot`, `warm` or `cold`
        standby: &'m str = match to.standby.value {
            Standby::Hot => "hot",
            Standby::Warm => "warm",
            Standby::Cold => "cold",
        };
        /// how much waits there
        warm: Share = to.warm.value;
        /// the largest part of the demand it takes
        share: Share = to.share.value;
        /// whether a reserve for the lane stands there, be it of nothing
        has_reserve: bool = view.location(to.location).reserves.iter().any(|reserve| reserve.lane == to.lane.value);
        /// what is held for the lane there
        held: &'m Resources = view.held_for(to.location, to.lane.value);
        /// how long it takes to get back what of it is lent; left out: nothing is lent
        reclaim_within: Option<Duration> = view.location(to.location).reserves.iter()
            .filter(|reserve| reserve.lane == to.lane.value)
            .filter_map(|reserve| reserve.lend.as_ref().map(|lend| lend.reclaim_within))
            .max();
        /// until it serves there: detection, decision, reclaiming, standby and traffic shift together
        time: Duration = rto::terms(view.model, to).iter()
            .fold(Duration::default(), |sum, term| sum.saturating_add(term.time));
    }
}

fields! {
    /// Of what holds meanwhile.
    DURING = During<'m> |during, view| {
        /// whether autoscalers are held
        hold_autoscale: bool = during.0.during_failover.as_ref().is_some_and(|during| during.hold_autoscale);
        /// share of the traffic that moves first
        traffic_step: Option<Share> =
            during.0.during_failover.as_ref().and_then(|during| during.traffic_step.map(|step| step.value));
    }
}

fields! {
    /// Of how users reach it.
    TRAFFIC = Traffic<'m> |traffic, view| {
        /// DNS name
        host: &'m str = traffic.host.value.as_str();
        /// time to live of its records
        ttl: Option<Duration> = traffic.ttl.map(|ttl| ttl.value);
        /// path that is probed
        health_check: Option<&'m str> = traffic.health_check.as_ref().map(|check| check.value.as_str());
    }
}
