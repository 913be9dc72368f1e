//! What the reconciler needs of a cluster: the trait [`Cluster`], with a real and an embedded implementation.
//!
//! Takes whole objects as JSON, gives what the cluster made of them. Invariant: both implementations keep the same
//! contract (server-side apply with field ownership, inventory by label, watch, optimistic deletion); the tests in
//! `tests/all` run against both.

pub mod embedded;
pub mod kubernetes;
pub mod observe;

use async_trait::async_trait;
use futures::stream::BoxStream;
use seawall_schema::object::ObjectKey;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a watch and a listing hold of an object: metadata only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Which object.
    pub key: ObjectKey,
    /// The server's identity of this incarnation.
    pub uid: String,
    /// Changes with every write.
    pub resource_version: String,
    /// `metadata.generation`, where the kind has it.
    pub generation: Option<i64>,
    /// The annotation `seawall.dev/digest`.
    pub digest: Option<String>,
    /// The label `seawall.dev/inventory`: whose it is.
    pub inventory: Option<String>,
    /// The label `seawall.dev/traffic-weight`: the weight of a traffic record.
    pub weight: Option<u64>,
    /// That it is being deleted, where it is.
    pub deletion: Option<Box<Deletion>>,
    /// Hash of the part of `metadata.managedFields` that belongs to Seawall's manager, and of nothing else: differs when
    /// somebody takes a field over. (Status writes of others do not change it.)
    pub owned_fields: Option<u128>,
}

/// A deletion that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// `metadata.deletionTimestamp`, RFC 3339: when it is to be gone.
    pub since: String,
    /// `metadata.finalizers`: who has to agree before it goes.
    pub finalizers: Vec<String>,
}

impl std::fmt::Display for Deletion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "is being deleted since {}", self.since)?;
        match self.finalizers.as_slice() {
            [] => Ok(()),
            [one] => write!(f, ", held by finalizer {one}"),
            many => write!(f, ", held by finalizers {}", many.join(", ")),
        }
    }
}

/// How an object is applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApplyOptions {
    /// Only ask what would happen.
    pub dry_run: bool,
    /// Take over fields that another manager owns.
    pub force: bool,
}

/// One change seen by a watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The object exists and looks like this.
    Present(Observed),
    /// The object is gone.
    Gone(ObjectKey),
    /// The watch was restarted; everything may have changed: list again.
    Restarted,
}

/// Why a cluster did not do as asked. The message names what was tried and where, and holds no Secret data.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClusterError {
    /// It could not be reached or did not answer in time.
    #[error("{0}")]
    Unreachable(String),
    /// It asks for fewer requests; after so many milliseconds, where it says.
    #[error("{message}")]
    Busy {
        /// What it said.
        message: String,
        /// `Retry-After`, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// Another manager owns fields (409 on apply), or the object changed meanwhile.
    #[error("{message}")]
    Conflict {
        /// What it said.
        message: String,
        /// The other managers, with the fields they own.
        managers: Vec<(String, Vec<String>)>,
    },
    /// The object is refused: invalid, immutable field, admission, quota (400, 403 by admission, 422).
    #[error("{0}")]
    Refused(String),
    /// Credentials do not allow it (401, 403).
    #[error("{0}")]
    Forbidden(String),
    /// The kind is unknown there: its CRD is missing.
    #[error("{0}")]
    UnknownKind(String),
    /// The object or its namespace does not exist.
    #[error("{0}")]
    NotFound(String),
    /// It answered something that makes no sense, or failed inside (5xx).
    #[error("{0}")]
    Broken(String),
}

impl ClusterError {
    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, ClusterError::Unreachable(_) | ClusterError::Busy { .. } | ClusterError::Broken(_))
    }
}

/// A cluster of Kubernetes objects. Every call has its own deadline inside the implementation; none waits for ever.
#[async_trait]
pub trait Cluster: Send + Sync {
    /// What it is, for messages: `context prod-eu-west`, `embedded at eu-west`. Holds no credentials.
    fn describe(&self) -> String;

    /// Server-side apply under the manager `seawall`; gives the object as the server now has it.
    async fn apply(&self, object: &Value, options: ApplyOptions) -> Result<Value, ClusterError>;

    /// The whole object; `None` where it does not exist.
    async fn get(&self, key: &ObjectKey) -> Result<Option<Value>, ClusterError>;

    /// Names of all objects of a kind in a namespace, or of a cluster-wide kind, whoever's they are; `None` where there are
    /// too many to list, or listing is more than asking for each.
    async fn names(
        &self,
        kind: &Kind,
        namespace: Option<&str>,
    ) -> Result<Option<BTreeSet<String>>, ClusterError> {
        let _ = (kind, namespace);
        Ok(None)
    }

    /// Metadata of all objects of these kinds that carry the label `seawall.dev/inventory=<inventory>`; only of the
    /// extents' namespaces where the whole cluster may not be listed.
    async fn list(&self, inventory: &str, extents: &[Extent]) -> Result<Vec<Observed>, ClusterError>;

    /// Deletes an object if it still is the incarnation `uid` (background propagation); one that is gone is fine.
    async fn delete(&self, key: &ObjectKey, uid: &str) -> Result<(), ClusterError>;

    /// Changes of what [`Cluster::list`] lists, from now on. The stream ends only when dropped.
    fn watch(&self, inventory: &str, extents: &[Extent]) -> BoxStream<'static, Change>;

    /// Something inside the Namespace, or an object of the kind that the CustomResourceDefinition `key` defines, that does
    /// not carry the label of `inventory`; `None` where there is nothing foreign. What every namespace has by itself
    /// (`default` ServiceAccount, `kube-root-ca.crt`) and Events do not count. A cluster that cannot tell says so, and then
    /// nothing of these kinds is pruned.
    async fn holds_foreign(&self, key: &ObjectKey, inventory: &str) -> Result<Option<String>, ClusterError> {
        let _ = inventory;
        Ok(Some(format!("{} cannot say what {key} holds", self.describe())))
    }

    /// Records a Kubernetes Event about `key`; best effort.
    async fn event(&self, key: &ObjectKey, kind: EventKind, reason: &str, message: &str);
}

/// A kind of object, as far as a listing needs it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind {
    /// `group/version`, or `version`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
}

/// A kind, with the namespaces in which objects of it are ours or may become so; none where it has no namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The kind.
    pub kind: Kind,
    /// The namespaces.
    pub namespaces: BTreeSet<String>,
}

impl Extent {
    /// The extents of these objects, one a kind.
    pub fn of<'k>(keys: impl IntoIterator<Item = &'k ObjectKey>) -> Vec<Self> {
        let mut extents: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
        for ObjectKey { api_version, kind, namespace, name: _ } in keys {
            extents.entry((api_version, kind)).or_default().extend(namespace.as_deref());
        }
        let extent = |((api_version, kind), namespaces): ((&str, &str), BTreeSet<&str>)| Self {
            kind: Kind { api_version: api_version.to_owned(), kind: kind.to_owned() },
            namespaces: namespaces.into_iter().map(str::to_owned).collect(),
        };
        extents.into_iter().map(extent).collect()
    }
}

impl From<Kind> for Extent {
    fn from(kind: Kind) -> Self {
        Self { kind, namespaces: BTreeSet::new() }
    }
}

/// Types of Kubernetes Events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// All is well.
    Normal,
    /// Somebody should look.
    Warning,
}
