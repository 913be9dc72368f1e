//! Placeholder of the stage `check`.
