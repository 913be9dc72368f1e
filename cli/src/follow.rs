//! Following a rendering: where it comes from, which regions it has, and where each of them is kept.
//!
//! Takes the flags that `sync` and `agent` share; gives sources and the [`SyncFile`]. Invariant: with the source down, what
//! the state folder remembers is enough to start.

use crate::change::region_of;
use crate::clusters::{self, ClusterArgs};
use crate::failure::Failure;
use crate::folder::{ROOT_FILE, root_file};
use crate::state::{self, SyncFile};
use crate::{Context, style};
use seawall_reconciler::source::{Credentials, FolderSource, GitSource, Signers, Source};
use seawall_schema::Duration;
use seawall_schema::bundle::{ClusterAccess, FleetFile};
use std::path::PathBuf;

/// How long a source may take to say which regions there are, where nothing else says it.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);
/// And where the state folder remembers them: regions must not wait for a server that hangs.
const BRIEFLY: std::time::Duration = std::time::Duration::from_secs(10);

/// Where renderings come from, and where to keep state.
#[derive(Clone, Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("source").required(true).args(["repo", "rendering"]))]
pub struct FollowArgs {
    /// Git repository: a URL (file, https, ssh) or a folder
    ///
    /// Credentials come from SEAWALL_GIT_USER and SEAWALL_GIT_PASSWORD (https), SEAWALL_GIT_SSH_KEY and
    /// SEAWALL_GIT_SSH_PASSPHRASE (ssh; without them the ssh agent is asked).
    #[arg(long, value_name = "URL")]
    pub repo: Option<String>,
    /// Branch or tag that holds the rendering
    #[arg(long, value_name = "BRANCH", default_value = "rendering", conflicts_with = "rendering")]
    pub branch: String,
    /// Folder of the repository that holds the rendering [default: its root]
    #[arg(long, value_name = "PATH", requires = "repo")]
    pub path: Option<String>,
    /// Take only commits signed by a key in this file: OpenSSH public keys, `allowed_signers`, or armoured OpenPGP keys;
    /// may be given more than once
    #[arg(long, value_name = "FILE", requires = "repo")]
    pub trusted_keys: Vec<PathBuf>,
    /// A rendering in a folder, instead of git
    #[arg(long, value_name = "DIR")]
    pub rendering: Option<PathBuf>,
    /// Where to keep what is staged
    #[arg(long, value_name = "DIR", default_value = ".seawall")]
    pub state: PathBuf,
    /// One pass, then end
    #[arg(long)]
    pub once: bool,
    /// Time between passes
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = interval, conflicts_with = "once")]
    pub interval: std::time::Duration,
    /// How clusters are reached.
    #[command(flatten)]
    pub clusters: ClusterArgs,
}

fn interval(text: &str) -> Result<std::time::Duration, String> {
    match Duration::parse(text) {
        Some(time) if time.millis() >= 100 => Ok(std::time::Duration::from_millis(time.millis())),
        Some(_) => Err(String::from("shorter than 100ms")),
        None => Err(String::from("not a duration such as 30s")),
    }
}

/// Everything a source is made from, to be made on any thread.
#[derive(Clone, Debug)]
pub struct Origin {
    place: Place,
    credentials: Credentials,
    signers: Option<Signers>,
}

#[derive(Clone, Debug)]
enum Place {
    Folder(PathBuf),
    Git { url: String, branch: String, path: Option<String> },
}

impl Origin {
    /// As the flags say; folders count from where the command runs, also once the process is elsewhere.
    ///
    /// # Errors
    /// A file of trusted keys that cannot be read.
    pub fn of(context: &Context, args: &FollowArgs) -> Result<Self, Failure> {
        let place = match (&args.rendering, &args.repo) {
            (Some(folder), _) => Place::Folder(context.path(folder)),
            (None, repo) => {
                let url = repo.clone().unwrap_or_default();
                let here = context.path(&url);
                let url = if here.is_dir() || is_path(&url) { here.display().to_string() } else { url };
                Place::Git { url, branch: args.branch.clone(), path: args.path.clone() }
            }
        };
        Ok(Origin {
            place,
            credentials: credentials(context),
            signers: signers(context, &args.trusted_keys)?,
        })
    }

