//! `check` of inputs of a megabyte that are made to be slow, each run a process of its own: a second and 256 MB are the limits.

use super::commands::{release, write};
use super::measure::watched_once;
use crate::run::{Outcome, print, say};
use seawall_tests::generate::hostile::shapes;
use std::process::Command;

/// Seconds by the clock that none may take.
const SECONDS: f64 = 1.0;
/// Bytes of memory that none may take.
const MEMORY: f64 = 256e6;

/// What machines read findings in.
const FORMATS: [&str; 5] = ["text", "json", "sarif", "github", "junit"];

/// Measures and prints a table, what is beyond a limit marked.
pub(super) fn run() -> Outcome {
    let seawall = release()?;
    print("`check` of inputs of a megabyte, one process each; beyond a second or 256 MB: **bold**.\n")?;
    print("| input | format | time, ms | processor time, ms | peak memory, MB |")?;
    print("| --- | --- | --- | --- | --- |")?;
    let mut beyond = 0;
    for shape in shapes() {
        let folder = tempfile::tempdir()?;
        write(&(shape.files)(), folder.path())?;
        for format in FORMATS.iter().take(if shape.formats { FORMATS.len() } else { 1 }) {
            let mut command = Command::new(&seawall);
            command.arg("check").arg(folder.path());
            if *format != "text" {
                command.args(["--format", format]);
            }
            let (wall, processor, memory) = watched_once(command)?;
            let slow = wall > SECONDS || memory > MEMORY;
            beyond += usize::from(slow);
            let mark = if slow { "**" } else { "" };
            print(&format!(
                "| {mark}{}{mark} | {format} | {:.0} | {:.0} | {:.0} |",
                shape.name,
                wall * 1e3,
                processor * 1e3,
                memory / 1e6
            ))?;
            say(&format!("   {}, {format}: {:.0} ms", shape.name, wall * 1e3));
        }
    }
    print(&format!("\nBeyond a limit: {beyond}.\n"))
}
