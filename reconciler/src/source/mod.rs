//! Placeholder of the stage `source`.
