//! What a namespace or a definition holds that is not ours: asked before either is pruned.
//!
//! Takes a key and an inventory, gives the first foreign object. Invariant: where any kind cannot be listed, the answer is
//! an error, never "nothing".

use super::call::Attempt;
use super::connect::Connection;
use super::discovery::Resource;
use crate::cluster::ClusterError;
use futures::stream::{self, StreamExt, TryStreamExt};
use kube::api::{GetParams, ListParams};
use kube::core::Request;
use seawall_schema::keys;
use seawall_schema::object::ObjectKey;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::BTreeSet;

/// Listings and API versions asked for at the same time.
const AT_ONCE: usize = 8;
/// Objects in one page.
const PAGE: u32 = 100;

/// The first object inside `key` that is not of `inventory`.
pub(super) async fn first(
    connection: &Connection,
    key: &ObjectKey,
    inventory: &str,
) -> Result<Option<String>, ClusterError> {
    let attempt = Attempt::of_object("look into", key, connection.place());
    let selector = format!("{}!={inventory}", keys::INVENTORY);
    match key.kind.as_str() {
        "Namespace" => in_namespace(connection, &attempt, &key.name, &selector).await,
        "CustomResourceDefinition" => of_definition(connection, &attempt, key, &selector).await,
        _ => Ok(None),
    }
}

async fn in_namespace(
    connection: &Connection,
    attempt: &Attempt<'_>,
    namespace: &str,
    selector: &str,
) -> Result<Option<String>, ClusterError> {
    let kinds = kinds(connection, attempt).await?;
    let asked = kinds.into_iter().map(|(kind, resource)| async move {
        let path = resource.path(Some(namespace));
        let mut foreign = None;
        pages(connection, attempt, &path, selector, |found| {
            // What has an owner goes with it, and the owner is looked at itself.
            if found.owner_references.is_empty() && !comes_by_itself(&kind, &found.name) {
                foreign = Some(format!("{kind} {namespace}/{}", found.name));
            }
            foreign.is_some()
        })
        .await?;
        Ok::<_, ClusterError>(foreign)
    });
    let asked: Vec<_> = asked.collect();
    let answers: Vec<Option<String>> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
    Ok(answers.into_iter().flatten().next())
}

/// What is in a namespace without anybody having put it there. A foreign Service is found itself, so its Endpoints need not
/// be.
fn comes_by_itself(kind: &str, name: &str) -> bool {
    matches!(
        (kind, name),
        ("ServiceAccount", "default")
            | ("ConfigMap", "kube-root-ca.crt")
            | ("Event" | "Endpoints" | "PodMetrics", _)
    )
}

async fn of_definition(
    connection: &Connection,
    attempt: &Attempt<'_>,
    key: &ObjectKey,
    selector: &str,
) -> Result<Option<String>, ClusterError> {
    let resource = connection.resource(attempt, &super::kind_of(key)).await?;
    let request = Request::new(resource.path_of(attempt, key)?).get(&key.name, &GetParams::default());
    let definition: Value = match connection.call(attempt, request).await {
        Err(ClusterError::NotFound(_)) => return Ok(None),
        other => other?,
    };
    let text = |pointer: &str| definition.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let versions = definition.pointer("/spec/versions").and_then(Value::as_array).into_iter().flatten();
    let mut served =
        versions.filter(|version| version["served"] == true).filter_map(|version| version["name"].as_str());
    // Every served version shows the same objects.
    let Some(version) = served.next_back() else { return Ok(None) };
    let path = format!("/apis/{}/{version}/{}", text("/spec/group"), text("/spec/names/plural"));
    let mut foreign = None;
    let listed = pages(connection, attempt, &path, selector, |found| {
        foreign = Some(format!("{} {}", text("/spec/names/kind"), found.name));
        true
    });
    match listed.await {
        // Established a moment ago, or going: nothing of it can be stored.
        Ok(()) | Err(ClusterError::UnknownKind(_)) => Ok(foreign),
        Err(error) => Err(error),
    }
}

/// All namespaced kinds that can be listed, each once.
async fn kinds(
    connection: &Connection,
    attempt: &Attempt<'_>,
) -> Result<Vec<(String, Resource)>, ClusterError> {
    let request = Request::new("/apis").list(&ListParams::default());
    let groups: Groups = connection.call(attempt, request).await?;
    let versions =
        groups.groups.into_iter().flat_map(|group| group.versions).map(|version| version.group_version);
    let asked: Vec<_> = std::iter::once("v1".to_owned())
        .chain(versions)
        .map(|version| async move { connection.ask(attempt, &version).await.map(|kinds| (version, kinds)) })
        .collect();
    let answers: Vec<_> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (version, kinds) in answers {
        let group = version.split_once('/').map_or("", |(group, _)| group).to_owned();
        for (kind, resource) in kinds {
            if resource.is_listable_in_namespaces() && seen.insert((group.clone(), kind.clone())) {
                found.push((kind, resource));
            }
        }
    }
    Ok(found)
}

/// Reads a listing page by page until `enough`.
async fn pages(
    connection: &Connection,
    attempt: &Attempt<'_>,
    path: &str,
    selector: &str,
    mut enough: impl FnMut(&Found) -> bool,
) -> Result<(), ClusterError> {
    let mut params = ListParams::default().labels(selector).limit(PAGE);
    loop {
        let request = Request::new(path).list_metadata(&params);
        let page: Page = connection.call(attempt, request).await?;
        if page.items.iter().flatten().any(|item| enough(&item.metadata))
            || page.metadata.r#continue.is_empty()
        {
            return Ok(());
        }
        params.continue_token = Some(page.metadata.r#continue);
    }
}

#[derive(Deserialize)]
struct Groups {
    #[serde(default)]
    groups: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    #[serde(default)]
    versions: Vec<Version>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    group_version: String,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    metadata: PageMetadata,
    items: Option<Vec<Item>>,
}

#[derive(Default, Deserialize)]
struct PageMetadata {
    #[serde(default)]
    r#continue: String,
}

#[derive(Deserialize)]
struct Item {
    metadata: Found,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    name: String,
    #[serde(default)]
    owner_references: Vec<IgnoredAny>,
}
