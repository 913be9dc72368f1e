//! `cargo xtask fuzz`: tries mutated inputs on everything that reads text, for so many seconds in all.
//!
//! Takes a seed, gives finds as folders in `target/fuzz` and fails where there is one. One worker process a target, so that
//! an abort, a stack overflow or a hang is a find and no end. Equal seeds try equal inputs (the time alone decides how many).

mod corpus;
mod input;
mod mutate;
mod same;
mod targets;
mod worker;

use crate::run::{Outcome, say};
use clap::Args;
use input::Input;
use seawall_tests::control_plane::workspace;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};
use targets::{ALL, Target};

/// What to try.
#[derive(Args, Default)]
pub(crate) struct Arguments {
    /// For how long in all
    #[arg(long, default_value_t = 60)]
    pub(crate) seconds: u64,
    /// What the inputs come from [default: the clock]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// Try just this input, a folder such as a find
    #[arg(long, value_name = "FOLDER")]
    pub(crate) replay: Option<PathBuf>,
    /// Only these targets [default: all]
    pub(crate) targets: Vec<String>,
    /// Be a worker, starting at that input
    #[arg(long, hide = true)]
    pub(crate) worker: Option<u64>,
}

/// A worker that has not come to its next input for so long hangs.
const HANG: Duration = Duration::from_secs(30);

/// Fuzzes; fails where something was found.
pub(crate) fn run(arguments: &Arguments) -> Outcome {
    if let Some(unknown) = arguments.targets.iter().find(|name| !ALL.iter().any(|t| t.name == **name)) {
        let known: Vec<&str> = ALL.iter().map(|target| target.name).collect();
        return Err(format!("no target is called {unknown}; there are {}", known.join(", ")).into());
    }
    let folder = folder();
    fs::create_dir_all(&folder)?;
    let named =
        |target: &&Target| arguments.targets.is_empty() || arguments.targets.iter().any(|t| t == target.name);
    let chosen: Vec<&'static Target> = ALL.iter().filter(named).collect();
    if let Some(input) = &arguments.replay {
        return replay(&chosen, &Input::read(input)?);
    }
    let clock =
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |now| now.as_nanos() as u64);
    let seed = arguments.seed.unwrap_or(clock);
    let weights: u64 = chosen.iter().map(|target| target.weight).sum();
    if let (Some(from), [target]) = (arguments.worker, &chosen[..]) {
        let time = Duration::from_secs(arguments.seconds);
        return worker::run(&worker::Job { target, seed, from, time, folder: &folder });
    }
    say(&format!("fuzzing with --seed {seed}"));
    let mut finds = 0;
    for target in chosen {
        let time = Duration::from_secs((arguments.seconds * target.weight).div_ceil(weights));
        finds += watch(target, seed, time, &folder)?;
    }
    if finds == 0 { Ok(()) } else { Err(format!("{finds} finds, kept in {}", folder.display()).into()) }
}

fn folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace().join("target"), PathBuf::from)
        .join("fuzz")
}

fn replay(targets: &[&'static Target], input: &Input) -> Outcome {
    let mut failed = Vec::new();
    for target in targets {
        if let Err(problem) = worker::replay(target, input) {
            failed.push(format!("{}: {problem}", target.name));
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n").into()) }
}

/// Keeps a worker at it until the time is over; gives how much was found.
fn watch(
    target: &'static Target,
    seed: u64,
    time: Duration,
    folder: &Path,
) -> Result<usize, Box<dyn std::error::Error>> {
    let end = Instant::now() + time;
    let current = folder.join(format!("current-{}", target.name));
    let (mut from, mut finds) = (0, 0);
    loop {
        let left = end.saturating_duration_since(Instant::now()).as_secs().max(1);
        let mut child = Command::new(std::env::current_exe()?)
            .args(["fuzz", target.name, "--worker", &from.to_string()])
            .args(["--seed", &seed.to_string(), "--seconds", &left.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let reader = child.stdout.take().map(|out| std::thread::spawn(move || lines(target.name, out)));
        let ended = wait(&mut child, &current)?;
        finds += reader.and_then(|reader| reader.join().ok()).unwrap_or(0);
        let Some(problem) = ended else { return Ok(finds) };
        let packed = fs::read(&current)?;
        let (number, input) =
            packed.split_first_chunk::<8>().ok_or("the worker ended before its first input")?;
        from = u64::from_le_bytes(*number) + 1;
        worker::save(folder, target.name, from - 1, &Input::unpack(input).unwrap_or_default(), &problem);
        finds += 1;
        if Instant::now() >= end {
            return Ok(finds);
        }
    }
}

/// Passes on what a worker says; counts its finds.
fn lines(target: &str, out: std::process::ChildStdout) -> usize {
    let lines = BufReader::new(out).lines().map_while(Result::ok);
    lines.inspect(|line| say(&format!("{target}: {line}"))).filter(|line| line.starts_with("FIND ")).count()
}

/// Waits for a worker; says how it ended where that was not by itself.
fn wait(child: &mut Child, current: &Path) -> std::io::Result<Option<String>> {
    let mut last = (None, Instant::now());
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((!status.success()).then(|| format!("the process ended: {status}")));
        }
        let changed = fs::metadata(current).and_then(|about| about.modified()).ok();
        if changed != last.0 {
            last = (changed, Instant::now());
        }
        if last.1.elapsed() > HANG {
            child.kill()?;
            child.wait()?;
            return Ok(Some(format!("no end within {HANG:?}")));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
