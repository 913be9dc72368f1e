//! A real Kubernetes cluster behind the trait [`Cluster`].
//!
//! Takes a kubeconfig context or in-cluster credentials, gives the contract of the trait over HTTPS. Invariants: every
//! call ends within its deadline, whatever the server does; nothing (connection, cache, lock) is shared between two
//! instances; no message holds Secret data or credentials.

mod call;
mod connect;
mod discovery;
mod error;
mod event;
mod foreign;
mod observe;
mod watch;

use crate::cluster::{ApplyOptions, Change, Cluster, ClusterError, EventKind, Extent, Kind, Observed};
use async_trait::async_trait;
use call::Attempt;
use connect::Connection;
use futures::stream::{BoxStream, StreamExt, TryStreamExt};
use kube::api::{DeleteParams, GetParams, ListParams, Patch, PatchParams, Preconditions};
use kube::core::Request;
use seawall_schema::keys;
use seawall_schema::object::ObjectKey;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How long a call may take, unless [`KubernetesCluster::with_deadline`] says otherwise.
pub const DEFAULT_DEADLINE: Duration = Duration::from_secs(10);

/// Kinds, or namespaces of a kind, that one listing asks for at the same time.
const LISTS_AT_ONCE: usize = 8;
/// Objects in one page of a listing.
const PAGE: u32 = 500;
/// Objects in a listing of names; where there are more, each is asked for by itself.
const NAMES: u32 = 2_000;

/// A cluster reached over the Kubernetes API.
#[derive(Clone)]
pub struct KubernetesCluster {
    connection: Arc<Connection>,
}

impl KubernetesCluster {
    /// A context of the kubeconfig at `kubeconfig`, or of the one that `KUBECONFIG` and `~/.kube/config` make.
    pub fn from_context(kubeconfig: Option<&str>, context: &str) -> Result<Self, ClusterError> {
        Ok(Self::over(connect::from_context(kubeconfig, context)?))
    }

    /// The cluster that this process runs in, with its service account.
    pub fn in_cluster() -> Result<Self, ClusterError> {
        Ok(Self::over(connect::in_cluster()?))
    }

    /// A context of a kubeconfig given as text; its current context where `context` is left out.
    pub fn from_kubeconfig_yaml(text: &str, context: Option<&str>) -> Result<Self, ClusterError> {
        Ok(Self::over(connect::from_yaml(text, context)?))
    }

    /// The same cluster with another deadline for each call.
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self::over(self.connection.with_deadline(deadline))
    }

    fn over(connection: Connection) -> Self {
        Self { connection: Arc::new(connection) }
    }

    /// Lists everywhere; where that is forbidden, in each namespace of the extent.
    async fn list_extent(&self, inventory: &str, extent: &Extent) -> Result<Vec<Observed>, ClusterError> {
        match self.list_in(inventory, &extent.kind, None).await {
            Err(ClusterError::Forbidden(_)) if !extent.namespaces.is_empty() => {
                let each =
                    extent.namespaces.iter().map(|name| self.list_in(inventory, &extent.kind, Some(name)));
                let each = each.collect::<Vec<_>>();
                let lists: Vec<Vec<Observed>> =
                    futures::stream::iter(each).buffered(LISTS_AT_ONCE).try_collect().await?;
                Ok(lists.into_iter().flatten().collect())
            }
            other => other,
        }
    }

    async fn list_in(
        &self,
        inventory: &str,
        kind: &Kind,
        namespace: Option<&str>,
    ) -> Result<Vec<Observed>, ClusterError> {
        let attempt = Attempt::of_kind("list", kind, self.connection.place());
        let resource = match self.connection.resource(&attempt, kind).await {
            // A kind that the cluster does not know has no objects there.
            Err(ClusterError::UnknownKind(_)) => return Ok(Vec::new()),
            other => other?,
        };
        let mut params = ListParams::default().labels(&selector(inventory)).limit(PAGE);
        let mut found = Vec::new();
        loop {
            let request = Request::new(resource.path(namespace)).list_metadata(&params);
            let page: observe::Page = self.connection.call(&attempt, request).await?;
            let next = page.next();
            found.extend(page.into_observed(kind));
            match next {
                Some(token) => params.continue_token = Some(token),
                None => return Ok(found),
            }
        }
    }
}

/// The label selector of an inventory.
fn selector(inventory: &str) -> String {
    format!("{}={inventory}", keys::INVENTORY)
}

