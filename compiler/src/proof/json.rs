//! `proof.json`: a [`Proof`] as data. Names and shapes are a format others read.

use super::*;
use crate::model::{LocationId, Model};
use seawall_schema::Resource;
use serde_json::{Map, Value, json};

impl Proof {
    /// The proof as data.
    pub fn to_json(&self, model: &Model) -> Value {
        let verdict = if self.normal.feasible() { "feasible" } else { "infeasible" };
        let violations: Vec<_> = self.normal.violations.iter().map(|w| witness(model, w)).collect();
        let scenarios: Vec<_> = self.scenarios.iter().map(|s| outcome(model, s)).collect();
        json!({
            "format": 1,
            "fleet": model.fleet.name.value.as_str(),
            "normal": { "verdict": verdict, "violations": violations },
            "scenarios": scenarios,
            "not_proved": self.not_proved,
        })
    }
}

fn label(model: &Model, location: LocationId) -> &str {
    &model[location].label
}

fn outcome(model: &Model, outcome: &Outcome) -> Value {
    let scenario = &outcome.scenario;
    let failed: Vec<_> = scenario.failed.iter().map(|c| label(model, *c)).collect();
    let drained: Vec<_> = scenario.drained.iter().map(|(c, share)| drain(model, *c, *share)).collect();
    let mut object = Map::new();
    object.insert("name".into(), json!(scenario.name));
    object.insert("kind".into(), json!(scenario.kind.word()));
    object.insert("failed".into(), json!(failed));
    object.insert("drained".into(), json!(drained));
    if outcome.on_paper {
        object.insert("on_paper".into(), json!(true));
    }
    object.insert("verdict".into(), json!(outcome.verdict.word()));
    match &outcome.verdict {
        Verdict::Survivable(plan) => insert_plan(model, plan, &mut object),
        Verdict::Refuted(found) => drop(object.insert("witness".into(), witness(model, found))),
        Verdict::Undecided => {}
    }
    Value::Object(object)
}

fn drain(model: &Model, location: LocationId, share: seawall_schema::Share) -> Value {
    json!({ "location": label(model, location), "share": share.to_string() })
}

impl ScenarioKind {
    /// As `proof.json` writes it.
    pub fn word(&self) -> &'static str {
        match self {
            ScenarioKind::Regions => "regions",
            ScenarioKind::Cell => "cell",
            ScenarioKind::Zone { .. } => "zone",
            ScenarioKind::Event(_) => "event",
            ScenarioKind::Partition(_) => "partition",
        }
    }
}

impl Verdict {
    /// As `proof.json` writes it.
    pub fn word(&self) -> &'static str {
        match self {
            Verdict::Survivable(_) => "survivable",
            Verdict::Refuted(_) => "refuted",
            Verdict::Undecided => "undecided",
        }
    }
}

impl Method {
    /// As `proof.json` writes it.
    pub fn word(&self) -> &'static str {
        match self {
            Method::FillAndSpill => "fill-and-spill",
            Method::MaxFlow => "max-flow",
            Method::Integer => "integer",
        }
    }
}

impl Level {
    /// As `proof.json` writes it.
    pub fn word(&self) -> &'static str {
        match self {
            Level::Aggregate => "aggregate",
            Level::Packed => "packed",
        }
    }
}

impl LossReason {
    /// As `proof.json` writes it.
    pub fn word(&self) -> &'static str {
        match self {
            LossReason::Decided => "decided",
            LossReason::Degraded => "degraded",
            LossReason::Expected => "expected",
        }
    }
}

impl WitnessKind {
    /// As `proof.json` writes it.
    pub fn word(&self) -> &'static str {
        match self {
            WitnessKind::Reserves => "reserves",
            WitnessKind::Running => "running",
            WitnessKind::Standbys => "standbys",
            WitnessKind::Quota => "quota",
            WitnessKind::Pools => "pools",
            WitnessKind::Burst => "burst",
            WitnessKind::Destinations => "destinations",
            WitnessKind::Zone => "zone",
            WitnessKind::Data => "data",
            // Both say that no whole replicas fit; how that was found is not part of the claim.
            WitnessKind::Combined | WitnessKind::Exhausted => "exhausted",
        }
    }
}

impl DemandOf {
    /// As `proof.json` writes it.
    pub fn word(&self) -> &'static str {
        match self {
            DemandOf::Workload => "workload",
            DemandOf::Standby => "standby",
            DemandOf::Queue => "queue",
            DemandOf::Reserve => "reserve",
            DemandOf::Lent => "lent",
        }
    }
}

