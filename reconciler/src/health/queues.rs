//! Queues of Kueue. A queue that is held on purpose stands as declared.

use super::Health;
use super::view::View;

/// Queues and admission checks: the controller says that they are active.
pub(super) fn active(view: &View<'_>) -> Health {
    let Some(active) = view.current_condition("Active") else {
        return Health::Progressing("not seen by its controller yet".to_owned());
    };
    let held = matches!(view.text("/spec/stopPolicy"), Some("Hold" | "HoldAndDrain"));
    if active.is_true() || (held && active.reason == "Stopped") {
        return Health::Ready;
    }
    Health::Progressing(format!("not active: {}", active.words()))
}
