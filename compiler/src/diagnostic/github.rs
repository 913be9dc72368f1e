//! Findings as GitHub workflow commands, one a line.
//!
//! Takes sorted findings and their sources, gives text. GitHub shows ten errors and ten warnings a step: the first ones
//! become annotations, a notice says how many more there are, and these follow as plain lines of the log. Invariant: no
//! text of a file starts a workflow command.

use super::{Diagnostic, Severity, plain};
use crate::files::Sources;
use std::fmt::Write as _;

/// Annotations of one severity that GitHub shows for one step.
const LIMIT: usize = 10;

/// The annotations; `folder` is the fleet's folder relative to the repository, put before every path.
pub fn github(findings: &[Diagnostic], sources: &Sources, folder: &str) -> String {
    let mut text = String::new();
    let mut rest = String::new();
    for (severity, word) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let all: Vec<_> = findings.iter().filter(|f| f.severity == severity).collect();
        let (shown, more) = all.split_at(all.len().min(LIMIT));
        for finding in shown {
            annotation(&mut text, word, finding, sources, folder);
        }
        if !more.is_empty() {
            let (count, plural) = (more.len(), if more.len() == 1 { "" } else { "s" });
            let _ = writeln!(
                text,
                "::notice title=seawall::{count} more {word}{plural}, in the log of this step: GitHub annotates {LIMIT}"
            );
        }
        for finding in more {
            logged(&mut rest, word, finding, sources, folder);
        }
    }
    text + &rest
}

fn annotation(text: &mut String, word: &str, finding: &Diagnostic, sources: &Sources, folder: &str) {
    let mut properties = Vec::new();
    if let Some(primary) = finding.labels.iter().find(|label| label.primary)
        && let (Some((path, start)), Some(end)) = (sources.locate(primary.span), sources.end(primary.span))
    {
        properties.push(format!("file={}", property(&below(folder, path))));
        properties.push(format!("line={},endLine={}", start.line, end.line));
        // GitHub takes columns only for annotations of a single line.
        if start.line == end.line {
            properties.push(format!("col={},endColumn={}", start.column, end.column));
        }
    }
    properties.push(format!("title={}", property(&finding.title())));
    let mut message = finding.message.clone();
    for label in finding.labels.iter().filter(|label| !label.primary && !label.text.is_empty()) {
        if let Some((path, at)) = sources.locate(label.span) {
            let _ = write!(message, "\n{}:{}: {}", below(folder, path), at.line, label.text);
        }
    }
    if let Some(help) = finding.advice() {
        let _ = write!(message, "\nhelp: {help}");
    }
    let _ = writeln!(text, "::{word} {}::{}", properties.join(","), data(&message));
}

/// A finding as a line of the log, which the runner shows as it is.
fn logged(text: &mut String, word: &str, finding: &Diagnostic, sources: &Sources, folder: &str) {
    let primary = finding.labels.iter().find(|label| label.primary);
    let place = primary.and_then(|label| sources.locate(label.span));
    let place = place.map_or_else(String::new, |(path, at)| {
        format!("{}:{}:{}: ", below(folder, path), at.line, at.column)
    });
    let line = format!("{word} {}: {place}{}", finding.code.id, finding.message);
    // The runner's older commands are recognised anywhere in a line.
    let _ = writeln!(text, "{}", plain::line(line).replace("##[", "## ["));
}

fn below(folder: &str, path: &str) -> String {
    let path = if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") };
    plain::text(&path).into_owned()
}

/// Escapes the text after `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
