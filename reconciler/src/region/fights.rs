//! Two managers that set one field against each other: seen, named, and not fought for ever.
//!
//! Takes corrections with their time, gives the objects that are left alone for a while. Pure.

use crate::plan::Identity;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// Corrections of one object within [`WINDOW`] that make a fight.
const CORRECTIONS: usize = 6;
/// The time in which they are counted, and for which the object is then left alone.
const WINDOW: Duration = Duration::from_secs(60);

/// Corrections by object.
#[derive(Debug, Default)]
pub(super) struct Fights {
    seen: BTreeMap<Identity, VecDeque<Instant>>,
    fought: BTreeMap<Identity, (Instant, String)>,
}

impl Fights {
    /// Notes a correction of `identity`, called `name`, which `others` had changed.
    pub(super) fn correction(&mut self, identity: &Identity, name: &str, others: &[String], now: Instant) {
        let times = self.seen.entry(identity.clone()).or_default();
        times.push_back(now);
        while times.front().is_some_and(|first| now.duration_since(*first) > WINDOW) {
            times.pop_front();
        }
        if times.len() >= CORRECTIONS {
            let who = if others.is_empty() { "somebody".to_owned() } else { others.join(", ") };
            let words =
                format!("{name} was put back {} times in a minute, {who} changes it again", times.len());
            self.fought.insert(identity.clone(), (now + WINDOW, words));
            times.clear();
        }
    }

    /// Whether the object is left alone for now.
    pub(super) fn leaves_alone(&mut self, identity: &Identity, now: Instant) -> bool {
        let alone = self.fought.get(identity).is_some_and(|(until, _)| *until > now);
        if !alone {
            self.fought.remove(identity);
        }
        alone
    }

    /// What is said of the fights that go on.
    pub(super) fn words(&self, now: Instant) -> Vec<String> {
        self.fought.values().filter(|(until, _)| *until > now).map(|(_, words)| words.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use seawall_schema::object::ObjectKey;

    #[tokio::test]
    async fn a_fight_is_named_and_left_for_a_while() {
        let key = ObjectKey {
            api_version: "v1".into(),
            kind: "ConfigMap".into(),
            namespace: None,
            name: "a".into(),
        };
        let identity = Identity::of(&key);
        let (mut fights, start) = (Fights::default(), Instant::now());
        for second in 0..5 {
            fights.correction(
                &identity,
                "ConfigMap a",
                &["helm".into()],
                start + Duration::from_secs(second),
            );
            assert!(!fights.leaves_alone(&identity, start));
        }
        fights.correction(&identity, "ConfigMap a", &["helm".into()], start + Duration::from_secs(6));
        assert!(fights.leaves_alone(&identity, start + Duration::from_secs(7)));
        assert!(fights.words(start + Duration::from_secs(7))[0].contains("helm"));
        assert!(!fights.leaves_alone(&identity, start + Duration::from_secs(70)));
    }

    #[tokio::test]
    async fn rare_corrections_are_no_fight() {
        let key = ObjectKey {
            api_version: "v1".into(),
            kind: "ConfigMap".into(),
            namespace: None,
            name: "a".into(),
        };
        let (mut fights, start) = (Fights::default(), Instant::now());
        for minute in 0..20 {
            fights.correction(
                &Identity::of(&key),
                "ConfigMap a",
                &[],
                start + Duration::from_secs(minute * 20),
            );
        }
        assert!(fights.words(start + Duration::from_secs(400)).is_empty());
    }
}
