//! Starts clusters: etcd and kube-apiserver first, then what acts on them.
//!
//! Takes a folder, programs and a request; gives the running [`ControlPlane`]. Invariant: where anything fails, what was
//! started is ended again.

use super::access::{self, Tokens};
use super::assets::{Assets, Controllers};
use super::process::{self, Recorded};
use super::{Cluster, ControlPlane, Error, Request, key};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// How long a cluster may take to become ready. It takes 3 s alone; a busy machine takes longer.
const PATIENCE: Duration = Duration::from_secs(180);

/// Starts all clusters at the same time.
pub(super) fn start_all(folder: &Path, assets: &Assets, request: &Request) -> Result<ControlPlane, Error> {
    let ports = free_ports(3 * request.contexts.len())?;
    let mut plane = ControlPlane {
        folder: folder.to_owned(),
        clusters: Vec::new(),
        kubectl: assets.kubectl.clone(),
        controllers: assets.controllers.is_some(),
    };
    let mut starts = Vec::new();
    for (context, ports) in request.contexts.iter().zip(ports.chunks(3)) {
        let start = Start::prepare(folder.join(context), context, ports, assets)?;
        starts.push(start);
    }
    let result = finish(&mut plane, starts, request, assets);
    if result.is_err() {
        plane.stop()?;
    }
    result.map(|()| plane)
}

fn finish(
    plane: &mut ControlPlane,
    starts: Vec<Start>,
    request: &Request,
    assets: &Assets,
) -> Result<(), Error> {
    for start in &starts {
        plane.clusters.push(start.cluster());
    }
    for (start, cluster) in starts.iter().zip(&mut plane.clusters) {
        start.servers(&mut cluster.processes)?;
    }
    let mut access = Vec::new();
    for (start, cluster) in starts.iter().zip(&mut plane.clusters) {
        access.push(start.wait(&cluster.processes)?);
        start.controllers(&mut cluster.processes)?;
    }
    access::write_private(&plane.kubeconfig(), &access::kubeconfig(&access).to_string())?;
    if let Some(owner) = request.until {
        let all: Vec<&Recorded> = plane.clusters.iter().flat_map(|cluster| &cluster.processes).collect();
        let watchman = process::end_with(owner, &plane.folder, &all)?;
        if let Some(first) = plane.clusters.first_mut() {
            first.processes.push(watchman);
        }
    }
    plane.write()?;
    for context in request.contexts.iter().filter(|_| request.crds) {
        install_crds(plane, context, &assets.crds)?;
    }
    Ok(())
}

fn install_crds(plane: &ControlPlane, context: &str, folders: &[PathBuf]) -> Result<(), Error> {
    let admin = format!("{context}-admin");
    for folder in folders {
        plane.kubectl(&admin, &["apply", "--server-side", "-f", &folder.display().to_string()], "")?;
    }
    plane
        .kubectl(&admin, &["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"], "")
        .map(|_| ())
}

/// One cluster about to start.
struct Start<'a> {
    folder: PathBuf,
    context: String,
    etcd_ports: (u16, u16),
    port: u16,
    tokens: Tokens,
    assets: &'a Assets,
}

impl<'a> Start<'a> {
    fn prepare(folder: PathBuf, context: &str, ports: &[u16], assets: &'a Assets) -> Result<Self, Error> {
        let [etcd, peer, port] = *ports else {
            return Err(Error::Failed("three ports a cluster".to_owned()));
        };
        fs::create_dir_all(&folder).map_err(Error::io(format!("create {}", folder.display())))?;
        let tokens = Tokens { tested: key::token()?, admin: key::token()? };
        access::write_private(&folder.join("tokens.csv"), &access::token_file(&tokens))?;
        access::write_private(&folder.join("service-accounts.key"), &key::private()?)?;
        access::write_private(&folder.join("audit-policy.json"), &access::audit_policy())?;
        Ok(Self { folder, context: context.to_owned(), etcd_ports: (etcd, peer), port, tokens, assets })
    }

    fn cluster(&self) -> Cluster {
        Cluster {
            context: self.context.clone(),
            server: self.server(),
            audit_log: self.folder.join("audit.log"),
            processes: Vec::new(),
        }
    }

    fn server(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    fn file(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// etcd and the API server.
    fn servers(&self, processes: &mut Vec<Recorded>) -> Result<(), Error> {
        let (client, peer) = (url(self.etcd_ports.0), url(self.etcd_ports.1));
        let etcd = process::start(
            "etcd",
            &self.folder,
            Command::new(&self.assets.etcd)
                .arg("--unsafe-no-fsync")
                .args(["--name", "test", "--data-dir", &self.file("etcd")])
                .args(["--listen-client-urls", &client, "--advertise-client-urls", &client])
                .args(["--listen-peer-urls", &peer, "--initial-advertise-peer-urls", &peer])
                .args(["--initial-cluster", &format!("test={peer}")]),
        )?;
        processes.push(etcd);
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.etcd_ports.0)).is_err() {
            self.check(processes, until)?;
        }
        processes.push(process::start("kube-apiserver", &self.folder, &mut self.apiserver(&client))?);
        Ok(())
    }

