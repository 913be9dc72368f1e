//! Findings told in sentences, for screen readers, plain terminals and logs: nothing is drawn.
//!
//! Takes findings and their sources, gives text. Invariant: as for drawn text, nothing of the user's files acts on a
//! terminal and no line is longer than [`plain::COLUMNS`].

use crate::diagnostic::{Diagnostic, Label, Severity, plain};
use crate::files::{Position, Sources};
use std::fmt::Write as _;

/// Columns of a quoted line.
const QUOTE: usize = 120;

/// All findings, one after another.
pub fn narrated(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let head = format!("{severity} {}: {}", diagnostic.code.id, diagnostic.message);
        let _ = writeln!(out, "{}", plain::lines(&head));
        for label in &diagnostic.labels {
            place(&mut out, label, sources);
        }
        let advice = diagnostic.advice().unwrap_or_default();
        for (line, word) in advice.lines().zip(std::iter::once("help:").chain(std::iter::repeat("     "))) {
            let _ = writeln!(out, "{word} {}", plain::cut(line, plain::COLUMNS - 6));
        }
        out.push('\n');
    }
    out
}

/// `at fleet.kdl line 3, columns 5 to 9: not defined`, and the line.
fn place(out: &mut String, label: &Label, sources: &Sources) {
    let (Some((path, start)), Some(end)) = (sources.locate(label.span), sources.end(label.span)) else {
        return;
    };
    let word = if label.primary { "at" } else { "see" };
    let text = if label.text.is_empty() { String::new() } else { format!(": {}", label.text) };
    let place = format!("  {word} {} {}{text}", plain::text(path), columns(start, end));
    let _ = writeln!(out, "{}", plain::cut(&place, plain::COLUMNS));
    let line = sources.get(label.span.file).and_then(|source| {
        let (from, to) = source.line(start.line - 1)?;
        source.shown_text(from, to)
    });
    if let Some(line) = line.as_deref().map(str::trim).filter(|line| !line.is_empty()) {
        let _ = writeln!(out, "    line {}: {}", start.line, plain::cut(&plain::text(line), QUOTE));
    }
}

fn columns(start: Position, end: Position) -> String {
    let last = end.column.saturating_sub(1);
    if start.line != end.line {
        format!("line {}, column {} to line {}, column {last}", start.line, start.column, end.line)
    } else if last > start.column {
        format!("line {}, columns {} to {last}", start.line, start.column)
    } else {
        format!("line {}, column {}", start.line, start.column)
    }
}
