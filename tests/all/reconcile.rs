//! The loop of one region on the embedded cluster: what page 05 promises, each with a test that can fail.

mod autonomy;
mod basics;
mod faults;
mod world;
