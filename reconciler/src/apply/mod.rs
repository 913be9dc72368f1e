//! Placeholder of the stage `apply`.
