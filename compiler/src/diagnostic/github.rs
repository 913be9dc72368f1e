//! Findings as GitHub workflow commands, one a line.
//!
//! Takes sorted findings and their sources, gives text. GitHub shows ten errors and ten warnings a step: those come
//! first, and a last line says how many more there are.

use super::{Diagnostic, Severity};
use crate::files::Sources;
use std::fmt::Write as _;

/// Annotations of one severity that GitHub shows for one step.
const LIMIT: usize = 10;

/// The annotations; `folder` is the fleet's folder relative to the repository, put before every path.
pub fn github(findings: &[Diagnostic], sources: &Sources, folder: &str) -> String {
    let mut text = String::new();
    for (severity, word) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let all: Vec<_> = findings.iter().filter(|f| f.severity == severity).collect();
        let shown = if all.len() > LIMIT { LIMIT - 1 } else { all.len() };
        for finding in &all[..shown] {
            line(&mut text, word, finding, sources, folder);
        }
        if shown < all.len() {
            let more = all.len() - shown;
            let _ = writeln!(
                text,
                "::{word} title=seawall::{more} more {word}s; the log of `seawall check` has them"
            );
        }
    }
    text
}

fn line(text: &mut String, word: &str, finding: &Diagnostic, sources: &Sources, folder: &str) {
    let mut properties = Vec::new();
    if let Some(primary) = finding.labels.iter().find(|label| label.primary)
        && let (Some((path, start)), Some(end)) = (sources.locate(primary.span), sources.end(primary.span))
    {
        let path = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
        properties.push(format!("file={}", property(&path)));
        properties.push(format!("line={},endLine={}", start.line, end.line));
        // GitHub takes columns only for annotations of a single line.
        if start.line == end.line {
            properties.push(format!("col={},endColumn={}", start.column, end.column));
        }
    }
    properties.push(format!("title={}", property(&format!("{} {}", finding.code.id, finding.code.name))));
    let mut message = finding.message.clone();
    for label in finding.labels.iter().filter(|label| !label.primary && !label.text.is_empty()) {
        if let Some((path, at)) = sources.locate(label.span) {
            let _ = write!(message, "\n{path}:{}: {}", at.line, label.text);
        }
    }
    if let Some(help) = &finding.help {
        let _ = write!(message, "\nhelp: {help}");
    }
    let _ = writeln!(text, "::{word} {}::{}", properties.join(","), data(&message));
}

/// Escapes the text after `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
