//! The fleet's own settings.

use super::places::Places;
use super::view::{At, Source, view, words};
use crate::model;

view! {
    /// The fleet's own settings.
    Fleet {
        /// Its name.
        name: At<String>,
        /// What must be survived.
        survive: Vec<Survive>,
        /// Unconfirmed for longer, a new base bundle is not activated.
        max_plan_age: At<String>,
        /// Time until a standby serves.
        standby_times: StandbyTimes,
        /// Time until a failure is seen.
        detection: At<String>,
        /// Time until somebody or something has declared the event.
        decision: At<String>,
        /// Time until users arrive elsewhere.
        traffic_shift: At<String>,
        /// Rate of the way back; `null`: at once.
        failback: Option<Failback>,
        /// Waves in declared order; empty: all regions at once.
        rollout: Vec<Wave>,
        /// The version of Kubernetes that manifests are checked for.
        kubernetes: At<String>,
        /// Further dialects to write.
        targets: Vec<At<Dialect>>,
        /// The node.
        source: Source,
    }
    /// A demand on the proof.
    Survive {
        /// Which boundary.
        boundary: Boundary,
        /// Up to how many of them at once.
        count: At<u64>,
        /// For zones: whether reserves must stay whole.
        holding_reserves: At<bool>,
        /// The node.
        source: Source,
    }
    /// Time until a standby serves.
    StandbyTimes {
        /// All of it runs.
        hot: At<String>,
        /// Part of it runs.
        warm: At<String>,
        /// Nothing runs.
        cold: At<String>,
    }
    /// The rate of the way back.
    Failback {
        /// Share of the moved work a step.
        rate: At<String>,
        /// Time between steps.
        every: At<String>,
        /// The node.
        source: Source,
    }
    /// Regions that move together.
    Wave {
        /// Its name.
        name: String,
        /// How long the waves before must have been healthy.
        soak: Option<At<String>>,
        /// Its regions.
        regions: Vec<At<String>>,
        /// The node.
        source: Source,
    }
}

words! {
    /// A kind of failure boundary.
    Boundary: "region" "cell" "zone";
    /// A further output format.
    Dialect: "karmada" "datum" "flux" "argo";
}

/// The settings of the model's fleet.
pub(super) fn fleet(at: &Places<'_>) -> Fleet {
    let model::Fleet {
        name,
        survive,
        max_plan_age,
        standby_times,
        detection,
        decision,
        traffic_shift,
        failback,
        rollout,
        kubernetes,
        targets,
        span,
    } = &at.model.fleet;
    let model::StandbyTimes { hot, warm, cold } = standby_times;
    Fleet {
        name: at.text(name),
        survive: survive.iter().map(|s| one_survive(at, s)).collect(),
        max_plan_age: at.text(max_plan_age),
        standby_times: StandbyTimes { hot: at.text(hot), warm: at.text(warm), cold: at.text(cold) },
        detection: at.text(detection),
        decision: at.text(decision),
        traffic_shift: at.text(traffic_shift),
        failback: failback.as_ref().map(|back| {
            let model::Failback { rate, every, span } = back;
            Failback {
                rate: at.property(*span, "rate", rate.to_string()),
                every: at.property(*span, "every", every.to_string()),
                source: at.source(*span),
            }
        }),
        rollout: rollout.iter().map(|w| wave(at, w)).collect(),
        kubernetes: at.at(kubernetes, |minor| format!("1.{minor}")),
        targets: targets.iter().map(|target| at.at(target, dialect)).collect(),
        source: at.source(*span),
    }
}

fn one_survive(at: &Places<'_>, survive: &model::Survive) -> Survive {
    let model::Survive { boundary, count, holding_reserves, span } = survive;
    let (word, property) = match boundary {
        model::Boundary::Region => ("region", "any-region"),
        model::Boundary::Cell => ("cell", "any-cell"),
        model::Boundary::Zone => ("zone", "any-zone"),
    };
    Survive {
        boundary: Boundary(word),
        count: at.property(*span, property, u64::from(*count)),
        holding_reserves: at.property(*span, "holding-reserves", *holding_reserves),
        source: at.source(*span),
    }
}

fn wave(at: &Places<'_>, wave: &model::Wave) -> Wave {
    let model::Wave { name, soak, regions, span } = wave;
    Wave {
        name: name.to_string(),
        soak: soak.map(|soak| at.property(*span, "soak", soak.to_string())),
        regions: regions.iter().map(|id| at.at(id, |id| at.model[*id].name.to_string())).collect(),
        source: at.source(*span),
    }
}

fn dialect(dialect: &model::Dialect) -> Dialect {
    Dialect(match dialect {
        model::Dialect::Karmada => "karmada",
        model::Dialect::Datum => "datum",
        model::Dialect::Flux => "flux",
        model::Dialect::Argo => "argo",
    })
}
