//! What others stand on: namespaces, claims, services, definitions of kinds, and data that needs nobody.

use super::Health;
use super::view::View;

/// Kinds that no controller acts on.
pub(super) fn always(_: &View<'_>) -> Health {
    Health::Ready
}

/// Namespaces: not on their way out.
pub(super) fn namespace(view: &View<'_>) -> Health {
    match view.text("/status/phase") {
        Some("Terminating") => Health::Progressing("is being deleted".to_owned()),
        _ => Health::Ready,
    }
}

/// Claims: bound.
pub(super) fn claim(view: &View<'_>) -> Health {
    match view.text("/status/phase") {
        Some("Bound") => Health::Ready,
        phase => Health::Progressing(format!("not bound, phase {}", phase.unwrap_or("unknown"))),
    }
}

/// Services: one behind a load balancer needs its address in the cluster.
pub(super) fn service(view: &View<'_>) -> Health {
    let balanced = view.text("/spec/type") == Some("LoadBalancer");
    if balanced && view.text("/spec/clusterIP").unwrap_or_default().is_empty() {
        return Health::Progressing("no cluster address yet".to_owned());
    }
    Health::Ready
}

/// Definitions of kinds: names accepted and established.
pub(super) fn definition(view: &View<'_>) -> Health {
    for condition in view.conditions() {
        match condition.name {
            "NamesAccepted" if condition.is_false() => {
                return Health::Failed(format!("names not accepted: {}", condition.words()));
            }
            "Established" if condition.is_true() => return Health::Ready,
            "Established" if condition.is_false() && condition.reason != "Installing" => {
                return Health::Failed(format!("not established: {}", condition.words()));
            }
            _ => {}
        }
    }
    Health::Progressing("being installed".to_owned())
}