    /// A source of its own for each worker; its cache lies in `cache`.
    pub fn source(&self, cache: PathBuf) -> Box<dyn Source> {
        match &self.place {
            Place::Folder(folder) => Box::new(FolderSource::new(folder)),
            Place::Git { url, branch, path } => {
                let source = GitSource::new(url.clone(), branch.clone(), cache);
                let source = source.with_credentials(self.credentials.clone());
                let source = match &self.signers {
                    Some(signers) => source.signed_by(signers.clone()),
                    None => source,
                };
                match path {
                    Some(path) => Box::new(source.in_folder(path.clone())),
                    None => Box::new(source),
                }
            }
        }
    }

    /// What it is, for messages, and the root of its newest rendering. A server that has said nothing after `patience` is
    /// left to itself, on a thread of its own.
    fn root(&self, cache: PathBuf, patience: std::time::Duration) -> (String, Result<FleetFile, String>) {
        let mut source = self.source(cache);
        let described = source.describe();
        let (answer, answered) = std::sync::mpsc::channel();
        // Nobody listens any more where it took too long.
        let work = move || drop(answer.send(source.fetch("")));
        let started = std::thread::Builder::new().name("discovery".to_owned()).spawn(work);
        let fetched = started.map_err(|e| format!("no thread: {e}")).and_then(|_| {
            let late = |_| format!("it did not answer within {} s", patience.as_secs());
            let said = answered.recv_timeout(patience).map_err(late)?;
            said.map_err(|e| style::plain(&e.to_string()))
        });
        let root = fetched.and_then(|fetched| {
            let bytes = fetched.files.get(ROOT_FILE).cloned().unwrap_or_default();
            root_file(&bytes)
        });
        let root = root.and_then(|root| match root.bundles.is_empty() {
            true => Err(String::from("it names no region")),
            false => Ok(root),
        });
        (described, root)
    }
}

/// The keys that are trusted, where some are demanded.
fn signers(context: &Context, files: &[PathBuf]) -> Result<Option<Signers>, Failure> {
    let mut signers = Signers::default();
    for file in files {
        let path = context.path(file);
        let unreadable = || format!("trusted keys {} cannot be read", path.display());
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Failure::input(unreadable()).because(error.to_string()))?;
        signers.add(&text).map_err(|error| Failure::input(unreadable()).because(error.to_string()))?;
    }
    Ok((!signers.is_empty()).then_some(signers))
}

/// Whether a repository's name can only be a path: neither a URL nor ssh's `host:path`.
fn is_path(url: &str) -> bool {
    !url.split('/').next().is_some_and(|first| first.contains(':'))
}

fn credentials(context: &Context) -> Credentials {
    let of = |name: &str| context.env.get(name).filter(|value| !value.is_empty()).cloned();
    Credentials {
        user: of("SEAWALL_GIT_USER"),
        password: of("SEAWALL_GIT_PASSWORD"),
        ssh_key: of("SEAWALL_GIT_SSH_KEY").map(PathBuf::from),
        ssh_passphrase: of("SEAWALL_GIT_SSH_PASSPHRASE"),
        any_host_key: false,
    }
}

