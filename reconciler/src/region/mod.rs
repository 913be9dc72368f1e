//! Placeholder of the stage `region`.
