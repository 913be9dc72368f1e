//! The sync benchmark: a worker on a real API server, beside kubectl and a plain concurrent client in the same run.
//!
//! Run by `cargo xtask bench`; takes the control plane's folder in `SEAWALL_CONTROL_PLANE`, prints a table.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a program for developers, which may fail where it stands"
)]

mod drift;
mod memory;
mod objects;
mod plain;
mod quiet;
mod sync;

use seawall_tests::control_plane::ControlPlane;
use std::path::PathBuf;
use std::time::Duration;

/// The context that everything runs in.
const CONTEXT: &str = "region-1";
/// Objects of a sync.
const OBJECTS: usize = 1_000;
/// Rounds of everything that takes seconds; the median counts.
const ROUNDS: usize = 5;

fn main() {
    let folder = std::env::var_os("SEAWALL_CONTROL_PLANE").map(PathBuf::from).unwrap();
    let plane = ControlPlane::read(&folder).unwrap();
    println!("| what | figure |\n| --- | --- |");
    let (mut plain, mut first, mut repeat, mut kubectl) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut writes = 0;
    for round in 0..ROUNDS {
        // The order changes, so that none always has the warmer server.
        let mut worker = || {
            let sync = sync::rounds(&plane, round);
            first.push(sync.first);
            repeat.push(sync.repeat);
            writes += sync.repeat_writes;
        };
        if round % 2 == 0 {
            worker();
        }
        let namespace = objects::namespace(&plane, &format!("plain-{round}"));
        plain.push(plain::concurrent(&plane, &namespace, &objects::config_maps(&namespace, OBJECTS)));
        if round % 2 == 1 {
            worker();
        }
        let namespace = objects::namespace(&plane, &format!("kubectl-{round}"));
        kubectl.push(plain::kubectl(&plane, &objects::config_maps(&namespace, OBJECTS)));
    }
    let (plain, first, kubectl) = (median(&mut plain), median(&mut first), median(&mut kubectl));
    row(&format!("{OBJECTS} objects, plain client with 32 requests at once"), plain);
    row(
        &format!("{OBJECTS} objects, kubectl apply --server-side -f FOLDER of the server's version"),
        kubectl,
    );
    row(&format!("{OBJECTS} objects, first sync"), first);
    let times = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    println!("| first sync against the plain client | {:.2} × its time |", times(first, plain));
    println!("| first sync against kubectl | {:.1} × faster |", times(kubectl, first));
    row(&format!("{OBJECTS} objects, repeated sync"), median(&mut repeat));
    println!("| writes and dry runs of {ROUNDS} repeated syncs | {writes} |");
    drift::measure(&plane);
    memory::measure(&plane);
    quiet::measure(&plane);
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn row(what: &str, time: Duration) {
    println!("| {what} | {:.0} ms |", time.as_secs_f64() * 1000.0);
}
