//! Whether a controller has made and removed the pods that it was asked to: what an activation waits for, who need not be
//! ready. Pure.

use super::view::View;
use serde_json::Value;

/// The pods that exist, beside those asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowd {
    /// As many, or not a kind that has pods.
    Right,
    /// Fewer.
    TooFew,
    /// More: the room of some is not free yet.
    TooMany,
    /// The controller has not seen the number yet.
    Unknown,
}

impl Crowd {
    /// Whether pods are still to be made.
    pub fn lacks(self) -> bool {
        matches!(self, Crowd::TooFew | Crowd::Unknown)
    }

    /// Whether pods are still to go.
    pub fn stays(self) -> bool {
        matches!(self, Crowd::TooMany | Crowd::Unknown)
    }
}

/// Counts the pods of `object`, as the cluster returned it.
pub fn crowd(object: &Value) -> Crowd {
    let view = View::new(object);
    if view.group() != "apps" || !matches!(view.kind(), "Deployment" | "StatefulSet" | "ReplicaSet") {
        return Crowd::Right;
    }
    let seen = view.integer("/status/observedGeneration");
    if seen.is_some() && seen != view.integer("/metadata/generation") {
        return Crowd::Unknown;
    }
    let (there, asked) = (view.count("/status/replicas"), view.integer("/spec/replicas").unwrap_or(1));
    match there.cmp(&asked) {
        std::cmp::Ordering::Less => Crowd::TooFew,
        std::cmp::Ordering::Equal => Crowd::Right,
        std::cmp::Ordering::Greater => Crowd::TooMany,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deployment(asked: i64, there: i64, seen: i64) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a", "generation": 2},
            "spec": {"replicas": asked}, "status": {"replicas": there, "observedGeneration": seen}})
    }

    #[test]
    fn pods_are_counted_and_not_judged() {
        assert_eq!(crowd(&deployment(3, 3, 2)), Crowd::Right, "whether they are ready is another question");
        assert_eq!(crowd(&deployment(3, 2, 2)), Crowd::TooFew);
        assert_eq!(crowd(&deployment(0, 2, 2)), Crowd::TooMany);
        assert_eq!(crowd(&deployment(0, 0, 1)), Crowd::Unknown);
        assert_eq!(crowd(&json!({"apiVersion": "v1", "kind": "ConfigMap"})), Crowd::Right);
    }
}
