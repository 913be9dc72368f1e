//! What regions say of themselves, as a table and as data.
//!
//! Takes [`RegionStatus`]; gives text. Invariant: a condition that does not hold is shown with its whole sentence.

use crate::style::{Style, count, plain};
use seawall_schema::status::RegionStatus;
use std::fmt::Write as _;

/// A region, and what is known of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name, `eu-west` or `eu-west/gpu`.
    pub region: String,
    /// What its worker last said; or why that is not known.
    pub status: Result<RegionStatus, String>,
}

impl Row {
    /// One word for how it stands.
    pub fn state(&self) -> &'static str {
        match &self.status {
            Err(_) => "unknown",
            Ok(status) if status.suspended => "suspended",
            Ok(status) if status.conditions.iter().any(|c| !c.ok) => "not ready",
            Ok(status) if status.applied_commit.is_none() => "waiting",
            Ok(_) => "ready",
        }
    }
}

/// The table, and below it what does not hold.
pub fn table(rows: &[Row], style: Style) -> String {
    let mut cells = vec![
        ["REGION", "STATE", "COMMIT", "OBJECTS", "WRITES", "DRIFT", "EVENTS", "LAST PASS"].map(str::to_owned),
    ];
    cells.extend(rows.iter().map(columns));
    let widths: Vec<_> =
        (0..8).map(|i| cells.iter().map(|row| row[i].chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::new();
    for (index, row) in cells.iter().enumerate() {
        let padded = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let line = padded.collect::<Vec<_>>().join("  ").trim_end().to_owned();
        let line = match (index, row[1].as_str()) {
            (0, _) => style.dim(&line),
            (_, "ready") => style.green(&line),
            (_, "suspended" | "waiting") => style.yellow(&line),
            _ => style.red(&line),
        };
        let _ = writeln!(text, "{line}");
    }
    text.extend(rows.iter().map(details));
    text
}

fn columns(row: &Row) -> [String; 8] {
    let Ok(status) = &row.status else {
        let dash = || String::from("-");
        return [row.region.clone(), row.state().to_owned(), dash(), dash(), dash(), dash(), dash(), dash()];
    };
    let commit = status.applied_commit.as_deref().map_or_else(|| String::from("-"), short);
    let events =
        if status.active_events.is_empty() { String::from("-") } else { status.active_events.join(",") };
    [
        row.region.clone(),
        row.state().to_owned(),
        commit,
        status.objects.to_string(),
        status.last_writes.to_string(),
        status.drift_corrected.to_string(),
        events,
        status
            .last_pass
            .as_deref()
            .map_or_else(|| String::from("-"), |at| at.split('.').next().unwrap_or(at).to_owned()),
    ]
}

/// The first ten characters of a commit, or of the digest in its place.
pub fn short(commit: &str) -> String {
    commit.trim_start_matches("sha256:").chars().take(10).collect()
}

/// What does not hold of a region, a line each.
pub fn details(row: &Row) -> String {
    let mut text = String::new();
    let status = match &row.status {
        Err(why) => return format!("{}: {}\n", row.region, plain(why)),
        Ok(status) => status,
    };
    for condition in status.conditions.iter().filter(|c| !c.ok) {
        let _ = writeln!(
            text,
            "{}: {} ({}): {}",
            row.region,
            condition.kind,
            condition.reason,
            plain(&condition.message)
        );
    }
    for object in &status.unready {
        let _ = writeln!(text, "{}:   {}", row.region, plain(object));
    }
    for object in &status.waiting {
        let _ = writeln!(text, "{}: waiting: {}", row.region, plain(object));
    }
    text
}

/// `3 regions: 2 ready, 1 suspended`.
pub fn summary(rows: &[Row]) -> String {
    let states = ["ready", "waiting", "suspended", "not ready", "unknown"];
    let of = |state: &str| rows.iter().filter(|row| row.state() == state).count();
    let said = states.iter().map(|s| (of(s), s)).filter(|(n, _)| *n > 0).map(|(n, s)| format!("{n} {s}"));
    format!("{}: {}", count(rows.len(), "region"), said.collect::<Vec<_>>().join(", "))
}

/// For machines: the statuses as they are, those that are not known with `error`.
pub fn json(rows: &[Row]) -> serde_json::Value {
    let one = |row: &Row| match &row.status {
        Ok(status) => {
            let mut value = serde_json::to_value(status).unwrap_or_default();
            value["state"] = row.state().into();
            value
        }
        Err(why) => serde_json::json!({ "region": row.region, "state": "unknown", "error": why }),
    };
    serde_json::json!({ "regions": rows.iter().map(one).collect::<Vec<_>>() })
}
