//! The `seawall` command as a program that `cargo test` builds, for tests that kill processes.

use std::process::ExitCode;

/// The command's own; a library leaves the choice to the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    seawall_cli::main()
}
