//! `seawall plan [DIR]`: what a fleet as it stands would change, against the last rendering or against live clusters.

use crate::change::{self, Changes, TextOptions};
use crate::commit;
use crate::failure::Failure;
use crate::fleet::{self, FleetArgs};
use crate::folder::{self, Tree};
use crate::live::Answers;
use crate::revision::GitFiles;
use crate::style::{Style, count};
use crate::{Context, Exit, Outcome, state};
use seawall_compiler::Checked;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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
    /// Compare with the fleet as it is at this git revision, such as origin/main, instead of a rendering
    #[arg(long, value_name = "REVISION", conflicts_with = "against")]
    base: Option<String>,
    /// The fleet as it is at this git revision, instead of the one on disk
    #[arg(long, value_name = "REVISION")]
    head: Option<String>,
    /// Repository of these revisions [default: the one that the fleet lies in]
    #[arg(long, value_name = "DIR")]
    repo: Option<PathBuf>,
    /// Only this region; repeatable
    #[arg(long, value_name = "REGION")]
    region: Vec<String>,
    /// List the objects of overlays one by one
    #[arg(long)]
    overlays: bool,
    /// Show the files of objects at the end, as a diff
    #[arg(long)]
    yaml: bool,
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
/// What errors leave of a fleet is still compared: above all, what became refuted.
///
/// # Errors
/// Where there is no fleet or nothing to compare with, or where disk, git or clusters fail.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let head = head(args, context)?;
    fleet::tell(context, &head);
    let Some(emitted) = fleet::emitted(context, &head) else { return Ok(Exit::Findings) };
    let mut notes = Vec::new();
    if head.errors() > 0 {
        notes.push(format!(
            "the fleet has {}; it is not rendered until all is mended",
            count(head.errors(), "error")
        ));
    }
    let (tree, whole) = match emitted {
        Ok(tree) => (tree, true),
        Err(error) if head.errors() == 0 => return Err(fleet::refused(error)),
        Err(_) => (proved(&head)?, false),
    };
    let shown = Shown { overlays: args.overlays, yaml: args.yaml, verb: "would change" };
    if args.against == "live" && args.base.is_none() {
        if head.errors() > 0 {
            return Ok(Exit::Findings);
        }
        let answers = crate::live::changes(context, &tree, &args.clusters, &args.region)?;
        return print_answers(context, answers, args.format, shown);
    }
    let mut old = old(args, context, &mut notes)?;
    if !whole {
        notes.push("objects are not compared: what would be rendered contradicts itself".into());
        old.retain(|path, _| !path.contains('/'));
    }
    let mut changes = change::between(&old, &tree)?;
    changes.notes = notes;
    keep_regions(&mut changes, &args.region)?;
    print(context, &changes, args.format, shown)?;
    Ok(Exit::findings_if(!changes.is_empty() || head.errors() > 0))
}

/// The fleet as it would be.
fn head(args: &Args, context: &Context) -> Result<Checked, Failure> {
    match &args.head {
        None => Ok(fleet::check(context, &args.fleet)?.checked),
        Some(revision) => at(args, context, revision)?
            .ok_or_else(|| Failure::input(format!("{revision} holds no fleet there"))),
    }
}

/// The proof alone, of a fleet that cannot be rendered.
fn proved(checked: &Checked) -> Result<Tree, Failure> {
    let (Some(model), Some(proof)) = (&checked.model, &checked.proof) else { return Ok(Tree::new()) };
    seawall_compiler::emit::proved(model, proof)
        .map_err(|error| Failure::world("cannot write the proof", error))
}

/// A fleet at a git revision; `None` where there is none in that folder.
fn at(args: &Args, context: &Context, revision: &str) -> Result<Option<Checked>, Failure> {
    let folder = context.path(&args.fleet.folder);
    let here = context.path(args.repo.as_ref().unwrap_or(&args.fleet.folder));
    let existing = here.ancestors().find(|folder| folder.is_dir()).unwrap_or(&here);
    let repository = commit::open(existing, &context.shown(existing))?;
    let inner = inside(&repository, &folder).unwrap_or_else(|| args.fleet.folder.clone());
    let files = GitFiles::open(&repository, revision, &inner)?;
    let options = fleet::options(context, &args.fleet);
    Ok(files.map(|files| seawall_compiler::check(&files, &options)))
}

