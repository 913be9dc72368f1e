//! The time a failover takes, term by term, against its rto: one finding a workload.

use super::{about, workloads};
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{Failover, Lend, Model, Standby, To};
use crate::resolve::Draft;
use crate::span::Span;
use seawall_schema::Duration;

/// A part of the time until work serves again.
pub(crate) struct Term {
    pub(crate) name: &'static str,
    pub(crate) time: Duration,
    pub(crate) span: Span,
}

/// Checks every workload's rto.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    if draft.notes.times {
        return;
    }
    for (index, workload, _) in workloads(draft) {
        let Failover::Moves(moves) = &workload.failover else { continue };
        let Some(rto) = moves.rto else { continue };
        let late = super::allowed(model, workload).filter_map(|to| {
            let terms = terms(model, to);
            let sum = terms.iter().fold(Duration::default(), |sum, term| sum.saturating_add(term.time));
            (sum > rto.value).then_some((to, terms, sum))
        });
        let late: Vec<_> = late.collect();
        let Some((to, terms, sum)) = late.first() else { continue };
        let shown =
            terms.iter().map(|term| format!("{} {}", term.name, term.time)).collect::<Vec<_>>().join(" + ");
        let place = &model[to.location].label;
        let message = format!(
            "workload `{}` needs {} until it serves in `{place}`, its rto is {}: {shown}",
            workload.name,
            spoken(*sum),
            rto.value
        );
        let mut finding =
            Diagnostic::new(&codes::RTO_EXCEEDED, message, rto.span, format!("{} at most", rto.value));
        for (to, _, sum) in &late {
            finding = finding.label(to.span, format!("takes {}", spoken(*sum)));
        }
        for term in terms {
            finding = finding.label(term.span, format!("{} {}", term.name, term.time));
        }
        let finding = finding.help(proposal(model, to, terms, rto.value));
        out.push(about(draft, index, finding));
    }
}

/// The terms of the time until work serves at a destination.
pub(crate) fn terms(model: &Model, to: &To) -> Vec<Term> {
    let fleet = &model.fleet;
    let mut terms = vec![
        Term { name: "detection", time: fleet.detection.value, span: fleet.detection.span },
        Term { name: "decision", time: fleet.decision.value, span: fleet.decision.span },
    ];
    let lent = model[to.location].reserves.iter().filter(|reserve| reserve.lane == to.lane.value);
    if let Some(lend) =
        lent.filter_map(|reserve| reserve.lend.as_ref()).max_by_key(|lend: &&Lend| lend.reclaim_within)
    {
        terms.push(Term { name: "reclaim", time: lend.reclaim_within, span: lend.span });
    }
    let times = &fleet.standby_times;
    let (name, standby) = match to.standby.value {
        Standby::Hot => ("hot standby", times.hot),
        Standby::Warm => ("warm standby", times.warm),
        Standby::Cold => ("cold standby", times.cold),
    };
    terms.push(Term { name, time: standby.value, span: standby.span });
    terms.push(Term {
        name: "traffic shift",
        time: fleet.traffic_shift.value,
        span: fleet.traffic_shift.span,
    });
    terms
}

/// The warmest change that would do.
fn proposal(model: &Model, to: &To, terms: &[Term], rto: Duration) -> String {
    let times = &model.fleet.standby_times;
    let rest = terms.iter().filter(|term| !term.name.ends_with("standby"));
    let rest = rest.fold(Duration::default(), |sum, term| sum.saturating_add(term.time));
    let sum = |time: Duration| rest.saturating_add(time);
    if to.standby.value == Standby::Cold && sum(times.warm.value) <= rto {
        return format!("`standby=warm warm=\"20%\"` takes {}", spoken(sum(times.warm.value)));
    }
    if to.standby.value != Standby::Hot && sum(times.hot.value) <= rto {
        return format!("`standby=hot` takes {}", spoken(sum(times.hot.value)));
    }
    format!(
        "even a hot standby takes {}: raise the rto, or shorten the other terms",
        spoken(sum(times.hot.value))
    )
}

/// A duration in the units that people add up in: `13m45s`.
pub(crate) fn spoken(duration: Duration) -> String {
    let millis = duration.millis();
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s"), (1, "ms")];
    let mut rest = millis;
    let mut words = String::new();
    for (size, unit) in units {
        if rest / size > 0 {
            words.push_str(&format!("{}{unit}", rest / size));
            rest %= size;
        }
    }
    if words.is_empty() { "0s".to_owned() } else { words }
}
