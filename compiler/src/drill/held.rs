//! What is held while it lasts, and where users go: as the overlays of the day have it.
//!
//! Takes a scenario and its situation, gives a line for each. Invariant: of a cluster that is lost nothing is
//! told but what it does if it still answers: its autoscalers stop.

use super::{Held, Traffic};
use crate::lower::{Place, Situation, places, step, weight};
use crate::model::*;
use crate::proof::Scenario;
use crate::span::Spanned;

/// Weights of the hosts of all workloads that are touched, by cluster.
pub(super) fn traffic(model: &Model, scenario: &Scenario, now: &Situation) -> Vec<Traffic> {
    let places = places(model);
    let normal = Situation::default();
    let mut all = Vec::new();
    for (index, workload) in model.workloads.iter().enumerate() {
        let (Some(traffic), Mode::Own) = (&workload.traffic, workload.mode) else { continue };
        let id = WorkloadId(index as u32);
        let weights = places.iter().map(|place| {
            let weight = |now| weight(model, now, id, &place.locations);
            (place, weight(&normal), weight(now))
        });
        let weights: Vec<_> = weights.filter(|(_, before, after)| before.or(*after).is_some()).collect();
        if weights.iter().all(|(_, before, after)| before == after) {
            continue;
        }
        for (place, before, after) in weights {
            all.push(Traffic {
                workload: id,
                host: traffic.host.value.clone(),
                place: label(model, place),
                lost: lost(scenario, place),
                before,
                step: step(model, now, id, &place.locations),
                after,
                span: traffic.span,
            });
        }
    }
    all
}

fn lost(scenario: &Scenario, place: &Place) -> bool {
    place.locations.iter().all(|l| scenario.failed.contains(l))
}

fn label(model: &Model, place: &Place) -> String {
    let region = &model[place.region].name;
    place.cell.as_ref().map_or_else(|| region.to_string(), |cell| format!("{region}/{cell}"))
}

pub(super) fn held(model: &Model, scenario: &Scenario, now: &Situation) -> Vec<Held> {
    let mut held = Vec::new();
    if !scenario.failed.is_empty() || !scenario.drained.is_empty() {
        for place in &places(model) {
            if !lost(scenario, place) && now.touches(&place.locations) {
                let here = label(model, place);
                queues(model, place, &here, &mut held);
                tiers(model, &here, &mut held);
            }
            autoscalers(model, place, now, &mut held);
        }
        jobs(model, scenario, now, &mut held);
        rollouts(model, now, &mut held);
    }
    held
}

fn queues(model: &Model, place: &Place, here: &str, held: &mut Vec<Held>) {
    for queue in &model.queues {
        if queue.quotas.iter().any(|q| place.locations.contains(&q.location)) {
            held.push(Held {
                kind: "queue",
                name: queue.name.to_string(),
                place: here.to_owned(),
                effect: "admission held: what is admitted stays, nothing more comes".into(),
                span: queue.span,
            });
        }
    }
}

fn tiers(model: &Model, here: &str, held: &mut Vec<Held>) {
    for tier in model.tiers.iter().filter(|tier| tier.preemptible) {
        held.push(Held {
            kind: "tier",
            name: tier.name.to_string(),
            place: here.to_owned(),
            effect: "quota frozen at what is proved of it".into(),
            span: tier.span,
        });
    }
}

/// Where work leaves, scaling up is disabled; where it arrives, the bounds are raised by it.
fn autoscalers(model: &Model, place: &Place, now: &Situation, held: &mut Vec<Held>) {
    for id in &place.workloads {
        let workload = &model[*id];
        let hold = workload.during_failover.as_ref().filter(|d| d.hold_autoscale);
        for location in &place.locations {
            let here = workload.targets.iter().filter(|t| t.location == *location);
            let Some(scale) = here.filter_map(|t| t.autoscale.as_ref()).next() else { continue };
            let line = |effect, span| Held {
                kind: "autoscaler",
                name: workload.name.to_string(),
                place: model[*location].label.clone(),
                effect,
                span,
            };
            if let Some(hold) = hold.filter(|_| now.displaces(*location)) {
                held.push(line("scale-up disabled".into(), hold.span));
            }
            let arrives = now.arrivals.iter().filter(|((w, c, _), _)| w == id && c == location);
            let grown: i128 = arrives.map(|(_, n)| n).sum();
            if grown > 0 {
                held.push(line(format!("minimum and maximum raised by the {grown} that arrive"), scale.span));
            }
        }
    }
}

/// Jobs that lose a place of their dispatch, or whose next place admits nothing: where each is tried next.
fn jobs(model: &Model, scenario: &Scenario, now: &Situation, held: &mut Vec<Held>) {
    let places = places(model);
    let holds = |l: LocationId| places.iter().any(|p| p.locations.contains(&l) && now.touches(&p.locations));
    let gone = |l: LocationId| scenario.failed.contains(&l) || scenario.drained.iter().any(|(c, _)| *c == l);
    let label = |l: &Spanned<LocationId>| model[l.value].label.as_str();
    for job in &model.jobs {
        let lost: Vec<_> = job.dispatch.iter().filter(|to| gone(to.value)).map(label).collect();
        let next = job.dispatch.iter().find(|to| !gone(to.value));
        let effect = match next {
            Some(to) if holds(to.value) => {
                format!(
                    "next in {}: its queue admits nothing until the end, what is admitted stays",
                    label(to)
                )
            }
            Some(to) if !lost.is_empty() => format!("next in {}", label(to)),
            None if !lost.is_empty() => String::from("waits: every place of its dispatch is lost or drained"),
            _ => continue,
        };
        let place = if lost.is_empty() { next.map_or("", label).to_owned() } else { lost.join(" ") };
        held.push(Held { kind: "job", name: job.name.to_string(), place, effect, span: job.span });
    }
}

/// Waves that would change a region that receives or has lost work.
fn rollouts(model: &Model, now: &Situation, held: &mut Vec<Held>) {
    for wave in &model.fleet.rollout {
        let touched = wave.regions.iter().filter(|r| now.touches(&model[r.value].locations));
        let touched: Vec<_> = touched.map(|r| model[r.value].name.as_str()).collect();
        if !touched.is_empty() {
            held.push(Held {
                kind: "rollout",
                name: wave.name.to_string(),
                place: touched.join(" "),
                effect: "promote nothing to it until the end".into(),
                span: wave.span,
            });
        }
    }
}
