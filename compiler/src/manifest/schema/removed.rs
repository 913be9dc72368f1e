//! APIs that Kubernetes no longer serves, and what took their place.
//!
//! Source: kubernetes.io/docs/reference/using-api/deprecation-guide.

/// A kind of object that was served under another version.
pub(super) struct Removed {
    pub(super) api: &'static str,
    pub(super) kind: &'static str,
    /// The first minor version that does not serve it.
    pub(super) since: u8,
    /// What serves it now; `None`: nothing does.
    pub(super) now: Option<&'static str>,
}

macro_rules! removed {
    ($($api:literal $since:literal => $now:expr, [$($kind:literal),*];)*) => {
        /// Every removal.
        pub(super) static REMOVED: &[Removed] =
            &[$($(Removed { api: $api, kind: $kind, since: $since, now: $now }),*),*];
    };
}

removed! {
    "extensions/v1beta1" 16 => Some("apps/v1"), ["Deployment", "DaemonSet", "ReplicaSet"];
    "extensions/v1beta1" 16 => Some("networking.k8s.io/v1"), ["NetworkPolicy"];
    "extensions/v1beta1" 22 => Some("networking.k8s.io/v1"), ["Ingress"];
    "extensions/v1beta1" 16 => None, ["PodSecurityPolicy"];
    "apps/v1beta1" 16 => Some("apps/v1"), ["Deployment", "StatefulSet"];
    "apps/v1beta2" 16 => Some("apps/v1"), ["Deployment", "DaemonSet", "ReplicaSet", "StatefulSet"];
    "admissionregistration.k8s.io/v1beta1" 22 => Some("admissionregistration.k8s.io/v1"), ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
    "apiextensions.k8s.io/v1beta1" 22 => Some("apiextensions.k8s.io/v1"), ["CustomResourceDefinition"];
    "apiregistration.k8s.io/v1beta1" 22 => Some("apiregistration.k8s.io/v1"), ["APIService"];
    "certificates.k8s.io/v1beta1" 22 => Some("certificates.k8s.io/v1"), ["CertificateSigningRequest"];
    "coordination.k8s.io/v1beta1" 22 => Some("coordination.k8s.io/v1"), ["Lease"];
    "networking.k8s.io/v1beta1" 22 => Some("networking.k8s.io/v1"), ["Ingress", "IngressClass"];
    "rbac.authorization.k8s.io/v1beta1" 22 => Some("rbac.authorization.k8s.io/v1"), ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
    "rbac.authorization.k8s.io/v1alpha1" 20 => Some("rbac.authorization.k8s.io/v1"), ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
    "scheduling.k8s.io/v1beta1" 22 => Some("scheduling.k8s.io/v1"), ["PriorityClass"];
    "storage.k8s.io/v1beta1" 22 => Some("storage.k8s.io/v1"), ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"];
    "storage.k8s.io/v1beta1" 27 => Some("storage.k8s.io/v1"), ["CSIStorageCapacity"];
    "batch/v1beta1" 25 => Some("batch/v1"), ["CronJob"];
    "batch/v2alpha1" 21 => Some("batch/v1"), ["CronJob"];
    "discovery.k8s.io/v1beta1" 25 => Some("discovery.k8s.io/v1"), ["EndpointSlice"];
    "events.k8s.io/v1beta1" 25 => Some("events.k8s.io/v1"), ["Event"];
    "autoscaling/v2beta1" 25 => Some("autoscaling/v2"), ["HorizontalPodAutoscaler"];
    "autoscaling/v2beta2" 26 => Some("autoscaling/v2"), ["HorizontalPodAutoscaler"];
    "policy/v1beta1" 25 => Some("policy/v1"), ["PodDisruptionBudget"];
    "policy/v1beta1" 25 => None, ["PodSecurityPolicy"];
    "node.k8s.io/v1beta1" 25 => Some("node.k8s.io/v1"), ["RuntimeClass"];
    "flowcontrol.apiserver.k8s.io/v1beta1" 26 => Some("flowcontrol.apiserver.k8s.io/v1"), ["FlowSchema", "PriorityLevelConfiguration"];
    "flowcontrol.apiserver.k8s.io/v1beta2" 29 => Some("flowcontrol.apiserver.k8s.io/v1"), ["FlowSchema", "PriorityLevelConfiguration"];
    "flowcontrol.apiserver.k8s.io/v1beta3" 32 => Some("flowcontrol.apiserver.k8s.io/v1"), ["FlowSchema", "PriorityLevelConfiguration"];
}
