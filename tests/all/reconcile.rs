//! The promises of the reconciler (design page 05), each with a test that can fail: on the embedded cluster, and on one
//! that hangs, refuses, is slow or dies between two writes.
//!
//! | promise | here | on real API servers (`control_plane`) |
//! | --- | --- | --- |
//! | 1 isolation | `isolation` | `regions::a_region_that_hangs_slows_nobody` |
//! | 2 nothing lost | `crash` | `killed` |
//! | 3 nothing pruned by accident | `guards`, `inventory` | `regions::what_leaves_the_bundle_goes_…` |
//! | 4 drift | `drift` | `regions::drift_is_put_back_at_once` |
//! | 5 autonomy | `activation`, `order`, `traffic` | `reference` |
//! | 6 no replay, no stale truth | `guards`, `git`, `signatures`, `activation` | |
//! | 7 no secrets out | `secrets`, `git` | `client::an_immutable_field_is_refused_…` |
//! | 8 quiet | `quiet` | `regions::the_second_sync_writes_nothing_…` |
//! | 9 only what it owns | `drift`, `answers` | `role` |

mod activation;
mod answers;
mod attacks;
mod crash;
mod double;
mod drift;
mod fixture;
mod git;
mod guards;
mod inventory;
mod isolation;
mod order;
mod quiet;
mod secrets;
mod signatures;
mod traffic;
