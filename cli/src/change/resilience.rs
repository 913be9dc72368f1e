//! What a change does to resilience: headroom, verdicts, times, from `proof.json` and `resilience.json` of two renderings.
//!
//! Takes two trees, gives [`Resilience`]: only what differs. Invariant: where one side does not say a number, none is made up.

use super::proof::{Verdict, verdicts};
use crate::folder::Tree;
use seawall_schema::{Duration, Resource};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What differs.
#[derive(Clone, Debug, Default)]
pub struct Resilience {
    /// By region and lane.
    pub lanes: Vec<Lane>,
    /// Scenarios whose verdict changes.
    pub verdicts: Vec<Verdict>,
    /// Scenarios that leave more or less than before.
    pub scenarios: Vec<Left>,
    /// Failovers that take longer or shorter, or may.
    pub times: Vec<Time>,
}

/// The headroom of a lane in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// Where.
    pub region: String,
    /// Whose.
    pub lane: String,
    /// Before; none: it had no room there.
    pub before: Option<Room>,
    /// After.
    pub after: Option<Room>,
}

/// The least headroom that a scenario leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Which.
    pub scenario: String,
    /// Before; none: nothing moved.
    pub before: Option<Room>,
    /// After.
    pub after: Option<Room>,
}

/// What is left to a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    region: String,
    lane: String,
    resource: String,
    has: String,
    left: String,
    scenario: Option<String>,
}

/// The time of one failover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Time {
    /// Whose.
    pub workload: String,
    /// To where.
    pub to: String,
    /// Sum and limit before.
    pub before: Option<(String, Option<String>)>,
    /// Sum and limit after.
    pub after: Option<(String, Option<String>)>,
}

impl Room {
    fn of(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Room {
            region: text("region")?,
            lane: text("lane")?,
            resource: text("resource")?,
            has: text("has")?,
            left: text("left")?,
            scenario: text("scenario"),
        })
    }

    /// `31%`, rounded down: what is left is not said to be more than it is.
    pub fn percent(&self) -> String {
        let resource = Resource::from_name(&self.resource);
        let amount = |text: &str| resource.parse(text).map(u128::from).unwrap_or(0);
        match amount(&self.has) {
            0 => String::from("0%"),
            has => format!("{}%", amount(&self.left) * 100 / has),
        }
    }

    /// `31% (96 of 300 cpu, region:eu-central)`.
    pub fn words(&self) -> String {
        let from = self.scenario.as_ref().map(|s| format!(", {s}")).unwrap_or_default();
        format!("{} ({} of {} {}{from})", self.percent(), self.left, self.has, self.resource)
    }

    /// `eu-west recovery`.
    pub fn place(&self) -> String {
        format!("{} {}", self.region, self.lane)
    }

    fn json(&self) -> Value {
        json!({
            "region": self.region,
            "lane": self.lane,
            "resource": self.resource,
            "has": self.has,
            "left": self.left,
            "share": self.percent(),
            "scenario": self.scenario,
        })
    }
}

impl Resilience {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let Resilience { lanes, verdicts, scenarios, times } = self;
        lanes.is_empty() && verdicts.is_empty() && scenarios.is_empty() && times.is_empty()
    }

    /// Between two renderings; where either does not say its headroom, verdicts alone.
    pub fn between(old: &Tree, new: &Tree) -> Self {
        let (before, after) = (Told::read(old), Told::read(new));
        let verdicts = verdicts(old, new);
        let (Some(before), Some(after)) = (before, after) else {
            return Resilience { verdicts, ..Resilience::default() };
        };
        let changed: BTreeSet<&str> = verdicts.iter().map(|v| v.scenario.as_str()).collect();
        let lanes = pairs(&before.lanes, &after.lanes).map(|((region, lane), before, after)| Lane {
            region: region.clone(),
            lane: lane.clone(),
            before: before.cloned(),
            after: after.cloned(),
        });
        let scenarios = pairs(&before.scenarios, &after.scenarios);
        // Of what is new, gone or decided otherwise, the verdict says it.
        let both = scenarios.filter(|(name, before, after)| {
            before.is_some() && after.is_some() && !changed.contains(name.as_str())
        });
        let scenarios = both.map(|(name, before, after)| Left {
            scenario: name.clone(),
            before: before.cloned().flatten(),
            after: after.cloned().flatten(),
        });
        let times = pairs(&before.times, &after.times).map(|((workload, to, _), before, after)| Time {
            workload: workload.clone(),
            to: to.clone(),
            before: before.cloned(),
            after: after.cloned(),
        });
        Resilience {
            lanes: lanes.collect(),
            scenarios: scenarios.collect(),
            times: times.collect(),
            verdicts,
        }
    }

    /// As data.
    pub fn json(&self) -> Value {
        let room = |room: &Option<Room>| room.as_ref().map(Room::json);
        let time = |time: &Option<(String, Option<String>)>| {
            time.as_ref().map(|(sum, limit)| json!({ "sum": sum, "rto": limit }))
        };
        let lane = |l: &Lane| json!({ "region": l.region, "lane": l.lane, "before": room(&l.before), "after": room(&l.after) });
        let left =
            |l: &Left| json!({ "name": l.scenario, "before": room(&l.before), "after": room(&l.after) });
        let times = |t: &Time| json!({ "workload": t.workload, "to": t.to, "before": time(&t.before), "after": time(&t.after) });
        json!({
            "headroom": self.lanes.iter().map(lane).collect::<Vec<_>>(),
            "scenarios": self.scenarios.iter().map(left).collect::<Vec<_>>(),
            "rto": self.times.iter().map(times).collect::<Vec<_>>(),
        })
    }
}

/// Entries of two tables that differ, by key.
fn pairs<'a, K: Ord, V: PartialEq>(
    old: &'a BTreeMap<K, V>,
    new: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = (&'a K, Option<&'a V>, Option<&'a V>)> {
    let keys: BTreeSet<&K> = old.keys().chain(new.keys()).collect();
    keys.into_iter().map(|key| (key, old.get(key), new.get(key))).filter(|(_, old, new)| old != new)
}

/// Workload, destination, lane.
type Way = (String, String, String);

/// A `resilience.json`.
struct Told {
    lanes: BTreeMap<(String, String), Room>,
    scenarios: BTreeMap<String, Option<Room>>,
    times: BTreeMap<Way, (String, Option<String>)>,
}

impl Told {
    /// None where it is not there or not Seawall's.
    fn read(tree: &Tree) -> Option<Self> {
        let value: Value = serde_json::from_slice(tree.get("resilience.json")?).ok()?;
        let list = |key: &str| value.get(key).and_then(Value::as_array).cloned();
        let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let lane =
            |value: &Value| Room::of(value).map(|room| ((room.region.clone(), room.lane.clone()), room));
        let scenario = |value: &Value| Some((text(value, "name")?, value.get("headroom").and_then(Room::of)));
        let time = |value: &Value| {
            let way = (text(value, "workload")?, text(value, "to")?, text(value, "lane")?);
            let sum = Duration::parse(&text(value, "sum")?)?;
            Some((way, (seawall_compiler::drill::spoken(sum), text(value, "rto"))))
        };
        Some(Told {
            lanes: list("lanes")?.iter().filter_map(lane).collect(),
            scenarios: list("scenarios")?.iter().filter_map(scenario).collect(),
            times: list("rto")?.iter().filter_map(time).collect(),
        })
    }
}