impl PoolKind {
    /// As `proof.json` writes it.
    pub fn word(&self) -> &'static str {
        match self {
            PoolKind::Reserve => "reserve",
            PoolKind::Free => "free",
            PoolKind::Preemptible => "preemptible",
            PoolKind::Capacity => "capacity",
            PoolKind::Zone => "zone",
            PoolKind::Quota => "quota",
            PoolKind::Burst => "burst",
            PoolKind::Share => "share",
            PoolKind::Copy => "copy",
            PoolKind::WholeReplicas => "whole-replicas",
        }
    }
}

fn insert_plan(model: &Model, plan: &Plan, object: &mut Map<String, Value>) {
    // Why a plan is not packed is a warning of its own; the format says only that it is not.
    let Plan { method, level, unpacked: _, moves, evicted, lost, impaired } = plan;
    object.insert("level".into(), json!(level.word()));
    object.insert("method".into(), json!(method.word()));
    object.insert("assignment".into(), moves.iter().map(|m| one_move(model, m)).collect());
    object.insert("evicted".into(), evicted.iter().map(|e| one_evicted(model, e)).collect());
    object.insert("lost".into(), lost.iter().map(|l| one_lost(model, l)).collect());
    if !impaired.is_empty() {
        object.insert("impaired".into(), impaired.iter().map(|w| json!(model[*w].name.as_str())).collect());
    }
}

fn one_move(model: &Model, moved: &Move) -> Value {
    json!({
        "workload": model[moved.workload].name.as_str(),
        "from": label(model, moved.from),
        "to": label(model, moved.destination),
        "lane": model[moved.lane].name.as_str(),
        "replicas": count(moved.replicas),
    })
}

fn one_evicted(model: &Model, evicted: &Evicted) -> Value {
    let amounts =
        evicted.amount.iter().map(|(resource, amount)| (resource.as_str(), resource.format(*amount)));
    let amounts: Map<_, _> =
        amounts.map(|(resource, amount)| (resource.to_string(), json!(amount))).collect();
    json!({ "location": label(model, evicted.location), "tier": model[evicted.tier].name.as_str(), "amount": amounts })
}

fn one_lost(model: &Model, lost: &Lost) -> Value {
    json!({
        "workload": model[lost.workload].name.as_str(),
        "from": label(model, lost.from),
        "replicas": count(lost.replicas),
        "reason": lost.reason.word(),
    })
}

pub(crate) fn witness(model: &Model, witness: &Witness) -> Value {
    let Witness { kind, place, locations: _, resource, needs, has, demands, pools, certificate } = witness;
    let mut found = json!({
        "inequality": kind.word(),
        "location": place,
        "resource": resource.as_str(),
        "needs": resource.format(*needs),
        "has": resource.format(*has),
        "demands": demands.iter().map(|line| demand(model, resource, line)).collect::<Vec<_>>(),
        "pools": pools.iter().map(|line| pool(model, resource, line)).collect::<Vec<_>>(),
    });
    if let Some(certificate) = certificate {
        found["certificate"] = certificate.to_json(model);
    }
    found
}

fn demand(model: &Model, resource: &Resource, line: &Demand) -> Value {
    let mut object = Map::new();
    object.insert(line.of.word().into(), json!(line.name));
    if let Some(from) = line.from {
        object.insert("from".into(), json!(label(model, from)));
    }
    if line.replicas > 0 {
        object.insert("replicas".into(), count(line.replicas));
        object.insert("request".into(), json!(resource.format(line.request)));
    }
    object.insert("amount".into(), json!(resource.format(line.amount)));
    Value::Object(object)
}

fn pool(model: &Model, resource: &Resource, line: &PoolShare) -> Value {
    let mut object = Map::new();
    object.insert("pool".into(), json!(line.pool.word()));
    if let Some(location) = line.location {
        object.insert("location".into(), json!(label(model, location)));
    }
    if let Some(name) = &line.name {
        object.insert(line.pool.named_by().into(), json!(name));
    }
    object.insert("amount".into(), json!(resource.format(line.amount)));
    Value::Object(object)
}

impl PoolKind {
    fn named_by(&self) -> &'static str {
        match self {
            PoolKind::Quota | PoolKind::Burst => "tenant",
            PoolKind::Zone => "zone",
            PoolKind::Copy => "dataset",
            _ => "lane",
        }
    }
}

/// A count as a JSON number; one beyond 64 bits, which no model holds, becomes text.
fn count(number: i128) -> Value {
    u64::try_from(number).map_or_else(|_| json!(number.to_string()), |n| json!(n))
}
