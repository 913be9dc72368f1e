//! The team's own objects: which one is replicated, and what else there is.
//!
//! Nothing here changes an object; `pod` and `workload` set the owned fields.

use crate::manifest::scaled;
pub(crate) use crate::manifest::{is_cluster_scoped, pod_template, text};
use crate::model::*;
use serde_json::Value;

/// All objects of a list of files.
pub(crate) fn objects<'a>(
    model: &'a Model,
    files: &'a [ManifestId],
) -> impl Iterator<Item = &'a ManifestObject> + Clone {
    files.iter().flat_map(|id| &model[*id].objects)
}

/// The object whose replicas the workload's targets count: the one of the workload's name, else the first.
pub(crate) fn main<'a>(model: &'a Model, workload: &'a Workload) -> Option<&'a ManifestObject> {
    let Content::Manifests { files, .. } = &workload.content else { return None };
    scaled(objects(model, files), workload.name.as_str())
}

/// The name of what is replicated.
pub(crate) fn main_name(model: &Model, workload: &Workload) -> String {
    let found = main(model, workload).map(|object| object.name().to_owned());
    found.unwrap_or_else(|| workload.name.to_string())
}

/// How many more replicas a rolling update may start than are wanted.
pub(crate) fn surge(model: &Model, workload: &Workload, replicas: u64) -> u64 {
    let object = main(model, workload);
    if object.is_some_and(|o| o.kind() != "Deployment") {
        return 0;
    }
    let value = object.map_or(&Value::Null, |o| &o.value);
    if text(value, "/spec/strategy/type") == "Recreate" {
        return 0;
    }
    match value.pointer("/spec/strategy/rollingUpdate/maxSurge") {
        Some(Value::Number(count)) => count.as_u64().unwrap_or(0),
        Some(Value::String(share)) => percent(share).map_or(0, |p| (replicas * p).div_ceil(100)),
        // The default of Kubernetes.
        _ => (replicas * 25).div_ceil(100),
    }
}

fn percent(text: &str) -> Option<u64> {
    text.strip_suffix('%')?.parse().ok()
}
