//! `seawall render [DIR]`: the rendering as a folder, as a commit on a branch, or compared with what is there.

use crate::commit::{self, Committed, Comparing, SourceState, Staging};
use crate::failure::Failure;
use crate::fleet::{self, FleetArgs};
use crate::folder::{Difference, ROOT_FILE, root_file};
use crate::style::{Style, count};
use crate::writing::Writing;
use crate::{Context, Exit, Outcome};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

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
    let mut folder = match &args.out {
        Some(out) => Some(Writing::begin(context, &context.path(out), args.check)?),
        None => None,
    };
    let repository = match &args.commit {
        Some(_) => {
            let folder = context.path(args.repo.as_ref().unwrap_or(&args.fleet.folder));
            Some(commit::open(&folder, &context.shown(&folder))?)
        }
        None => None,
    };
    let mut branch = match (&args.commit, &repository) {
        (Some(name), Some(repository)) => Some(Branch::begin(repository, name, args.check)?),
        _ => None,
    };
    let Some(compiled) = fleet::renderable(context, &args.fleet)? else { return Ok(Exit::Findings) };
    let (mut files, mut root) = (0, None);
    fleet::each_file(context, &compiled.checked, &mut |path, bytes| {
        if let Some(branch) = &mut branch {
            branch.put(path, &bytes)?;
        }
        if let Some(folder) = &mut folder {
            folder.put(path, &bytes)?;
        }
        files += 1;
        if path == ROOT_FILE {
            root = Some(bytes);
        }
        Ok(())
    })?;
    let mut differ = false;
    if let (Some(out), Some(folder)) = (&args.out, folder) {
        differ |= to_folder(args, context, out, folder, files)?;
    }
    if let (Some(name), Some(branch)) = (&args.commit, branch) {
        let source = commit::source_state(&compiled.root);
        let message = message(&root.unwrap_or_default(), source.as_ref());
        differ |= to_branch(context, name, branch, files, &message)?;
    }
    Ok(Exit::findings_if(args.check && differ))
}

/// A branch that the rendering goes to, or is only compared with.
enum Branch<'r> {
    Compares(Comparing),
    Grows(Staging<'r>),
}

impl<'r> Branch<'r> {
    fn begin(repository: &'r git2::Repository, name: &str, compares: bool) -> Result<Self, Failure> {
        Ok(match compares {
            true => Branch::Compares(Comparing::begin(repository, name)?),
            false => Branch::Grows(Staging::begin(repository, name)?),
        })
    }

    fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        match self {
            Branch::Compares(comparing) => comparing.put(path, bytes),
            Branch::Grows(staging) => staging.put(path, bytes),
        }
    }
}

fn to_folder(
    args: &Args,
    context: &Context,
    out: &Path,
    mut folder: Writing<'_>,
    files: usize,
) -> Result<bool, Failure> {
    let shown = out.display();
    let changed = folder.differences();
    list(context, changed)?;
    let changed = changed.len();
    if changed == 0 {
        context.say(&format!("{shown} is up to date: {}", count(files, "file")));
    } else if args.check {
        context.say(&format!("{shown} is stale: {} of it would change", count(changed, "file")));
    } else {
        folder.finish()?;
        context.say(&format!("wrote {} to {shown}, {changed} changed", count(files, "file")));
    }
    Ok(changed > 0)
}

fn to_branch(
    context: &Context,
    name: &str,
    branch: Branch<'_>,
    files: usize,
    message: &str,
) -> Result<bool, Failure> {
    match branch {
        Branch::Compares(comparing) => {
            let changed = comparing.differences();
            list(context, &changed)?;
            let state = if changed.is_empty() { "is up to date" } else { "is stale" };
            context.say(&format!("branch {name} {state}: {} would change", count(changed.len(), "file")));
            return Ok(!changed.is_empty());
        }
        Branch::Grows(staging) => match staging.finish(message)? {
            Committed::Unchanged(tip) => {
                context.say(&format!("branch {name} holds this rendering already, at {}", short(&tip)));
            }
            Committed::New(tip) => {
                context.line(&tip.to_string())?;
                context.say(&format!(
                    "committed {} to branch {name} as {}",
                    count(files, "file"),
                    short(&tip)
                ));
            }
        },
    }
    Ok(false)
}

/// Where a rendering comes from: the source's commit, the compiler, and the digests that say what it is.
fn message(bytes: &[u8], source: Option<&SourceState>) -> String {
    let root = root_file(bytes).ok();
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
    let _ = writeln!(text, "{ROOT_FILE}: {}", seawall_schema::digest::sha256(bytes));
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
