//! The compiler's part: the reader over 10 MB, and `check` and `render` as whole commands over generated fleets.

use super::measure::{RUNS, Taken, program, shown, spread};
use crate::run::{Outcome, cargo, print, say, step};
use seawall_tests::generate::{Options, fleet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Workloads and regions of the fleets that are measured.
const SIZES: [(usize, usize); 2] = [(1_000, 20), (10_000, 20)];

/// The seed of all of them.
const SEED: u64 = 1;

/// Reads and formats a document of 10 MB in one process, built to run.
pub(super) fn parse() -> Outcome {
    let arguments = ["bench", "--quiet", "--package", "seawall-compiler", "--bench", "parse"];
    say("── reader: cargo bench --package seawall-compiler --bench parse");
    let output = cargo(&arguments).output()?;
    if !output.status.success() {
        return Err(format!("the reader's bench failed\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let line =
        text.lines().rfind(|line| line.starts_with('{')).ok_or("the reader's bench printed nothing")?;
    let figures: serde_json::Value = serde_json::from_str(line)?;
    let megabytes = figures["bytes"].as_f64().unwrap_or(0.0) / 1e6;
    print(&format!(
        "`cargo {}`: a generated document of {megabytes:.1} MB, in one process; slowest / median / fastest run.\n",
        arguments.join(" ")
    ))?;
    print("| what | MB/s by the clock | MB/s of processor time |")?;
    print("| --- | --- | --- |")?;
    for what in ["parse", "format"] {
        let speeds = |clock: &str| -> String {
            let runs = figures[what][clock].as_array().into_iter().flatten();
            let speeds: Vec<f64> = runs.filter_map(|run| run.as_f64()).map(|run| megabytes / run).collect();
            shown(&speeds, 1.0, 0)
        };
        print(&format!("| {what} | {} | {} |", speeds("wall_s"), speeds("cpu_s")))?;
    }
    print("")
}

/// Proofs in one process, built to run.
pub(super) fn proof() -> Outcome {
    let arguments = ["bench", "--quiet", "--package", "seawall-compiler", "--bench", "proof"];
    say("── proof: cargo bench --package seawall-compiler --bench proof");
    let output = cargo(&arguments).output()?;
    if !output.status.success() {
        return Err(format!("the proof's bench failed\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    print(&format!(
        "`cargo {}`: fleets in memory, in one process; least / median / greatest run.\n",
        arguments.join(" ")
    ))?;
    print("| fleet | what | time, ms | survived | refuted | undecided |")?;
    print("| --- | --- | --- | --- | --- | --- |")?;
    for line in String::from_utf8(output.stdout)?.lines().filter(|line| line.starts_with('{')) {
        let figures: serde_json::Value = serde_json::from_str(line)?;
        let runs = figures["seconds"].as_array().into_iter().flatten().filter_map(|run| run.as_f64());
        let text = |name: &str| figures[name].as_str().unwrap_or_default().to_owned();
        let time = shown(&runs.collect::<Vec<_>>(), 1e3, 1);
        let [survived, refuted, undecided] = ["survived", "refuted", "undecided"].map(|name| &figures[name]);
        print(&format!(
            "| {} | {} | {time} | {survived} | {refuted} | {undecided} |",
            text("fleet"),
            text("what")
        ))?;
    }
    print("")
}

/// `check` and `render` of generated fleets, each run a process of its own.
pub(super) fn commands() -> Outcome {
    let seawall = release()?;
    let folder = tempfile::tempdir()?;
    print(&format!(
        "Whole commands, a process a run ({RUNS} runs, files in the page cache); least / median / greatest.\n"
    ))?;
    print("| fleet | command | time, ms | processor time, ms | peak memory, MiB | files | MB |")?;
    print("| --- | --- | --- | --- | --- | --- | --- |")?;
    for (workloads, regions) in SIZES {
        let source = folder.path().join(format!("fleet-{workloads}"));
        let size = write(&fleet(&Options::new(SEED, workloads, regions)), &source)?;
        let name = format!("{workloads} workloads × {regions} regions");
        say(&format!("── {name}"));
        let checked = program(&|| command(&seawall, &source, &[]))?;
        row(&name, "check DIR", &checked, size)?;
        // A folder of its own for each run: a file system that has just lost as many files is slow to make new ones.
        let runs = std::cell::Cell::new(0);
        let out = || folder.path().join(format!("rendered-{workloads}-{}", runs.get()));
        let rendered = program(&|| {
            runs.set(runs.get() + 1);
            command(&seawall, &source, &["--out".as_ref(), out().as_os_str()])
        })?;
        row(&name, "render DIR --out NEW", &rendered, measured(&out())?)?;
    }
    print("")
}

fn row(fleet: &str, command: &str, taken: &Taken, (files, bytes): (usize, u64)) -> Outcome {
    let (wall, processor) = (shown(&taken.wall, 1e3, 1), shown(&taken.processor, 1e3, 0));
    let memory = shown(&taken.memory, 1.0 / 1024.0 / 1024.0, 1);
    let megabytes = bytes as f64 / 1e6;
    print(&format!(
        "| {fleet} | `{command}` | {wall} | {processor} | {memory} | {files} | {megabytes:.1} |"
    ))?;
    say(&format!("   {command}: {:.1} ms", spread(&taken.wall)[1] * 1e3));
    Ok(())
}

fn command(seawall: &Path, source: &Path, rendering: &[&std::ffi::OsStr]) -> Command {
    let mut command = Command::new(seawall);
    command.arg(if rendering.is_empty() { "check" } else { "render" }).arg(source).args(rendering);
    command
}

/// Builds the command to run and says where it is.
fn release() -> Result<PathBuf, Box<dyn std::error::Error>> {
    let arguments = ["build", "--release", "--package", "seawall-cli", "--message-format", "json"];
    step("build seawall to run", &mut cargo(&["build", "--quiet", "--release", "--package", "seawall-cli"]))?;
    let output = cargo(&arguments).output()?;
    let text = String::from_utf8(output.stdout)?;
    let messages = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let programs = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
    let found =
        programs.into_iter().find(|program| program.file_stem().is_some_and(|stem| stem == "seawall"));
    found.ok_or_else(|| "cargo built no program named seawall".into())
}

/// Writes a fleet; how many files and bytes.
fn write(
    files: &std::collections::BTreeMap<String, String>,
    folder: &Path,
) -> Result<(usize, u64), Box<dyn std::error::Error>> {
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, text)?;
    }
    Ok((files.len(), files.values().map(|text| text.len() as u64).sum()))
}

/// How many files and bytes a folder holds.
fn measured(folder: &Path) -> Result<(usize, u64), Box<dyn std::error::Error>> {
    let (mut files, mut bytes) = (0, 0);
    let mut left = vec![folder.to_owned()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                left.push(entry.path());
            } else {
                files += 1;
                bytes += entry.metadata()?.len();
            }
        }
    }
    Ok((files, bytes))
}
