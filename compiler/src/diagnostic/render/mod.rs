//! Findings as people and machines read them, all from the one diagnostic.

mod excerpt;
mod json;
mod text;

pub use json::json;
pub use text::{TextStyle, text};
