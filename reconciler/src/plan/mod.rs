//! Placeholder of the stage `plan`.
