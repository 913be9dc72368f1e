//! One test binary; cases are folders of data below `tests/cases/`.

mod commands;
mod control_plane;
mod language;
mod proof;
mod reconcile;
mod rendering;
mod syntax;
