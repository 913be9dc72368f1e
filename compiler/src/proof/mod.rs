//! The proof: the validated fleet in; what normal running and every declared failure come to out.
//!
//! Takes a [`Model`], gives a [`Proof`]: for each scenario whole replicas and where they go, or the inequality that no
//! assignment can keep. Invariant: all arithmetic that a verdict rests on is in integers; order of results is fixed.

mod binds;
mod certificate;
mod cut;
mod data;
mod day;
mod decide;
mod effort;
mod evict;
mod exact;
mod fill;
pub mod fixes;
mod flow;
pub(crate) mod json;
mod normal;
mod outcome;
mod pack;
mod pools;
mod reachable;
mod scenario;
mod simplex;
pub mod suggest;
mod tables;
#[cfg(test)]
mod tests;
pub mod verify;
pub mod weakest;
mod zone;

pub use certificate::{Case, Certificate, Inequality, Shared};
pub use outcome::*;

use crate::model::Model;
use rayon::prelude::*;
pub(crate) use tables::Tables;
pub use verify::verify;
pub(crate) use zone::zone_capacity;

/// What no proof covers; printed with every one of them.
pub const NOT_PROVED: [&str; 8] = [
    "cloud stock-outs",
    "address and load-balancer limits",
    "database promotion",
    "cache warmth",
    "retry storms",
    "third parties",
    "scheduler throughput",
    "work Seawall does not know beyond `occupied`",
];

/// Decides normal running alone.
pub fn normal(model: &Model) -> Normal {
    normal::decide(&Tables::new(model))
}

/// Proves or refutes one scenario, asked for by the fleet or not.
pub fn prove_one(model: &Model, scenario: Scenario) -> Outcome {
    let tables = Tables::new(model);
    let on_paper = !normal::decide(&tables).feasible();
    let mut verdict = decide::decide(&tables, &scenario);
    if let Verdict::Survivable(plan) = &mut verdict {
        pack::Packing::new(&tables).level(&scenario, plan);
    }
    Outcome { verdict, scenario, on_paper }
}

/// Proves or refutes normal running and every scenario.
pub fn prove(model: &Model) -> Proof {
    prove_within(model, effort::Effort::full()).0
}

/// The same within an effort, and the steps that it took.
fn prove_within(model: &Model, effort: effort::Effort) -> (Proof, u64) {
    let tables = Tables { effort, ..Tables::new(model) };
    let normal = normal::decide(&tables);
    let scenario::Listed { scenarios, beyond, .. } = scenario::list(model);
    let on_paper = !normal.feasible();
    let packing = pack::Packing::new(&tables);
    let decide = |scenario: Scenario| {
        let mut verdict = decide::decide(&tables, &scenario);
        if let Verdict::Survivable(plan) = &mut verdict {
            packing.level(&scenario, plan);
        }
        Outcome { verdict, scenario, on_paper }
    };
    let mut scenarios: Vec<Outcome> = scenarios.into_par_iter().map(decide).collect();
    let undecided = |scenario| Outcome { scenario, on_paper, verdict: Verdict::Undecided };
    scenarios.extend(beyond.into_iter().map(undecided));
    let spent = tables.effort.spent();
    (Proof { normal, scenarios, not_proved: NOT_PROVED.to_vec() }, spent)
}
