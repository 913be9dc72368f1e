//! Objects that the cluster did not take: each has its own time for the next try, and holds up no other.
//!
//! Takes refusals with their time, gives the steps whose time has come. Pure. Invariant: what holds one object back never
//! delays the correction of another.

use crate::plan::{Identity, Step};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// Time before the second try, and the longest between two.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// Refused objects.
#[derive(Debug, Default)]
pub(super) struct Retries {
    refused: BTreeMap<Identity, Refusal>,
}

#[derive(Debug)]
struct Refusal {
    tries: u32,
    next: Instant,
    words: String,
}

impl Retries {
    /// Notes that a step on `identity` failed with `words`; says whether that is news.
    pub(super) fn refused(&mut self, identity: Identity, words: &str, now: Instant) -> bool {
        let refusal =
            self.refused.entry(identity).or_insert(Refusal { tries: 0, next: now, words: String::new() });
        let pause = PAUSES.0.saturating_mul(1 << refusal.tries.min(16)).min(PAUSES.1);
        refusal.tries = refusal.tries.saturating_add(1);
        refusal.next = now + pause;
        let news = refusal.words != words;
        words.clone_into(&mut refusal.words);
        news
    }

    /// Notes that a step succeeded.
    pub(super) fn done(&mut self, identity: &Identity) {
        self.refused.remove(identity);
    }

    /// Whether the last step on `identity` failed.
    pub(super) fn holds(&self, identity: &Identity) -> bool {
        self.refused.contains_key(identity)
    }

    /// Forgets what no step is about any more.
    pub(super) fn keep(&mut self, about: &BTreeSet<Identity>) {
        self.refused.retain(|identity, _| about.contains(identity));
    }

    /// Has everything tried again at once: what is wanted is another thing now.
    pub(super) fn clear(&mut self) {
        self.refused.clear();
    }

    /// Takes out of `steps` those whose time has not come; gives why each was refused.
    pub(super) fn hold_back(&self, steps: &mut Vec<Step>, now: Instant) -> Vec<String> {
        let mut words = Vec::new();
        steps.retain(|step| match self.refused.get(&Identity::of(&step.key)) {
            Some(refusal) if refusal.next > now => {
                words.push(refusal.words.clone());
                false
            }
            _ => true,
        });
        words
    }

    /// How long until the next try.
    pub(super) fn next_in(&self, now: Instant) -> Option<Duration> {
        self.refused.values().map(|refusal| refusal.next.saturating_duration_since(now)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Action;
    use seawall_schema::object::ObjectKey;

    fn step(name: &str) -> Step {
        let key = ObjectKey {
            api_version: "v1".into(),
            kind: "ConfigMap".into(),
            namespace: None,
            name: name.into(),
        };
        Step { key, path: None, action: Action::Create, weight: None }
    }

    #[tokio::test]
    async fn a_refused_object_waits_ever_longer_and_alone() {
        let (mut retries, start) = (Retries::default(), Instant::now());
        let bad = Identity::of(&step("bad").key);
        assert!(retries.refused(bad.clone(), "no", start));
        assert!(!retries.refused(bad.clone(), "no", start), "the same words are no news");
        let mut steps = vec![step("bad"), step("good")];
        assert_eq!(retries.hold_back(&mut steps, start), ["no"]);
        assert_eq!(steps, [step("good")]);
        assert_eq!(retries.next_in(start), Some(PAUSES.0 * 2));
        let mut steps = vec![step("bad")];
        assert!(retries.hold_back(&mut steps, start + PAUSES.0 * 2).is_empty());
        assert_eq!(steps.len(), 1, "its time has come");
        for _ in 0..40 {
            retries.refused(bad.clone(), "no", start);
        }
        assert_eq!(retries.next_in(start), Some(PAUSES.1));
        retries.done(&bad);
        assert!(!retries.holds(&bad) && retries.next_in(start).is_none());
    }

    #[tokio::test]
    async fn what_no_step_is_about_is_forgotten() {
        let (mut retries, now) = (Retries::default(), Instant::now());
        retries.refused(Identity::of(&step("a").key), "no", now);
        retries.keep(&BTreeSet::new());
        assert_eq!(retries.next_in(now), None);
    }
}
