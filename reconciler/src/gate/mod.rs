//! Between planning and writing: what must not happen by accident.
//!
//! Takes a proposed plan and the facts around it, gives an approved one or why it is held. Pure; the operator's words
//! (suspend, resume, approve) are files that `operator` reads. Invariant: an overlay that a declared event asks for is
//! never held.

pub mod operator;

use crate::bundle::Bundle;
use crate::plan::{Approved, Identity, Plan, Proposed, Wanted};
use seawall_schema::Share;
use std::collections::BTreeSet;

/// Why a plan is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// A word for machines.
    pub reason: &'static str,
    /// What is off, and what lets it through.
    pub message: String,
}

/// What the gate looks at beside the plan.
pub struct Facts<'a> {
    /// The bundle that the plan is for.
    pub bundle: &'a Bundle,
    /// What it asks for.
    pub wanted: &'a Wanted,
    /// Whether the bundle is in force already.
    pub in_force: bool,
    /// How many objects the inventory holds.
    pub inventory: usize,
    /// What an operator has approved: digests of plans, commits.
    pub approvals: &'a BTreeSet<String>,
    /// Now.
    pub now: jiff::Timestamp,
}

/// Lets the plan through, or holds it.
pub fn gate(plan: Plan<Proposed>, facts: &Facts<'_>) -> Result<Plan<Approved>, Held> {
    if !facts.in_force {
        fresh_enough(facts)?;
    }
    let digest = plan.digest(&facts.bundle.digest);
    if !facts.approvals.contains(&digest) {
        prunes_little(&plan, facts, &digest)?;
    }
    Ok(plan.into_state())
}

fn fresh_enough(facts: &Facts<'_>) -> Result<(), Held> {
    let age = facts.now.as_millisecond().saturating_sub(facts.bundle.confirmed_at.as_millisecond());
    let limit = i64::try_from(facts.bundle.file.max_plan_age_ms).unwrap_or(i64::MAX);
    if age <= limit {
        return Ok(());
    }
    let message = format!(
        "commit {} was last confirmed at {}, max-plan-age is {} s: its base is not activated until the source answers",
        facts.bundle.commit,
        facts.bundle.confirmed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        limit / 1000
    );
    Err(Held { reason: "Stale", message })
}

fn prunes_little(plan: &Plan<Proposed>, facts: &Facts<'_>, digest: &str) -> Result<(), Held> {
    if plan.deletes.is_empty() {
        return Ok(());
    }
    // To leave an overlay, or to enter one, is no shrinking of the bundle: what it names anywhere does not count. Unless
    // nothing at all is wanted, which no overlay asks for.
    let entries = facts.bundle.entries.values().filter(|_| !facts.wanted.objects.is_empty());
    let named: BTreeSet<Identity> = entries.map(|entry| Identity::of(&entry.key)).collect();
    let going = plan.deletes.iter().filter(|step| !named.contains(&Identity::of(&step.key))).count();
    if going == 0 {
        return Ok(());
    }
    let (had, left) = (facts.inventory, facts.bundle.base_len());
    let approve = format!("`seawall approve {digest}` lets it through");
    if left == 0 {
        return Err(Held {
            reason: "EmptyBundle",
            message: format!("the bundle is empty, {had} objects stand; {approve}"),
        });
    }
    if left.saturating_mul(10) < had {
        let message = format!("the bundle holds {left} objects, {had} stand; {approve}");
        return Err(Held { reason: "AbsurdlySmaller", message });
    }
    let share =
        Share::from_thousandths(facts.bundle.file.limits.prune_share_thousandths).unwrap_or(Share::FULL);
    if (going as u64).saturating_mul(100_000) > u64::from(share.thousandths()).saturating_mul(had as u64) {
        let message = format!("{going} of {had} objects would be deleted, prune share is {share}; {approve}");
        return Err(Held { reason: "PruneShare", message });
    }
    Ok(())
}
