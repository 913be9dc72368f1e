//! The second opinion: re-checks a proof as data against the model, in code that shares nothing with the solver.
//!
//! Takes a model and a `proof.json` value, gives the first claim that does not hold. Invariant: demands and pools are
//! derived here anew, from pools of nodes, declared reserves and targets; only the model's words are trusted.

#[cfg(test)]
mod brute;
mod cases;
mod facts;
mod failure;
mod flow;
mod lines;
mod method;
mod nodes;
mod read;
mod refutation;
mod shape;
mod simple;
mod standing;
mod survival;

use crate::model::Model;
pub use read::read;

use facts::Facts;
use nodes::Shelves;
use rayon::prelude::*;
use serde_json::Value;

/// Why a proof is refused: the claim that fails, with its numbers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Refusal {
    /// `normal`, or the scenario's name, or the field.
    pub place: String,
    /// The inequality or field that fails.
    pub what: String,
}

/// Longest text of a refusal: it may repeat a line of the proof, and that can be anything.
const TEXT: usize = 600;

fn refuse<T>(place: &str, what: impl Into<String>) -> Result<T, Refusal> {
    let short = |text: String| match text.char_indices().nth(TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    };
    Err(Refusal { place: short(place.into()), what: short(what.into()) })
}

/// What a check could not decide itself, which is not a refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Scenarios whose verdict was confirmed.
    pub confirmed: usize,
    /// Scenarios that claim nothing (`undecided`), and kinds of which more are asked for than the proof lists.
    pub undecided: usize,
}

/// Re-checks a proof.
///
/// # Errors
/// The first claim that does not hold.
pub fn verify(model: &Model, proof: &Value) -> Result<Verified, Refusal> {
    shape::fields("proof", proof, &["format", "fleet", "normal", "scenarios", "not_proved"], &[])?;
    if proof["format"] != 1 {
        return refuse("format", format!("{} is not 1", proof["format"]));
    }
    if proof["fleet"] != model.fleet.name.value.as_str() {
        return refuse("fleet", format!("{} is not {}", proof["fleet"], model.fleet.name.value));
    }
    if proof["not_proved"] != serde_json::json!(super::NOT_PROVED) {
        return refuse("not_proved", "what is not proved is not said as it must be");
    }
    let facts = Facts::new(model);
    let broken = standing::normal(&facts, &proof["normal"])?;
    let Some(given) = proof["scenarios"].as_array() else { return refuse("scenarios", "is no list") };
    let (pairs, open) = standing::pairs(&facts, given, broken)?;
    let shelves = Shelves::new(&facts);
    let check = |(asked, claim): &(standing::Asked<'_>, &Value)| {
        standing::header(&facts, asked, claim, broken)?;
        shape::scenario(claim)?;
        match claim["verdict"].as_str() {
            Some("survivable") => survival::survivable(&facts, &shelves, asked, claim).map(|()| true),
            Some("refuted") => refutation::refuted(&facts, asked, &claim["witness"]).map(|()| true),
            Some("undecided") => survival::undecided(&facts, asked).map(|()| false),
            _ => refuse(&asked.name, format!("{} is no verdict", claim["verdict"])),
        }
    };
    let checked: Vec<Result<bool, Refusal>> = pairs.par_iter().map(check).collect();
    let mut verified = Verified { confirmed: 0, undecided: open };
    for result in checked {
        *(if result? { &mut verified.confirmed } else { &mut verified.undecided }) += 1;
    }
    Ok(verified)
}

/// Every scenario decided by trying everything; `None` where that is too much. For tests of the solver.
#[cfg(test)]
pub(super) fn enumerate(model: &Model) -> Vec<(String, Option<bool>)> {
    let facts = Facts::new(model);
    let decide = |asked: standing::Asked<'_>| {
        let fits = survival::enumerate(&facts, &asked);
        (asked.name, fits)
    };
    standing::scenarios(model).into_iter().flat_map(|(_, scenarios)| scenarios).map(decide).collect()
}