/// Which regions there are and how their clusters are reached: as the source says now, or as the state folder remembers.
///
/// # Errors
/// [`Failure::World`] where neither can be read, [`Failure::Input`] where a flag names a region that there is not.
pub fn discover(
    context: &Context,
    args: &FollowArgs,
    only: &[String],
    default: Option<&ClusterAccess>,
) -> Result<SyncFile, Failure> {
    let before = state::read(context, &args.state);
    let patience = if before.is_ok() { BRIEFLY } else { PATIENCE };
    let (described, root) = Origin::of(context, args)?.root(cache(context, args), patience);
    let root = match root {
        Ok(root) => root,
        Err(why) => return remembered(context, args, only, before, &described, &why),
    };
    clusters::refuse_unknown(&args.clusters, &root)?;
    let left = before.iter().flat_map(|before| before.bundles.keys());
    for bundle in left.filter(|bundle| !root.bundles.contains_key(*bundle)) {
        let region = region_of(bundle);
        context.say(&format!(
            "{region} is not in the rendering any more: what it has applied stays, and is not kept"
        ));
    }
    let chosen = state::chosen(root.bundles.keys(), only)?;
    let bundles = bundles(context, args, &root, &chosen, default)?;
    let file = SyncFile { source: described, fleet: root.fleet.clone(), bundles };
    let whole = beside(before.ok(), &file, &root);
    if let Err(failure) = state::write(context, &args.state, &whole) {
        // The workers say what a full disk means for each region, and go on from memory.
        context.complain(&failure.text(context.terminal.stderr_color).unwrap_or_default());
    }
    Ok(file)
}

/// `file` with the regions that others keep in the same state folder: one agent's start must not hide them from `status`.
fn beside(before: Option<SyncFile>, file: &SyncFile, root: &FleetFile) -> SyncFile {
    let mut whole = file.clone();
    if let Some(before) = before.filter(|before| before.fleet == file.fleet) {
        let kept = before.bundles.into_iter().filter(|(bundle, _)| root.bundles.contains_key(bundle));
        for (bundle, access) in kept {
            whole.bundles.entry(bundle).or_insert(access);
        }
    }
    whole
}

fn bundles(
    context: &Context,
    args: &FollowArgs,
    root: &FleetFile,
    chosen: &[String],
    default: Option<&ClusterAccess>,
) -> Result<std::collections::BTreeMap<String, ClusterAccess>, Failure> {
    let one = |bundle: &String| {
        let flag = clusters::flag(&args.clusters, &region_of(bundle)).cloned();
        let said = root.clusters.get(bundle).cloned();
        // A folder that plays a cluster is meant wherever the agent runs.
        let folder = said.clone().filter(|access| matches!(access, ClusterAccess::Embedded(_)));
        let access = flag.or(folder).or_else(|| default.cloned()).or(said);
        let access = access.ok_or_else(|| clusters::nobody_says(&region_of(bundle)))?;
        Ok((bundle.clone(), absolute(context, access)))
    };
    chosen.iter().map(one).collect()
}

fn absolute(context: &Context, access: ClusterAccess) -> ClusterAccess {
    match access {
        ClusterAccess::Embedded(path) => ClusterAccess::Embedded(context.path(path).display().to_string()),
        other => other,
    }
}

fn remembered(
    context: &Context,
    args: &FollowArgs,
    only: &[String],
    before: Result<SyncFile, Failure>,
    described: &str,
    why: &str,
) -> Result<SyncFile, Failure> {
    match before {
        Ok(mut file) => {
            let chosen = state::chosen(file.bundles.keys(), only)?;
            file.bundles.retain(|bundle, _| chosen.contains(bundle));
            for (region, access) in &args.clusters.cluster {
                if let Some(known) = file.bundles.iter_mut().find(|(bundle, _)| region_of(bundle) == *region)
                {
                    *known.1 = absolute(context, access.clone());
                }
            }
            context.say(&format!("cannot read {described}: {why}; regions go on with what they have staged"));
            Ok(file)
        }
        Err(Failure::World(message)) => Err(Failure::World(message)),
        Err(_) => Err(Failure::world(format!("cannot read {described}"), why)
            .help("nothing was staged before, so there is nothing to go on with")),
    }
}

/// Where the look for regions keeps its own copy of the repository.
fn cache(context: &Context, args: &FollowArgs) -> PathBuf {
    context.path(&args.state).join(".discovery")
}
