//! Changes as text: what it does to resilience first, then objects by region and owner.

use super::{Action, Changes, FieldChange, ObjectChange, page, region_of};
use crate::style::{Style, count, plain};
use seawall_schema::bundle::Origin;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Longest value that is shown in a line.
const VALUE_LIMIT: usize = 72;

/// How changes are shown.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions {
    /// Colours.
    pub style: Style,
    /// Whether the objects of overlays are listed one by one.
    pub overlays: bool,
    /// Whether the files of objects follow, as a diff.
    pub yaml: bool,
}

/// Most rows of a table about resilience.
const ROWS: usize = 30;

/// The changes for people; empty where there are none.
pub fn text(changes: &Changes, options: TextOptions) -> String {
    let mut text = String::new();
    for note in &changes.notes {
        let _ = writeln!(text, "{}", options.style.yellow(&plain(note)));
    }
    text.push_str(&page::resilience(changes, ROWS).text(options.style));
    for bundle in &changes.bundles {
        region(&mut text, changes, bundle, options);
    }
    if options.yaml {
        changes.objects.iter().for_each(|change| yaml(&mut text, change, options.style));
    }
    text
}

/// An object's file as it was and as it is.
fn yaml(text: &mut String, change: &ObjectChange, style: Style) {
    let Some(diff) = change.yaml_diff() else { return };
    let _ = writeln!(text, "{}", style.bold(&format!("{}: {}", region_of(&change.bundle), change.key)));
    for line in diff.lines() {
        let line = plain(line);
        let shown = match line.as_bytes().first() {
            Some(b'+') => style.green(&line),
            Some(b'-') => style.red(&line),
            _ => line,
        };
        let _ = writeln!(text, "  {shown}");
    }
}

fn region(text: &mut String, changes: &Changes, bundle: &str, options: TextOptions) {
    let base: Vec<_> = changes.of(bundle, false).collect();
    let overlays: Vec<_> = changes.of(bundle, true).collect();
    if base.is_empty() && overlays.is_empty() {
        return;
    }
    let _ = writeln!(text, "{}", options.style.bold(&format!("{}: {}", region_of(bundle), totals(&base))));
    owners(text, &base, "  ", options.style);
    if options.overlays {
        for (event, objects) in by_event(&overlays) {
            let _ = writeln!(text, "  when {event} is in force: {}", totals(&objects));
            owners(text, &objects, "    ", options.style);
        }
    } else if !overlays.is_empty() {
        let each =
            by_event(&overlays).into_iter().map(|(event, objects)| format!("{event} {}", objects.len()));
        let list = each.collect::<Vec<_>>().join(", ");
        let line = format!("  overlays: {list}  (--overlays lists the objects)");
        let _ = writeln!(text, "{}", options.style.dim(&line));
    }
}

/// `2 change, 1 new, 1 gone`.
pub(super) fn totals(changes: &[&ObjectChange]) -> String {
    let of = |action| changes.iter().filter(|c| c.action == action).count();
    let parts = [(of(Action::Change), "changed"), (of(Action::Add), "new"), (of(Action::Remove), "gone")];
    let said: Vec<_> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{} {word}", count(*n, "object")))
        .collect();
    if said.is_empty() { String::from("nothing changes in normal running") } else { said.join(", ") }
}

fn by_event<'a>(overlays: &[&'a ObjectChange]) -> BTreeMap<&'a str, Vec<&'a ObjectChange>> {
    let mut found: BTreeMap<&str, Vec<&ObjectChange>> = BTreeMap::new();
    for change in overlays {
        found.entry(change.event.as_deref().unwrap_or_default()).or_default().push(change);
    }
    found
}

fn owners(text: &mut String, changes: &[&ObjectChange], indent: &str, style: Style) {
    let mut owner = "";
    for change in changes {
        if change.owner != owner {
            owner = &change.owner;
            let _ = writeln!(text, "{indent}{owner}");
        }
        let line = format!("{} {}", change.action.sign(), change.key);
        let line = match change.action {
            Action::Add => style.green(&line),
            Action::Remove => style.red(&line),
            Action::Change => style.yellow(&line),
        };
        let _ = writeln!(text, "{indent}  {line}{}", source(&change.origins, style));
        for field in &change.fields {
            let _ = writeln!(text, "{indent}      {}{}", field_line(field), source(&field.origins, style));
        }
    }
}

/// `spec.replicas: 10 → 12`.
pub(super) fn field_line(change: &FieldChange) -> String {
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => format!("{}: {} → {}", change.path, value(before), value(after)),
        (None, Some(after)) => format!("{}: {} (new)", change.path, value(after)),
        (Some(before), None) => format!("{}: {} (gone)", change.path, value(before)),
        (None, None) => change.path.clone(),
    }
}

fn source(origins: &[Origin], style: Style) -> String {
    match origins.first() {
        Some(origin) => style.dim(&format!("   {}:{}", origin.file, origin.line)),
        None => String::new(),
    }
}

fn value(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = plain(&text.replace('\n', "⏎"));
    if text.chars().count() <= VALUE_LIMIT {
        return text;
    }
    let start: String = text.chars().take(VALUE_LIMIT).collect();
    format!("{start}…")
}
