//! Everything tried: whether some assignment of displaced work keeps every constraint. For tests of the solver.

use super::failure::{Assignment, Failure};
use crate::model::{Failover, LocationId, Moves};

/// Whether the works can be placed; `None` when the tries run out.
pub(super) fn fits(
    failure: &Failure<'_, '_>,
    works: &[(usize, LocationId)],
    placed: &mut Assignment,
    tries: &mut usize,
) -> Option<bool> {
    let Some(((w, source), rest)) = works.split_first() else { return Some(true) };
    let demand = failure.demand(*w, *source);
    match &failure.facts.model.workloads[*w].failover {
        Failover::Moves(moves) => {
            spread(failure, (*w, *source, moves, 0, demand, demand), rest, placed, tries)
        }
        _ => fits(failure, rest, placed, tries),
    }
}

type Step<'a> = (usize, LocationId, &'a Moves, usize, i128, i128);

fn spread(
    failure: &Failure<'_, '_>,
    step: Step<'_>,
    rest: &[(usize, LocationId)],
    placed: &mut Assignment,
    tries: &mut usize,
) -> Option<bool> {
    let (w, source, moves, to, demand, left) = step;
    *tries = tries.checked_sub(1)?;
    if to == moves.to.len() {
        return if left > 0 || failure.overfull(placed) {
            Some(false)
        } else {
            fits(failure, rest, placed, tries)
        };
    }
    for n in (0..=left.min(failure.cap(moves, to, source, demand))).rev() {
        placed.insert((w, source, to), n);
        let found = spread(failure, (w, source, moves, to + 1, demand, left - n), rest, placed, tries);
        if found != Some(false) {
            return found;
        }
    }
    placed.remove(&(w, source, to));
    Some(false)
}