/// A folder's path from the root of the work tree; the last parts of it need not exist.
fn inside(repository: &git2::Repository, folder: &Path) -> Option<PathBuf> {
    let root = repository.workdir()?.canonicalize().ok()?;
    let existing = folder.ancestors().find(|part| part.exists())?;
    let rest = folder.strip_prefix(existing).ok()?;
    let real = existing.canonicalize().ok()?;
    let real = if rest.as_os_str().is_empty() { real } else { real.join(rest) };
    real.strip_prefix(&root).ok().map(Path::to_owned)
}

/// What of changes is shown, and what they are called.
#[derive(Clone, Copy, Debug)]
pub struct Shown {
    /// The objects of overlays one by one.
    pub overlays: bool,
    /// The files of objects.
    pub yaml: bool,
    /// `would change`, `differ`.
    pub verb: &'static str,
}

/// Prints changes to stdout, and how many there are to stderr.
///
/// # Errors
/// Where stdout cannot be written.
pub fn print(context: &Context, changes: &Changes, format: Format, shown: Shown) -> Result<(), Failure> {
    let Shown { overlays, yaml, verb } = shown;
    match format {
        Format::Json => context.json(&change::json(changes))?,
        Format::Markdown => context.write(&change::markdown(changes))?,
        Format::Text => {
            let options = TextOptions { style: Style(context.terminal.stdout_color), overlays, yaml };
            context.write(&change::text(changes, options))?;
        }
    }
    let regions: BTreeSet<_> = changes.objects.iter().map(|c| &c.bundle).collect();
    context.say(&match changes.objects.len() {
        0 if !changes.resilience.is_empty() => format!("no object {verb}, resilience does"),
        0 => format!("nothing {}", if verb == "differ" { "differs" } else { "would change" }),
        n => {
            let verb = if n == 1 && verb == "differ" { "differs" } else { verb };
            format!("{} in {} {verb}", count(n, "object"), count(regions.len(), "region"))
        }
    });
    Ok(())
}

/// Prints what the clusters that answered would have changed, then fails where one did not.
///
/// # Errors
/// Where stdout cannot be written, or a cluster has not answered.
pub fn print_answers(context: &Context, mut answers: Answers, format: Format, shown: Shown) -> Outcome {
    if format == Format::Text {
        // The error that follows names them.
        answers.changes.notes.clear();
    }
    let context = if answers.is_whole() { context.clone() } else { context.silent() };
    print(&context, &answers.changes, format, shown)?;
    answers.whole().map(|changes| Exit::findings_if(!changes.is_empty()))
}

/// What is compared with: the fleet at a revision, or a rendering.
fn old(args: &Args, context: &Context, notes: &mut Vec<String>) -> Result<Tree, Failure> {
    let Some(revision) = &args.base else { return rendering(args, context) };
    let nothing = |why: &str| format!("{revision} {why}: everything is shown as new");
    let Some(base) = at(args, context, revision)? else {
        notes.push(nothing("holds no fleet there"));
        return Ok(Tree::new());
    };
    match fleet::emitted(context, &base) {
        Some(Ok(tree)) => Ok(tree),
        Some(Err(_)) => {
            notes.push(nothing("cannot be rendered"));
            proved(&base)
        }
        None => {
            notes.push(nothing("has errors that leave nothing to compare with"));
            Ok(Tree::new())
        }
    }
}

/// The rendering that is compared with: a folder where there is one, else a git revision.
fn rendering(args: &Args, context: &Context) -> Result<Tree, Failure> {
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
    let names: BTreeSet<_> = chosen.iter().map(|b| change::region_of(b)).collect();
    let of = |region: &String| names.iter().any(|n| n == region || n.starts_with(&format!("{region}/")));
    changes.resilience.lanes.retain(|lane| of(&lane.region));
    changes.bundles = chosen;
    Ok(())
}
