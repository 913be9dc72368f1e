//! Following a rendering: where it comes from, which regions it has, and where each of them is kept.
//!
//! Takes the flags that `sync` and `agent` share; gives sources and the [`SyncFile`]. Invariant: with the source down, what
//! the state folder remembers is enough to start.

use crate::change::region_of;
use crate::clusters::{self, ClusterArgs};
use crate::failure::Failure;
use crate::folder::{ROOT_FILE, Tree, root_of};
use crate::state::{self, SyncFile};
use crate::{Context, style};
use seawall_reconciler::source::{Credentials, FolderSource, GitSource, Source};
use seawall_schema::Duration;
use seawall_schema::bundle::{ClusterAccess, FleetFile};
use std::path::PathBuf;

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
}

#[derive(Clone, Debug)]
enum Place {
    Folder(PathBuf),
    Git { url: String, branch: String, path: Option<String> },
}

impl Origin {
    /// As the flags say; folders count from where the command runs, also once the process is elsewhere.
    pub fn of(context: &Context, args: &FollowArgs) -> Self {
        let place = match (&args.rendering, &args.repo) {
            (Some(folder), _) => Place::Folder(context.path(folder)),
            (None, repo) => {
                let url = repo.clone().unwrap_or_default();
                let here = context.path(&url);
                let url = if here.is_dir() { here.display().to_string() } else { url };
                Place::Git { url, branch: args.branch.clone(), path: args.path.clone() }
            }
        };
        Origin { place, credentials: credentials(context) }
    }

    /// A source of its own for each worker; its cache lies in `cache`.
    pub fn source(&self, cache: PathBuf) -> Box<dyn Source> {
        match &self.place {
            Place::Folder(folder) => Box::new(FolderSource::new(folder)),
            Place::Git { url, branch, path } => {
                let source = GitSource::new(url.clone(), branch.clone(), cache);
                let source = source.with_credentials(self.credentials.clone());
                match path {
                    Some(path) => Box::new(source.in_folder(path.clone())),
                    None => Box::new(source),
                }
            }
        }
    }

    /// What it is, for messages, and the root of its newest rendering.
    fn root(&self, cache: PathBuf) -> (String, Result<FleetFile, String>) {
        let mut source = self.source(cache);
        let root = source.fetch("").map_err(|e| style::plain(&e.to_string())).and_then(|fetched| {
            let bytes = fetched.files.get(ROOT_FILE).cloned().unwrap_or_default();
            root_of(&Tree::from([(ROOT_FILE.to_owned(), bytes)]))
        });
        (source.describe(), root)
    }
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
    let (described, root) = Origin::of(context, args).root(cache(context, args));
    let root = match root {
        Ok(root) => root,
        Err(why) => return remembered(context, args, &described, &why),
    };
    clusters::refuse_unknown(&args.clusters, &root)?;
    let chosen = state::chosen(root.bundles.keys(), only)?;
    let bundles = bundles(context, args, &root, &chosen, default)?;
    let file = SyncFile { source: described, fleet: root.fleet.clone(), bundles };
    state::write(context, &args.state, &file)?;
    Ok(file)
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
        let access = flag.or_else(|| default.cloned()).or_else(|| root.clusters.get(bundle).cloned());
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

fn remembered(context: &Context, args: &FollowArgs, described: &str, why: &str) -> Result<SyncFile, Failure> {
    match state::read(context, &args.state) {
        Ok(mut file) => {
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
