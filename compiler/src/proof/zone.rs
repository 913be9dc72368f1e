//! A zone's loss: what must stand in each cell of the region, against the nodes of the other zones.
//!
//! Takes the tables and a zone, gives the first cell and resource where it does not fit. Invariant: nothing moves between
//! locations; a resource of which nothing must stand is not compared.

use super::cut::needed;
use super::normal::{capacity_line, lane_lines, standby_lines, work_lines};
use super::tables::Tables;
use super::*;
use crate::model::{LaneId, LocationId, RegionId};

/// `C[c,z][k]`: the nodes of a zone, each pool dealt out round-robin over the region's zones.
pub(crate) fn zone_capacity(tables: &Tables<'_>, location: LocationId, zone: usize, k: usize) -> i128 {
    let model = tables.model;
    let zones = model[tables.region(location)].zones.len() as u64;
    let in_zone = |count: u64| count / zones + u64::from((zone as u64) < count % zones);
    let pools = model[location].pools.iter();
    pools
        .map(|pool| {
            i128::from(in_zone(pool.count.value)).saturating_mul(pool.usable(&model.resources[k]).into())
        })
        .sum()
}

/// Decides the loss of one zone.
pub(super) fn decide(tables: &Tables<'_>, region: RegionId, zone: usize, holding_reserves: bool) -> Verdict {
    for location in &tables.model[region].locations {
        for k in 0..tables.k {
            if let Some(witness) = at(tables, *location, zone, holding_reserves, k) {
                return Verdict::Refuted(Box::new(witness));
            }
        }
    }
    Verdict::Survivable(Plan::default())
}

fn at(
    tables: &Tables<'_>,
    location: LocationId,
    zone: usize,
    holding_reserves: bool,
    k: usize,
) -> Option<Witness> {
    let model = tables.model;
    let lanes = || (0..tables.lanes).map(|lane| LaneId(lane as u32));
    let standbys: i128 = lanes().map(|lane| tables.standby[tables.clk(location, lane, k)]).sum();
    let reserves = tables.reserves[tables.ck(location, k)];
    let held = if holding_reserves { standbys.max(reserves) } else { standbys };
    let needs = tables.steady[tables.ck(location, k)].saturating_add(held);
    let lost = zone_capacity(tables, location, zone, k);
    let has = tables.capacity[tables.ck(location, k)] - lost;
    if needs == 0 || needs <= has {
        return None;
    }
    let mut demands = work_lines(tables, location, k, |tier| !tier.preemptible);
    if held > standbys {
        let lines = lanes().flat_map(|lane| lane_lines(tables, location, lane, k));
        demands.extend(lines.map(|line| Demand {
            of: DemandOf::Reserve,
            name: line.name.unwrap_or_default(),
            from: None,
            replicas: 0,
            request: 0,
            amount: line.amount,
            span: line.span,
        }));
    } else {
        demands.extend(standby_lines(tables, location, None, k));
    }
    let demands = needed(demands, has);
    let named = &model[model[location].region].zones[zone];
    let away = PoolShare {
        pool: PoolKind::Zone,
        location: Some(location),
        name: Some(named.value.as_str().to_string()),
        amount: -lost,
        span: named.span,
    };
    Some(Witness {
        kind: WitnessKind::Zone,
        certificate: None,
        place: model[location].label.clone(),
        locations: vec![location],
        resource: model.resources[k].clone(),
        needs: demands.iter().fold(0i128, |sum, d| sum.saturating_add(d.amount)),
        has,
        demands,
        pools: vec![capacity_line(tables, location, k), away],
    })
}
