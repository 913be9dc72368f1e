//! What is wanted while an event ends: first the users go back, then the work, in the reverse order. Pure.
//!
//! Takes a bundle, the events that stay in force and those that were. Invariant: as long as users are on their way, all but
//! traffic records stays as the event had it, so that what serves them is kept true; a record goes from the weight that it
//! had in the event to the one that it is to have.

use super::{Identity, Want, Wanted, wanted};
use crate::bundle::Bundle;
use std::collections::{BTreeMap, BTreeSet};

/// From which weight to which a record goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Back {
    /// What the event gave it; 0 where it took the record away.
    pub from: u64,
    /// What it is to have; 0 where there is to be no record.
    pub to: u64,
}

/// How far users go back in this pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// Share of what was moved that one step takes back, in thousandths of a percent.
    pub rate_thousandths: u32,
    /// Whether the time between steps has passed.
    pub due: bool,
}

impl Back {
    /// The next weight of a record that is at `now`: one step on where one is due, and never outside of the way.
    pub fn next(self, now: Option<u64>, pace: Pace) -> u64 {
        let Back { from, to } = self;
        let now = now.unwrap_or(from).clamp(from.min(to), from.max(to));
        if !pace.due {
            return now;
        }
        let step = (u128::from(from.abs_diff(to)) * u128::from(pace.rate_thousandths)).div_ceil(100_000);
        let step = u64::try_from(step).unwrap_or(u64::MAX).max(1);
        if to > from { now.saturating_add(step).min(to) } else { now.saturating_sub(step).max(to) }
    }
}

/// What is wanted while users go back from the events `from` to the events `now`.
///
/// # Errors
/// Where the bundle does not have the overlays of both.
pub fn users_going_back(bundle: &Bundle, from: &[String], now: &[String]) -> Result<Wanted, String> {
    let after = by_identity(wanted(bundle, now)?);
    let mut objects = Vec::new();
    for want in wanted(bundle, from)?.objects {
        let Some(was) = want.weight else {
            objects.push(want);
            continue;
        };
        let Some(next) = after.get(&Identity::of(&want.key)) else {
            objects.push(going(want, was, 0));
            continue;
        };
        let to = next.weight.unwrap_or(was);
        objects.push(going(next.clone(), was, to));
    }
    let before: BTreeSet<_> = objects.iter().map(|want| Identity::of(&want.key)).collect();
    let back = after.into_iter().filter(|(identity, _)| !before.contains(identity));
    objects.extend(back.filter_map(|(_, want)| want.weight.map(|to| going(want, 0, to))));
    objects.sort_by_key(|want| want.turn);
    Ok(Wanted { objects })
}

/// What is wanted once the users are back; work that went ahead of the reserves then comes after them.
///
/// # Errors
/// Where the bundle does not have the overlays of both.
pub fn work_going_back(bundle: &Bundle, from: &[String], now: &[String]) -> Result<Wanted, String> {
    let before = by_identity(wanted(bundle, from)?);
    let mut after = wanted(bundle, now)?;
    for want in &mut after.objects {
        if let Some(was) = before.get(&Identity::of(&want.key)) {
            want.turn = was.turn;
        }
    }
    after.objects.sort_by_key(|want| want.turn);
    Ok(after)
}

fn by_identity(wanted: Wanted) -> BTreeMap<Identity, Want> {
    wanted.objects.into_iter().map(|want| (Identity::of(&want.key), want)).collect()
}

fn going(want: Want, from: u64, to: u64) -> Want {
    Want { weights: Vec::new(), back: (from != to).then_some(Back { from, to }), ..want }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(from: u64, to: u64, rate_thousandths: u32) -> Vec<u64> {
        let (back, pace) = (Back { from, to }, Pace { rate_thousandths, due: true });
        let steps = std::iter::successors(Some(from), |now| {
            Some(back.next(Some(*now), pace)).filter(|next| next != now)
        });
        steps.take(200).collect()
    }

    #[test]
    fn a_record_goes_back_by_the_declared_share_of_what_was_moved() {
        assert_eq!(way(100, 15, 20_000), [100, 83, 66, 49, 32, 15]);
        assert_eq!(way(0, 50, 50_000), [0, 25, 50]);
        assert_eq!(way(40, 0, 100_000), [40, 0]);
        assert_eq!(way(3, 0, 1), [3, 2, 1, 0], "a step is never nothing");
    }

    #[test]
    fn between_steps_it_stays_and_a_foreign_weight_is_taken_into_the_way() {
        let back = Back { from: 100, to: 15 };
        let rest = Pace { rate_thousandths: 20_000, due: false };
        assert_eq!(back.next(Some(66), rest), 66);
        assert_eq!(back.next(Some(255), rest), 100);
        assert_eq!(back.next(Some(3), rest), 15);
        assert_eq!(back.next(None, rest), 100);
    }
}
