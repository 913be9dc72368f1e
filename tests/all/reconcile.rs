//! The promises of the reconciler (design page 05), each with a test that can fail: on the embedded cluster, and on one
//! that hangs, refuses, is slow or dies between two writes.

mod activation;
mod answers;
mod autonomy;
mod basics;
mod crash;
mod double;
mod drift;
mod faults;
mod fixture;
mod git;
mod guards;
mod isolation;
mod quiet;
mod secrets;
mod traffic;
mod world;
