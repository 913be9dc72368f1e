//! `resilience.json`: headroom and times as data, so that a plan can compare a fleet with its last rendering.

use super::*;
use serde_json::{Map, Value, json};

impl Headroom {
    /// As data.
    pub fn to_json(&self, model: &Model) -> Value {
        let Headroom { lanes, scenarios, rto } = self;
        let lane = |tightest: &Tightest| {
            let mut object = room(model, &tightest.room);
            object.insert("scenario".into(), json!(tightest.scenario));
            Value::Object(object)
        };
        let scenario = |(name, least): &(String, Option<Room>)| json!({ "name": name, "headroom": least.as_ref().map(|least| room(model, least)) });
        let time = |rto: &Rto| {
            let Rto { workload, destination, lane, sum, limit } = rto;
            json!({
                "workload": model[*workload].name.as_str(),
                "to": model[*destination].label,
                "lane": model[*lane].name.as_str(),
                "sum": sum.to_string(),
                "rto": limit.map(|limit| limit.to_string()),
            })
        };
        json!({
            "format": 1,
            "fleet": model.fleet.name.value.as_str(),
            "lanes": lanes.iter().map(lane).collect::<Vec<_>>(),
            "scenarios": scenarios.iter().map(scenario).collect::<Vec<_>>(),
            "rto": rto.iter().map(time).collect::<Vec<_>>(),
        })
    }
}

fn room(model: &Model, room: &Room) -> Map<String, Value> {
    let Room { region, lane, resource, has, left } = room;
    let mut object = Map::new();
    object.insert("region".into(), json!(model[*region].name.as_str()));
    object.insert("lane".into(), json!(model[*lane].name.as_str()));
    object.insert("resource".into(), json!(resource.as_str()));
    object.insert("has".into(), json!(resource.format(*has)));
    object.insert("left".into(), json!(resource.format(*left)));
    object
}