    fn apiserver(&self, etcd: &str) -> Command {
        let mut command = Command::new(&self.assets.apiserver);
        command
            .arg(format!("--etcd-servers={etcd}"))
            .args(["--bind-address=127.0.0.1", "--advertise-address=127.0.0.1"])
            .arg(format!("--secure-port={}", self.port))
            .arg(format!("--cert-dir={}", self.file("certificates")))
            .arg("--service-account-issuer=https://kubernetes.default.svc")
            .arg(format!("--service-account-key-file={}", self.file("service-accounts.key")))
            .arg(format!("--service-account-signing-key-file={}", self.file("service-accounts.key")))
            .arg(format!("--token-auth-file={}", self.file("tokens.csv")))
            .args(["--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/16"])
            // No kubelet mounts tokens here, and no controller need make them first.
            .arg("--disable-admission-plugins=ServiceAccount")
            .arg("--endpoint-reconciler-type=none")
            .arg(format!("--audit-policy-file={}", self.file("audit-policy.json")))
            .arg(format!("--audit-log-path={}", self.file("audit.log")));
        command
    }

    /// Waits for the API server; gives what a kubeconfig needs, and writes the one of the controllers.
    fn wait(&self, processes: &[Recorded]) -> Result<(String, String, String, Tokens), Error> {
        let until = Instant::now() + PATIENCE;
        let certificate = self.folder.join("certificates/apiserver.crt");
        let own = self.folder.join("kubeconfig");
        loop {
            if let Ok(authority) = fs::read(&certificate)
                && TcpStream::connect(("127.0.0.1", self.port)).is_ok()
            {
                let entry =
                    (self.context.clone(), self.server(), STANDARD.encode(authority), self.tokens.clone());
                let mut config = access::kubeconfig(std::slice::from_ref(&entry));
                config["current-context"] = format!("{}-admin", self.context).into();
                access::write_private(&own, &config.to_string())?;
                let admin = format!("{}-admin", self.context);
                if access::kubectl(&self.assets.kubectl, &own, &admin, &["get", "--raw", "/readyz"], "")
                    .is_ok()
                {
                    return Ok(entry);
                }
            }
            self.check(processes, until)?;
        }
    }

    fn check(&self, processes: &[Recorded], until: Instant) -> Result<(), Error> {
        if let Some(gone) = processes.iter().find(|process| !process::is_running(process)) {
            let log = self.file(&format!("{}.log", gone.name));
            return Err(Error::Failed(format!("{} of {} ended; see {log}", gone.name, self.context)));
        }
        if Instant::now() > until {
            let waited = PATIENCE.as_secs();
            let logs = self.folder.display();
            return Err(Error::Failed(format!(
                "{} was not ready within {waited} s; see {logs}",
                self.context
            )));
        }
        std::thread::sleep(Duration::from_millis(50));
        Ok(())
    }

    /// What acts on the API server.
    fn controllers(&self, processes: &mut Vec<Recorded>) -> Result<(), Error> {
        let Some(Controllers { manager, scheduler, kwok, stages }) = &self.assets.controllers else {
            return Ok(());
        };
        let kubeconfig = format!("--kubeconfig={}", self.file("kubeconfig"));
        let alone = ["--leader-elect=false", "--secure-port=0"];
        let signing = format!("--service-account-private-key-file={}", self.file("service-accounts.key"));
        let mut commands = [
            ("kube-controller-manager", Command::new(manager)),
            ("kube-scheduler", Command::new(scheduler)),
            ("kwok", Command::new(kwok)),
        ];
        commands[0]
            .1
            .args(alone)
            .arg(signing)
            .arg("--controllers=*,-node-ipam-controller,-cloud-node-lifecycle-controller");
        commands[1].1.args(alone);
        // Without leases nodes turn NotReady after 40 s, and everything is evicted.
        commands[2]
            .1
            .arg(format!("--config={}", stages.display()))
            .args(["--manage-all-nodes=true", "--node-lease-duration-seconds=40"]);
        for (name, command) in &mut commands {
            processes.push(process::start(name, &self.folder, command.arg(&kubeconfig))?);
        }
        Ok(())
    }
}

fn url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Ports that were free a moment ago, all different.
fn free_ports(count: usize) -> Result<Vec<u16>, Error> {
    let port = |listener: TcpListener| listener.local_addr().map(|address| address.port());
    let held: Result<Vec<TcpListener>, _> = (0..count).map(|_| TcpListener::bind(("127.0.0.1", 0))).collect();
    held.and_then(|held| held.into_iter().map(port).collect()).map_err(Error::io("find free ports"))
}
