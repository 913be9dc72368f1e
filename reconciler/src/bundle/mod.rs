//! Placeholder of the stage `bundle`.
