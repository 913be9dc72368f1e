//! The compiler: a folder of KDL in; diagnostics, a model, a proof and bundles out.
//!
//! Pure: no file system, network, environment or clock; source text comes through [`files::Files`].
//! Stages, in order, each a folder with one entry function:
//! `syntax → decode → resolve → model → check (with proof) → lower → emit`.

pub mod check;
pub mod decode;
pub mod diagnostic;
pub mod emit;
pub mod files;
pub mod lower;
pub mod manifest;
pub mod model;
pub mod proof;
pub mod resolve;
pub mod span;
pub mod syntax;
