//! The weights of traffic records as they were read back, against each workload's share of the replicas that serve here.

use super::found::{Found, Record, Weighs};
use super::modelled::{Here, Work};
use super::{RenderError, Scene, bug};
use crate::model::*;
use std::collections::{BTreeMap, BTreeSet};

/// Compares the records of a bundle with the model and the proof.
pub(super) fn compare(
    here: &Here<'_>,
    when: &str,
    objects: &[&Found],
    scene: &Scene<'_>,
) -> Result<(), RenderError> {
    let mut records: BTreeMap<&str, Vec<&Weighs>> = BTreeMap::new();
    for Record { workload, weighs } in objects.iter().filter_map(|object| object.record.as_ref()) {
        records.entry(workload).or_default().push(weighs);
    }
    let has_record = |w: &Workload| w.mode == Mode::Own && w.traffic.is_some();
    for work in here.work.iter().filter(|work| has_record(work.workload)) {
        let modelled = weight(here, work, scene).map(|weight| {
            let before = weight_before(here, work);
            (weight.to_string(), steps(work.workload, before, weight, scene))
        });
        let name = work.workload.name.as_str();
        let rendered = records.remove(name).unwrap_or_default();
        if rendered.len() > 1 || rendered.first().copied() != modelled.as_ref() {
            let show = |found: Option<&Weighs>| match found {
                Some((weight, Some(steps))) => format!("{weight} in steps {steps}"),
                Some((weight, None)) => weight.clone(),
                None => "no record".to_owned(),
            };
            let what = format!("{when}: traffic weight of {name}");
            return Err(bug(what, show(modelled.as_ref()), show(rendered.first().copied())));
        }
    }
    match records.values().map(Vec::len).sum::<usize>() {
        0 => Ok(()),
        more => Err(bug(format!("{when}: other traffic records"), "0".to_owned(), more.to_string())),
    }
}

/// `ceil(100 × serving here ÷ serving anywhere)`; none where none serve here.
fn weight(here: &Here<'_>, work: &Work<'_>, scene: &Scene<'_>) -> Option<u128> {
    let arriving = |location| scene.arriving.get(&(work.id, location)).copied().unwrap_or(0);
    let serving = |location: LocationId| -> u128 {
        let targets = work.workload.targets.iter().filter(|t| t.location == location);
        let own: u64 = targets.map(Target::proved_replicas).sum();
        let leaving = if scene.failed.contains(&location) {
            own
        } else {
            // Rounded up, as the displaced demand of a drain is.
            let share = scene.drained.get(&location).map_or(0, |share| u128::from(share.thousandths()));
            u64::try_from((u128::from(own) * share).div_ceil(100_000)).unwrap_or(own)
        };
        u128::from(own - leaving.min(own)) + u128::try_from(arriving(location)).unwrap_or(0)
    };
    let of_work = (work.id, LocationId(0))..=(work.id, LocationId(u32::MAX));
    let reached = scene.arriving.range(of_work).map(|((_, location), _)| *location);
    let places: BTreeSet<_> = work.workload.targets.iter().map(|t| t.location).chain(reached).collect();
    let served: u128 = here.locations.iter().map(|location| serving(*location)).sum();
    let all: u128 = places.into_iter().map(serving).sum();
    (served > 0).then(|| (served * 100).div_ceil(all))
}

fn weight_before(here: &Here<'_>, work: &Work<'_>) -> u128 {
    weight(here, work, &Scene::default()).unwrap_or(0)
}

/// What stood before and the declared share of the rise, then all of it; only where an event raises it.
fn steps(workload: &Workload, before: u128, weight: u128, scene: &Scene<'_>) -> Option<String> {
    let share = workload.during_failover.as_ref()?.traffic_step.as_ref()?.value;
    let rise = weight.checked_sub(before).filter(|rise| *rise > 0 && scene.event)?;
    Some(format!("{},{weight}", before + rise * u128::from(share.thousandths()) / 100_000))
}
