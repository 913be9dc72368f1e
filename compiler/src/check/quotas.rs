//! Quotas against reserves: tenants that could grow into what is held for failover. A warning, one a region.

use super::words;
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{Location, LocationId, Quota, Region, Tenant};
use crate::proof::{Proof, WitnessKind};
use crate::resolve::Draft;
use seawall_schema::Resource;
use std::collections::{BTreeMap, BTreeSet};

/// Compares the sum of quotas with what the reserves leave; `proof` says where that is not settled.
pub(super) fn check(draft: &Draft, proof: Option<&Proof>, out: &mut Diagnostics) {
    let model = &draft.model;
    if !draft.notes.whole {
        return;
    }
    let violations = proof.into_iter().flat_map(|proof| &proof.normal.violations);
    let exceeded: BTreeSet<LocationId> = violations
        .filter(|w| matches!(w.kind, WitnessKind::Reserves | WitnessKind::Running))
        .flat_map(|w| w.locations.iter().copied())
        .collect();
    let mut by_region: Vec<Vec<(&Tenant, &Quota)>> = vec![Vec::new(); model.regions.len()];
    for tenant in &model.tenants {
        for quota in &tenant.quotas {
            by_region[quota.region.index()].push((tenant, quota));
        }
    }
    for (region, quotas) in model.regions.iter().zip(&by_region) {
        // Where reserves or work exceed their location, that is reported, and quotas have no room to be compared with.
        if region.locations.iter().any(|id| exceeded.contains(id)) {
            continue;
        }
        let mut sums: BTreeMap<&Resource, u128> = BTreeMap::new();
        for (resource, amount) in quotas.iter().flat_map(|(_, quota)| quota.amount.iter()) {
            *sums.entry(resource).or_default() += u128::from(amount);
        }
        let mut over: Vec<String> = Vec::new();
        for (resource, sum) in sums {
            let left = left(draft, &region.locations, resource);
            if sum > left {
                over.push(format!("{} of {} {resource}", amount(resource, sum), amount(resource, left)));
            }
        }
        let (Some((_, first)), false) = (quotas.first(), over.is_empty()) else { continue };
        let message =
            format!("quotas in `{}` add up to more than its reserves leave: {}", region.name, words(&over));
        let mut finding = Diagnostic::new(&codes::QUOTAS_EXCEED, message, first.span, "this quota");
        for (tenant, quota) in quotas.iter().skip(1).take(8) {
            finding = finding.label(quota.span, format!("and of `{}`", tenant.name));
        }
        finding = reserves(draft, region, finding);
        out.push(finding.help("tenants could grow into the reserve: lower a quota, or add capacity"));
    }
}

fn held(location: &Location, resource: &Resource) -> u128 {
    location.reserves.iter().map(|reserve| u128::from(reserve.amount.get(resource))).sum()
}

fn left(draft: &Draft, locations: &[crate::model::LocationId], resource: &Resource) -> u128 {
    let of = |id: &crate::model::LocationId| {
        let location = &draft.model[*id];
        u128::from(location.capacity.get(resource)).saturating_sub(held(location, resource))
    };
    locations.iter().map(of).sum()
}

fn amount(resource: &Resource, amount: u128) -> String {
    resource.format(i128::try_from(amount).unwrap_or(i128::MAX))
}

/// Labels what is held there.
fn reserves(draft: &Draft, region: &Region, mut finding: Diagnostic) -> Diagnostic {
    let held = region.locations.iter().flat_map(|id| &draft.model[*id].reserves);
    for reserve in held.take(8) {
        finding = finding.label(reserve.span, format!("held for lane `{}`", draft.model[reserve.lane].name));
    }
    finding
}
