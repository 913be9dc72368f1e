//! The seawall binary: everything is in the library, so that tests run the same code in their own process.

use std::process::ExitCode;

fn main() -> ExitCode {
    seawall_cli::main()
}
