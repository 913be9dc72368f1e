//! The reconciler against real API servers, and against a server that answers wrongly.
//!
//! The clusters come from `cargo xtask test`; where it is not what runs the tests, they are started here and end with the
//! test binary.

mod audit;
mod client;
mod fake;
mod faults;
mod fixture;
mod killed;
mod reference;
mod regions;
mod role;
mod watches;
