//! Processes that outlive the one that starts them, and their end.
//!
//! Takes programs, gives [`Recorded`] ones. Invariant: a process is ended only if its pid still has the start time that was
//! recorded, so that a pid used anew by something else is left alone.

use super::Error;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long a process may take to end by itself.
const GRACE: Duration = Duration::from_secs(5);

/// A process that was started here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// What it is: `etcd`, `kube-apiserver`, …
    pub name: String,
    /// Its id.
    pub pid: u32,
    /// When it started, as the system writes it.
    pub started: String,
}

/// Starts a program in a process group of its own, its output going to `<folder>/<name>.log`.
pub(super) fn start(name: &str, folder: &Path, command: &mut Command) -> Result<Recorded, Error> {
    let path = folder.join(format!("{name}.log"));
    let log = File::create(&path).map_err(Error::io(format!("create {}", path.display())))?;
    let errors = log.try_clone().map_err(Error::io(format!("open {}", path.display())))?;
    let child = command
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .process_group(0)
        .spawn()
        .map_err(Error::io(format!("start {name}")))?;
    let pid = child.id();
    let started = start_time(pid)
        .ok_or_else(|| Error::Failed(format!("{name} ended at once; see {}", path.display())))?;
    Ok(Recorded { name: name.to_owned(), pid, started })
}

/// Whether it still runs.
pub fn is_running(process: &Recorded) -> bool {
    start_time(process.pid).as_ref() == Some(&process.started)
}

/// Ends processes: asks all, waits, insists.
pub(super) fn stop_all(processes: &[&Recorded]) -> Result<(), Error> {
    let running = || processes.iter().filter(|process| is_running(process));
    for process in running() {
        signal("-TERM", process.pid)?;
    }
    let until = Instant::now() + GRACE;
    while running().next().is_some() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    for process in running() {
        signal("-KILL", process.pid)?;
    }
    Ok(())
}

/// A watchman that ends `processes` when the process `owner` is gone, even if it was killed.
pub(super) fn end_with(owner: u32, folder: &Path, processes: &[&Recorded]) -> Result<Recorded, Error> {
    let pids: Vec<String> = processes.iter().map(|process| process.pid.to_string()).collect();
    // Zombies of a killed owner's children count as gone for `kill -0`, which is what is wanted.
    let script = format!(
        "while kill -0 {owner} 2>/dev/null; do sleep 1; done; kill -TERM {0}; sleep 5; kill -KILL {0}",
        pids.join(" ")
    );
    start("watchman", folder, Command::new("sh").args(["-c", &script]))
}

fn signal(signal: &str, pid: u32) -> Result<(), Error> {
    // It may be gone by now: then there is nothing to end.
    Command::new("kill")
        .args([signal, &pid.to_string()])
        .stderr(Stdio::null())
        .status()
        .map(|_| ())
        .map_err(Error::io("run kill"))
}

/// When the process with this id started; `None` where there is none, or only its exit status is left.
fn start_time(pid: u32) -> Option<String> {
    if let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        // The second field is the name in parentheses, and may hold anything.
        let mut fields = stat[stat.rfind(')')? + 1..].split_whitespace();
        let state = fields.next()?;
        return (state != "Z" && state != "X").then(|| fields.nth(18).map(str::to_owned)).flatten();
    }
    let output = Command::new("ps").args(["-o", "lstart=", "-p", &pid.to_string()]).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned()).filter(|text| !text.is_empty())
}
