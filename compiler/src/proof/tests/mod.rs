//! Tests of the proof: hand-built fleets, properties, and enumeration of everything on tiny fleets.

mod effort;
mod enumeration;
mod extreme;
mod fleet;
mod forgery;
mod hand;
mod methods;
mod speed;
mod suggest;
mod weakest;
