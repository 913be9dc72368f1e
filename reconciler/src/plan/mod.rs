//! From what is wanted and what is there to what would change. Pure: never sees a client.

pub mod diff;
