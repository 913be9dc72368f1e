//! The conditions of a region: one for each stage, with since when. Takes verdicts, gives a list in a fixed order.

use seawall_schema::status::Condition;

/// Conditions by stage.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    all: Vec<Condition>,
}

/// The stages in their order; what is not here comes last.
const ORDER: [&str; 9] =
    ["Fetched", "Verified", "Staged", "Observed", "Declared", "Gated", "Applied", "Ready", "Undisputed"];

impl Conditions {
    /// Sets a condition; the time changes only when the verdict or its reason does.
    pub(super) fn set(&mut self, kind: &str, ok: bool, reason: &str, message: impl Into<String>) {
        let message = message.into();
        match self.all.iter_mut().find(|condition| condition.kind == kind) {
            Some(found) => {
                if found.ok != ok || found.reason != reason {
                    found.since = now();
                    log(kind, ok, reason, &message);
                }
                (found.ok, found.reason, found.message) = (ok, reason.to_owned(), message);
            }
            None => {
                log(kind, ok, reason, &message);
                let (kind, reason) = (kind.to_owned(), reason.to_owned());
                self.all.push(Condition { kind, ok, reason, message, since: now() });
                let rank =
                    |c: &Condition| ORDER.iter().position(|name| *name == c.kind).unwrap_or(ORDER.len());
                self.all.sort_by_key(rank);
            }
        }
    }

    pub(super) fn list(&self) -> Vec<Condition> {
        self.all.clone()
    }
}

fn log(kind: &str, ok: bool, reason: &str, message: &str) {
    if ok {
        tracing::info!(condition = kind, reason, "{message}");
    } else {
        tracing::warn!(condition = kind, reason, "{message}");
    }
}

/// Now, RFC 3339, to the second.
pub(super) fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}
