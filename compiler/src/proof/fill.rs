//! Fill and spill: the simple plan, each `to` in order.
//!
//! Takes a day and an order, gives replicas by option. Invariant: what it gives is feasible as far as it goes.

use super::day::Day;
use super::pools::Pools;

/// Replicas by option, and by displaced work what found no place.
pub(super) struct Filled {
    pub(super) replicas: Vec<i128>,
    pub(super) left: Vec<i128>,
}

impl Filled {
    /// Whether all that must be placed is.
    pub(super) fn complete(&self, day: &Day<'_, '_>) -> bool {
        self.left.iter().enumerate().all(|(of, left)| *left == 0 || !day.required(of))
    }
}

/// Places work in the given order, each through its options in order.
pub(super) fn fill(day: &Day<'_, '_>, order: impl Iterator<Item = usize>) -> Filled {
    top_up(day, order, &vec![0; day.options.len()]).unwrap_or_else(|| Filled {
        replicas: vec![0; day.options.len()],
        left: day.displaced.iter().map(|d| d.demand).collect(),
    })
}

/// The same on top of replicas that already stand; `None` where those do not fit.
pub(super) fn top_up(
    day: &Day<'_, '_>,
    order: impl Iterator<Item = usize>,
    start: &[i128],
) -> Option<Filled> {
    let mut pools = Pools::new(day);
    let mut left: Vec<i128> = day.displaced.iter().map(|d| d.demand).collect();
    let mut replicas = vec![0; day.options.len()];
    for (o, option) in day.options.iter().enumerate().filter(|(o, _)| start[*o] > 0) {
        let wanted = start[o];
        if wanted > option.cap || wanted > left[option.of] || pools.room(option, wanted) < wanted {
            return None;
        }
        pools.add(option, wanted);
        replicas[o] = wanted;
        left[option.of] -= wanted;
    }
    for of in order {
        for o in day.displaced[of].options.clone() {
            let option = &day.options[o];
            let taken = pools.room(option, left[of].min(option.cap - replicas[o]));
            if taken > 0 {
                pools.add(option, taken);
                replicas[o] += taken;
                left[of] -= taken;
            }
        }
    }
    Some(Filled { replicas, left })
}
