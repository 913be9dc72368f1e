//! Kubernetes objects as data, and the keys they are known by.
//!
//! Takes JSON values, gives keys, phases and file names. Invariant: the order of keys is the order in which the compiler
//! writes and the reconciler applies.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// What identifies an object in one cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectKey {
    /// `group/version`, or `version` for the core group.
    pub api_version: String,
    /// The kind, such as `Deployment`.
    pub kind: String,
    /// The namespace; `None` for cluster-scoped objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl ObjectKey {
    /// Reads the key out of an object; `None` where `apiVersion`, `kind` or `metadata.name` is missing.
    pub fn of(object: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Some(Self {
            api_version: text(object.get("apiVersion")?)?,
            kind: text(object.get("kind")?)?,
            namespace: object.pointer("/metadata/namespace").and_then(text),
            name: text(object.pointer("/metadata/name")?)?,
        })
    }

    /// The API group, empty for the core group.
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The API version without the group.
    pub fn version(&self) -> &str {
        self.api_version.split_once('/').map_or(self.api_version.as_str(), |(_, version)| version)
    }
}

impl fmt::Display for ObjectKey {
    /// `Deployment payments-prod/risk-api`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// The order in which objects are applied; deletion goes the other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Namespaces, CRDs, priority classes: what others refer to.
    Foundation,
    /// Quotas, limit ranges, admission policies, queues: what bounds the rest.
    Limits,
    /// Service accounts, RBAC, ConfigMaps, Secrets, Services, claims.
    Configuration,
    /// Placeholders of reserves: they hold the room before anything else takes it.
    Reserves,
    /// Deployments, StatefulSets, Jobs, AppWrappers.
    Workloads,
    /// Budgets, autoscalers, traffic records.
    Traffic,
}

impl Phase {
    /// All phases in order.
    pub const ALL: [Phase; 6] = [
        Phase::Foundation,
        Phase::Limits,
        Phase::Configuration,
        Phase::Reserves,
        Phase::Workloads,
        Phase::Traffic,
    ];

    /// The phase as it stands in file names and `bundle.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Foundation => "foundation",
            Phase::Limits => "limits",
            Phase::Configuration => "configuration",
            Phase::Reserves => "reserves",
            Phase::Workloads => "workloads",
            Phase::Traffic => "traffic",
        }
    }
}
