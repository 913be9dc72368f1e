//! `seawall render [DIR]`: the rendering as a folder, as a commit on a branch, or compared with what is there.

use crate::commit::{self, Committed, SourceState};
use crate::failure::Failure;
use crate::fleet::{self, FleetArgs};
use crate::folder::{self, Difference, Tree, differences, read_old, root_of};
use crate::style::{Style, count};
use crate::{Context, Exit, Outcome};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Compile a fleet to one bundle for each region
///
/// Writes to a folder, or as a commit to a branch whose whole tree is the rendering; either is left alone where it holds
/// something else. Exits 1 where findings stand in the way, and with --check where something differs.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("where").required(true).multiple(true).args(["out", "commit"]))]
pub struct Args {
    #[command(flatten)]
    fleet: FleetArgs,
    /// Folder to write to
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write nothing; list what differs and exit 1 where something does
    #[arg(long)]
    check: bool,
    /// Branch to commit to; index and work tree are not touched
    #[arg(long, value_name = "BRANCH")]
    commit: Option<String>,
    /// Repository of that branch [default: the one that the fleet lies in]
    #[arg(long, value_name = "DIR", requires = "commit")]
    repo: Option<PathBuf>,
}

/// Renders to wherever it was asked.
///
/// # Errors
/// Where there is no fleet, where something else lies at the destination, or where disk or git fail.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    // What would be refused is refused before the work is done.
    let old = match &args.out {
        Some(out) => Some(read_old(context, &context.path(out))?),
        None => None,
    };
    let repository = match &args.commit {
        Some(_) => {
            let folder = context.path(args.repo.as_ref().unwrap_or(&args.fleet.folder));
            Some(commit::open(&folder, &context.shown(&folder))?)
        }
        None => None,
    };
    let (compiled, tree) = fleet::render(context, &args.fleet)?;
    let Some(tree) = tree else { return Ok(Exit::Findings) };
    let mut differ = false;
    if let (Some(out), Some(old)) = (&args.out, &old) {
        differ |= to_folder(args, context, out, old, &tree)?;
    }
    if let (Some(branch), Some(repository)) = (&args.commit, &repository) {
        let source = commit::source_state(&compiled.root);
        differ |= to_branch(args, context, repository, branch, &tree, source.as_ref())?;
    }
    Ok(Exit::findings_if(args.check && differ))
}

fn to_folder(
    args: &Args,
    context: &Context,
    out: &PathBuf,
    old: &Tree,
    tree: &Tree,
) -> Result<bool, Failure> {
    let changed = differences(old, tree);
    let shown = out.display();
    list(context, &changed)?;
    if changed.is_empty() {
        context.say(&format!("{shown} is up to date: {}", count(tree.len(), "file")));
    } else if args.check {
        context.say(&format!("{shown} is stale: {} of it would change", count(changed.len(), "file")));
    } else {
        folder::replace(context, &context.path(out), tree)?;
        context.say(&format!("wrote {} to {shown}, {} changed", count(tree.len(), "file"), changed.len()));
    }
    Ok(!changed.is_empty())
}

fn to_branch(
    args: &Args,
    context: &Context,
    repository: &git2::Repository,
    branch: &str,
    tree: &Tree,
    source: Option<&SourceState>,
) -> Result<bool, Failure> {
    if args.check {
        let reference = format!("refs/heads/{branch}");
        let old = if repository.find_reference(&reference).is_ok() {
            commit::read(repository, &reference)?
        } else {
            Tree::new()
        };
        let changed = differences(&old, tree);
        list(context, &changed)?;
        let state = if changed.is_empty() { "is up to date" } else { "is stale" };
        context.say(&format!("branch {branch} {state}: {} would change", count(changed.len(), "file")));
        return Ok(!changed.is_empty());
    }
    match commit::write(repository, branch, tree, &message(tree, source))? {
        Committed::Unchanged(tip) => {
            context.say(&format!("branch {branch} holds this rendering already, at {}", short(&tip)))
        }
        Committed::New(tip) => {
            context.line(&tip.to_string())?;
            context.say(&format!(
                "committed {} to branch {branch} as {}",
                count(tree.len(), "file"),
                short(&tip)
            ));
        }
    }
    Ok(false)
}

/// Where a rendering comes from: the source's commit, the compiler, and the digests that say what it is.
fn message(tree: &Tree, source: Option<&SourceState>) -> String {
    let root = root_of(tree).ok();
    let fleet = root.as_ref().map_or("fleet", |root| root.fleet.as_str());
    let from =
        source.map(|s| format!(" from {}", s.commit.get(..10).unwrap_or(&s.commit))).unwrap_or_default();
    let mut text = format!("Render {fleet}{from}\n\n");
    match source {
        Some(SourceState { commit, dirty: true }) => {
            let _ = writeln!(text, "source: {commit}, with changes that are in no commit");
        }
        Some(SourceState { commit, dirty: false }) => {
            let _ = writeln!(text, "source: {commit}");
        }
        None => text.push_str("source: in no commit\n"),
    }
    let _ = writeln!(text, "seawall: {}", env!("CARGO_PKG_VERSION"));
    if let Some(bytes) = tree.get(folder::ROOT_FILE) {
        let _ = writeln!(text, "{}: {}", folder::ROOT_FILE, seawall_schema::digest::sha256(bytes));
    }
    for (bundle, digest) in root.iter().flat_map(|root| &root.bundles) {
        let _ = writeln!(text, "{bundle}: {digest}");
    }
    text
}

fn list(context: &Context, changed: &[Difference]) -> Result<(), Failure> {
    let style = Style(context.terminal.stdout_color);
    for Difference { path, sign } in changed {
        let line = format!("{sign} {path}");
        context.line(&match sign {
            '+' => style.green(&line),
            '-' => style.red(&line),
            _ => style.yellow(&line),
        })?;
    }
    Ok(())
}

fn short(id: &git2::Oid) -> String {
    id.to_string().chars().take(10).collect()
}
