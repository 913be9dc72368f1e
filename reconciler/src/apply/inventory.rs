//! The inventory: which objects are ours, kept in the cluster itself as ConfigMaps `seawall-inventory-<name>`.
//!
//! Takes and gives a set of keys. One that is large is cut into pieces, none above 500 kB. Invariant: it is written, with
//! old and new together, before the first object is.

use crate::cluster::{ApplyOptions, Cluster, ClusterError};
use seawall_schema::keys::SYSTEM_NAMESPACE;
use seawall_schema::object::ObjectKey;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Bytes of keys in one ConfigMap.
const PIECE: usize = 500_000;

/// The inventory as it lies in the cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// What it holds.
    pub keys: BTreeSet<ObjectKey>,
    /// In how many ConfigMaps; 0 where there is none yet.
    pub pieces: usize,
}

fn key(name: &str, piece: usize) -> ObjectKey {
    let name = match piece {
        0 => format!("seawall-inventory-{name}"),
        more => format!("seawall-inventory-{name}-{more}"),
    };
    ObjectKey {
        api_version: "v1".to_owned(),
        kind: "ConfigMap".to_owned(),
        namespace: Some(SYSTEM_NAMESPACE.to_owned()),
        name,
    }
}

/// Reads the inventory.
pub async fn load(cluster: &dyn Cluster, name: &str) -> Result<Stored, ClusterError> {
    let mut stored = Stored::default();
    let mut wanted = 1;
    while stored.pieces < wanted {
        let key = key(name, stored.pieces);
        let Some(object) = cluster.get(&key).await? else {
            match stored.pieces {
                0 => return Ok(stored),
                // Half an inventory would let objects be forgotten; the pieces are written before their number is.
                _ => {
                    return Err(ClusterError::Broken(format!(
                        "{key} is missing, the inventory is incomplete"
                    )));
                }
            }
        };
        let text = |field: &str| object.pointer(&format!("/data/{field}")).and_then(Value::as_str);
        let keys: Vec<ObjectKey> = serde_json::from_str(text("keys").unwrap_or("[]"))
            .map_err(|error| ClusterError::Broken(format!("{key} is not readable: {error}")))?;
        stored.keys.extend(keys);
        if stored.pieces == 0 {
            wanted = text("pieces").and_then(|text| text.parse().ok()).unwrap_or(1);
        }
        stored.pieces += 1;
    }
    Ok(stored)
}

/// Writes the inventory; gives what lies there now. Later pieces go first, so that the first one's count is always true.
pub async fn save(
    cluster: &dyn Cluster,
    name: &str,
    keys: &BTreeSet<ObjectKey>,
) -> Result<Stored, ClusterError> {
    let pieces = cut(keys);
    for (at, piece) in pieces.iter().enumerate().rev() {
        let key = key(name, at);
        let object = json!({
            "apiVersion": key.api_version, "kind": key.kind,
            "metadata": {"name": key.name, "namespace": key.namespace},
            "data": {"keys": piece, "pieces": pieces.len().to_string()},
        });
        let options = ApplyOptions { dry_run: false, force: true };
        match super::send(cluster, &object, options).await {
            // Only the first write of all meets no namespace; asking each time would cost every other one a request.
            Err(ClusterError::NotFound(_)) => {
                ensure_namespace(cluster).await?;
                super::send(cluster, &object, options).await?;
            }
            other => drop(other?),
        }
    }
    Ok(Stored { keys: keys.clone(), pieces: pieces.len() })
}

/// Creates the namespace of what the reconciler writes for itself. Where we may not look or create, it may still be there.
pub async fn ensure_namespace(cluster: &dyn Cluster) -> Result<(), ClusterError> {
    let object = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM_NAMESPACE}});
    let Some(key) = ObjectKey::of(&object) else { return Ok(()) };
    match cluster.get(&key).await {
        Ok(Some(_)) | Err(ClusterError::Forbidden(_)) => Ok(()),
        Ok(None) => match super::send(cluster, &object, ApplyOptions::default()).await {
            Ok(_) | Err(ClusterError::Forbidden(_) | ClusterError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    }
}

fn cut(keys: &BTreeSet<ObjectKey>) -> Vec<String> {
    let mut pieces = vec![String::from("[")];
    for key in keys {
        let text = serde_json::to_string(key).unwrap_or_default();
        if pieces.last().is_some_and(|piece| piece.len() + text.len() > PIECE) {
            pieces.push(String::from("["));
        }
        if let Some(piece) = pieces.last_mut() {
            if piece.len() > 1 {
                piece.push_str(",\n");
            }
            piece.push_str(&text);
        }
    }
    pieces.iter_mut().for_each(|piece| piece.push(']'));
    pieces
}
