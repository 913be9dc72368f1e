//! Many workers in one process, each on a thread and a runtime of its own.
//!
//! Takes assignments, gives snapshots of status. Does nothing but start workers and restart those that die. Invariant: what
//! happens in one worker, a panic included, is seen by no other.

use super::config::WorkerConfig;
use super::worker::Worker;
use crate::cluster::Cluster;
use crate::source::Source;
use seawall_schema::status::{Condition, RegionStatus};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::watch;

/// What a worker needs of the world.
pub type Parts = (Box<dyn Source>, Arc<dyn Cluster>);

/// One region to be kept.
pub struct Assignment {
    /// Its settings.
    pub config: WorkerConfig,
    /// Makes its source and its cluster, anew for each start; an error is shown and tried again.
    pub make: Box<dyn Fn() -> Result<Parts, String> + Send>,
}

/// Workers that run.
pub struct Supervisor {
    stop: watch::Sender<bool>,
    workers: Vec<(watch::Receiver<RegionStatus>, JoinHandle<()>)>,
}

impl Supervisor {
    /// Starts a worker for each assignment.
    ///
    /// # Errors
    /// Where the system gives no more threads.
    pub fn start(assignments: Vec<Assignment>) -> std::io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let mut workers = Vec::new();
        for assignment in assignments {
            let first = RegionStatus { region: assignment.config.region(), ..RegionStatus::default() };
            let (publish, snapshots) = watch::channel(first);
            let stopped = stopped.clone();
            let name = assignment.config.region();
            let thread = std::thread::Builder::new().name(name);
            workers.push((snapshots, thread.spawn(move || keep_running(&assignment, &stopped, &publish))?));
        }
        Ok(Self { stop, workers })
    }

    /// The newest status of every region, in the order of the assignments.
    pub fn status(&self) -> Vec<RegionStatus> {
        self.workers.iter().map(|(snapshots, _)| snapshots.borrow().clone()).collect()
    }

    /// Asks every worker to stop after what it is doing, and waits for at most `grace`; gives how many did not.
    pub fn stop(self, grace: Duration) -> usize {
        self.stop.send_replace(true);
        let until = std::time::Instant::now() + grace;
        let mut late = 0;
        for (_, thread) in self.workers {
            while !thread.is_finished() && std::time::Instant::now() < until {
                std::thread::sleep(Duration::from_millis(5));
            }
            match thread.is_finished() {
                true => drop(thread.join()),
                false => late += 1,
            }
        }
        late
    }
}

/// Runs a worker for as long as nobody says stop; one that dies is started again after a while.
fn keep_running(
    assignment: &Assignment,
    stop: &watch::Receiver<bool>,
    publish: &watch::Sender<RegionStatus>,
) {
    let mut deaths = 0_u32;
    while !*stop.borrow() {
        let run = AssertUnwindSafe(|| run_once(assignment, stop.clone(), publish));
        let why = match std::panic::catch_unwind(run) {
            Ok(Ok(())) => return,
            Ok(Err(why)) => why,
            Err(panic) => format!("the worker failed inside: {}", words(panic.as_ref())),
        };
        let pause = Duration::from_millis(500 << deaths.min(6));
        deaths += 1;
        let message = format!("{why}; it is started again in {} s", pause.as_secs_f32());
        tracing::error!(region = assignment.config.region(), "{message}");
        publish.send_modify(|status| {
            let since = super::conditions::now();
            let kind = "Running".to_owned();
            status.conditions.retain(|condition| condition.kind != kind);
            status.conditions.push(Condition {
                kind,
                ok: false,
                reason: "Restarting".to_owned(),
                message,
                since,
            });
        });
        sleep(pause, stop);
    }
}

fn run_once(
    assignment: &Assignment,
    stop: watch::Receiver<bool>,
    publish: &watch::Sender<RegionStatus>,
) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("no runtime: {error}"))?;
    // Clients start tasks when they are made, so they are made inside the runtime.
    runtime.block_on(async {
        let (source, cluster) = (assignment.make)()?;
        let worker = Worker::new(assignment.config.clone(), source, cluster);
        let mut worker = worker.map_err(|error| error.to_string())?;
        worker.run(stop, |status| drop(publish.send_replace(status))).await;
        Ok(())
    })
}

fn sleep(pause: Duration, stop: &watch::Receiver<bool>) {
    let until = std::time::Instant::now() + pause;
    while std::time::Instant::now() < until && !*stop.borrow() {
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no words".to_owned())
}
