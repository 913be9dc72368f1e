//! Workloads.

use super::geography::{Residency, residency};
use super::places::{Places, amount};
use super::view::{Amounts, At, Source, view, words};
use crate::model;
use crate::resolve::requests::of_replica;
use crate::span::Span;

view! {
    /// Replicated work.
    Workload {
        /// Its name.
        name: String,
        /// Whose it is.
        tenant: At<String>,
        /// The class its defaults came from.
        class: Option<At<String>>,
        /// Its tier.
        tier: At<String>,
        /// How much of it Seawall writes.
        mode: At<Mode>,
        /// Whether it moves only with evidence that the other side is stopped.
        fenced: At<bool>,
        /// Files of the team's own objects; empty where `container` says what is deployed.
        manifests: Vec<String>,
        /// A container described inline.
        container: Option<Container>,
        /// What one replica asks for; read from the manifests where the policy leaves it out.
        request: Amounts,
        /// Where it runs; a target over several cities is one entry each.
        targets: Vec<Target>,
        /// How it spreads over zones; `null`: not said.
        spread: Option<Spread>,
        /// How much of it may be away at once by choice: a share of the replicas, or a number.
        disruption: Option<At<String>>,
        /// Where it may be; `null`: anywhere its datasets may be.
        residency: Option<Residency>,
        /// Datasets it uses.
        uses: Vec<Uses>,
        /// Workloads it needs nearby.
        needs: Vec<Needs>,
        /// What happens to it in a failure.
        failover: Failover,
        /// What holds while an event is in force.
        during_failover: DuringFailover,
        /// How users reach it.
        traffic: Option<Traffic>,
        /// Policy findings it is allowed.
        allows: Vec<Allow>,
        /// The node.
        source: Source,
    }
    /// A container described inline.
    Container {
        /// Its image.
        image: At<String>,
        /// The port it serves on.
        port: Option<At<u64>>,
        /// Arguments, in order.
        args: Vec<String>,
        /// Environment, in order.
        env: Vec<Variable>,
        /// The node.
        source: Source,
    }
    /// A variable of a container's environment.
    Variable {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    }
    /// Replicas at one place.
    Target {
        /// Where: `R`, or `R/C` where the region has cells.
        location: String,
        /// The city it was named by.
        city: At<String>,
        /// How many; with an autoscaler alone its minimum.
        replicas: At<u64>,
        /// An autoscaler.
        autoscale: Option<Autoscale>,
        /// How many count in the proof: the autoscaler's maximum, else the replicas.
        proved_replicas: u64,
        /// The node.
        source: Source,
    }
    /// An autoscaler.
    Autoscale {
        /// Replicas at least.
        min: At<u64>,
        /// Replicas at most.
        max: At<u64>,
        /// Target utilisation of the request.
        cpu: Option<At<String>>,
        /// The node.
        source: Source,
    }
    /// How a workload spreads over zones.
    Spread {
        /// Over what.
        over: SpreadOver,
        /// Largest difference between zones, where it spreads.
        max_skew: Option<At<u64>>,
        /// Why it does not, where it does not.
        reason: Option<At<String>>,
        /// The node.
        source: Source,
    }
    /// A dataset it uses.
    Uses {
        /// Which.
        dataset: At<String>,
        /// How old a copy may be; `null`: any copy.
        rpo: Option<At<String>>,
        /// The node.
        source: Source,
    }
    /// A workload it needs nearby.
    Needs {
        /// Which.
        workload: At<String>,
        /// Round trip at most; `null`: any link.
        within: Option<At<String>>,
        /// The node.
        source: Source,
    }
    /// What happens to a workload in a failure.
    Failover {
        /// Whether it moves; where not, its loss is decided.
        moves: bool,
        /// Why it does not move.
        reason: Option<At<String>>,
        /// Which side serves.
        mode: Option<At<FailoverMode>>,
        /// Longest time until it serves again.
        rto: Option<At<String>>,
        /// Share of its replicas that is enough in a failure.
        degraded: Option<At<String>>,
        /// Destinations in declared order.
        to: Vec<To>,
        /// The node; `default` where nothing is said, which only the lowest tier may.
        source: Source,
    }
    /// A destination.
    To {
        /// Where: `R`, or `R/C` where the region has cells.
        location: String,
        /// By which lane.
        lane: At<String>,
        /// What waits there.
        standby: At<Standby>,
        /// How much of it waits there.
        warm: At<String>,
        /// The largest part of the demand it takes.
        share: At<String>,
        /// The node.
        source: Source,
    }
    /// What holds while an event is in force.
    DuringFailover {
        /// Whether autoscalers are held.
        autoscale: At<Autoscaling>,
        /// Share of the traffic that moves first; `null`: all of it at once.
        traffic_step: Option<At<String>>,
        /// The node.
        source: Source,
    }
    /// How users reach it.
    Traffic {
        /// DNS name.
        host: At<String>,
        /// Time to live of its records.
        ttl: Option<At<String>>,
        /// Path that is probed.
        health_check: Option<At<String>>,
        /// The node.
        source: Source,
    }
    /// A policy's finding that is accepted.
    Allow {
        /// The policy.
        policy: At<String>,
        /// Why.
        reason: At<String>,
        /// Its last day; `null`: it does not end.
        until: Option<At<String>>,
        /// The node.
        source: Source,
    }
}

