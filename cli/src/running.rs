//! Regions at work: one pass each, or until somebody ends it.
//!
//! Takes what is followed, gives lines as regions change and an exit code. Every region has a thread, a runtime, a source
//! and a cluster of its own; this thread only starts them and prints what they say.

use crate::clusters::Door;
use crate::failure::Failure;
use crate::follow::{self, FollowArgs, Origin};
use crate::progress::Progress;
use crate::state::{self, SyncFile};
use crate::status::{Row, details, short, summary};
use crate::style::{Style, count};
use crate::{Context, Exit, Outcome};
use seawall_reconciler::region::{Assignment, Supervisor, Worker, WorkerConfig};
use seawall_schema::bundle::ClusterAccess;
use seawall_schema::status::{Condition, RegionStatus};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

/// Time between looks at what the regions say.
const LOOK: Duration = Duration::from_millis(100);
/// How long workers may take to end.
const GRACE: Duration = Duration::from_secs(20);
/// Conditions that only the world can be blamed for.
const OF_THE_WORLD: [&str; 5] = ["Fetched", "Staged", "Observed", "Applied", "Running"];

/// Follows the rendering with the regions in `only` (empty: all).
///
/// # Errors
/// As [`follow::discover`].
pub fn run(
    context: &Context,
    args: &FollowArgs,
    only: &[String],
    default: Option<&ClusterAccess>,
) -> Outcome {
    let known = follow::discover(context, args, only, default)?;
    if args.once { once(context, args, &known) } else { stay(context, args, only, default, known) }
}

fn assignments(context: &Context, args: &FollowArgs, known: &SyncFile) -> Result<Vec<Assignment>, Failure> {
    let origin = Origin::of(context, args)?;
    let root = context.path(&args.state);
    let one = |(bundle, access): (&String, &ClusterAccess)| {
        let folder = state::folder_of(&root, bundle);
        let config =
            WorkerConfig { interval: args.interval, ..WorkerConfig::new(bundle.clone(), folder.clone()) };
        let (origin, door) = (origin.clone(), Door::to(context, &args.clusters, access));
        let make = move || Ok((origin.source(folder.join("git")), door.open()?));
        Assignment { config, make: Box::new(make) }
    };
    Ok(known.bundles.iter().map(one).collect())
}

/// One pass of every region, all at the same time.
fn once(context: &Context, args: &FollowArgs, known: &SyncFile) -> Outcome {
    let work = assignments(context, args, known)?;
    let progress = Progress::bar(context, work.len(), "syncing");
    let rows: Vec<_> = std::thread::scope(|scope| {
        let start = |assignment| scope.spawn(move || pass(&assignment));
        let started: Vec<_> = work.into_iter().map(|a| (a.config.region(), start(a))).collect();
        let joined = started.into_iter().map(|(region, thread)| {
            let status = thread
                .join()
                .unwrap_or_else(|_| Err(String::from("its worker failed inside; this is a bug")));
            progress.step();
            Row { region, status }
        });
        joined.collect()
    });
    drop(progress);
    for row in &rows {
        print(context, row)?;
    }
    context.say(&summary(&rows));
    verdict(&rows)
}

fn pass(assignment: &Assignment) -> Result<RegionStatus, String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
    runtime.block_on(async {
        let (source, cluster) = (assignment.make)()?;
        let mut worker =
            Worker::new(assignment.config.clone(), source, cluster).map_err(|e| e.to_string())?;
        Ok(worker.pass().await)
    })
}

/// 0 where all stand, 3 where the world failed one of them, 1 where one is held back or not ready.
fn verdict(rows: &[Row]) -> Outcome {
    let failed = |row: &Row| match &row.status {
        Err(_) => true,
        // A history that went another way is for people to judge, not for another try.
        Ok(status) => {
            let world = |c: &Condition| OF_THE_WORLD.contains(&c.kind.as_str()) && c.reason != "Diverged";
            status.conditions.iter().any(|c| !c.ok && world(c))
        }
    };
    let world: Vec<_> = rows.iter().filter(|row| failed(row)).map(|row| row.region.as_str()).collect();
    if !world.is_empty() {
        let what = format!("{} could not be brought up to date", count(world.len(), "region"));
        return Err(
            Failure::world(what, world.join(", ")).help("the next sync tries again; nothing was pruned")
        );
    }
    Ok(Exit::findings_if(rows.iter().any(|row| !matches!(row.state(), "ready" | "suspended"))))
}

