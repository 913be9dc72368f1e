//! How fast fleets are proved: generated ones whole, their pairs of regions, suggested reserves, and nearly full fleets of which
//! three resources bind. Run by `cargo xtask bench --only proof`; prints one JSON line a measurement.
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
use seawall_compiler::proof::{Proof, Verdict, prove, verify};
use seawall_compiler::{Options, check};
use seawall_tests::generate;
use std::fmt::Write;
use std::time::Instant;

const RUNS: usize = 5;

fn main() {
    for (workloads, regions) in [(1_000, 20), (20_000, 50)] {
        let files = generated(workloads, regions, 1);
        let name = format!("{workloads} × {regions}, every region, cell and zone");
        let checked = timed(|| check(&files, &Options::default()));
        line(&name, "check, files in memory", &checked.0, checked.1.proof.as_ref());
        let model = checked.1.model.unwrap();
        let proved = timed(|| prove(&model));
        line(&name, "prove", &proved.0, Some(&proved.1));
        let json = proved.1.to_json(&model);
        line(&name, "verify-proof", &timed(|| verify(&model, &json).unwrap()).0, None);
    }
    for (workloads, regions) in [(1_000, 20), (10_000, 20)] {
        let model = model(&generated(workloads, regions, 2));
        let proved = timed(|| prove(&model));
        line(&format!("{workloads} × {regions}, every pair"), "prove", &proved.0, Some(&proved.1));
    }
    for (workloads, regions) in [(2_000, 100), (20_000, 100)] {
        let model = model(&tight(workloads, regions, 200));
        let (times, found) = timed(|| suggest(&model, &Weights::default()).unwrap());
        let least = if found.proved_least { "the least" } else { "not known to be the least" };
        let what = format!("reserve suggest, {least}");
        line(&format!("{workloads} × {regions}, two ways each"), &what, &times, Some(&found.proof));
    }
    for (workloads, regions) in [(200, 10), (2_000, 10)] {
        for spare in [100, 102, 105, 110, 130] {
            let model = model(&tight(workloads, regions, spare));
            let proved = timed(|| prove(&model));
            let name = format!("{workloads} × {regions} tight, reserves {spare} % of the even part");
            line(&name, "prove", &proved.0, Some(&proved.1));
        }
    }
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
    let mut times: Vec<f64> = (1..RUNS).map(|_| run().0).collect();
    let (last, made) = run();
    times.push(last);
    (times, made)
}

fn model(files: &MemoryFiles) -> Model {
    let checked = check(files, &Options::default());
    checked.model.unwrap()
}

fn generated(workloads: usize, regions: usize, lost: usize) -> MemoryFiles {
    let mut files = MemoryFiles::default();
    for (path, text) in generate::fleet(&generate::Options::new(1, workloads, regions)) {
        let text = text.replace("survive any-region=1", &format!("survive any-region={lost}"));
        files.0.insert(path, text.into_bytes());
    }
    files
}

/// Work of uneven sizes in three resources with two ways out, and reserves that hold about what one region's work comes to.
fn tight(workloads: usize, regions: usize, spare: usize) -> MemoryFiles {
    let mut dice = 88_172_645_463_325_252u64;
    let mut roll = |limit: u64| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        dice % limit
    };
    let mut text = String::from(
        "seawall language=1\nfleet tight { survive any-region=1 }\ntier standard order=50\n\
         tier batch order=1 preemptible=#true\nlane recovery { draws-on reserve; opens-on declaration }\ntenant shop {}\n",
    );
    let mut used = vec![[0u64; 3]; regions];
    for i in 0..workloads {
        let (home, cpu, memory, n) = (i % regions, 1 + roll(7), 1 + roll(15), 1 + roll(9));
        for (sum, more) in used[home].iter_mut().zip([cpu * n, memory * n, n]) {
            *sum += more;
        }
        let first = (home + 1 + roll(regions as u64 - 1) as usize) % regions;
        let second = (first + 1) % regions;
        let ways: String = [first, second]
            .iter()
            .filter(|c| **c != home)
            .map(|c| format!("to r{c} lane=recovery; "))
            .collect();
        writeln!(
            text,
            "workload w{i:05} tenant=shop {{ tier standard; container image=\"registry.example/w:1\"; \
             request cpu={cpu} memory=\"{memory}Gi\"; target {} replicas={n}; failover {{ {ways} }} }}",
            city(home)
        )
        .unwrap();
    }
    let part = |k: usize| {
        let most = used.iter().map(|used| used[k]).max().unwrap_or(0) as usize;
        (most * spare).div_ceil(100 * (regions - 1)) * 2
    };
    for (r, used) in used.iter().enumerate() {
        let [cpu, memory, pods] = [0, 1, 2].map(|k| used[k] as usize + part(k));
        writeln!(
            text,
            "region r{r} country=DE {{ city {}; nodes all count=1 {{ allocatable cpu={cpu} memory=\"{memory}Gi\" pods={pods} }}\n\
             reserve recovery cpu={} memory=\"{}Gi\" pods={} }}",
            city(r), part(0), part(1), part(2)
        )
        .unwrap();
    }
    let mut files = MemoryFiles::default();
    files.0.insert("fleet.kdl".into(), text.into_bytes());
    files
}

fn city(region: usize) -> String {
    let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
    format!("T{}{}", letter(region / 26), letter(region))
}
