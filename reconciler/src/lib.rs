//! The reconciler: keeps each region true to its bundle from git, on its own authority.
//!
//! Reads bundles, never the model. Stages, in order, each a folder with one entry function:
//! `source → bundle → plan → gate → apply → health → report`; `region` is the loop of one region and the supervisor.

pub mod apply;
pub mod bundle;
pub mod cluster;
pub mod gate;
pub mod health;
pub mod plan;
pub mod region;
pub mod report;
pub mod source;
