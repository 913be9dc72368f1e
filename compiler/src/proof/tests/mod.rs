//! Tests of the proof: hand-built fleets, properties, and enumeration of everything on tiny fleets.

mod enumeration;
mod fleet;
mod hand;
mod speed;
mod suggest;
mod weakest;
