//! A lowered object with its provenance, and the ordered set of them.
//!
//! Invariant: keys are unique in a set; the order is phase, then the order of kinds within it, then namespace and name.

use crate::span::Span;
use seawall_schema::object::{ObjectKey, Phase};
use serde_json::Value;
use std::borrow::Borrow;
use std::collections::BTreeMap;

/// An object of a bundle.
#[derive(Clone, Debug, PartialEq)]
pub struct LoweredObject {
    /// Which object.
    pub key: ObjectKey,
    /// When it is applied.
    pub phase: Phase,
    /// Whether an overlay has it before the reserves give way: pods that take nothing from others must be there when the
    /// room gets free.
    pub ahead: bool,
    /// All of it.
    pub value: Value,
    /// By JSON pointer the policy lines a field came from; a field that is not listed came from where its nearest listed
    /// ancestor did. The root (`""`) is always listed.
    pub provenance: BTreeMap<String, Vec<Span>>,
}

/// Kinds in order of application, each with its phase. What is not listed is configuration, after what is.
const KINDS: [(&str, Phase); 41] = [
    ("CustomResourceDefinition", Phase::Foundation),
    ("Namespace", Phase::Foundation),
    ("PriorityClass", Phase::Foundation),
    ("RuntimeClass", Phase::Foundation),
    ("StorageClass", Phase::Foundation),
    ("ResourceQuota", Phase::Limits),
    ("LimitRange", Phase::Limits),
    ("ValidatingAdmissionPolicy", Phase::Limits),
    ("ValidatingAdmissionPolicyBinding", Phase::Limits),
    ("NetworkPolicy", Phase::Limits),
    ("WorkloadPriorityClass", Phase::Limits),
    ("ResourceFlavor", Phase::Limits),
    ("Cohort", Phase::Limits),
    ("ClusterQueue", Phase::Limits),
    ("LocalQueue", Phase::Limits),
    ("ServiceAccount", Phase::Configuration),
    ("ClusterRole", Phase::Configuration),
    ("Role", Phase::Configuration),
    ("ClusterRoleBinding", Phase::Configuration),
    ("RoleBinding", Phase::Configuration),
    ("Secret", Phase::Configuration),
    ("ConfigMap", Phase::Configuration),
    ("PersistentVolume", Phase::Configuration),
    ("PersistentVolumeClaim", Phase::Configuration),
    ("Service", Phase::Configuration),
    ("Deployment", Phase::Workloads),
    ("StatefulSet", Phase::Workloads),
    ("DaemonSet", Phase::Workloads),
    ("ReplicaSet", Phase::Workloads),
    ("ReplicationController", Phase::Workloads),
    ("Pod", Phase::Workloads),
    ("Job", Phase::Workloads),
    ("CronJob", Phase::Workloads),
    ("AppWrapper", Phase::Workloads),
    ("PodDisruptionBudget", Phase::Traffic),
    ("HorizontalPodAutoscaler", Phase::Traffic),
    ("Ingress", Phase::Traffic),
    ("Gateway", Phase::Traffic),
    ("HTTPRoute", Phase::Traffic),
    ("GRPCRoute", Phase::Traffic),
    ("DNSEndpoint", Phase::Traffic),
];

fn rank(kind: &str) -> (Phase, usize) {
    let found = KINDS.iter().position(|(name, _)| *name == kind);
    found.map_or((Phase::Configuration, KINDS.len()), |at| (KINDS[at].1, at))
}

impl LoweredObject {
    /// An object that came from `origin`; its key is read out of its value.
    pub(crate) fn new(value: Value, origin: Vec<Span>) -> Self {
        let text = |pointer| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let namespace = value.pointer("/metadata/namespace").and_then(Value::as_str).map(str::to_owned);
        let (api_version, kind, name) = (text("/apiVersion"), text("/kind"), text("/metadata/name"));
        let phase = rank(&kind).0;
        let key = ObjectKey { api_version, kind, namespace, name };
        Self { key, phase, ahead: false, value, provenance: BTreeMap::from([(String::new(), origin)]) }
    }

    /// Says where a field came from.
    #[must_use]
    pub(crate) fn from(mut self, pointer: &str, spans: impl IntoIterator<Item = Span>) -> Self {
        self.provenance.entry(pointer.to_owned()).or_default().extend(spans);
        self
    }

    /// The same object, in an overlay before the reserves where `ahead` says so.
    #[must_use]
    pub(crate) fn ahead(mut self, ahead: bool) -> Self {
        self.ahead = ahead;
        self
    }

    /// The same object in another phase.
    #[must_use]
    pub(crate) fn in_phase(mut self, phase: Phase) -> Self {
        self.phase = phase;
        self
    }
}

/// Objects by key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Objects(BTreeMap<ObjectKey, LoweredObject>);

impl Objects {
    /// Adds an object; gives the key back where it is there already.
    pub(crate) fn insert(&mut self, object: LoweredObject) -> Result<(), ObjectKey> {
        match self.0.insert(object.key.clone(), object) {
            None => Ok(()),
            Some(first) => Err(first.key),
        }
    }

    /// The object of that key.
    pub(crate) fn get(&self, key: &ObjectKey) -> Option<&LoweredObject> {
        self.0.get(key)
    }

    /// All of them by key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &LoweredObject> {
        self.0.values()
    }

    /// All of them by key.
    pub(crate) fn into_iter(self) -> impl Iterator<Item = LoweredObject> {
        self.0.into_values()
    }

    /// Some of them, to be spoilt.
    #[cfg(test)]
    pub(crate) fn map_mut(&mut self) -> &mut BTreeMap<ObjectKey, LoweredObject> {
        &mut self.0
    }
}

/// Sorts objects into the order of application.
pub(crate) fn ordered<O: Borrow<LoweredObject>>(mut objects: Vec<O>) -> Vec<O> {
    objects.sort_by_cached_key(|object| {
        let LoweredObject { key, phase, .. } = object.borrow();
        let name = (key.namespace.clone(), key.name.clone(), key.kind.clone());
        (*phase, rank(&key.kind).1, name, key.clone())
    });
    objects
}
