//! Which kinds a cluster knows, and under which paths.
//!
//! Takes a kind, gives its [`Resource`]. Invariant: what is known is kept for the life of the connection, what is not
//! known is asked again, but not more often than [`ASK_AGAIN`], so that a CRD applied a moment ago is found.

use super::call::Attempt;
use super::connect::Connection;
use crate::cluster::{ClusterError, Kind};
use kube::api::ListParams;
use kube::core::Request;
use seawall_schema::object::ObjectKey;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long an answer that lacks a kind is believed.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// Where the objects of a kind are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resource {
    /// `/apis/apps/v1` or `/api/v1`.
    root: String,
    plural: String,
    namespaced: bool,
    listable: bool,
}

/// What one API version holds.
#[derive(Default)]
struct Known {
    kinds: BTreeMap<String, Resource>,
    asked: Option<Instant>,
}

/// What is known of one cluster's kinds.
#[derive(Default)]
pub(super) struct Discovery {
    known: Mutex<BTreeMap<String, Known>>,
    /// One question at a time: thirty appliers that start together ask once.
    asking: tokio::sync::Mutex<()>,
}

impl Discovery {
    /// Drops what is known of an API version.
    pub(super) fn forget(&self, api_version: &str) {
        self.lock().remove(api_version);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None`: ask. `Some(None)`: asked just now, and it is not there.
    fn look(&self, kind: &Kind) -> Option<Option<Resource>> {
        let known = self.lock();
        let version = known.get(&kind.api_version)?;
        match version.kinds.get(&kind.kind) {
            Some(resource) => Some(Some(resource.clone())),
            None if version.asked.is_some_and(|asked| asked.elapsed() < ASK_AGAIN) => Some(None),
            None => None,
        }
    }
}

impl Connection {
    /// Where objects of `kind` are; [`ClusterError::UnknownKind`] where the cluster has no such kind.
    pub(super) async fn resource(
        &self,
        attempt: &Attempt<'_>,
        kind: &Kind,
    ) -> Result<Resource, ClusterError> {
        let unknown = || {
            let outcome = format!("the kind {} of {} is unknown there", kind.kind, kind.api_version);
            ClusterError::UnknownKind(attempt.says(&outcome))
        };
        if let Some(found) = self.discovery.look(kind) {
            return found.ok_or_else(unknown);
        }
        let ask = async {
            let _turn = self.discovery.asking.lock().await;
            if let Some(found) = self.discovery.look(kind) {
                return Ok(found);
            }
            let kinds = self.ask(attempt, &kind.api_version).await?;
            let found = kinds.get(&kind.kind).cloned();
            let known = Known { kinds, asked: Some(Instant::now()) };
            self.discovery.lock().insert(kind.api_version.clone(), known);
            Ok(found)
        };
        self.within_deadline(attempt, ask).await?.ok_or_else(unknown)
    }

    /// The kinds of an API version, as the cluster says now; none where it has no such version.
    pub(super) async fn ask(
        &self,
        attempt: &Attempt<'_>,
        api_version: &str,
    ) -> Result<BTreeMap<String, Resource>, ClusterError> {
        let root = match api_version.split_once('/') {
            Some(_) => format!("/apis/{api_version}"),
            None => format!("/api/{api_version}"),
        };
        let request = Request::new(root.clone()).list(&ListParams::default());
        let answer: Resources = match self.call(attempt, request).await {
            Err(ClusterError::UnknownKind(_) | ClusterError::NotFound(_)) => Resources::default(),
            other => other?,
        };
        let main = answer.resources.into_iter().flatten().filter(|found| !found.name.contains('/'));
        Ok(main
            .map(|found| {
                let listable = found.verbs.iter().any(|verb| verb == "list");
                let resource = Resource {
                    root: root.clone(),
                    plural: found.name,
                    namespaced: found.namespaced,
                    listable,
                };
                (found.kind, resource)
            })
            .collect())
    }
}

impl Resource {
    /// Whether objects of it lie in namespaces and can be listed there.
    pub(super) fn is_listable_in_namespaces(&self) -> bool {
        self.namespaced && self.listable
    }

    /// The path of the collection: in one namespace, or in all.
    pub(super) fn path(&self, namespace: Option<&str>) -> String {
        match namespace {
            Some(namespace) => format!("{}/namespaces/{namespace}/{}", self.root, self.plural),
            None => format!("{}/{}", self.root, self.plural),
        }
    }

    /// The path of the collection that `key` is in; refuses keys that do not fit the kind or would leave the path.
    pub(super) fn path_of(&self, attempt: &Attempt<'_>, key: &ObjectKey) -> Result<String, ClusterError> {
        let refused = |why: &str| Err(ClusterError::Refused(attempt.says(why)));
        let parts = [Some(&key.name), key.namespace.as_ref()];
        if parts.into_iter().flatten().any(|part| !is_path_segment(part)) {
            return refused("a name or namespace that cannot stand in a path");
        }
        match (&key.namespace, self.namespaced) {
            (None, true) => refused("the object has no namespace and its kind needs one"),
            (Some(_), false) => refused("the object has a namespace and its kind knows none"),
            (namespace, _) => Ok(self.path(namespace.as_deref())),
        }
    }
}

fn is_path_segment(text: &str) -> bool {
    !matches!(text, "" | "." | "..")
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':'))
}

/// An `APIResourceList`, as far as it is used.
#[derive(Default, Deserialize)]
struct Resources {
    resources: Option<Vec<Found>>,
}

#[derive(Deserialize)]
struct Found {
    name: String,
    kind: String,
    #[serde(default)]
    namespaced: bool,
    #[serde(default)]
    verbs: Vec<String>,
}
