//! The second opinion: re-checks a proof as data against the model, in code that shares nothing with the solver.
//!
//! Takes a model and a `proof.json` value, gives the first claim that does not hold. Invariant: demands and pools are
//! derived here anew, from pools of nodes, declared reserves and targets; only the model's words are trusted.

mod facts;
mod failure;
mod flow;
mod lines;
mod nodes;
mod refutation;
mod shape;
mod simple;
mod standing;
mod survival;

use crate::model::Model;
use facts::Facts;
use nodes::Shelves;
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

fn refuse<T>(place: &str, what: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { place: place.into(), what: what.into() })
}

/// What a check could not decide itself, which is not a refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Scenarios whose verdict was confirmed.
    pub confirmed: usize,
    /// Scenarios that claim nothing (`undecided`).
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
    if standing::too_many(model) {
        return refuse("scenarios", "the fleet asks for more than can be re-checked");
    }
    let expected = standing::scenarios(model);
    let shelves = Shelves::new(&facts);
    let mut verified = Verified::default();
    for (index, claim) in given.iter().enumerate() {
        let Some(asked) = expected.get(index) else {
            return refuse("scenarios", format!("{} is not asked for", claim["name"]));
        };
        standing::header(&facts, asked, claim, broken)?;
        shape::scenario(claim)?;
        match claim["verdict"].as_str() {
            Some("survivable") => survival::survivable(&facts, &shelves, asked, claim)?,
            Some("refuted") => refutation::refuted(&facts, asked, &claim["witness"])?,
            Some("undecided") => {
                survival::undecided(&facts, asked)?;
                verified.undecided += 1;
                continue;
            }
            _ => return refuse(&asked.name, format!("{} is no verdict", claim["verdict"])),
        }
        verified.confirmed += 1;
    }
    match expected.get(given.len()) {
        Some(missing) => refuse("scenarios", format!("{} is missing", missing.name)),
        None => Ok(verified),
    }
}

/// Every scenario decided by trying everything; `None` where that is too much. For tests of the solver.
#[cfg(test)]
pub(super) fn enumerate(model: &Model) -> Vec<(String, Option<bool>)> {
    let facts = Facts::new(model);
    let decide = |asked: standing::Asked<'_>| {
        let fits = survival::enumerate(&facts, &asked);
        (asked.name, fits)
    };
    standing::scenarios(model).into_iter().map(decide).collect()
}
