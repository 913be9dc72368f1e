//! Local declarations: the ConfigMap `seawall-declarations` in the region's own cluster, which needs nothing but the region.
//!
//! Takes a cluster, gives the events that are declared there. A key of the ConfigMap is an overlay's name
//! (`eu-grid`, `region-eu-central`, `cell-eu-west-gpu`), its value says who, why and until when.

use crate::cluster::{ApplyOptions, Cluster, ClusterError};
use seawall_schema::keys::{DECLARATIONS, SYSTEM_NAMESPACE};
use seawall_schema::object::ObjectKey;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One declaration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// Who declares it.
    pub by: String,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Until when it is expected to last, RFC 3339; ending it is an act of its own all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Since when, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

fn key() -> ObjectKey {
    ObjectKey {
        api_version: "v1".to_owned(),
        kind: "ConfigMap".to_owned(),
        namespace: Some(SYSTEM_NAMESPACE.to_owned()),
        name: DECLARATIONS.to_owned(),
    }
}

/// The declarations in the cluster. A value that cannot be read still declares its event: whoever wrote it meant it.
pub async fn read(cluster: &dyn Cluster) -> Result<BTreeMap<String, Declaration>, ClusterError> {
    let Some(object) = cluster.get(&key()).await? else { return Ok(BTreeMap::new()) };
    let data = object.get("data").and_then(Value::as_object);
    let one = |(event, value): (&String, &Value)| {
        let text = value.as_str().unwrap_or_default();
        let unreadable =
            || Declaration { by: "unknown".to_owned(), reason: text.to_owned(), ..Declaration::default() };
        (event.clone(), serde_json::from_str(text).unwrap_or_else(|_| unreadable()))
    };
    Ok(data.into_iter().flatten().map(one).collect())
}

/// Declares `event` in the cluster.
pub async fn declare(
    cluster: &dyn Cluster,
    event: &str,
    declaration: &Declaration,
) -> Result<(), ClusterError> {
    let mut all = read(cluster).await?;
    all.insert(event.to_owned(), declaration.clone());
    write(cluster, &all).await
}

/// Ends `event`; says whether it was declared.
pub async fn end(cluster: &dyn Cluster, event: &str) -> Result<bool, ClusterError> {
    let mut all = read(cluster).await?;
    let was = all.remove(event).is_some();
    if was {
        write(cluster, &all).await?;
    }
    Ok(was)
}

async fn write(cluster: &dyn Cluster, all: &BTreeMap<String, Declaration>) -> Result<(), ClusterError> {
    crate::apply::ensure_namespace(cluster).await?;
    let text =
        |declaration: &Declaration| Value::from(serde_json::to_string(declaration).unwrap_or_default());
    let data: Map<String, Value> =
        all.iter().map(|(event, declaration)| (event.clone(), text(declaration))).collect();
    let object = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": DECLARATIONS, "namespace": SYSTEM_NAMESPACE},
        "data": data,
    });
    cluster.apply(&object, ApplyOptions { dry_run: false, force: true }).await.map(drop)
}
