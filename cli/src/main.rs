//! The seawall binary: everything is in the library, so that tests run the same code in their own process.

use std::process::ExitCode;

/// An agent lives for months after a first sync that needs several times what it holds afterwards: this allocator gives
/// that back, the C library's keeps it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    seawall_cli::main()
}
