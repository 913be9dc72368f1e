//! The repair where nothing but capacity is short: more nodes of one pool.

use super::{Repair, Search};
use crate::diagnostic::Edit;
use crate::model::{Declared, LocationId, Model};
use crate::proof::WitnessKind;

/// Most nodes that are added.
const MOST: u64 = 1 << 12;

impl Search<'_> {
    /// The fewest more nodes of one pool with which a lost zone leaves enough.
    pub(super) fn nodes(&self) -> Vec<Repair> {
        let location = self.witness.locations.first().filter(|_| self.witness.kind == WitnessKind::Zone);
        let pools = location.map_or(0, |c| self.model[*c].pools.len());
        location.iter().flat_map(|c| (0..pools).filter_map(|pool| self.more(**c, pool))).collect()
    }

    fn more(&self, location: LocationId, index: usize) -> Option<Repair> {
        let more = self.least(MOST, &|more| with_nodes(self.model, location, index, more))?;
        let pool = &self.model[location].pools[index];
        let field = if pool.max.is_some() { "min" } else { "count" };
        let count = pool.count.value.saturating_add(more);
        let words = format!("`nodes {} {field}={count}` in {}", pool.name, self.model[location].label);
        let edits = vec![Edit { span: pool.count.span, replacement: count.to_string() }];
        Some(Repair { words, edits, size: more.into() })
    }
}

/// The model with more nodes of a pool: capacity and percentages of it anew.
pub(in crate::proof) fn with_nodes(model: &Model, location: LocationId, pool: usize, more: u64) -> Model {
    let mut changed = model.clone();
    let found = &mut changed.locations[location.index()];
    let count = &mut found.pools[pool].count.value;
    *count = count.saturating_add(more);
    for resource in &model.resources {
        let added = found.pools[pool].usable(resource).saturating_mul(more);
        let capacity = found.capacity.get(resource).saturating_add(added);
        found.capacity.set(resource.clone(), capacity);
        for reserve in &mut found.reserves {
            let share = reserve.declared.iter().find(|(name, _)| name == resource).map(|(_, d)| d.value);
            if let Some(Declared::Share(share)) = share {
                let part = u128::from(capacity) * u128::from(share.thousandths()) / 100_000;
                reserve.amount.set(resource.clone(), u64::try_from(part).unwrap_or(u64::MAX));
            }
        }
    }
    changed
}
