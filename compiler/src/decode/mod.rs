//! Placeholder of the stage `decode`.
