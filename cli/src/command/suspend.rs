//! `seawall suspend`, `resume` and `approve`: the operator's words to regions, kept in their state folders.
//!
//! They need nobody alive but the disk: a worker reads them before every pass, a region that does not run reads them when
//! it starts.

use crate::change::region_of;
use crate::failure::{Failure, io_reason};
use crate::state::{self, StateArgs};
use crate::style::count;
use crate::{Context, Exit, Outcome};
use seawall_reconciler::gate::operator;
use std::path::PathBuf;

/// Suspend regions: nothing is written to their clusters until `resume`
///
/// Only a newly declared event still acts. The region goes on fetching and saying what it would do.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    state: StateArgs,
    /// Which region; repeatable
    #[arg(long, value_name = "REGION", required_unless_present = "all")]
    region: Vec<String>,
    /// Every region
    #[arg(long, conflicts_with = "region")]
    all: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who says so [default: $USER]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// Suspends.
///
/// # Errors
/// Where there is no such state folder or region, or the disk refuses.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let user = context.env.get("USER").cloned().unwrap_or_else(|| String::from("operator"));
    let by = args.by.clone().unwrap_or(user);
    for (region, folder) in folders(context, &args.state, &args.region)? {
        operator::suspend(&folder, &by, &args.reason).map_err(|e| failed("suspend", &region, &e))?;
        context.line(&format!("{region}: suspended"))?;
    }
    context.say("`seawall resume` ends it");
    Ok(Exit::Fine)
}

/// Ends suspensions.
pub mod resume {
    use super::{Context, Exit, Outcome, StateArgs, failed, folders, operator};

    /// End a suspension
    #[derive(Debug, clap::Args)]
    pub struct Args {
        #[command(flatten)]
        state: StateArgs,
        /// Which region; repeatable [default: every one that is suspended]
        #[arg(long, value_name = "REGION")]
        region: Vec<String>,
    }

    /// Resumes.
    ///
    /// # Errors
    /// As `suspend`.
    pub fn exec(args: &Args, context: &Context) -> Outcome {
        for (region, folder) in folders(context, &args.state, &args.region)? {
            let was = operator::resume(&folder).map_err(|e| failed("resume", &region, &e))?;
            if was || !args.region.is_empty() {
                context.line(&format!("{region}: {}", if was { "resumed" } else { "was not suspended" }))?;
            }
        }
        Ok(Exit::Fine)
    }
}

/// Lets through what a gate holds.
pub mod approve {
    use super::{Context, Exit, Failure, Outcome, StateArgs, count, failed, folders, operator};

    /// Let through what a region's gate holds: a plan by its digest, or a commit that does not descend
    ///
    /// `status` shows what is held, and the digest or commit to approve.
    #[derive(Debug, clap::Args)]
    pub struct Args {
        /// The digest of the plan, or the commit
        what: String,
        #[command(flatten)]
        state: StateArgs,
        /// Which region; repeatable [default: all; a digest belongs to one]
        #[arg(long, value_name = "REGION")]
        region: Vec<String>,
    }

    /// Approves.
    ///
    /// # Errors
    /// As `suspend`; [`Failure::Input`] for what is neither a digest nor a commit.
    pub fn exec(args: &Args, context: &Context) -> Outcome {
        let hex = args.what.trim_start_matches("sha256:");
        if hex.len() < 7 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Failure::input(format!("{} is neither a digest nor a commit", args.what))
                .help("`seawall status` shows what is held"));
        }
        let chosen = folders(context, &args.state, &args.region)?;
        for (region, folder) in &chosen {
            operator::approve(folder, &args.what).map_err(|e| failed("approve for", region, &e))?;
        }
        context
            .say(&format!("approved for {}; the next pass lets it through", count(chosen.len(), "region")));
        Ok(Exit::Fine)
    }
}

/// The chosen regions and their state folders.
fn folders(
    context: &Context,
    args: &StateArgs,
    regions: &[String],
) -> Result<Vec<(String, PathBuf)>, Failure> {
    let known = state::read(context, &args.state)?;
    let chosen = state::chosen(known.bundles.keys(), regions)?;
    let root = context.path(&args.state);
    Ok(chosen.iter().map(|bundle| (region_of(bundle), state::folder_of(&root, bundle))).collect())
}

fn failed(tried: &str, region: &str, error: &std::io::Error) -> Failure {
    Failure::world(format!("cannot {tried} {region}"), io_reason(error))
}
