//! Which of its declared weights a traffic record takes next. Pure.
//!
//! Takes a wanted record, what is seen of it and whether the work stands that it sends users to; gives a weight. Invariant:
//! users are sent on by one declared step at a time, and beyond the first only to work that stands; a weight that is there
//! already is taken back only at the end of an event, by the declared rate ([`super::ending`]).

use super::{Situation, Want};
use crate::cluster::Observed;

/// The weight to write; `None` where that is the one in the bundle's file.
pub(super) fn next(want: &Want, seen: Option<&Observed>, situation: &Situation<'_>) -> Option<u64> {
    let now = seen.and_then(|seen| seen.weight);
    match want.back {
        Some(back) => Some(back.next(now, situation.pace)).filter(|next| want.weight != Some(*next)),
        None => risen(want, now, situation.standing),
    }
}

/// On the way up: the step that it may take.
fn risen(want: &Want, now: Option<u64>, standing: bool) -> Option<u64> {
    let (last, before) = want.weights.split_last()?;
    let now = now.unwrap_or(0);
    if now >= *last {
        return None;
    }
    let held = before.iter().rev().find(|weight| **weight <= now);
    match held {
        Some(held) if !standing => Some(*held),
        _ => before.iter().find(|weight| **weight > now).copied(),
    }
}

/// The digest of a file applied with another weight than its own.
pub(crate) fn digest(file: &str, weight: Option<u64>) -> String {
    weight.map_or_else(|| file.to_owned(), |weight| format!("{file}@{weight}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Turn;
    use seawall_schema::object::ObjectKey;

    fn key() -> ObjectKey {
        let (api_version, kind) = ("externaldns.k8s.io/v1alpha1".into(), "DNSEndpoint".into());
        ObjectKey { api_version, kind, namespace: Some("n".into()), name: "host".into() }
    }

    /// What comes after a weight, before the work stands and then.
    fn after(weights: &[u64], now: Option<u64>) -> [Option<u64>; 2] {
        let (path, digest) = ("events/e/host.yaml".into(), "sha256:1".into());
        let (turn, weights) = (Turn::Traffic, weights.to_vec());
        let want = Want { key: key(), turn, path, digest, weights, weight: None, back: None };
        [false, true].map(|standing| risen(&want, now, standing))
    }

    #[test]
    fn one_step_at_a_time_and_the_rest_once_the_work_stands() {
        assert_eq!(after(&[49, 100], None), [Some(49), Some(49)]);
        assert_eq!(after(&[49, 100], Some(15)), [Some(49), Some(49)]);
        assert_eq!(after(&[49, 100], Some(49)), [Some(49), None], "the last is the file's own");
        assert_eq!(after(&[49, 100], Some(100)), [None, None]);
        assert_eq!(after(&[20, 60, 100], Some(20)), [Some(20), Some(60)]);
        assert_eq!(after(&[20, 60, 100], Some(60)), [Some(60), None]);
    }

    #[test]
    fn what_is_higher_already_is_not_taken_back() {
        assert_eq!(after(&[49, 100], Some(70)), [Some(49), None], "between steps the lower one holds");
        assert_eq!(after(&[49, 80], Some(100)), [None, None]);
    }

    #[test]
    fn a_record_without_steps_has_its_own_weight() {
        assert_eq!(after(&[], Some(15)), [None, None]);
        assert_eq!(after(&[100], Some(15)), [None, None]);
    }
}
