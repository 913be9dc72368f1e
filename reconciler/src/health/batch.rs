//! Work that ends. A job stands as soon as it has started: its end may be hours away, and a rollout does not wait for it.

use super::Health;
use super::view::View;

/// Jobs: started or complete.
pub(super) fn job(view: &View<'_>) -> Health {
    for condition in view.conditions().filter(|condition| condition.is_true()) {
        match condition.name {
            "Complete" => return Health::Ready,
            "Failed" => return Health::Failed(format!("the job failed: {}", condition.words())),
            _ => {}
        }
    }
    match view.text("/status/startTime") {
        Some(time) if !time.is_empty() => Health::Ready,
        _ => Health::Progressing("not started".to_owned()),
    }
}

/// AppWrappers: running, done, or waiting for the admission of their queue, which is where queued work stands.
pub(super) fn app_wrapper(view: &View<'_>) -> Health {
    match view.text("/status/phase").unwrap_or_default() {
        "Running" | "Succeeded" => Health::Ready,
        "Suspended" if view.flag("/spec/suspend") => Health::Ready,
        "Failed" => {
            let why = view.condition("Unhealthy").filter(|found| found.is_true());
            Health::Failed(why.map_or_else(|| "the wrapped work failed".to_owned(), |found| found.words()))
        }
        "" => Health::Progressing("not seen by its controller yet".to_owned()),
        phase => Health::Progressing(format!("phase {phase}")),
    }
}
