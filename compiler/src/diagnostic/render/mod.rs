//! Findings as people and machines read them, all from the one diagnostic.

mod excerpt;
mod json;
mod narrated;
mod text;

pub use json::json;
pub use narrated::narrated;
pub use text::{TextStyle, text};
