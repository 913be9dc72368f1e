//! How fast the reader is: a generated document of so many bytes, read several times. Run by `cargo xtask bench`;
//! prints one JSON object.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a measurement is no part of the compiler"
)]

use seawall_compiler::span::FileId;
use seawall_compiler::syntax::{self, parse};
use std::time::{Duration, Instant};

const BYTES: usize = 10_000_000;
const RUNS: usize = 11;

fn main() {
    let text = seawall_tests::generate::document(1, BYTES);
    let read = timed(|| {
        let parsed = parse(FileId(0), &text);
        assert!(parsed.diagnostics.is_empty(), "the generated document has syntax errors");
    });
    let laid_out = timed(|| assert!(syntax::format(&text).is_ok()));
    let bytes = text.len();
    println!("{{\"bytes\": {bytes}, \"parse\": {read}, \"format\": {laid_out}}}");
}

/// Seconds of each run, by the clock and on the processor.
fn timed(mut work: impl FnMut()) -> String {
    let (mut wall, mut processor) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (started, worked) = (Instant::now(), on_processor());
        work();
        wall.push(started.elapsed().as_secs_f64());
        processor.push((on_processor() - worked).as_secs_f64());
    }
    format!("{{\"wall_s\": {wall:?}, \"cpu_s\": {processor:?}}}")
}

/// How long this thread has run; zero where the system does not say.
fn on_processor() -> Duration {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}
