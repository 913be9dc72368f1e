//! From credentials to a client: reads kubeconfigs, builds the client of one cluster, holds what belongs to it.
//!
//! Takes a kubeconfig and a context, gives a [`Connection`]. Invariant: a client lives on the runtime that uses it and is
//! built anew on another one, because its connections are driven by that runtime's tasks.

use super::call::Attempt;
use super::discovery::Discovery;
use crate::cluster::ClusterError;
use jiff::Timestamp;
use kube::config::{AuthInfo, KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use std::time::Duration;
use tokio::runtime::{Handle, Id};
use tokio::sync::Mutex;

/// One cluster: how it is reached, how it is called in messages, and what is known of it.
pub(super) struct Connection {
    place: String,
    config: Config,
    deadline: Duration,
    client: Mutex<Option<(Id, Client)>>,
    pub(super) discovery: Discovery,
}

/// The connection to a context of a kubeconfig file.
pub(super) fn from_context(kubeconfig: Option<&str>, context: &str) -> Result<Connection, ClusterError> {
    let (read, from) = match kubeconfig {
        Some(path) => (Kubeconfig::read_from(path), path.to_owned()),
        None => (Kubeconfig::read(), "the default kubeconfig".to_owned()),
    };
    let read = read.map_err(|error| ClusterError::Refused(format!("read {from}: {}", cause(&error))))?;
    connection(read, Some(context), &from)
}

/// The connection to a context of a kubeconfig given as text.
pub(super) fn from_yaml(text: &str, context: Option<&str>) -> Result<Connection, ClusterError> {
    // The parser's own words may quote the text, and the text holds credentials.
    let read = Kubeconfig::from_yaml(text).map_err(|_| {
        ClusterError::Refused("the given kubeconfig is not valid YAML of a kubeconfig".to_owned())
    })?;
    connection(read, context, "the given kubeconfig")
}

/// The connection of a process that runs in a cluster.
pub(super) fn in_cluster() -> Result<Connection, ClusterError> {
    let config = Config::incluster()
        .map_err(|error| ClusterError::Refused(format!("read the credentials of this cluster: {error}")))?;
    Ok(Connection::new("in-cluster".to_owned(), config))
}

fn connection(read: Kubeconfig, context: Option<&str>, from: &str) -> Result<Connection, ClusterError> {
    let name = context
        .map(str::to_owned)
        .or_else(|| read.current_context.clone())
        .ok_or_else(|| ClusterError::Refused(format!("{from} has no current context and none was named")))?;
    let known: Vec<String> = read.contexts.iter().map(|context| context.name.clone()).collect();
    if !known.contains(&name) {
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        return Err(ClusterError::Refused(format!("{from} has no context {name}; it has {known}")));
    }
    let options = KubeConfigOptions { context: Some(name.clone()), ..KubeConfigOptions::default() };
    // Nothing in it waits; it is declared async all the same.
    let config =
        futures::executor::block_on(Config::from_custom_kubeconfig(read, &options)).map_err(|error| {
            ClusterError::Refused(format!("read context {name} of {from}: {}", cause(&error)))
        })?;
    Ok(Connection::new(format!("context {name}"), config))
}

/// What is wrong with a kubeconfig, without quoting what may hold credentials.
fn cause(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::Parse(_) => "not valid YAML of a kubeconfig".to_owned(),
        KubeconfigError::ReadConfig(error, path) => format!("{}: {error}", path.display()),
        other => other.to_string(),
    }
}

impl Connection {
    fn new(place: String, mut config: Config) -> Self {
        // Retries are the worker's business: it knows what waits behind them.
        config.default_retry = false;
        // Deadlines are per call; a read timeout on the socket would end quiet watches.
        config.read_timeout = None;
        let mut connection = Self {
            place,
            config,
            deadline: Duration::ZERO,
            client: Mutex::new(None),
            discovery: Discovery::default(),
        };
        connection.set_deadline(super::DEFAULT_DEADLINE);
        connection
    }

    fn set_deadline(&mut self, deadline: Duration) {
        self.deadline = deadline;
        self.config.connect_timeout = Some(deadline);
        self.config.write_timeout = Some(deadline);
    }

    /// The same cluster with another deadline, with nothing shared.
    pub(super) fn with_deadline(&self, deadline: Duration) -> Self {
        let mut other = Self::new(self.place.clone(), self.config.clone());
        other.set_deadline(deadline);
        other
    }

    /// What the cluster is called in messages.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// How long a call may take.
    pub(super) fn deadline(&self) -> Duration {
        self.deadline
    }

    /// `host:port` of the API server; never the whole address, which may hold credentials.
    pub(super) fn server(&self) -> String {
        let host = self.config.cluster_url.host().unwrap_or("an address without a host");
        match self.config.cluster_url.port_u16() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// The client of the runtime that asks.
    pub(super) async fn client(&self, attempt: &Attempt<'_>) -> Result<Client, ClusterError> {
        let runtime = Handle::current().id();
        let mut held = self.client.lock().await;
        if let Some((built_on, client)) = held.as_ref()
            && *built_on == runtime
            && client.valid_until().is_none_or(|end| Timestamp::now().as_second() < end.as_second())
        {
            return Ok(client.clone());
        }
        let config = self.config.clone();
        // An exec plugin runs while the client is built, and takes the time it takes.
        let built = if runs_a_plugin(&config.auth_info) {
            tokio::task::spawn_blocking(move || Client::try_from(config)).await
        } else {
            Ok(Client::try_from(config))
        };
        let client = match built {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => return Err(self.transport(attempt, &error)),
            Err(_) => return Err(ClusterError::Broken(attempt.says("the credential plugin crashed"))),
        };
        *held = Some((runtime, client.clone()));
        Ok(client)
    }
}

fn runs_a_plugin(auth: &AuthInfo) -> bool {
    auth.exec.is_some() || auth.auth_provider.is_some()
}
