//! The weights of traffic records as they were read back, against each workload's share of the replicas that serve here.

use super::{RenderError, Scene, bug};
use crate::lower::Bundle;
use crate::model::*;
use seawall_schema::keys;
use serde_json::Value;

/// Compares the records of a bundle with the model and the proof.
pub(super) fn compare(
    model: &Model,
    bundle: &Bundle,
    when: &str,
    objects: &[&Value],
    scene: &Scene<'_>,
) -> Result<(), RenderError> {
    let records: Vec<&Value> =
        objects.iter().copied().filter(|object| object["kind"] == "DNSEndpoint").collect();
    let mut expected = 0;
    for (index, workload) in model.workloads.iter().enumerate() {
        if workload.mode != Mode::Own || workload.traffic.is_none() {
            continue;
        }
        let id = WorkloadId(index as u32);
        let modelled = weight(model, bundle, id, scene).map(|weight| {
            let before = weight_before(model, bundle, id);
            (weight.to_string(), steps(workload, before, weight, scene))
        });
        expected += usize::from(modelled.is_some());
        let name = workload.name.as_str();
        let mut own = records.iter().filter(|r| r["metadata"]["labels"][keys::WORKLOAD] == name);
        let rendered = own.next().map(|record| rendered(record));
        if rendered != modelled || own.next().is_some() {
            let show = |found: &Option<(String, Option<String>)>| match found {
                Some((weight, Some(steps))) => format!("{weight} in steps {steps}"),
                Some((weight, None)) => weight.clone(),
                None => "no record".to_owned(),
            };
            return Err(bug(format!("{when}: traffic weight of {name}"), show(&modelled), show(&rendered)));
        }
    }
    if records.len() != expected {
        let what = format!("{when}: traffic records");
        return Err(bug(what, expected.to_string(), records.len().to_string()));
    }
    Ok(())
}

/// The weights that a record's endpoints add up to, and its steps.
fn rendered(record: &Value) -> (String, Option<String>) {
    let endpoints = record["spec"]["endpoints"].as_array().into_iter().flatten();
    let weights = endpoints.flat_map(|endpoint| endpoint["providerSpecific"].as_array()).flatten();
    let weights = weights.filter(|property| property["name"] == "aws/weight");
    let weights: Vec<&str> = weights.filter_map(|property| property["value"].as_str()).collect();
    let steps = record["metadata"]["annotations"][keys::TRAFFIC_STEPS].as_str().map(str::to_owned);
    (weights.join("+"), steps)
}

/// `ceil(100 × serving here ÷ serving anywhere)`; none where none serve here.
fn weight(model: &Model, bundle: &Bundle, id: WorkloadId, scene: &Scene<'_>) -> Option<u128> {
    let workload = &model[id];
    let serving = |location: LocationId| -> u128 {
        let own: u64 =
            workload.targets.iter().filter(|t| t.location == location).map(Target::proved_replicas).sum();
        let leaving = if scene.failed.contains(&location) {
            own
        } else {
            // Rounded up, as the displaced demand of a drain is.
            let share = scene.drained.get(&location).map_or(0, |share| u128::from(share.thousandths()));
            u64::try_from((u128::from(own) * share).div_ceil(100_000)).unwrap_or(own)
        };
        let arriving = scene.arriving.get(&(id, location)).copied().unwrap_or(0);
        u128::from(own - leaving.min(own)) + u128::try_from(arriving).unwrap_or(0)
    };
    let here: u128 = bundle.locations.iter().map(|location| serving(*location)).sum();
    let all: u128 = (0..model.locations.len() as u32).map(|c| serving(LocationId(c))).sum();
    (here > 0).then(|| (here * 100).div_ceil(all))
}

fn weight_before(model: &Model, bundle: &Bundle, id: WorkloadId) -> u128 {
    weight(model, bundle, id, &Scene::default()).unwrap_or(0)
}

/// What stood before and the declared share of the rise, then all of it; only where an event raises it.
fn steps(workload: &Workload, before: u128, weight: u128, scene: &Scene<'_>) -> Option<String> {
    let share = workload.during_failover.as_ref()?.traffic_step.as_ref()?.value;
    let rise = weight.checked_sub(before).filter(|rise| *rise > 0 && scene.event)?;
    Some(format!("{},{weight}", before + rise * u128::from(share.thousandths()) / 100_000))
}
