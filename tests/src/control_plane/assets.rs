//! The programs of a control plane: taken from `KUBEBUILDER_ASSETS`, or built by Go and cached by their go.sum.
//!
//! Gives [`Assets`]. Invariant: a cached folder is whole, since it is renamed into place after the build.

use super::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is built, as a package and the name of its binary.
const TOOLS: [(&str, &str); 6] = [
    ("go.etcd.io/etcd/server/v3", "server"),
    ("k8s.io/kubernetes/cmd/kube-apiserver", "kube-apiserver"),
    ("k8s.io/kubernetes/cmd/kubectl", "kubectl"),
    ("k8s.io/kubernetes/cmd/kube-controller-manager", "kube-controller-manager"),
    ("k8s.io/kubernetes/cmd/kube-scheduler", "kube-scheduler"),
    ("sigs.k8s.io/kwok/cmd/kwok", "kwok"),
];
/// How many of them `KUBEBUILDER_ASSETS` holds.
const IN_ASSETS: usize = 3;

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Assets {
    /// etcd.
    pub etcd: PathBuf,
    /// kube-apiserver.
    pub apiserver: PathBuf,
    /// kubectl.
    pub kubectl: PathBuf,
    /// The rest; missing where there are assets but no Go.
    pub controllers: Option<Controllers>,
    /// Folders of the CRDs that bundles refer to: traffic records, and with Go queues.
    pub crds: Vec<PathBuf>,
}

/// What makes Deployments run and nodes live.
#[derive(Clone, Debug)]
pub struct Controllers {
    /// kube-controller-manager.
    pub manager: PathBuf,
    /// kube-scheduler.
    pub scheduler: PathBuf,
    /// kwok.
    pub kwok: PathBuf,
    /// kwok's stages of nodes and pods, as one file.
    pub stages: PathBuf,
}

/// Finds the programs, building what is missing; minutes the first time, nothing after.
pub fn assets() -> Result<Assets, Error> {
    let given = std::env::var_os("KUBEBUILDER_ASSETS").map(PathBuf::from);
    let has_go =
        Command::new("go").arg("version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    match (given, has_go) {
        (None, false) => Err(Error::Failed(
            "the tests run against a real Kubernetes control plane: install Go 1.26 or newer (https://go.dev/dl), or set \
             KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl"
                .to_owned(),
        )),
        (Some(given), false) => in_assets(&given, None),
        (given, true) => {
            let built = build(if given.is_some() { &TOOLS[IN_ASSETS..] } else { &TOOLS })?;
            match given {
                Some(given) => in_assets(&given, Some(&built)),
                None => whole(&built, &built.join("server"), &built),
            }
        }
    }
}

fn in_assets(given: &Path, built: Option<&Path>) -> Result<Assets, Error> {
    for name in ["etcd", "kube-apiserver", "kubectl"] {
        let path = given.join(name);
        if !path.is_file() {
            return Err(Error::Failed(format!(
                "KUBEBUILDER_ASSETS holds no {name}: {} is missing",
                path.display()
            )));
        }
    }
    match built {
        Some(built) => whole(given, &given.join("etcd"), built),
        None => Ok(Assets {
            etcd: given.join("etcd"),
            apiserver: given.join("kube-apiserver"),
            kubectl: given.join("kubectl"),
            controllers: None,
            crds: vec![module("crds")],
        }),
    }
}

fn whole(servers: &Path, etcd: &Path, built: &Path) -> Result<Assets, Error> {
    Ok(Assets {
        etcd: etcd.to_owned(),
        apiserver: servers.join("kube-apiserver"),
        kubectl: servers.join("kubectl"),
        controllers: Some(Controllers {
            manager: built.join("kube-controller-manager"),
            scheduler: built.join("kube-scheduler"),
            kwok: built.join("kwok"),
            stages: stages(built)?,
        }),
        crds: crds()?,
    })
}

/// A folder of `tests/control-plane`: a Go module, or CRDs.
fn module(name: &str) -> PathBuf {
    super::workspace().join("tests/control-plane").join(name)
}

/// Builds `tools` unless they lie in the cache; gives the folder.
fn build(tools: &[(&str, &str)]) -> Result<PathBuf, Error> {
    let module = module("kubernetes");
    let sums = fs::read(module.join("go.sum")).map_err(Error::io("read go.sum of the control plane"))?;
    let key = super::key::short(&sums);
    let cache = super::target_folder().join("control-plane");
    let folder = cache.join(&key);
    if tools.iter().all(|(_, binary)| folder.join(binary).is_file()) {
        return Ok(folder);
    }
    let building = cache.join(format!("{key}.building-{}", std::process::id()));
    fs::create_dir_all(&building).map_err(Error::io(format!("create {}", building.display())))?;
    let status = Command::new("go")
        .current_dir(&module)
        .args(["build", "-trimpath", "-ldflags=-s -w", "-o"])
        .arg(&building)
        .args(tools.iter().map(|(package, _)| package))
        .stdout(Stdio::null())
        .status()
        .map_err(Error::io("run go build"))?;
    if !status.success() {
        return Err(Error::Failed(format!("go build of the control plane in {} failed", module.display())));
    }
    fs::create_dir_all(&folder).map_err(Error::io(format!("create {}", folder.display())))?;
    for (_, binary) in tools {
        fs::rename(building.join(binary), folder.join(binary))
            .map_err(Error::io(format!("keep {binary}")))?;
    }
    fs::remove_dir_all(&building).map_err(Error::io(format!("remove {}", building.display())))?;
    Ok(folder)
}

/// kwok's stages, from its module, as one file beside the binaries.
fn stages(built: &Path) -> Result<PathBuf, Error> {
    let path = built.join("stages.yaml");
    if path.is_file() {
        return Ok(path);
    }
    let source = module_folder("kubernetes", "sigs.k8s.io/kwok")?.join("kustomize/stage");
    let mut text = String::new();
    for file in
        ["node/fast/node-initialize", "pod/fast/pod-ready", "pod/fast/pod-complete", "pod/fast/pod-delete"]
    {
        let file = source.join(format!("{file}.yaml"));
        text.push_str("---\n");
        text.push_str(&fs::read_to_string(&file).map_err(Error::io(format!("read {}", file.display())))?);
    }
    let writing = built.join(format!("stages.yaml.{}", std::process::id()));
    fs::write(&writing, text).map_err(Error::io(format!("write {}", writing.display())))?;
    fs::rename(&writing, &path).map_err(Error::io(format!("write {}", path.display())))?;
    Ok(path)
}

fn crds() -> Result<Vec<PathBuf>, Error> {
    Ok(vec![
        module("crds"),
        module_folder("queues", "sigs.k8s.io/kueue")?.join("config/components/crd/bases"),
        module_folder("queues", "github.com/project-codeflare/appwrapper")?.join("config/crd/bases"),
    ])
}

/// The folder of a dependency, downloaded where it is not there.
fn module_folder(of: &str, dependency: &str) -> Result<PathBuf, Error> {
    let go = |arguments: &[&str]| {
        Command::new("go").current_dir(module(of)).args(arguments).output().map_err(Error::io("run go"))
    };
    let download = go(&["mod", "download", dependency])?;
    let found = go(&["list", "-m", "-f", "{{.Dir}}", dependency])?;
    let folder = String::from_utf8_lossy(&found.stdout).trim().to_owned();
    if folder.is_empty() {
        let said = String::from_utf8_lossy(&download.stderr).trim().to_owned();
        return Err(Error::Failed(format!("go has no folder of {dependency}: {said}")));
    }
    Ok(PathBuf::from(folder))
}
