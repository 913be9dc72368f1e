//! The real control plane for tests: N Kubernetes clusters on this machine, kubelets played by kwok.
//!
//! Takes a [`Request`], gives a [`ControlPlane`] with a kubeconfig of one context a cluster. Invariants: everything listens
//! on loopback only; everything written lies in one folder below `target/control-plane/run`; only processes that were
//! started here, told by pid and start time, are ever ended.

mod access;
mod assets;
mod cluster;
mod key;
mod nodes;
mod process;

pub use assets::{Assets, assets};
pub use nodes::NodePool;
pub use process::{Recorded, is_running};

use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why a control plane could not be had; the message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program or a setting is missing, or something did not become ready.
    #[error("{0}")]
    Failed(String),
    /// A file or a process.
    #[error("{doing}: {error}")]
    Io {
        /// What was being done.
        doing: String,
        /// What went wrong.
        error: io::Error,
    },
}

impl Error {
    fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        move |error| Self::Io { doing, error }
    }
}

/// What to start.
#[derive(Clone, Debug)]
pub struct Request {
    /// Name of the run, and of its folder.
    pub name: String,
    /// One cluster for each kubeconfig context.
    pub contexts: Vec<String>,
    /// Ends everything when the process with this id is gone, however it went.
    pub until: Option<u32>,
    /// Install the CRDs that bundles refer to: Kueue, AppWrapper, DNSEndpoint.
    pub crds: bool,
}

/// A running control plane, as its state file says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ControlPlane {
    /// Its folder.
    pub folder: PathBuf,
    /// Its clusters, in the order asked for.
    pub clusters: Vec<Cluster>,
    /// Path of kubectl.
    pub kubectl: PathBuf,
    /// Path of kwok, kube-scheduler and kube-controller-manager where they run.
    pub controllers: bool,
}

/// One running cluster.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cluster {
    /// The kubeconfig context; its writes are in the audit log. `<context>-admin` is the same without being logged.
    pub context: String,
    /// `https://127.0.0.1:port`.
    pub server: String,
    /// Writes made through `context`, one JSON object a line.
    pub audit_log: PathBuf,
    /// Everything that runs for it.
    pub processes: Vec<Recorded>,
}

impl ControlPlane {
    /// Starts what `request` asks for; fails where a control plane of that name is up.
    pub fn start(request: &Request) -> Result<Self, Error> {
        let folder = run_folder(&request.name);
        if let Ok(found) = Self::read(&folder)
            && found.any_running()
        {
            return Err(Error::Failed(format!(
                "control plane {0} is already up; end it with: cargo xtask control-plane down --name {0}",
                request.name
            )));
        }
        let assets = assets()?;
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::io(format!("empty {}", folder.display()))(error));
            }
            _ => {}
        }
        fs::create_dir_all(&folder).map_err(Error::io(format!("create {}", folder.display())))?;
        cluster::start_all(&folder, &assets, request)
    }

    /// The control plane whose state lies in `folder`.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("control-plane.json");
        let text = fs::read_to_string(&path).map_err(Error::io(format!("read {}", path.display())))?;
        serde_json::from_str(&text).map_err(|error| Error::Failed(format!("{}: {error}", path.display())))
    }

    /// Ends its processes, in the reverse order of their start.
    pub fn stop(&self) -> Result<(), Error> {
        let all = self.clusters.iter().flat_map(|cluster| cluster.processes.iter().rev());
        process::stop_all(&all.collect::<Vec<_>>())
    }

    /// The kubeconfig with all contexts.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    /// Whether anything of it still runs.
    pub fn any_running(&self) -> bool {
        self.clusters.iter().flat_map(|cluster| &cluster.processes).any(is_running)
    }

    /// Whether all of it runs.
    pub fn all_running(&self) -> bool {
        self.clusters.iter().flat_map(|cluster| &cluster.processes).all(is_running)
    }

    /// Runs kubectl in a context with `input` on its stdin; gives its stdout.
    pub fn kubectl(&self, context: &str, arguments: &[&str], input: &str) -> Result<String, Error> {
        access::kubectl(&self.kubectl, &self.kubeconfig(), context, arguments, input)
    }

    /// Creates nodes that kwok plays.
    pub fn create_nodes(&self, context: &str, pools: &[NodePool]) -> Result<(), Error> {
        let list = nodes::list(pools).to_string();
        self.kubectl(&format!("{context}-admin"), &["create", "-f", "-"], &list).map(|_| ())
    }

    fn write(&self) -> Result<(), Error> {
        let path = self.folder.join("control-plane.json");
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| Error::Failed(format!("write {}: {error}", path.display())))?;
        fs::write(&path, text).map_err(Error::io(format!("write {}", path.display())))
    }
}

/// The folder of a run.
pub fn run_folder(name: &str) -> PathBuf {
    target_folder().join("control-plane/run").join(name)
}

/// Cargo's target folder.
pub fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// The workspace's folder.
pub fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}
