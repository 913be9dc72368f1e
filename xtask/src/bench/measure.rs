//! Runs of whole programs: time by the clock, time on the processors, peak memory; and the machine they ran on.
//!
//! Memory and processor time come from `/proc`: a run of its own is watched until it is a zombie, which still has its
//! times; the peak is the last one read before that, at most [`GLANCE`] earlier. Runs that are timed are not watched.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How often every program is run.
pub(super) const RUNS: usize = 5;

/// How often a watched run is looked at.
const GLANCE: Duration = Duration::from_micros(300);

/// The kernel counts processor time in hundredths of a second for everybody (`USER_HZ`).
const TICKS_A_SECOND: f64 = 100.0;

/// What several runs of one program took.
pub(super) struct Taken {
    /// Seconds by the clock.
    pub(super) wall: Vec<f64>,
    /// Seconds on all processors, in user space and in the kernel, of watched runs.
    pub(super) processor: Vec<f64>,
    /// Bytes of resident memory at the peak.
    pub(super) memory: Vec<f64>,
}

/// Runs a program several times; `make` gives it anew, ready to run. It has to end with one of some codes.
pub(super) fn program_ends(
    make: &dyn Fn() -> Command,
    codes: &[i32],
) -> Result<Taken, Box<dyn std::error::Error>> {
    let mut taken = Taken { wall: Vec::new(), processor: Vec::new(), memory: Vec::new() };
    for _ in 0..RUNS {
        let started = Instant::now();
        let status = quiet(make()).status()?;
        taken.wall.push(started.elapsed().as_secs_f64());
        if !status.code().is_some_and(|code| codes.contains(&code)) {
            return Err(format!("{:?}: {status}", make()).into());
        }
        let (processor, memory) = watched(quiet(make()).spawn()?)?;
        taken.processor.push(processor);
        taken.memory.push(memory);
    }
    Ok(taken)
}

/// Runs a program once, however it ends: seconds by the clock and on processors, and bytes at the peak.
pub(super) fn watched_once(command: Command) -> Result<(f64, f64, f64), Box<dyn std::error::Error>> {
    let started = Instant::now();
    let (processor, memory) = watched(quiet(command).spawn()?)?;
    Ok((started.elapsed().as_secs_f64(), processor, memory))
}

fn quiet(mut command: Command) -> Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Watches a run to its end: seconds on processors, and bytes at the peak.
fn watched(mut child: Child) -> std::io::Result<(f64, f64)> {
    let folder = Path::new("/proc").join(child.id().to_string());
    let (mut seconds, mut peak) = (0.0, 0.0);
    while let Ok(stat) = std::fs::read_to_string(folder.join("stat")) {
        // The name in parentheses may hold anything; what follows the last one is fields from the third on.
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
        let ticks = |field: usize| fields.get(field).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
        seconds = (ticks(11) + ticks(12)) / TICKS_A_SECOND;
        if fields.first() == Some(&"Z") {
            break;
        }
        let status = std::fs::read_to_string(folder.join("status")).unwrap_or_default();
        peak = kibibytes(&status, "VmHWM:").map_or(peak, |found| found * 1024.0);
        std::thread::sleep(GLANCE);
    }
    child.wait()?;
    Ok((seconds, peak))
}

/// A figure of a file in `/proc` that counts in KiB.
fn kibibytes(text: &str, name: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Least, median and greatest.
pub(super) fn spread(values: &[f64]) -> [f64; 3] {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match (sorted.first(), sorted.get(sorted.len() / 2), sorted.last()) {
        (Some(least), Some(median), Some(greatest)) => [*least, *median, *greatest],
        _ => [0.0; 3],
    }
}

/// `12.3 / 14.0 / 20.1`: least, median and greatest, times a factor.
pub(super) fn shown(values: &[f64], factor: f64, digits: usize) -> String {
    spread(values).map(|value| format!("{:.digits$}", value * factor)).join(" / ")
}

/// The machine in a line.
pub(super) fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or(": unknown");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory = kibibytes(&memory, "MemTotal:").unwrap_or(0.0) / 1024.0 / 1024.0;
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown").to_owned();
    let model = model.trim_start_matches([' ', '\t', ':']);
    format!("Machine: {model}, {cores} cores, {memory:.1} GiB; load average when started {load}.\n")
}
