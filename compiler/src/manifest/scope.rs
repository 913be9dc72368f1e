//! Which objects live outside namespaces.
//!
//! Takes an object and the CustomResourceDefinitions that are given, gives whether it is of the whole cluster. Invariant:
//! what a definition says counts before what Kubernetes serves, as in [`super::schema`].

use super::schema::cluster_scoped;
use super::{group_of, text};
use crate::model::SchemaFile;
use serde_json::Value;

/// Whether an object lives outside namespaces. Of a kind that nobody defines its name tells: `ClusterIssuer`.
pub(crate) fn is_cluster_scoped(object: &Value, schemas: &[SchemaFile]) -> bool {
    let kind = text(object, "/kind");
    let by_name = || kind == "GatewayClass" || (kind.starts_with("Cluster") && kind != "Cluster");
    known(object, schemas).unwrap_or_else(by_name)
}

/// Whether an object's kind is Kubernetes' own.
pub(crate) fn is_builtin(object: &Value) -> bool {
    cluster_scoped(group_of(text(object, "/apiVersion")), text(object, "/kind")).is_some()
}

fn known(object: &Value, schemas: &[SchemaFile]) -> Option<bool> {
    let (group, kind) = (group_of(text(object, "/apiVersion")), text(object, "/kind"));
    let mut custom = schemas.iter().flat_map(|file| &file.kinds);
    let custom = custom.find(|custom| custom.kind == kind && custom.group == group);
    custom.map(|custom| custom.cluster_scoped).or_else(|| cluster_scoped(group, kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CustomKind;
    use crate::span::Span;
    use serde_json::json;

    fn scoped(api: &str, kind: &str, schemas: &[SchemaFile]) -> bool {
        is_cluster_scoped(&json!({ "apiVersion": api, "kind": kind }), schemas)
    }

    #[test]
    fn what_kubernetes_serves_is_known_by_group_and_kind() {
        for (api, kind) in [
            ("v1", "Namespace"),
            ("v1", "PersistentVolume"),
            ("rbac.authorization.k8s.io/v1", "ClusterRole"),
            ("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding"),
            ("scheduling.k8s.io/v1", "PriorityClass"),
            ("networking.k8s.io/v1", "IPAddress"),
            ("storage.k8s.io/v1", "VolumeAttachment"),
            ("gateway.networking.k8s.io/v1", "GatewayClass"),
            // Another version of a kind that is served.
            ("storage.k8s.io/v9", "StorageClass"),
        ] {
            assert!(scoped(api, kind, &[]), "{api} {kind}");
        }
        for (api, kind) in [
            ("v1", "Service"),
            ("apps/v1", "Deployment"),
            ("storage.k8s.io/v1", "CSIStorageCapacity"),
            ("rbac.authorization.k8s.io/v1", "Role"),
            ("example.com/v1", "Namespace"),
            ("postgresql.cnpg.io/v1", "Cluster"),
        ] {
            assert!(!scoped(api, kind, &[]), "{api} {kind}");
        }
    }

    #[test]
    fn a_definition_says_where_its_kind_lives() {
        let custom = |kind: &str, cluster_scoped: bool| CustomKind {
            group: "example.com".to_owned(),
            kind: kind.to_owned(),
            versions: vec!["v1".to_owned()],
            cluster_scoped,
            span: Span::NONE,
        };
        let kinds = vec![custom("Network", true), custom("ClusterTask", false)];
        let schemas = [SchemaFile { path: String::new(), kinds }];
        assert!(scoped("example.com/v1", "Network", &schemas));
        assert!(!scoped("example.com/v1", "Network", &[]));
        assert!(!scoped("example.com/v1", "ClusterTask", &schemas));
        assert!(scoped("example.com/v1", "ClusterTask", &[]));
    }
}
