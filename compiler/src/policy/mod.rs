//! Policies: what an organisation demands on top of the language, as constraints in KDL with CEL expressions.
//!
//! Takes a draft and the day, gives findings: what is wrong with the policies themselves (found when they are loaded, whether
//! or not anything matches them), and where the fleet is whole, what does not meet them. Invariants: evaluation is bounded
//! (see [`cel`]); a policy is read once a check; the date is an input.

mod allow;
mod cel;
mod fields;
mod judge;
mod kinds;
mod load;
mod message;
mod pack;
mod place;
pub mod reference;
pub mod trial;

pub use kinds::{KINDS, SubjectKind};
pub use load::{Loaded, Policy, Test, load};
pub use pack::PACKS;

use crate::diagnostic::Diagnostics;
use crate::files::Sources;
use crate::resolve::Draft;

/// Loads the policies of a draft and holds the fleet against them; `today` is the day, `YYYY-MM-DD`.
pub fn check(draft: &Draft, sources: &Sources, today: Option<&str>, out: &mut Diagnostics) {
    let mut own = Diagnostics::default();
    let policies = load(&draft.policies, sources, &mut own);
    let known = allow::Known::new(&policies, draft);
    known.unknown(draft, &mut own);
    out.extend(own);
    if !draft.notes.whole {
        return;
    }
    let judged = judge::judge(&policies.loaded, &draft.model, today, true);
    allow::settle(&policies, judged, draft, today, out);
}

#[cfg(test)]
mod tests;