words! {
    /// How much of a workload Seawall writes.
    Mode: "own" "overlay" "observe";
    /// What replicas spread over.
    SpreadOver: "zone" "none";
    /// Which side serves.
    FailoverMode: "active-passive" "active-active";
    /// What waits at a destination.
    Standby: "hot" "warm" "cold";
    /// Whether autoscalers are held.
    Autoscaling: "hold" "run";
}

/// A workload.
pub(super) fn workload(at: &Places<'_>, workload: &model::Workload) -> Workload {
    let model::Workload {
        name,
        tenant,
        class,
        tier,
        mode,
        content,
        request,
        targets,
        spread,
        disruption,
        residency: may_be,
        uses,
        needs,
        failover,
        during_failover,
        traffic,
        fenced,
        allows,
        span,
        name_span: _,
    } = workload;
    let (manifests, inline) = match content {
        model::Content::Manifests { files, .. } => (&files[..], None),
        model::Content::Container(inline) => (&[][..], Some(inline)),
    };
    let objects = manifests.iter().flat_map(|id| at.model[*id].objects.iter());
    let asked = of_replica(objects, name.as_str());
    let place = |resource: &_| {
        let said = at.inherited(*span, Some("request"), |node| amount(node, resource));
        said.or_else(|| asked.get(resource).map(|(_, place)| *place))
    };
    let mode = match mode {
        model::Mode::Own => "own",
        model::Mode::Overlay => "overlay",
        model::Mode::Observe => "observe",
    };
    Workload {
        name: name.to_string(),
        tenant: at.at(tenant, |id| at.model[*id].name.to_string()),
        class: class.as_ref().map(|class| at.text(class)),
        tier: at.at(tier, |id| at.model[*id].name.to_string()),
        mode: at.inherited_property(*span, None, "mode", Mode(mode)),
        fenced: at.inherited_property(*span, None, "fenced", *fenced),
        manifests: manifests.iter().map(|id| at.model[*id].path.clone()).collect(),
        container: inline.map(|c| container(at, c)),
        request: at.amounts_of(&request.value, place),
        targets: targets.iter().map(|t| target(at, t)).collect(),
        spread: spread.as_ref().map(|s| one_spread(at, *span, s)),
        disruption: disruption.as_ref().map(|d| at.at(d, unavailable)),
        residency: may_be.as_ref().map(|r| residency(at, r)),
        uses: uses.iter().map(|u| one_use(at, u)).collect(),
        needs: needs.iter().map(|n| need(at, n)).collect(),
        failover: one_failover(at, *span, failover),
        during_failover: during(at, *span, during_failover.as_ref()),
        traffic: traffic.as_ref().map(|t| one_traffic(at, t)),
        allows: allows.iter().map(|a| allow(at, a)).collect(),
        source: at.source(*span),
    }
}

fn unavailable(most: &model::MaxUnavailable) -> String {
    match most {
        model::MaxUnavailable::Share(share) => share.to_string(),
        model::MaxUnavailable::Count(count) => count.to_string(),
    }
}

fn container(at: &Places<'_>, container: &model::Container) -> Container {
    let model::Container { image, port, args, env, span } = container;
    let variable = |(name, value): &(String, String)| Variable { name: name.clone(), value: value.clone() };
    Container {
        image: at.text(image),
        port: port.as_ref().map(|port| at.at(port, |port| *port)),
        args: args.clone(),
        env: env.iter().map(variable).collect(),
        source: at.source(*span),
    }
}

fn target(at: &Places<'_>, target: &model::Target) -> Target {
    let model::Target { location, city, replicas, autoscale, span } = target;
    Target {
        location: at.model[*location].label.clone(),
        city: at.text(city),
        replicas: at.at(replicas, |replicas| *replicas),
        autoscale: autoscale.as_ref().map(|scale| {
            let model::Autoscale { min, max, cpu, span } = scale;
            Autoscale {
                min: at.at(min, |min| *min),
                max: at.at(max, |max| *max),
                cpu: cpu.as_ref().map(|cpu| at.text(cpu)),
                source: at.source(*span),
            }
        }),
        proved_replicas: target.proved_replicas(),
        source: at.source(*span),
    }
}

