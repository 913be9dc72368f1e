//! Placeholder of the stage `lower`.
