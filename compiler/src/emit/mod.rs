//! Placeholder of the stage `emit`.
