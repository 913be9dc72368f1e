//! Carries an approved plan out: turn by turn, each confirmed before the next, and the deletions.
//!
//! Takes a plan, writes through [`Writer`], gives how far it came and what was not done. Invariant: the inventory holds all
//! that is ours before the first object is written, and drops nothing before it is gone.

use super::reconcile::Progress;
use super::worker::Worker;
use crate::apply::{Outcome, Writer};
use crate::bundle::Bundle;
use crate::cluster::ClusterError;
use crate::plan::{Approved, Identity, Pace, Plan, Turn, Want, Wanted};
use std::collections::BTreeSet;
use tokio::time::Instant;

/// How far a new bundle, or a change of events, has been brought in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rollout {
    /// The turn that is waited for, by its place in the order, and since when; those before it are not waited for again.
    waits: Option<(usize, Instant)>,
}

impl Worker {
    /// Writes turn by turn; at the end of an event backwards. What has gone is deleted after the last turn, or where work
    /// goes back after that of the work, whose room the reserves then take.
    pub(super) async fn carry_out(
        &mut self,
        bundle: &Bundle,
        wanted: &Wanted,
        mut plan: Plan<Approved>,
        pace: Pace,
    ) -> Progress {
        self.leave_fights(&mut plan);
        let about = plan.steps().map(|step| Identity::of(&step.key)).collect();
        self.retries.keep(&about);
        let mut faults = self.hold_back(&mut plan);
        let kept = self.retries.hold_back(&mut plan.deletes, Instant::now());
        if let Err(stop) = self.ready_to_write(bundle, &plan).await {
            return stop;
        }
        let waits = self.take_turns(bundle, wanted, &mut plan, &mut faults).await;
        if waits {
            self.say_applied(&faults);
            return Progress::Settling;
        }
        // What is refused for good must not make every later correction look like a part of the rollout.
        if !self.lost {
            self.rollout = None;
        }
        if faults.is_empty() {
            faults.extend(self.prune(bundle, &mut plan).await);
        }
        faults.extend(kept);
        self.say_applied(&faults);
        // Also where something failed: the time between steps runs from every step that was tried.
        let going_back = self.step_back(bundle, wanted, pace);
        if !faults.is_empty() {
            return if self.lost { Progress::Failed } else { Progress::Refused };
        }
        let rising = self.say_traffic(wanted);
        if let Err(error) = self.keep_inventory(bundle, &plan.after, false).await {
            return self.say_inventory(&error);
        }
        match going_back {
            Some(progress) => progress,
            None if rising => Progress::Settling,
            None => Progress::Settled,
        }
    }

    /// Makes the inventory hold all that is about to be ours; an error says how the step ends instead.
    async fn ready_to_write(&mut self, bundle: &Bundle, plan: &Plan<Approved>) -> Result<(), Progress> {
        if plan.steps().next().is_some() {
            match self.confirm_inventory(&bundle.file.inventory).await {
                Ok(false) => {}
                // What is to be done is another with what has been found.
                Ok(true) => return Err(self.look_again()),
                Err(error) => return Err(self.say_inventory(&error)),
            }
        }
        let kept = self.keep_inventory(bundle, &plan.union, plan.is_empty()).await;
        kept.map_err(|error| self.say_inventory(&error))
    }

    /// Writes turn by turn; whether one of them is to be waited for.
    async fn take_turns(
        &mut self,
        bundle: &Bundle,
        wanted: &Wanted,
        plan: &mut Plan<Approved>,
        faults: &mut Vec<String>,
    ) -> bool {
        let mut fresh = BTreeSet::new();
        let backwards = self.backwards();
        for (place, turn) in order(backwards).enumerate() {
            if let Some((_, steps)) = plan.turns.iter().find(|(of, _)| *of == turn) {
                let outcomes = self.writer(bundle, &fresh).phase(steps).await;
                fresh.extend(outcomes.iter().filter_map(created_namespace));
                faults.extend(self.take_outcomes(steps, outcomes).await);
            }
            if backwards && turn == Turn::Workloads && faults.is_empty() {
                faults.extend(self.prune(bundle, plan).await);
            }
            if self.waits_for(wanted, turn, place) {
                return true;
            }
        }
        false
    }

