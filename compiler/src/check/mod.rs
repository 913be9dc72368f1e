//! Rules over the model, one file a rule, and the static list of them.
//!
//! Takes a draft, gives findings, and the proof where the model is whole. Invariant: a rule reports only what stands on
//! lines that were understood; where the draft has doubts, it is silent.

pub mod capacity;

use crate::diagnostic::Diagnostics;
use crate::proof::Proof;
use crate::resolve::Draft;

/// A rule.
pub type Rule = fn(&Draft, &mut Diagnostics);

/// Every rule, in the order in which they run; adding one is adding a file and a line.
pub static RULES: &[Rule] = &[];

/// Runs all rules; proves what can be proved.
pub fn check(draft: &Draft, out: &mut Diagnostics) -> Option<Proof> {
    for rule in RULES {
        rule(draft, out);
    }
    let proof = draft.notes.whole.then(|| crate::proof::prove(&draft.model))?;
    capacity::check(&draft.model, &proof, out);
    Some(proof)
}
