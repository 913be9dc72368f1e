//! Whole commands over generated fleets, each run a process of its own, with the files in the page cache.

use super::measure::{RUNS, Taken, program_ends, shown, spread};
use crate::run::{Outcome, cargo, print, say, step};
use seawall_tests::generate::{Options, fleet};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The seed of all fleets.
const SEED: u64 = 1;

/// A fleet that is measured.
struct Size {
    workloads: usize,
    regions: usize,
    /// How many of its workloads are deployed from manifests of their own.
    manifests: usize,
    /// The largest sets of regions that it survives the loss of.
    lost: usize,
    commands: &'static [What],
}

/// A command that is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Check,
    Format,
    Render,
    /// Into a folder that holds the same rendering.
    RenderAgain,
    Plan,
    /// The least reserves.
    Suggest,
}

use What::{Check, Format, Plan, Render, RenderAgain, Suggest};

const SIZES: [Size; 8] = [
    size(1_000, 20, &[Check, Format, Render, RenderAgain, Plan]),
    Size { manifests: 200, ..size(1_000, 20, &[Check]) },
    Size { lost: 2, ..size(1_000, 20, &[Check, Render, Plan]) },
    size(10_000, 20, &[Check, Render]),
    size(20_000, 50, &[Check]),
    size(2_000, 100, &[Check, Suggest]),
    size(50_000, 20, &[Check]),
    size(100_000, 20, &[Check]),
];

const fn size(workloads: usize, regions: usize, commands: &'static [What]) -> Size {
    Size { workloads, regions, manifests: 0, lost: 1, commands }
}

impl Size {
    fn name(&self) -> String {
        let mut name = format!("{} workloads × {} regions", self.workloads, self.regions);
        if self.manifests > 0 {
            name += &format!(", {} with manifests", self.manifests);
        }
        if self.lost > 1 {
            name += &format!(", any-region={}", self.lost);
        }
        name
    }

    fn files(&self) -> BTreeMap<String, String> {
        let mut options = Options::new(SEED, self.workloads, self.regions);
        options.manifests = self.manifests;
        options.lost = self.lost;
        fleet(&options)
    }
}

/// Measures and prints a table.
pub(super) fn run() -> Outcome {
    let seawall = release()?;
    let folder = tempfile::tempdir()?;
    print(&format!(
        "Whole commands, a process a run ({RUNS} runs, files in the page cache); least / median / greatest. Files and MB are what \
         the fleet's folder holds, of `render` what was written; memory a MB is the median beyond that of an empty fleet.\n"
    ))?;
    print(
        "| fleet | command | time, ms | processor time, ms | peak memory, MiB | files | MB | memory a MB |",
    )?;
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")?;
    let empty = folder.path().join("empty");
    write(
        &BTreeMap::from([("fleet.kdl".to_owned(), "seawall language=1\nfleet empty\n".to_owned())]),
        &empty,
    )?;
    let base = program_ends(&|| command(&seawall, "check", &empty, &[]), &[0])?;
    let base = spread(&base.memory)[1];
    for (number, size) in SIZES.iter().enumerate() {
        let source = folder.path().join(format!("fleet-{number}"));
        let measured = write(&size.files(), &source)?;
        say(&format!("── {}", size.name()));
        let place =
            Place { seawall: &seawall, source, out: folder.path().join(format!("out-{number}")), base };
        for what in size.commands {
            place.measure(&size.name(), *what, measured)?;
        }
        // What is written goes: the disk is needed for the next.
        std::fs::remove_dir_all(&place.source)?;
    }
    print("")
}

/// Where a fleet lies, and where its renderings go.
struct Place<'p> {
    seawall: &'p Path,
    source: PathBuf,
    out: PathBuf,
    /// Memory that an empty fleet takes.
    base: f64,
}

impl Place<'_> {
    fn measure(&self, fleet: &str, what: What, source: (usize, u64)) -> Outcome {
        let Self { seawall, out, .. } = self;
        let with = |name: &str, rest: &[&OsStr]| command(seawall, name, &self.source, rest);
        let last = out.with_extension("last");
        match what {
            Check => {
                let taken = program_ends(&|| with("check", &[]), &[0, 1])?;
                self.row(fleet, "check DIR", &taken, source)
            }
            Format => {
                let taken = program_ends(&|| with("fmt", &["--check".as_ref()]), &[0, 1])?;
                self.row(fleet, "fmt --check DIR", &taken, source)
            }
            Render => {
                // A folder of its own for each run: a file system that has just lost as many files is slow to make new ones.
                let runs = Cell::new(0);
                let to = || out.with_extension(runs.get().to_string());
                let taken = program_ends(
                    &|| {
                        runs.set(runs.get() + 1);
                        with("render", &["--out".as_ref(), to().as_os_str()])
                    },
                    &[0],
                )?;
                std::fs::rename(to(), &last)?;
                self.row(fleet, "render DIR --out NEW", &taken, measured(&last)?)
            }
            RenderAgain => {
                let taken = program_ends(&|| with("render", &["--out".as_ref(), last.as_os_str()]), &[0])?;
                self.row(fleet, "render DIR --out SAME", &taken, measured(&last)?)
            }
            Plan => {
                let taken =
                    program_ends(&|| with("plan", &["--against".as_ref(), last.as_os_str()]), &[0, 1])?;
                self.row(fleet, "plan DIR --against SAME", &taken, measured(&last)?)
            }
            Suggest => {
                let taken = program_ends(&|| with("reserve suggest", &[]), &[0])?;
                self.row(fleet, "reserve suggest DIR", &taken, source)
            }
        }
    }

    fn row(&self, fleet: &str, command: &str, taken: &Taken, (files, bytes): (usize, u64)) -> Outcome {
        let (wall, processor) = (shown(&taken.wall, 1e3, 1), shown(&taken.processor, 1e3, 0));
        let memory = shown(&taken.memory, 1.0 / 1024.0 / 1024.0, 1);
        let megabytes = bytes as f64 / 1e6;
        let times = (spread(&taken.memory)[1] - self.base) / bytes as f64;
        print(&format!(
            "| {fleet} | `{command}` | {wall} | {processor} | {memory} | {files} | {megabytes:.1} | {times:.1} |"
        ))?;
        say(&format!("   {command}: {:.1} ms", spread(&taken.wall)[1] * 1e3));
        Ok(())
    }
}

fn command(seawall: &Path, name: &str, source: &Path, rest: &[&OsStr]) -> Command {
    let mut command = Command::new(seawall);
    command.args(name.split(' ')).arg(source).args(rest);
    command
}

/// Builds the command to run and says where it is.
pub(super) fn release() -> Result<PathBuf, Box<dyn std::error::Error>> {
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
pub(super) fn write(
    files: &BTreeMap<String, String>,
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
