//! What the embedded cluster knows of kinds: which are cluster-scoped, and which fields never change. Static tables.

use seawall_schema::object::ObjectKey;
use serde_json::Value;

const CLUSTER_SCOPED: &[&str] = &[
    "Namespace",
    "Node",
    "PersistentVolume",
    "CustomResourceDefinition",
    "PriorityClass",
    "StorageClass",
    "IngressClass",
    "RuntimeClass",
    "ClusterRole",
    "ClusterRoleBinding",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "APIService",
    "CSIDriver",
    "VolumeAttributesClass",
    "ResourceFlavor",
    "Cohort",
    "ClusterQueue",
    "WorkloadPriorityClass",
    "AdmissionCheck",
    "Topology",
];

/// Groups whose kinds are all known; elsewhere a kind may be of either scope.
const BUILT_IN: &[&str] = &[
    "",
    "apps",
    "batch",
    "autoscaling",
    "policy",
    "networking.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
];

/// Namespaces that every cluster has.
const ALWAYS: &[&str] = &["default", "kube-system", "kube-public", "kube-node-lease"];

/// Kinds with the fields that cannot change after creation.
const IMMUTABLE: &[(&str, &[&str])] = &[
    ("PriorityClass", &["/value", "/preemptionPolicy"]),
    ("Deployment", &["/spec/selector"]),
    ("DaemonSet", &["/spec/selector"]),
    ("StatefulSet", &["/spec/selector", "/spec/serviceName", "/spec/volumeClaimTemplates"]),
    ("Job", &["/spec/selector", "/spec/template", "/spec/completions"]),
    ("PersistentVolumeClaim", &["/spec/storageClassName", "/spec/accessModes"]),
    ("RoleBinding", &["/roleRef"]),
    ("ClusterRoleBinding", &["/roleRef"]),
];

/// Whether objects of `kind` lie outside namespaces.
pub(super) fn cluster_scoped(kind: &str) -> bool {
    CLUSTER_SCOPED.contains(&kind)
}

/// Whether every cluster has the namespace.
pub(super) fn always_there(namespace: &str) -> bool {
    ALWAYS.contains(&namespace)
}

/// Why `key` cannot be the key of an object.
pub(super) fn fault(key: &ObjectKey) -> Option<String> {
    let plain = |text: &str| {
        let ok = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
        !text.is_empty() && text.len() <= 253 && !text.starts_with('.') && text.bytes().all(ok)
    };
    if !plain(&key.name) {
        return Some(format!("metadata.name: invalid value {:?}", key.name));
    }
    if !plain(&key.kind) || !key.api_version.split('/').all(plain) {
        return Some("apiVersion or kind is not valid".to_owned());
    }
    match &key.namespace {
        Some(_) if cluster_scoped(&key.kind) => {
            Some("the kind is cluster-scoped and has no namespace".to_owned())
        }
        Some(namespace) if !plain(namespace) => {
            Some(format!("metadata.namespace: invalid value {namespace:?}"))
        }
        None if BUILT_IN.contains(&key.group()) && !cluster_scoped(&key.kind) => {
            Some("an empty namespace may not be set".to_owned())
        }
        _ => None,
    }
}

/// The first field in which `new` breaks what cannot change of `old`.
pub(super) fn immutable(kind: &str, old: &Value, new: &Value) -> Option<&'static str> {
    let fields = IMMUTABLE.iter().find(|(name, _)| *name == kind)?.1;
    fields
        .iter()
        .copied()
        .find(|field| old.pointer(field).is_some() && old.pointer(field) != new.pointer(field))
}
