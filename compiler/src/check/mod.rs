//! Placeholder of the stage `check`.

pub mod capacity;