fn one_spread(at: &Places<'_>, workload: Span, spread: &model::Spread) -> Spread {
    let child = Some("spread");
    match spread {
        model::Spread::Zone { max_skew, span } => Spread {
            over: SpreadOver("zone"),
            max_skew: Some(at.inherited_property(workload, child, "max-skew", *max_skew)),
            reason: None,
            source: at.source(*span),
        },
        model::Spread::None { reason, span } => Spread {
            over: SpreadOver("none"),
            max_skew: None,
            reason: Some(at.inherited_property(workload, child, "reason", reason.clone())),
            source: at.source(*span),
        },
    }
}

fn one_use(at: &Places<'_>, uses: &model::Uses) -> Uses {
    let model::Uses { dataset, rpo, span } = uses;
    Uses {
        dataset: at.argument(*span, 0, at.model[*dataset].name.to_string()),
        rpo: rpo.as_ref().map(|rpo| at.text(rpo)),
        source: at.source(*span),
    }
}

fn need(at: &Places<'_>, needs: &model::Needs) -> Needs {
    let model::Needs { workload, within, span } = needs;
    Needs {
        workload: at.argument(*span, 0, at.model[*workload].name.to_string()),
        within: within.as_ref().map(|within| at.text(within)),
        source: at.source(*span),
    }
}

fn one_failover(at: &Places<'_>, workload: Span, failover: &model::Failover) -> Failover {
    let stays = |reason, source| Failover {
        moves: false,
        reason,
        mode: None,
        rto: None,
        degraded: None,
        to: Vec::new(),
        source,
    };
    let moves = match failover {
        model::Failover::Lowest => return stays(None, Source::Default),
        model::Failover::None { reason, span } => {
            let reason = at.inherited_property(workload, Some("failover"), "reason", reason.clone());
            return stays(Some(reason), at.source(*span));
        }
        model::Failover::Moves(moves) => moves,
    };
    let model::Moves { mode, rto, degraded, to, span } = moves;
    let word = |mode: &model::FailoverMode| match mode {
        model::FailoverMode::ActivePassive => FailoverMode("active-passive"),
        model::FailoverMode::ActiveActive => FailoverMode("active-active"),
    };
    Failover {
        moves: true,
        reason: None,
        mode: Some(at.at(mode, word)),
        rto: rto.as_ref().map(|rto| at.text(rto)),
        degraded: Some(at.text(degraded)),
        to: to.iter().map(|to| destination(at, to)).collect(),
        source: at.source(*span),
    }
}

fn destination(at: &Places<'_>, to: &model::To) -> To {
    let model::To { location, lane, standby, warm, share, span } = to;
    let word = |standby: &model::Standby| match standby {
        model::Standby::Hot => Standby("hot"),
        model::Standby::Warm => Standby("warm"),
        model::Standby::Cold => Standby("cold"),
    };
    To {
        location: at.model[*location].label.clone(),
        lane: at.at(lane, |id| at.model[*id].name.to_string()),
        standby: at.at(standby, word),
        warm: at.text(warm),
        share: at.text(share),
        source: at.source(*span),
    }
}

fn during(at: &Places<'_>, workload: Span, during: Option<&model::DuringFailover>) -> DuringFailover {
    let Some(model::DuringFailover { hold_autoscale, traffic_step, span }) = during else {
        let autoscale = At { value: Autoscaling("run"), source: Source::Default };
        return DuringFailover { autoscale, traffic_step: None, source: Source::Default };
    };
    let word = Autoscaling(if *hold_autoscale { "hold" } else { "run" });
    DuringFailover {
        autoscale: at.inherited_property(workload, Some("during-failover"), "autoscale", word),
        traffic_step: traffic_step.as_ref().map(|step| at.text(step)),
        source: at.source(*span),
    }
}

fn one_traffic(at: &Places<'_>, traffic: &model::Traffic) -> Traffic {
    let model::Traffic { host, ttl, health_check, span } = traffic;
    Traffic {
        host: at.text(host),
        ttl: ttl.as_ref().map(|ttl| at.text(ttl)),
        health_check: health_check.as_ref().map(|path| at.text(path)),
        source: at.source(*span),
    }
}

fn allow(at: &Places<'_>, allow: &model::Allow) -> Allow {
    let model::Allow { policy, reason, until, span } = allow;
    Allow {
        policy: at.text(policy),
        reason: at.property(*span, "reason", reason.clone()),
        until: until.as_ref().map(|until| at.text(until)),
        source: at.source(*span),
    }
}
