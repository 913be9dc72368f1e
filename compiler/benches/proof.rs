//! How fast fleets are proved: generated ones whole, their pairs of regions, and suggested reserves. Run by `cargo xtask bench --only proof`; prints one JSON line a measurement.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a measurement is no part of the compiler"
)]

use seawall_compiler::files::MemoryFiles;
use seawall_compiler::model::Model;
use seawall_compiler::proof::suggest::{Weights, suggest};
use seawall_compiler::proof::{Method, Outcome, Proof, Verdict, prove, verify};
use seawall_compiler::{Options, check};
use seawall_tests::generate::{self, tight::Tight};
use std::time::Instant;

/// How often each is measured, where that takes no longer than [`SECONDS`].
const RUNS: usize = 5;
const SECONDS: f64 = 20.0;

/// Workloads beyond which a proof is not verified here.
const VERIFIED: usize = 20_000;

fn main() {
    for (workloads, regions) in [(1_000, 20), (10_000, 20), (20_000, 50), (200_000, 50)] {
        let files = generated(workloads, regions, 1);
        let name = format!("{workloads} × {regions}, every region, cell and zone");
        let checked = timed(|| check(&files, &Options::default()));
        line(&name, "check, files in memory", &checked.0, checked.1.proof.as_ref());
        let model = checked.1.model.unwrap();
        let proved = timed(|| prove(&model));
        line(&name, "prove", &proved.0, Some(&proved.1));
        if workloads <= VERIFIED {
            let json = proved.1.to_json(&model);
            line(&name, "verify-proof", &timed(|| verify(&model, &json).unwrap()).0, None);
        }
    }
    for (workloads, regions) in [(1_000, 20), (10_000, 20)] {
        let model = model(&generated(workloads, regions, 2));
        let proved = timed(|| prove(&model));
        line(&format!("{workloads} × {regions}, every pair"), "prove", &proved.0, Some(&proved.1));
    }
    for (workloads, regions) in [(2_000, 100), (20_000, 100)] {
        let model = model(&generated(workloads, regions, 1));
        let (times, found) = timed(|| suggest(&model, &Weights::default()).unwrap());
        let least = if found.proved_least { "the least" } else { "not known to be the least" };
        let what = format!("reserve suggest, {least}");
        line(&format!("{workloads} × {regions}"), &what, &times, Some(&found.proof));
    }
    for (workloads, regions) in [(200, 10), (2_000, 10), (2_000, 50)] {
        for room in [990, 1_000, 1_010, 1_020, 1_050, 1_100, 1_200] {
            tight(workloads, regions, room);
        }
    }
}

/// Nearly full fleets of which cpu, pods and a third resource bind: a time for each of five seeds, with memory as the third
/// and with an extended resource. Counts are of all of them.
fn tight(workloads: usize, regions: usize, room: u64) {
    let (mut seconds, mut proofs) = (Vec::new(), Vec::new());
    for (seed, extended) in (1..=5).flat_map(|seed| [(seed, false), (seed, true)]) {
        let files = Tight { seed, workloads, regions, room, extended }.files();
        let files = files.into_iter().map(|(path, text)| (path, text.into_bytes()));
        let model = model(&MemoryFiles(files.collect()));
        let started = Instant::now();
        let proof = prove(&model);
        seconds.push(started.elapsed().as_secs_f64());
        verify(&model, &proof.to_json(&model)).unwrap();
        proofs.push(proof);
    }
    let mut all = proofs.pop().unwrap();
    all.scenarios.extend(proofs.into_iter().flat_map(|proof| proof.scenarios));
    let integer =
        |o: &&Outcome| matches!(&o.verdict, Verdict::Survivable(plan) if plan.method != Method::FillAndSpill);
    let jointly = all.scenarios.iter().filter(integer).count();
    let fleet = format!("{workloads} × {regions}, three bind, room {:.1} %", room as f64 / 10.0);
    line(&fleet, &format!("prove, 10 fleets, {jointly} jointly"), &seconds, Some(&all));
}

fn line(fleet: &str, what: &str, seconds: &[f64], proof: Option<&Proof>) {
    let count = |wanted: &dyn Fn(&Verdict) -> bool| {
        proof.map_or(0, |proof| proof.scenarios.iter().filter(|s| wanted(&s.verdict)).count())
    };
    let survived = count(&|v| matches!(v, Verdict::Survivable(_)));
    let refuted = count(&|v| matches!(v, Verdict::Refuted(_)));
    let undecided = count(&|v| matches!(v, Verdict::Undecided));
    println!(
        "{{\"fleet\": \"{fleet}\", \"what\": \"{what}\", \"seconds\": {seconds:?}, \"survived\": {survived}, \
         \"refuted\": {refuted}, \"undecided\": {undecided}}}"
    );
}

fn timed<T>(work: impl Fn() -> T) -> (Vec<f64>, T) {
    let run = || {
        let started = Instant::now();
        let made = work();
        (started.elapsed().as_secs_f64(), made)
    };
    let (first, mut made) = run();
    let mut times = vec![first];
    while times.len() < RUNS && times.iter().sum::<f64>() < SECONDS {
        let (next, other) = run();
        times.push(next);
        made = other;
    }
    (times, made)
}

fn model(files: &MemoryFiles) -> Model {
    let checked = check(files, &Options::default());
    checked.model.unwrap()
}

fn generated(workloads: usize, regions: usize, lost: usize) -> MemoryFiles {
    let mut files = MemoryFiles::default();
    let options = generate::Options { lost, ..generate::Options::new(1, workloads, regions) };
    for (path, text) in generate::fleet(&options) {
        files.0.insert(path, text.into_bytes());
    }
    files
}
