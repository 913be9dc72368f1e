//! Findings as JUnit XML: one test case a finding, one suite a file; a fleet without findings is one case that passed.

use super::{Diagnostic, Severity, plain};
use crate::files::Sources;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The report.
pub fn junit(findings: &[Diagnostic], sources: &Sources) -> String {
    let mut suites: BTreeMap<String, Vec<&Diagnostic>> = BTreeMap::new();
    for finding in findings {
        let place = finding.labels.first().and_then(|label| sources.locate(label.span));
        suites
            .entry(place.map_or_else(|| String::from("fleet"), |(path, _)| path.to_owned()))
            .or_default()
            .push(finding);
    }
    let errors = findings.iter().filter(|f| f.severity == Severity::Error).count();
    let tests = findings.len().max(1);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites name=\"seawall check\" tests=\"{tests}\" failures=\"{errors}\">");
    if suites.is_empty() {
        xml.push_str("  <testsuite name=\"fleet\" tests=\"1\" failures=\"0\">\n");
        xml.push_str("    <testcase classname=\"seawall\" name=\"check\"/>\n  </testsuite>\n");
    }
    for (file, findings) in &suites {
        suite(&mut xml, file, findings, sources);
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn suite(xml: &mut String, file: &str, findings: &[&Diagnostic], sources: &Sources) {
    let errors = findings.iter().filter(|f| f.severity == Severity::Error).count();
    let (file, tests) = (escape(file), findings.len());
    let _ = writeln!(xml, "  <testsuite name=\"{file}\" tests=\"{tests}\" failures=\"{errors}\">");
    for finding in findings {
        let line = finding.labels.first().and_then(|l| sources.locate(l.span)).map_or(1, |(_, at)| at.line);
        let name = escape(&format!("{} line {line}", finding.title()));
        let _ = writeln!(
            xml,
            "    <testcase classname=\"{file}\" name=\"{name}\" file=\"{file}\" line=\"{line}\">"
        );
        let (message, body) = (escape(&finding.message), escape(&body(finding, sources)));
        let _ = match finding.severity {
            Severity::Error => {
                writeln!(xml, "      <failure type=\"error\" message=\"{message}\">{body}</failure>")
            }
            // JUnit knows no warnings: a case that passed, with something to say.
            Severity::Warning => writeln!(xml, "      <system-out>warning: {body}</system-out>"),
        };
        xml.push_str("    </testcase>\n");
    }
    xml.push_str("  </testsuite>\n");
}

/// The message, every labelled place, and the help.
fn body(finding: &Diagnostic, sources: &Sources) -> String {
    let mut body = finding.message.clone();
    for label in &finding.labels {
        if let Some((path, at)) = sources.locate(label.span) {
            let _ = write!(body, "\n{path}:{}:{}: {}", at.line, at.column, label.text);
        }
    }
    if let Some(help) = finding.advice() {
        let _ = write!(body, "\nhelp: {help}");
    }
    body
}

/// Escapes what XML 1.0 reserves, and replaces characters that it cannot hold or that act on who reads it.
pub fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push('\t'),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(plain::harmless(c)),
        }
    }
    escaped
}
