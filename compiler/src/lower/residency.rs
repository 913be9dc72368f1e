//! Where work may be, as the value of a label.
//!
//! Countries joined by dots, `any` where there is no residency. A label's value has at most 63 characters; a longer list is
//! named after its jurisdictions instead, and every region's policy lists the names that include it.

use crate::model::*;
use seawall_schema::digest;
use seawall_schema::name::CountryCode;
use std::collections::BTreeSet;

/// The countries a workload may be in, its datasets' intersected; `None`: anywhere.
pub(crate) fn of_workload(model: &Model, workload: &Workload) -> Option<BTreeSet<CountryCode>> {
    let data = workload.uses.iter().filter_map(|uses| model[uses.dataset].residency.as_ref());
    let all = workload.residency.iter().chain(data);
    all.map(|residency| residency.countries.clone()).reduce(|a, b| a.intersection(&b).cloned().collect())
}

/// The label's value.
pub(crate) fn label(countries: Option<&BTreeSet<CountryCode>>) -> String {
    let Some(countries) = countries else { return "any".to_owned() };
    let joined = countries.iter().map(CountryCode::as_str).collect::<Vec<_>>().join(".");
    match joined.len() {
        0 => "none".to_owned(),
        1..=63 => joined,
        _ => format!("set.{}", &digest::sha256(joined.as_bytes())["sha256:".len()..][..16]),
    }
}

/// The named sets that include a country, among all that workloads carry.
pub(crate) fn sets_with(model: &Model, country: &CountryCode) -> BTreeSet<String> {
    let sets = model.workloads.iter().filter_map(|w| of_workload(model, w));
    let here = sets.filter(|countries| countries.contains(country));
    here.map(|countries| label(Some(&countries))).filter(|label| label.starts_with("set.")).collect()
}
