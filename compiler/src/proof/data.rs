//! Data within reach: which work finds no copy that is recent enough.
//!
//! Takes the model and which regions are gone or on the other side, gives the first work that is impaired. Invariant: the
//! home's lag is 0 and it meets every rpo, so only work whose dataset lost its home is looked at.

use super::tables::Tables;
use super::*;
use crate::model::{Dataset, LocationId, RegionId, Uses, WorkloadId};

/// Work without a copy in reach, with the use that fails and a place where the work stands or would arrive.
pub(super) struct Impaired<'m> {
    pub(super) workload: WorkloadId,
    pub(super) uses: &'m Uses,
    pub(super) location: LocationId,
    pub(super) replicas: i128,
}

/// Work that stands at one of `stands` and reaches no copy in a region of `reachable`.
pub(super) fn impaired<'m>(
    tables: &Tables<'m>,
    reachable: &dyn Fn(RegionId) -> bool,
    stands: &dyn Fn(WorkloadId) -> Option<(LocationId, i128)>,
) -> Vec<Impaired<'m>> {
    let model = tables.model;
    let cut_off: Vec<bool> = model.datasets.iter().map(|d| !reachable(d.home.value)).collect();
    if !cut_off.contains(&true) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (w, workload) in model.workloads.iter().enumerate() {
        let id = WorkloadId(w as u32);
        let fails =
            |uses: &&Uses| cut_off[uses.dataset.index()] && !reached(&model[uses.dataset], uses, reachable);
        let Some(uses) = workload.uses.iter().find(fails) else { continue };
        if let Some((location, replicas)) = stands(id) {
            found.push(Impaired { workload: id, uses, location, replicas });
        }
    }
    found
}

fn reached(dataset: &Dataset, uses: &Uses, reachable: &dyn Fn(RegionId) -> bool) -> bool {
    let recent = |lag: seawall_schema::Duration| uses.rpo.as_ref().is_none_or(|rpo| lag <= rpo.value);
    reachable(dataset.home.value) || dataset.replicas.iter().any(|r| reachable(r.region) && recent(r.lag))
}

/// The witness of impaired work.
pub(super) fn witness(tables: &Tables<'_>, impaired: &Impaired<'_>) -> Witness {
    let model = tables.model;
    let workload = &model[impaired.workload];
    let dataset = &model[impaired.uses.dataset];
    let name = workload.name.as_str().to_string();
    let span = impaired.uses.span;
    Witness {
        kind: WitnessKind::Data,
        certificate: None,
        place: model[impaired.location].label.clone(),
        locations: vec![impaired.location],
        resource: model.resources[tables.pods].clone(),
        needs: impaired.replicas,
        has: 0,
        demands: vec![Demand {
            of: DemandOf::Workload,
            name,
            from: None,
            replicas: impaired.replicas,
            request: 1,
            amount: impaired.replicas,
            span,
        }],
        pools: vec![PoolShare {
            pool: PoolKind::Copy,
            location: None,
            name: Some(dataset.name.as_str().to_string()),
            amount: 0,
            span: dataset.span,
        }],
    }
}
