//! JSON schemas of the data that both halves of Seawall write, for others who read it. They are written by hand, in this
//! crate's folder; tests hold the data against them.

/// `proof.json`.
pub const PROOF: &str = include_str!("../proof.schema.json");
/// `bundle.json`.
pub const BUNDLE: &str = include_str!("../bundle.schema.json");
/// `seawall check --format json`.
pub const FINDINGS: &str = include_str!("../findings.schema.json");
/// `seawall status --format json`.
pub const STATUS: &str = include_str!("../status.schema.json");
