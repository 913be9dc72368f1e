//! From the metadata of objects to [`Observed`], keeping as little as is needed.
//!
//! Takes `PartialObjectMetadata` as the server sends it, gives the digest annotation, a hash of our field ownership and
//! the identity; every other annotation and manager is dropped while reading.

use crate::cluster::observe::owned_fields;
use crate::cluster::{Deletion, Kind, Observed};
use seawall_schema::object::ObjectKey;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One page of a metadata listing.
#[derive(Deserialize)]
pub(super) struct Page {
    metadata: PageMetadata,
    // An empty page of metadata has `null` here.
    items: Option<Vec<PartialObject>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageMetadata {
    #[serde(default)]
    r#continue: String,
    #[serde(default)]
    resource_version: String,
}

/// One object's metadata.
#[derive(Deserialize)]
pub(super) struct PartialObject {
    metadata: Metadata,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    // A bookmark of a watch has neither name nor uid.
    #[serde(default)]
    name: String,
    #[serde(default)]
    namespace: Option<String>,
    #[serde(default)]
    uid: String,
    #[serde(default)]
    resource_version: String,
    #[serde(default)]
    generation: Option<i64>,
    #[serde(default)]
    labels: Labels,
    #[serde(default)]
    annotations: Annotations,
    #[serde(default)]
    deletion_timestamp: Option<String>,
    #[serde(default)]
    finalizers: Option<Vec<String>>,
    #[serde(default)]
    managed_fields: Value,
}

/// The one annotation that is kept; serde skips the others.
#[derive(Default, Deserialize)]
struct Annotations {
    #[serde(rename = "seawall.dev/digest")]
    digest: Option<String>,
}

/// The labels that are kept.
#[derive(Default, Deserialize)]
struct Labels {
    #[serde(rename = "seawall.dev/inventory")]
    inventory: Option<String>,
    #[serde(rename = "seawall.dev/traffic-weight")]
    weight: Option<String>,
}

impl Page {
    /// The token of the next page, where there is one.
    pub(super) fn next(&self) -> Option<String> {
        Some(self.metadata.r#continue.clone()).filter(|token| !token.is_empty())
    }

    /// The version of the collection, from which a watch may go on.
    pub(super) fn resource_version(&self) -> &str {
        &self.metadata.resource_version
    }

    /// The names of the objects of the page.
    pub(super) fn into_names(self) -> BTreeSet<String> {
        self.items.into_iter().flatten().map(|item| item.metadata.name).collect()
    }

    /// The objects of the page.
    pub(super) fn into_observed(self, kind: &Kind) -> impl Iterator<Item = Observed> {
        self.items.into_iter().flatten().map(move |item| item.into_observed(kind))
    }
}

impl PartialObject {
    /// The version of the object, or of the collection where it is a bookmark.
    pub(super) fn resource_version(&self) -> &str {
        &self.metadata.resource_version
    }

    /// What is kept of it.
    pub(super) fn into_observed(self, kind: &Kind) -> Observed {
        let Metadata {
            name,
            namespace,
            uid,
            resource_version,
            generation,
            labels,
            annotations,
            deletion_timestamp,
            finalizers,
            managed_fields,
        } = self.metadata;
        let key =
            ObjectKey { api_version: kind.api_version.clone(), kind: kind.kind.clone(), namespace, name };
        Observed {
            key,
            uid,
            resource_version,
            generation,
            digest: annotations.digest,
            inventory: labels.inventory,
            weight: labels.weight.and_then(|weight| weight.parse().ok()),
            deletion: deletion_timestamp
                .map(|since| Box::new(Deletion { since, finalizers: finalizers.unwrap_or_default() })),
            owned_fields: owned_fields(&json!({ "managedFields": managed_fields })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partial(managed: Value) -> Observed {
        let object = json!({"metadata": {
            "name": "a", "namespace": "n", "uid": "u", "resourceVersion": "7", "generation": 3,
            "labels": {"l": "v"}, "annotations": {"other": "x", "seawall.dev/digest": "sha256:1"},
            "deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["a.test/f"], "managedFields": managed,
        }});
        let kind = Kind { api_version: "v1".to_owned(), kind: "ConfigMap".to_owned() };
        serde_json::from_value::<PartialObject>(object).unwrap().into_observed(&kind)
    }

    fn entry(manager: &str, operation: &str, fields: Value) -> Value {
        json!({"manager": manager, "operation": operation, "time": "2026-01-01T00:00:00Z", "fieldsV1": fields})
    }

    #[test]
    fn an_empty_page_may_be_null() {
        let page: Page =
            serde_json::from_value(json!({"metadata": {"resourceVersion": "5"}, "items": null})).unwrap();
        assert_eq!((page.next(), page.resource_version()), (None, "5"));
        let kind = Kind { api_version: "v1".to_owned(), kind: "ConfigMap".to_owned() };
        assert_eq!(page.into_observed(&kind).count(), 0);
    }

    #[test]
    fn keeps_what_is_needed() {
        let seen = partial(json!([]));
        assert_eq!(seen.key.to_string(), "ConfigMap n/a");
        assert_eq!((seen.digest.as_deref(), seen.generation), (Some("sha256:1"), Some(3)));
        let deletion = seen.deletion.unwrap().to_string();
        assert_eq!(deletion, "is being deleted since 2026-01-01T00:00:00Z, held by finalizer a.test/f");
        assert_eq!(seen.owned_fields, None);
    }

    #[test]
    fn only_our_applied_fields_count() {
        let ours = entry("seawall", "Apply", json!({"f:data": {"f:b": {}, "f:a": {}}}));
        let alone = partial(json!([ours])).owned_fields;
        assert!(alone.is_some());
        let status = entry("controller", "Update", json!({"f:status": {}}));
        assert_eq!(partial(json!([ours, status])).owned_fields, alone);
        let swapped = entry("seawall", "Apply", json!({"f:data": {"f:a": {}, "f:b": {}}}));
        assert_eq!(partial(json!([swapped])).owned_fields, alone);
        let taken = entry("seawall", "Apply", json!({"f:data": {"f:a": {}}}));
        assert_ne!(partial(json!([taken])).owned_fields, alone);
        assert_eq!(owned_fields(&json!({"managedFields": [status, ours]})), alone);
    }
}
