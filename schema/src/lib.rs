//! The words that the compiler and the reconciler share: typed names, quantities, object keys, the bundle format and status.
//!
//! Takes nothing and does nothing: values with their parsing, printing and ordering. No I/O, no client.
//! Invariant: every map that can reach output is ordered.

pub mod bundle;
pub mod digest;
pub mod duration;
pub mod keys;
pub mod name;
pub mod object;
pub mod pointer;
pub mod quantity;
pub mod schemas;
pub mod share;
pub mod status;

pub use duration::Duration;
pub use quantity::{Resource, Resources};
pub use share::Share;
