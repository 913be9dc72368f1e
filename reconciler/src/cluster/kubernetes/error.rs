//! What an API server's refusal means.
//!
//! Takes the status, the body and what was tried; gives a [`ClusterError`]. Pure. Invariant: a message about a Secret
//! names fields and reasons, never the server's own words, which may quote values.

use super::call::Attempt;
use crate::cluster::ClusterError;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Longest part of a server's words that a message quotes, in characters.
const LONGEST_QUOTE: usize = 600;

/// A Kubernetes `Status`, as far as it is used.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    kind: String,
    message: String,
    reason: String,
    details: Details,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Details {
    name: String,
    causes: Vec<Cause>,
    retry_after_seconds: u64,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cause {
    reason: String,
    message: String,
    field: String,
}

/// The error for an answer other than 2xx.
pub(super) fn refusal(
    attempt: &Attempt<'_>,
    status: u16,
    retry_after_ms: Option<u64>,
    body: &[u8],
) -> ClusterError {
    let said = serde_json::from_slice::<Status>(body).ok().filter(|said| said.kind == "Status");
    let message = attempt.says(&words(attempt, status, said.as_ref(), body));
    let said = said.unwrap_or_default();
    let seconds = said.details.retry_after_seconds;
    let retry_after_ms = retry_after_ms.or((seconds > 0).then_some(seconds * 1000));
    match status {
        401 => ClusterError::Forbidden(message),
        403 if is_about_rights(&said.message) => ClusterError::Forbidden(message),
        404 if names_nothing(&said) => ClusterError::UnknownKind(message),
        404 => ClusterError::NotFound(message),
        409 => ClusterError::Conflict { message, managers: managers(&said.details.causes) },
        // What server-side apply says of an object that does not fit its schema.
        500 if said.message.contains("failed to create typed patch object") => ClusterError::Refused(message),
        429 => ClusterError::Busy { message, retry_after_ms },
        500..=599 if retry_after_ms.is_some() => ClusterError::Busy { message, retry_after_ms },
        400..=499 => ClusterError::Refused(message),
        _ => ClusterError::Broken(message),
    }
}

/// The error for a 2xx answer that does not decode.
pub(super) fn garbage(attempt: &Attempt<'_>, status: u16, body: &[u8]) -> ClusterError {
    let outcome = format!("answered {status} with {} bytes that are not what was asked for", body.len());
    ClusterError::Broken(attempt.says(&outcome))
}

/// A 403 of RBAC reads `User "x" cannot patch resource …`; every other one comes from admission or a quota.
fn is_about_rights(message: &str) -> bool {
    message.contains("User \"") && message.contains("\" cannot ")
}

/// A 404 that names no object is about the path: the server does not know the kind.
fn names_nothing(said: &Status) -> bool {
    said.details.name.is_empty() && !said.message.ends_with("\" not found")
}

/// The managers of a conflict on apply, each with the fields it owns, in the order of their names.
fn managers(causes: &[Cause]) -> Vec<(String, Vec<String>)> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for cause in causes.iter().filter(|cause| cause.reason == "FieldManagerConflict") {
        // `conflict with "kubectl" using apps/v1 at 2026-01-01T00:00:00Z`
        let manager = cause.message.split('"').nth(1).unwrap_or("unknown");
        found.entry(manager.to_owned()).or_default().push(cause.field.clone());
    }
    found.into_iter().collect()
}

fn words(attempt: &Attempt<'_>, status: u16, said: Option<&Status>, body: &[u8]) -> String {
    let Some(said) = said else {
        if attempt.is_secret() {
            return format!("answered {status} with {} bytes", body.len());
        }
        let text = String::from_utf8_lossy(&body[..body.len().min(4 * LONGEST_QUOTE)]);
        return match quote(&text) {
            text if text.is_empty() => format!("answered {status} without a word"),
            text => format!("answered {status}: {text}"),
        };
    };
    let reason = if said.reason.is_empty() { String::new() } else { format!(" {}", said.reason) };
    if attempt.is_secret() {
        let fields: Vec<&str> = said
            .details
            .causes
            .iter()
            .map(|cause| cause.field.as_str())
            .filter(|field| !field.is_empty())
            .collect();
        let fields = if fields.is_empty() { String::new() } else { format!(" in {}", fields.join(", ")) };
        return format!("answered {status}{reason}{fields} (details are left out for a Secret)");
    }
    format!("answered {status}{reason}: {}", quote(&said.message))
}

/// One line of bounded length.
fn quote(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests;
