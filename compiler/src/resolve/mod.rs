//! Placeholder of the stage `resolve`.
