//! Tree to declarations: every node is held against the table that says what it may hold.
//!
//! Takes a parsed document, gives checked nodes whose names are still text, and every fault. One file a node kind holds
//! its tables. Adding a node is adding a [`shape::Shape`] and a line in its parent's children.

pub mod calendar;
pub mod engine;
pub mod event;
pub mod failover;
pub mod fleet;
mod foreign;
pub mod geography;
pub mod kdl_schema;
pub mod node;
pub mod policy;
pub mod policy_file;
pub mod queue;
pub mod reference;
pub mod region;
pub mod schema;
pub mod shape;
mod spelling;
pub mod value;
pub mod workload;

pub use node::{Datum, Node};

use crate::diagnostic::Diagnostics;
use crate::syntax::Document;
use shape::{Child, Shape, many};

/// What may stand at the top of a file of the fleet.
pub static TOP: &[Child] = &[
    many(&fleet::SEAWALL),
    many(&fleet::IMPORT),
    many(&fleet::SCHEMAS),
    many(&fleet::FLEET),
    many(&geography::JURISDICTION),
    many(&policy::TIER),
    many(&policy::LANE),
    many(&geography::LINK),
    many(&region::REGION),
    many(&policy::TENANT),
    many(&policy::DATASET),
    many(&workload::CLASS),
    many(&workload::WORKLOAD),
    many(&queue::QUEUE),
    many(&queue::JOB),
    many(&event::EVENT),
    many(&event::DECLARE),
    many(&policy_file::POLICY),
    many(&policy_file::PACK),
];

/// Reads a file's nodes; `torn` says whether it has a `{` or `}` too many.
pub fn decode(document: &Document<'_>, torn: bool, out: &mut Diagnostics) -> engine::Block {
    let broken = if torn { engine::Broken::Braces } else { engine::Broken::Nothing };
    engine::block(document.nodes(), TOP, None, broken, out)
}

/// Where a node of that name may stand, in words, each place once.
pub fn parents_of(name: &str) -> Vec<String> {
    let mut found = Vec::new();
    if TOP.iter().any(|child| child.shape.name == name) {
        found.push("at the top of a file".to_owned());
    }
    let mut seen: Vec<&'static Shape> = Vec::new();
    let mut open: Vec<&'static Shape> = TOP.iter().rev().map(|child| child.shape).collect();
    while let Some(shape) = open.pop() {
        if seen.iter().any(|s| std::ptr::eq(*s, shape)) {
            continue;
        }
        seen.push(shape);
        if shape.children.iter().any(|child| child.shape.name == name) {
            let place = format!("in `{}`", shape.name);
            if !found.contains(&place) {
                found.push(place);
            }
        }
        open.extend(shape.children.iter().rev().map(|child| child.shape));
    }
    found.truncate(3);
    found
}
