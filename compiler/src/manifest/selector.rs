//! Label selectors, and whether labels meet them.
//!
//! Takes the selector of an object, gives what it requires, each with its place. Invariant: a label that a controller or
//! Seawall sets on pods, and a form that is not understood, count as met: what is not known is no fault.

use super::text;
use serde_json::Value;

/// One demand of a selector.
pub(crate) struct Requirement<'s> {
    /// The label.
    pub(crate) key: &'s str,
    /// Where it stands in the object, as a JSON pointer.
    pub(crate) pointer: String,
    /// What its value must be.
    pub(crate) wanted: Wanted<'s>,
}

/// What a label must be.
pub(crate) enum Wanted<'s> {
    /// One of these.
    In(Vec<&'s str>),
    /// None of these, or absent.
    NotIn(Vec<&'s str>),
    /// Anything.
    Present,
    /// Absent.
    Absent,
}

/// Labels that the controllers of Kubernetes give to pods.
const GIVEN: [&str; 8] = [
    "pod-template-hash",
    "controller-revision-hash",
    "pod-template-generation",
    "controller-uid",
    "job-name",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "leaderworkerset.sigs.k8s.io/name",
];

fn is_given(key: &str) -> bool {
    GIVEN.contains(&key) || key.starts_with("seawall.dev/") || key.starts_with("batch.kubernetes.io/")
}

impl Requirement<'_> {
    /// Whether labels, a mapping of text, meet it.
    pub(crate) fn is_met(&self, labels: Option<&Value>) -> bool {
        let value = labels.and_then(|labels| labels.get(self.key)).and_then(Value::as_str);
        is_given(self.key)
            || match &self.wanted {
                Wanted::In(values) => value.is_some_and(|value| values.contains(&value)),
                Wanted::NotIn(values) => value.is_none_or(|value| !values.contains(&value)),
                Wanted::Present => value.is_some(),
                Wanted::Absent => value.is_none(),
            }
    }

    /// The one value that it takes, where it takes one.
    pub(crate) fn only(&self) -> Option<&str> {
        match &self.wanted {
            Wanted::In(values) => values.first().copied().filter(|_| values.len() == 1),
            Wanted::NotIn(_) | Wanted::Present | Wanted::Absent => None,
        }
    }

    /// It in words, `app=web`.
    pub(crate) fn words(&self) -> String {
        let key = self.key;
        match &self.wanted {
            Wanted::In(values) => match values.as_slice() {
                [only] => format!("{key}={only}"),
                several => format!("{key} in ({})", several.join(", ")),
            },
            Wanted::NotIn(values) => format!("{key} not in ({})", values.join(", ")),
            Wanted::Present => key.to_owned(),
            Wanted::Absent => format!("!{key}"),
        }
    }
}

/// Where the selector of an object of a kind stands, and whether it is a plain map of labels.
fn place(kind: &str) -> Option<(&'static str, bool)> {
    Some(match kind {
        "Deployment" | "StatefulSet" | "ReplicaSet" | "DaemonSet" | "PodDisruptionBudget" => {
            ("/spec/selector", false)
        }
        "Service" | "ReplicationController" => ("/spec/selector", true),
        _ => return None,
    })
}

/// What the selector of an object requires of pods; `None` where it has none.
pub(crate) fn of(object: &Value) -> Option<Vec<Requirement<'_>>> {
    let (at, plain) = place(text(object, "/kind"))?;
    let selector = object.pointer(at).filter(|selector| selector.is_object())?;
    let (labels, below) = match plain {
        true => (Some(selector), String::new()),
        false => (selector.get("matchLabels"), "/matchLabels".to_owned()),
    };
    let mut found = Vec::new();
    for (key, value) in labels.and_then(Value::as_object).into_iter().flatten() {
        let Some(value) = value.as_str() else { continue };
        let pointer = format!("{at}{below}/{}", seawall_schema::pointer::step(key));
        found.push(Requirement { key, pointer, wanted: Wanted::In(vec![value]) });
    }
    let expressions = selector.get("matchExpressions").filter(|_| !plain).and_then(Value::as_array);
    for (index, expression) in expressions.into_iter().flatten().enumerate() {
        let values = expression.get("values").and_then(Value::as_array).into_iter().flatten();
        let values = values.filter_map(Value::as_str).collect();
        let wanted = match text(expression, "/operator") {
            "In" => Wanted::In(values),
            "NotIn" => Wanted::NotIn(values),
            "Exists" => Wanted::Present,
            "DoesNotExist" => Wanted::Absent,
            _ => continue,
        };
        let pointer = format!("{at}/matchExpressions/{index}/key");
        found.push(Requirement { key: text(expression, "/key"), pointer, wanted });
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn unmet(object: Value, labels: Value) -> Vec<String> {
        let found = of(&object).unwrap();
        let unmet = found.iter().filter(|requirement| !requirement.is_met(Some(&labels)));
        unmet.map(Requirement::words).collect()
    }

    #[test]
    fn every_operator_is_held_against_labels() {
        let deployment = json!({ "kind": "Deployment", "spec": { "selector": {
            "matchLabels": { "app": "web", "seawall.dev/workload": "other" },
            "matchExpressions": [
                { "key": "tier", "operator": "In", "values": ["a", "b"] },
                { "key": "stage", "operator": "NotIn", "values": ["test"] },
                { "key": "team", "operator": "Exists" },
                { "key": "old", "operator": "DoesNotExist" },
                { "key": "odd", "operator": "Unheard" },
            ],
        } } });
        assert_eq!(unmet(deployment.clone(), json!({ "app": "web", "tier": "b", "team": "" })), [""; 0]);
        assert_eq!(
            unmet(deployment, json!({ "app": "wbe", "stage": "test", "old": "1" })),
            ["app=web", "tier in (a, b)", "stage not in (test)", "team", "!old"]
        );
    }

    #[test]
    fn services_have_plain_maps_and_may_have_none() {
        let service = json!({ "kind": "Service", "spec": { "selector": { "app": "web", "job-name": "x" } } });
        assert_eq!(unmet(service.clone(), json!({ "app": "web" })), [""; 0]);
        assert_eq!(unmet(service, json!({})), ["app=web"]);
        assert!(of(&json!({ "kind": "Service", "spec": { "selector": null } })).is_none());
        assert!(of(&json!({ "kind": "ConfigMap" })).is_none());
    }
}