#[async_trait]
impl Cluster for KubernetesCluster {
    fn describe(&self) -> String {
        self.connection.place().to_owned()
    }

    async fn apply(&self, object: &Value, options: ApplyOptions) -> Result<Value, ClusterError> {
        let connection = &self.connection;
        let key = ObjectKey::of(object).ok_or_else(|| {
            ClusterError::Refused(format!(
                "apply at {}: the object has no apiVersion, kind or name",
                self.describe()
            ))
        })?;
        let verb = if options.dry_run { "dry run of" } else { "apply" };
        let attempt = Attempt::of_object(verb, &key, connection.place());
        connection
            .within_deadline(&attempt, async {
                let resource = connection.resource(&attempt, &kind_of(&key)).await?;
                let path = resource.path_of(&attempt, &key)?;
                let mut params = PatchParams::apply(keys::FIELD_MANAGER).validation_strict();
                params.dry_run = options.dry_run;
                params.force = options.force;
                let request = Request::new(path).patch(&key.name, &params, &Patch::Apply(object));
                connection.call_object(&attempt, &kind_of(&key), request).await
            })
            .await
    }

    async fn get(&self, key: &ObjectKey) -> Result<Option<Value>, ClusterError> {
        let connection = &self.connection;
        let attempt = Attempt::of_object("get", key, connection.place());
        let call = async {
            let resource = connection.resource(&attempt, &kind_of(key)).await?;
            let request =
                Request::new(resource.path_of(&attempt, key)?).get(&key.name, &GetParams::default());
            connection.call_object(&attempt, &kind_of(key), request).await
        };
        match connection.within_deadline(&attempt, call).await {
            Ok(object) => Ok(Some(object)),
            Err(ClusterError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn names(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
    ) -> Result<Option<BTreeSet<String>>, ClusterError> {
        let connection = &self.connection;
        let attempt = Attempt::of_kind("list names of", kind, connection.place());
        connection
            .within_deadline(&attempt, async {
                let resource = connection.resource(&attempt, kind).await?;
                let params = ListParams::default().limit(NAMES);
                let request = Request::new(resource.path(namespace)).list_metadata(&params);
                let page: observe::Page = connection.call(&attempt, request).await?;
                Ok(page.next().is_none().then(|| page.into_names()))
            })
            .await
    }

    async fn list(&self, inventory: &str, extents: &[Extent]) -> Result<Vec<Observed>, ClusterError> {
        let lists = extents.iter().map(|extent| self.list_extent(inventory, extent)).collect::<Vec<_>>();
        let lists: Vec<Vec<Observed>> =
            futures::stream::iter(lists).buffered(LISTS_AT_ONCE).try_collect().await?;
        Ok(lists.into_iter().flatten().collect())
    }

    async fn delete(&self, key: &ObjectKey, uid: &str) -> Result<(), ClusterError> {
        let connection = &self.connection;
        let attempt = Attempt::of_object("delete", key, connection.place());
        let call = async {
            let resource = connection.resource(&attempt, &kind_of(key)).await?;
            let only_this = Preconditions { uid: Some(uid.to_owned()), resource_version: None };
            let params = DeleteParams::background().preconditions(only_this);
            let request = Request::new(resource.path_of(&attempt, key)?).delete(&key.name, &params);
            connection.call_object(&attempt, &kind_of(key), request).await
        };
        match connection.within_deadline(&attempt, call).await {
            // Without the kind there is no object of it either.
            Ok(_) | Err(ClusterError::NotFound(_) | ClusterError::UnknownKind(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn watch(&self, inventory: &str, extents: &[Extent]) -> BoxStream<'static, Change> {
        watch::changes(Arc::clone(&self.connection), inventory, extents)
    }

    async fn holds_foreign(&self, key: &ObjectKey, inventory: &str) -> Result<Option<String>, ClusterError> {
        foreign::first(&self.connection, key, inventory).await
    }

    async fn event(&self, key: &ObjectKey, kind: EventKind, reason: &str, message: &str) {
        if let Err(error) = event::record(&self.connection, key, kind, reason, message).await {
            tracing::debug!(%error, "event not recorded");
        }
    }
}

/// The kind of an object, by its key.
fn kind_of(key: &ObjectKey) -> Kind {
    Kind { api_version: key.api_version.clone(), kind: key.kind.clone() }
}
