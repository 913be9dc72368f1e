//! What the tests, the benchmarks and `cargo xtask` share: the real control plane, and seeded input.

pub mod comments;
pub mod control_plane;
pub mod generate;
pub mod rendering;
