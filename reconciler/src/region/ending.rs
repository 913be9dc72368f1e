//! The end of an event: who is on the way back, remembered across restarts.
//!
//! Takes the events chosen before and now, gives what is wanted meanwhile and says when the next step is due. Invariant:
//! the time between steps is kept whatever is restarted; a new event ends every ending, since it may not wait.

use super::carry::Rollout;
use super::reconcile::Progress;
use super::worker::Worker;
use crate::bundle::{Bundle, Ending, InForce};
use crate::plan::{Identity, Pace, Wanted, users_going_back, wanted, work_going_back};
use std::sync::Arc;

/// What is wanted with these events, and on the way from those.
type Key = (String, Vec<String>, Option<(Vec<String>, bool)>);

/// What the bundle of some digest asks for in some situation. Not the bundle itself: it is confirmed at every fetch, which
/// is a copy where somebody else holds it too.
pub(super) type Remembered = (Key, Arc<Wanted>);

impl Worker {
    /// Takes the events that are now to be in force; whether they or what is ending are others than before.
    pub(super) fn enter(&mut self, events: Vec<String>) -> bool {
        let now = InForce { ending: self.ending_with(&events), events };
        if now == self.force {
            return false;
        }
        self.force = now;
        self.keep_force();
        true
    }

    /// What goes back where `events` are left of those that were in force.
    fn ending_with(&self, events: &[String]) -> Option<Ending> {
        let InForce { events: before, ending } = &self.force;
        if before == events {
            return ending.clone();
        }
        // Where the users are back already, the work is on its way too and is not called again.
        let on_the_way = ending.as_ref().filter(|ending| !ending.users_back);
        let from = on_the_way.map_or(before, |ending| &ending.from);
        let left = events.iter().all(|event| from.contains(event)) && events.len() < from.len();
        left.then(|| Ending { from: from.clone(), stepped: None, users_back: false })
    }

    pub(super) fn keep_force(&self) {
        // After a restart the same ones go on, whatever else was declared beside them.
        if let Err(error) = self.store.keep_in_force(&self.force) {
            tracing::warn!("the events in force are not on disk: {error}");
        }
    }

    /// What is wanted of `bundle` now.
    pub(super) fn wanted_now(&mut self, bundle: &Bundle) -> Arc<Wanted> {
        let InForce { events, ending } = &self.force;
        let on_the_way = ending.as_ref().map(|ending| (ending.from.clone(), ending.users_back));
        let key = (bundle.digest.clone(), events.clone(), on_the_way);
        if let Some((of, wanted)) = &self.wanted
            && *of == key
        {
            return Arc::clone(wanted);
        }
        let going = ending.as_ref().map(|ending| match ending.users_back {
            false => users_going_back(bundle, &ending.from, events),
            true => work_going_back(bundle, &ending.from, events),
        });
        let found = match going {
            Some(Ok(found)) => found,
            // Another bundle does not know what is ending.
            Some(Err(_)) | None => wanted(bundle, events).unwrap_or_default(),
        };
        let found = Arc::new(found);
        self.wanted = Some((key, Arc::clone(&found)));
        found
    }

    /// Whether the work of an event that has ended goes back now: in the reverse order of its coming.
    pub(super) fn backwards(&self) -> bool {
        self.force.ending.as_ref().is_some_and(|ending| ending.users_back)
    }

    /// Whether an event is in force or ends.
    pub(super) fn on_the_day(&self) -> bool {
        !self.force.events.is_empty() || self.force.ending.is_some()
    }

    /// How far users go back in this pass.
    pub(super) fn pace(&self, bundle: &Bundle) -> Pace {
        let Some(failback) = bundle.file.failback else {
            return Pace { rate_thousandths: 100_000, due: true };
        };
        let stepped = self.force.ending.as_ref().and_then(|ending| ending.stepped);
        let due = stepped.is_none_or(|at| {
            let passed = jiff::Timestamp::now().as_millisecond() - at.as_millisecond();
            // A clock that was put back must not hold users for ever.
            passed < 0 || u64::try_from(passed).is_ok_and(|passed| passed >= failback.every_ms)
        });
        Pace { rate_thousandths: failback.rate_thousandths, due }
    }

    /// After a pass: says where the users are, and lets the work go back once all of them are.
    pub(super) fn step_back(&mut self, bundle: &Bundle, wanted: &Wanted, pace: Pace) -> Option<Progress> {
        let going = self.users_on_the_way(wanted);
        let ending = self.force.ending.as_mut()?;
        if ending.users_back {
            self.force.ending = None;
            self.keep_force();
            return None;
        }
        if going.is_empty() {
            ending.users_back = true;
            self.rollout = Some(Rollout::default());
            self.conditions.set("Traffic", true, "Back", "every record has the weight from before the event");
            self.keep_force();
            return Some(Progress::Settling);
        }
        let every = bundle.file.failback.map_or(0, |failback| failback.every_ms) / 1000;
        let message = format!("{}; a step every {every} s", going.join(", "));
        self.conditions.set("Traffic", false, "GoingBack", message);
        if pace.due {
            ending.stepped = Some(jiff::Timestamp::now());
            self.keep_force();
        }
        Some(Progress::Settled)
    }

    fn users_on_the_way(&self, wanted: &Wanted) -> Vec<String> {
        let going = wanted.objects.iter().filter_map(|want| {
            let back = want.back?;
            let now = self.view.observed.get(&Identity::of(&want.key)).and_then(|seen| seen.weight)?;
            (now != back.to).then(|| format!("{} at {now} on the way back to {}", want.key.name, back.to))
        });
        going.collect()
    }
}