    /// Takes out what has its own time for the next try; says of each why it is not as it should be.
    fn hold_back(&mut self, plan: &mut Plan<Approved>) -> Vec<String> {
        let now = Instant::now();
        plan.turns.iter_mut().flat_map(|(_, steps)| self.retries.hold_back(steps, now)).collect()
    }

    fn say_inventory(&mut self, error: &ClusterError) -> Progress {
        let message = format!("the inventory cannot be written: {error}");
        self.conditions.set("Applied", false, "Inventory", message);
        Progress::Failed
    }

    fn look_again(&mut self) -> Progress {
        self.view.stale = true;
        Progress::Settling
    }

    fn leave_fights(&mut self, plan: &mut Plan<Approved>) {
        let now = Instant::now();
        for (_, steps) in &mut plan.turns {
            steps.retain(|step| !self.fights.leaves_alone(&Identity::of(&step.key), now));
        }
        let words = self.fights.words(now);
        let (ok, reason) = if words.is_empty() { (true, "None") } else { (false, "Fight") };
        let message =
            if ok { "nobody changes what is ours over and over".to_owned() } else { words.join("; ") };
        self.conditions.set("Undisputed", ok, reason, message);
    }

    fn writer<'a>(&'a self, bundle: &'a Bundle, fresh: &'a BTreeSet<String>) -> Writer<'a> {
        Writer {
            cluster: self.cluster.as_ref(),
            bundle,
            previous: self.previous.as_deref(),
            observed: &self.view.observed,
            fresh,
        }
    }

    /// Deletes, once; what others hold up stays in the inventory.
    async fn prune(&mut self, bundle: &Bundle, plan: &mut Plan<Approved>) -> Vec<String> {
        let mut faults = Vec::new();
        for step in std::mem::take(&mut plan.deletes) {
            let outcome = self.writer(bundle, &BTreeSet::new()).delete(&step).await;
            faults.extend(self.take_outcomes(std::slice::from_ref(&step), vec![outcome]).await);
            if self.view.is_going(&step.key) {
                plan.after.insert(step.key);
            }
        }
        faults
    }

    /// Whether a rollout has to wait for this turn before it goes on; `place` is that of the turn in the order.
    fn waits_for(&mut self, wanted: &Wanted, turn: Turn, place: usize) -> bool {
        let last = wanted.objects.iter().map(|want| want.turn).max();
        let Some(mut rollout) = self.rollout.filter(|_| last != Some(turn) || self.backwards()) else {
            return false;
        };
        if !wanted.objects.iter().any(|want| want.turn == turn && self.holds_up(want)) {
            return false;
        }
        let now = Instant::now();
        let since = match rollout.waits {
            Some((at, _)) if at > place => return false,
            Some((at, since)) if at == place => since,
            Some(_) | None => now,
        };
        rollout.waits = Some((place, since));
        self.rollout = Some(rollout);
        now.duration_since(since) < self.config.settle
    }

    /// Whether the next turn waits for this object. On the day of an event only for the room: the pods that are to take it,
    /// and those that are to free it. Whether the work stands is what traffic waits for.
    fn holds_up(&self, want: &Want) -> bool {
        let identity = Identity::of(&want.key);
        let crowd = self.view.crowds.get(&identity);
        match want.turn {
            _ if !self.on_the_day() => self.view.unready.contains_key(&identity),
            Turn::Ahead => !self.backwards() && crowd.is_some_and(|crowd| crowd.lacks()),
            Turn::Reserves => !self.backwards() && crowd.is_some_and(|crowd| crowd.stays()),
            Turn::Workloads => self.backwards() && crowd.is_some_and(|crowd| crowd.stays()),
            Turn::Foundation | Turn::Limits | Turn::Configuration | Turn::Traffic => false,
        }
    }
}

/// The turns in order.
fn order(backwards: bool) -> impl Iterator<Item = Turn> {
    let last = Turn::ALL.len() - 1;
    (0..Turn::ALL.len()).map(move |at| Turn::ALL[if backwards { last - at } else { at }])
}

fn created_namespace(outcome: &Outcome) -> Option<String> {
    let created = outcome.result.as_ref().is_ok_and(|done| done.created);
    (created && outcome.key.kind == "Namespace").then(|| outcome.key.name.clone())
}
