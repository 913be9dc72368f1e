//! The process in which inputs are tried, so that an abort or a hang ends it and not the fuzzer.
//!
//! Before each input it is written to the `current` file with its number: whoever watches finds it there. Tries run on a
//! thread with a stack smaller than any that the compiler is called on.

use super::corpus::Corpus;
use super::input::Input;
use super::mutate::mutated;
use super::targets::{Shown, Target};
use crate::run::{Outcome, print};
use seawall_tests::generate::random::Random;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// The stack that tries run on.
const STACK: usize = 1 << 20;

/// An input that takes longer is a find.
const SLOW: Duration = Duration::from_secs(5);

/// So many inputs that showed something new are kept.
const KEPT: usize = 4096;

/// What a panic said, and where.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// What to try, and for how long.
pub(super) struct Job<'a> {
    pub(super) target: &'static Target,
    pub(super) seed: u64,
    pub(super) from: u64,
    pub(super) time: Duration,
    pub(super) folder: &'a Path,
}

/// Tries mutated inputs until the time is over; prints a line for each find, then one that sums up.
pub(super) fn run(job: &Job<'_>) -> Outcome {
    let corpus = Corpus::read()?;
    let words = corpus.words.clone();
    let seeds = (job.target.seeds)(corpus);
    listen();
    let tried = on_small_stack(|| work(job, seeds, &words))?;
    print(&format!(
        "{} inputs, {} kept, slowest {:?}, {} finds",
        tried.count, tried.kept, tried.slowest, tried.finds
    ))
}

/// Tries one input; gives what does not hold.
pub(super) fn replay(target: &'static Target, input: &Input) -> Result<(), String> {
    listen();
    on_small_stack(|| attempt(target, input).1).map_err(|error| error.to_string())?.map(drop)
}

struct Tried {
    count: u64,
    kept: usize,
    slowest: Duration,
    finds: usize,
}

fn work(job: &Job<'_>, mut pool: Vec<Input>, words: &[String]) -> Tried {
    let mut tried = Tried { count: 0, kept: 0, slowest: Duration::ZERO, finds: 0 };
    let (mut known, mut said) = (Shown::new(), Shown::new());
    let start = Instant::now();
    let current = job.folder.join(format!("current-{}", job.target.name));
    while start.elapsed() < job.time {
        let number = job.from + tried.count;
        let mut random = Random::new(job.seed ^ number.wrapping_mul(0xA076_1D64_78BD_642F));
        let unchanged = pool.get(number as usize).filter(|_| job.from == 0 && tried.kept == 0);
        let (from, other) = (&pool[random.below(pool.len())], &pool[random.below(pool.len())]);
        let input = unchanged.cloned().unwrap_or_else(|| mutated(from, other, words, &mut random));
        let _ = fs::write(&current, [&number.to_le_bytes()[..], &input.pack()].concat());
        let (took, result) = attempt(job.target, &input);
        tried.count += 1;
        tried.slowest = tried.slowest.max(took);
        let problem = match result {
            Ok(_) if took > SLOW => Some(format!("took {took:?}")),
            Ok(shown) => {
                let combined = shown.iter().cloned().collect::<Vec<_>>().join(" ");
                if known.insert(combined) && pool.len() < KEPT {
                    pool.push(input.clone());
                    tried.kept += 1;
                }
                None
            }
            Err(problem) => Some(problem),
        };
        // One find of a kind is enough: the first line says which.
        if let Some(problem) =
            problem.filter(|p| said.insert(p.lines().next().unwrap_or_default().chars().take(60).collect()))
        {
            tried.finds += 1;
            save(job.folder, job.target.name, number, &input, &problem);
        }
    }
    let _ = fs::remove_file(current);
    tried
}

/// Keeps an input that showed a fault, and says so.
pub(super) fn save(folder: &Path, target: &str, number: u64, input: &Input, problem: &str) {
    let kept = folder.join(format!("{target}-{number}"));
    let written = input.write(&kept).and_then(|()| fs::write(kept.with_extension("txt"), problem));
    let line = problem.lines().next().unwrap_or_default();
    let place = written.map_or_else(|error| format!("not kept: {error}"), |()| kept.display().to_string());
    let _ = print(&format!("FIND {target}: {} ({place})", line.chars().take(300).collect::<String>()));
}

fn attempt(target: &Target, input: &Input) -> (Duration, Result<Shown, String>) {
    let start = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    let said = || PANIC.lock().map(|said| said.clone()).unwrap_or_default();
    (start.elapsed(), result.unwrap_or_else(|_| Err(format!("panic: {}", said()))))
}

/// Remembers what panics say in place of printing it.
fn listen() {
    std::panic::set_hook(Box::new(|info| {
        if let Ok(mut said) = PANIC.lock() {
            *said = info.to_string().replace('\n', " ");
        }
    }));
}

fn on_small_stack<T: Send>(run: impl FnOnce() -> T + Send) -> Result<T, Box<dyn std::error::Error>> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run)?;
        thread.join().map_err(|_| "the fuzzer itself panicked".into())
    })
}
