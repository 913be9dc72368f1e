//! Placeholder of the stage `health`.
