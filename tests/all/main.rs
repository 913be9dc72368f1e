//! One test binary; cases are folders of data below `tests/cases/`.

// Helpers of tests fail by panicking, as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod commands;
mod control_plane;
mod docs;
mod drill;
mod fmt;
mod forged;
mod garbage;
mod generate;
mod hostile;
mod language;
mod proof;
mod reconcile;
mod rendering;
mod schemas;
mod show;
mod syntax;
mod tight;
