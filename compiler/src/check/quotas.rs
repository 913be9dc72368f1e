//! Quotas against reserves: tenants that could grow into what is held for failover. A warning, one a region.

use super::words;
use crate::diagnostic::{Diagnostic, Diagnostics, registry as codes};
use crate::model::{RegionId, Tenant};
use crate::resolve::Draft;
use seawall_schema::Resource;

/// Compares the sum of quotas with what the reserves leave.
pub(super) fn check(draft: &Draft, out: &mut Diagnostics) {
    let model = &draft.model;
    if !draft.notes.whole {
        return;
    }
    for (index, region) in (0..).zip(&model.regions) {
        let quotas = quotas(&model.tenants, RegionId(index));
        let mut over: Vec<String> = Vec::new();
        for resource in &model.resources {
            let sum: u128 =
                quotas.iter().filter_map(|(_, quota)| quota.amount.named(resource)).map(u128::from).sum();
            let left = left(draft, &region.locations, resource);
            if sum > left {
                over.push(format!("{} of {} {resource}", amount(resource, sum), amount(resource, left)));
            }
        }
        let (Some((_, first)), false) = (quotas.first(), over.is_empty()) else { continue };
        let message =
            format!("quotas in `{}` add up to more than its reserves leave: {}", region.name, words(&over));
        let mut finding = Diagnostic::new(&codes::QUOTAS_EXCEED, message, first.span, "this quota");
        for (tenant, quota) in &quotas[1..] {
            finding = finding.label(quota.span, format!("and of `{}`", tenant.name));
        }
        out.push(finding.help("tenants could grow into the reserve: lower a quota, or add capacity"));
    }
}

fn quotas(tenants: &[Tenant], region: RegionId) -> Vec<(&Tenant, &crate::model::Quota)> {
    let of = |tenant: &'_ Tenant| tenant.quotas.iter().position(|quota| quota.region == region);
    tenants.iter().filter_map(|tenant| Some((tenant, &tenant.quotas[of(tenant)?]))).collect()
}

fn left(draft: &Draft, locations: &[crate::model::LocationId], resource: &Resource) -> u128 {
    let of = |id: &crate::model::LocationId| {
        let location = &draft.model[*id];
        let held: u128 =
            location.reserves.iter().map(|reserve| u128::from(reserve.amount.get(resource))).sum();
        u128::from(location.capacity.get(resource)).saturating_sub(held)
    };
    locations.iter().map(of).sum()
}

fn amount(resource: &Resource, amount: u128) -> String {
    resource.format(i128::try_from(amount).unwrap_or(i128::MAX))
}