/// A line for a region, and what does not hold below it.
fn print(context: &Context, row: &Row) -> Result<(), Failure> {
    let style = Style(context.terminal.stdout_color);
    let said = match &row.status {
        Err(_) => style.red("cannot run"),
        Ok(status) => {
            let state = match row.state() {
                "ready" => style.green("ready"),
                other => style.yellow(other),
            };
            let commit = status.applied_commit.as_deref().map_or_else(|| String::from("nothing"), short);
            let mut said = format!("{state} at {commit}, {}", count(status.objects, "object"));
            said.push_str(&format!(", {}", count(status.last_writes, "write")));
            if status.drift_corrected > 0 {
                said.push_str(&format!(", {} put back", status.drift_corrected));
            }
            if !status.active_events.is_empty() {
                said.push_str(&format!(", in force: {}", status.active_events.join(", ")));
            }
            said
        }
    };
    context.line(&format!("{}: {said}", row.region))?;
    context.write(&details(row))?;
    context.flush()
}

/// Stays until somebody ends it; regions that a later rendering adds are started as they appear.
fn stay(
    context: &Context,
    args: &FollowArgs,
    only: &[String],
    default: Option<&ClusterAccess>,
    mut known: SyncFile,
) -> Outcome {
    context.interrupt.end_gracefully();
    let failed = |e: std::io::Error| Failure::world("cannot start a region's thread", e);
    let mut running = vec![Supervisor::start(assignments(context, args, &known)?).map_err(failed)?];
    context.say(&format!(
        "following {} with {}; Ctrl-C ends it",
        known.source,
        count(known.bundles.len(), "region")
    ));
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut looked = Instant::now();
    while !context.interrupt.stopped() {
        for status in running.iter().flat_map(Supervisor::status) {
            tell(context, status, &mut seen)?;
        }
        if looked.elapsed() >= args.interval.max(Duration::from_secs(5)) && only.is_empty() && is_near(args) {
            looked = Instant::now();
            if let Some(added) = added(context, args, default, &mut known) {
                running.push(Supervisor::start(assignments(context, args, &added)?).map_err(failed)?);
            }
        }
        std::thread::sleep(LOOK);
    }
    context.say("ending: every region finishes the write it is in");
    let late: usize = running.into_iter().map(|supervisor| supervisor.stop(GRACE)).sum();
    if late > 0 {
        context.say(&format!("{} did not end in time; they go on where they were", count(late, "region")));
    }
    Ok(Exit::Fine)
}

/// Whether the source answers at once, so that looking for new regions holds nothing up.
fn is_near(args: &FollowArgs) -> bool {
    args.rendering.is_some() || args.repo.as_deref().is_some_and(|url| Path::new(url).is_dir())
}

/// Regions that the newest rendering has and that do not run yet.
fn added(
    context: &Context,
    args: &FollowArgs,
    default: Option<&ClusterAccess>,
    known: &mut SyncFile,
) -> Option<SyncFile> {
    let newest = follow::discover(&context.silent(), args, &[], default).ok()?;
    let mut fresh = newest.clone();
    fresh.bundles.retain(|bundle, _| !known.bundles.contains_key(bundle));
    *known = newest;
    (!fresh.bundles.is_empty()).then_some(fresh)
}

/// Prints a region's line when it says something new.
fn tell(context: &Context, status: RegionStatus, seen: &mut BTreeMap<String, String>) -> Result<(), Failure> {
    if status.last_pass.is_none() && status.conditions.is_empty() {
        return Ok(());
    }
    let bad: Vec<_> = status.conditions.iter().filter(|c| !c.ok).map(|c| (&c.kind, &c.message)).collect();
    let news = format!(
        "{:?}",
        (
            &status.applied_commit,
            status.suspended,
            &status.active_events,
            status.drift_corrected,
            bad,
            status.objects
        )
    );
    let row = Row { region: status.region.clone(), status: Ok(status) };
    if seen.insert(row.region.clone(), news.clone()).as_ref() != Some(&news) {
        print(context, &row)?;
    }
    Ok(())
}
