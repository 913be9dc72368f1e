//! `seawall plan [DIR]`: what a fleet as it stands would change, against the last rendering or against live clusters.

use crate::change::{self, Changes, TextOptions};
use crate::commit;
use crate::failure::Failure;
use crate::fleet::{self, FleetArgs};
use crate::folder::{self, Tree};
use crate::style::{Style, count};
use crate::{Context, Exit, Outcome, state};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Show what would change, and what it does to resilience
///
/// Exits 1 where something would change. Values of Secrets are compared and never shown.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    fleet: FleetArgs,
    /// `live`, a rendering's folder, or a git revision that holds one
    #[arg(long, value_name = "WHAT", default_value = "rendering")]
    against: String,
    /// Repository of that revision [default: the one that the fleet lies in]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Only this region; repeatable
    #[arg(long, value_name = "REGION")]
    region: Vec<String>,
    /// List the objects of overlays one by one
    #[arg(long)]
    overlays: bool,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    #[command(flatten)]
    clusters: crate::clusters::ClusterArgs,
}

/// How a plan is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For a comment on a pull request
    Markdown,
    /// For machines
    Json,
}

/// Renders in memory, compares, prints.
///
/// # Errors
/// Where there is no fleet or nothing to compare with, or where disk, git or clusters fail.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let (_, tree) = fleet::render(context, &args.fleet)?;
    let Some(tree) = tree else { return Ok(Exit::Findings) };
    let mut changes = if args.against == "live" {
        crate::live::changes(context, &tree, &args.clusters, &args.region)?
    } else {
        change::between(&old(args, context)?, &tree)?
    };
    keep_regions(&mut changes, &args.region)?;
    print(context, &changes, args.format, args.overlays, "would change")?;
    Ok(Exit::findings_if(!changes.is_empty()))
}

/// Prints changes to stdout, and how many there are to stderr.
///
/// # Errors
/// Where stdout cannot be written.
pub fn print(
    context: &Context,
    changes: &Changes,
    format: Format,
    overlays: bool,
    verb: &str,
) -> Result<(), Failure> {
    match format {
        Format::Json => context.json(&change::json(changes))?,
        Format::Markdown => context.write(&change::markdown(changes))?,
        Format::Text => {
            let options = TextOptions { style: Style(context.terminal.stdout_color), overlays };
            context.write(&change::text(changes, options))?;
        }
    }
    let regions: BTreeSet<_> = changes.objects.iter().map(|c| &c.bundle).collect();
    context.say(&match changes.objects.len() {
        0 => format!("nothing {}", if verb == "differ" { "differs" } else { "would change" }),
        n => {
            let verb = if n == 1 && verb == "differ" { "differs" } else { verb };
            format!("{} in {} {verb}", count(n, "object"), count(regions.len(), "region"))
        }
    });
    Ok(())
}

/// The rendering that is compared with: a folder where there is one, else a git revision.
fn old(args: &Args, context: &Context) -> Result<Tree, Failure> {
    let folder = context.path(&args.against);
    if folder.is_dir() && args.repo.is_none() {
        return Ok(folder::read_rendering(&folder, &args.against)?.0);
    }
    let here = context.path(args.repo.as_ref().unwrap_or(&args.fleet.folder));
    let missing = || {
        Failure::input(format!("{} is neither a rendering's folder nor a git revision", args.against))
            .help("`seawall render --out rendering` writes one; --against names another")
    };
    let repository = match commit::open(&here, &context.shown(&here)) {
        Err(Failure::Input(_)) if args.repo.is_none() => return Err(missing()),
        other => other?,
    };
    let tree = match commit::read(&repository, &args.against) {
        Err(Failure::Input(_)) => return Err(missing()),
        other => other?,
    };
    folder::root_of(&tree)
        .map_err(|why| Failure::input(format!("{} is no rendering", args.against)).because(why))?;
    Ok(tree)
}

/// Leaves the asked regions; an unknown one is a wrong call.
fn keep_regions(changes: &mut Changes, regions: &[String]) -> Result<(), Failure> {
    let chosen = state::chosen(changes.bundles.iter(), regions)?;
    changes.objects.retain(|change| chosen.contains(&change.bundle));
    changes.bundles = chosen;
    Ok(())
}
