//! Placeholder of the stage `proof`.
