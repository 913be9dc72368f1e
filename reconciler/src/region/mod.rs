//! The loop of one region, and the supervisor of many.
//!
//! A [`Worker`] takes a source and a cluster and keeps the cluster true to its bundle:
//! `fetch → verify → stage → plan → gate → apply → settle → report`. It owns everything it uses. The [`Supervisor`] gives
//! each worker a thread and a runtime of its own and reads its snapshots. Invariant: workers share no lock, no channel and
//! no connection.

mod carry;
mod conditions;
mod config;
mod declarations;
mod ending;
mod fetcher;
mod fights;
mod intake;
mod inventory;
mod outcomes;
mod reconcile;
mod retries;
mod run;
mod supervisor;
mod view;
mod worker;

pub use config::WorkerConfig;
pub use declarations::{Declaration, declare, end, read as read_declarations};
pub use supervisor::{Assignment, Parts, Supervisor};
pub use worker::{Opening, Worker};
