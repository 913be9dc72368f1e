//! The `seawall` command as a program that `cargo test` builds, for tests that kill processes.

use std::process::ExitCode;

fn main() -> ExitCode {
    seawall_cli::main()
}
