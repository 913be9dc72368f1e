//! Which of a workload's objects its targets count, and what stands around it.
//!
//! Takes objects, gives one of them, or whether one is about another.

use super::{selector, text};
use crate::model::ManifestObject;

/// Whether an object runs as many replicas of a pod template as a policy says.
pub(crate) fn is_scaled(object: &ManifestObject) -> bool {
    matches!(object.kind(), "Deployment" | "StatefulSet")
}

/// The object whose replicas the targets of a workload of that name count: the one of its name, else the first.
pub(crate) fn scaled<'o>(
    objects: impl Iterator<Item = &'o ManifestObject> + Clone,
    name: &str,
) -> Option<&'o ManifestObject> {
    let mut scaled = objects.filter(|object| is_scaled(object));
    let named = scaled.clone().find(|object| object.name() == name);
    named.or_else(|| scaled.next())
}

/// Whether an object is a budget over the pods of another.
pub(crate) fn covers(object: &ManifestObject, target: &ManifestObject) -> bool {
    let labels = target.value.pointer("/spec/template/metadata/labels");
    let selects = |all: Vec<selector::Requirement<'_>>| all.iter().all(|one| one.is_met(labels));
    object.kind() == "PodDisruptionBudget" && selector::of(&object.value).is_some_and(selects)
}

/// Whether an object is an autoscaler of another.
pub(crate) fn autoscales(object: &ManifestObject, target: &ManifestObject) -> bool {
    let of = |pointer: &str| text(&object.value, pointer);
    of("/kind") == "HorizontalPodAutoscaler"
        && of("/spec/scaleTargetRef/name") == target.name()
        && of("/spec/scaleTargetRef/kind") == target.kind()
}
