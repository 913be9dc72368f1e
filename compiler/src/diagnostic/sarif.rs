//! Findings as SARIF 2.1.0, for code scanning.
//!
//! Takes sorted findings and their sources, gives the log of one run. Invariant: the log is valid against the schema of
//! SARIF 2.1.0; columns count Unicode code points, as `columnKind` says; paths are relative to the root of the repository.

use super::{Diagnostic, Edit, Fix, Label, Severity};
use crate::files::Sources;
use crate::span::Span;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What paths are relative to, by the name that code scanning knows.
const ROOT: &str = "%SRCROOT%";

/// Bytes of a line that a finding on it is known by from run to run.
const LINE_KNOWN_BY: usize = 1024;

/// One run: sources, and where the fleet's folder lies in the repository.
struct Run<'r> {
    sources: &'r Sources,
    folder: &'r str,
}

/// The SARIF log; `folder` is the fleet's folder relative to the repository, put before every path.
pub fn sarif(findings: &[Diagnostic], sources: &Sources, folder: &str, version: &str) -> Value {
    let run = Run { sources, folder };
    let codes: BTreeMap<_, _> = findings.iter().map(|f| (f.rule(), f)).collect();
    let rules: Vec<_> = codes.iter().map(|(id, finding)| rule(id, finding)).collect();
    let places: BTreeMap<&String, usize> = codes.keys().zip(0..).collect();
    let index = |id: &String| places.get(id).copied().unwrap_or_default();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let result = |finding: &Diagnostic| {
        let print = run.fingerprint(finding);
        let nth = seen.entry(print.clone()).or_insert(0);
        *nth += 1;
        run.result(finding, index(&finding.rule()), &format!("{print}:{nth}"))
    };
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "seawall", "semanticVersion": version, "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { ROOT: { "description": { "text": "the root of the repository" } } },
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// A rule: a code, or a code and the policy behind it, each policy by itself.
fn rule(id: &str, finding: &Diagnostic) -> Value {
    let code = finding.code;
    let (name, about) = match &finding.policy {
        Some(policy) => (camel(policy), format!("policy {policy}: {}", code.summary)),
        None => (camel(code.name), code.summary.to_owned()),
    };
    json!({
        "id": id,
        "name": name,
        "shortDescription": { "text": message(&about) },
        "fullDescription": { "text": message(&about) },
        "defaultConfiguration": { "level": level(finding.severity) },
        "help": { "text": format!("seawall explain {}", code.id), "markdown": code.page },
        "properties": { "problem.severity": level(finding.severity), "tags": [area(code.id)] },
    })
}

/// `unknown-city` as `UnknownCity`: SARIF wants the names of rules in one word.
fn camel(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(word).collect()
}

/// What a code is about, by its hundred.
fn area(id: &str) -> &'static str {
    match id.get(2..4) {
        Some("01") => "syntax",
        Some("02") => "files",
        Some("03") => "language",
        Some("04") => "names",
        Some("05") => "residency",
        Some("06") => "failover",
        Some("07") => "capacity",
        Some("08") => "manifests",
        Some("09") => "policy",
        _ => "style",
    }
}

/// A text as a SARIF message: brackets that would read as a link, and braces that would read as a place for an argument,
/// are escaped (SARIF 2.1.0, 3.11.5 and 3.11.6). Other braces stay as they are: readers show them so.
fn message(text: &str) -> String {
    let argument = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    let text = if text.split('{').skip(1).any(argument) {
        text.replace('{', "{{").replace('}', "}}")
    } else {
        text.to_owned()
    };
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text }
}

impl Run<'_> {
    fn result(&self, finding: &Diagnostic, rule: usize, print: &str) -> Value {
        let (primary, related): (Vec<_>, Vec<_>) = finding.labels.iter().partition(|label| label.primary);
        let text = match finding.advice() {
            Some(help) => format!("{}\nhelp: {help}", finding.message),
            None => finding.message.clone(),
        };
        let places = |labels: Vec<&Label>, first: usize| -> Vec<Value> {
            labels.into_iter().filter_map(|label| self.location(label)).zip(first..).map(numbered).collect()
        };
        let mut result = json!({
            "ruleId": finding.rule(),
            "ruleIndex": rule,
            "level": level(finding.severity),
            "message": { "text": message(&text) },
            "locations": places(primary, 0),
            "partialFingerprints": { "seawallFinding/v1": print },
        });
        let related = places(related, 1);
        if !related.is_empty() {
            result["relatedLocations"] = related.into();
        }
        let fixes: Vec<_> = finding.fixes.iter().filter_map(|f| self.fix(f)).collect();
        if !fixes.is_empty() {
            result["fixes"] = fixes.into();
        }
        result
    }

    /// What a finding is known by from run to run, wherever its line went: code, file and the line's text.
    fn fingerprint(&self, finding: &Diagnostic) -> String {
        let primary = finding.labels.iter().find(|label| label.primary);
        let place = primary.and_then(|label| {
            let (path, at) = self.sources.locate(label.span)?;
            let source = self.sources.get(label.span.file)?;
            let (from, to) = source.line(at.line - 1)?;
            // Of a line that no person wrote its beginning says enough.
            let most = from as usize + LINE_KNOWN_BY;
            let to = to.min(source.text.floor_char_boundary(most) as u32);
            Some((path, source.shown_text(from, to)?))
        });
        let (path, line) = place.unwrap_or_default();
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let digest =
            seawall_schema::digest::sha256(format!("{}\n{path}\n{words}", finding.rule()).as_bytes());
        digest.trim_start_matches("sha256:").chars().take(16).collect()
    }

    fn location(&self, label: &Label) -> Option<Value> {
        let (path, _) = self.sources.locate(label.span)?;
        let mut location = json!({
            "physicalLocation": { "artifactLocation": self.artifact(path), "region": self.region(label.span)? },
        });
        if !label.text.is_empty() {
            location["message"] = json!({ "text": message(&label.text) });
        }
        Some(location)
    }

    fn artifact(&self, path: &str) -> Value {
        let uri = if self.folder.is_empty() { uri(path) } else { uri(&format!("{}/{path}", self.folder)) };
        json!({ "uri": uri, "uriBaseId": ROOT })
    }

    fn region(&self, span: Span) -> Option<Value> {
        let (start, end) = (self.sources.locate(span)?.1, self.sources.end(span)?);
        Some(json!({
            "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
        }))
    }

    fn fix(&self, fix: &Fix) -> Option<Value> {
        let mut files: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for Edit { span, replacement } in &fix.edits {
            let (path, _) = self.sources.locate(*span)?;
            let change = json!({
                "deletedRegion": self.region(*span)?, "insertedContent": { "text": replacement },
            });
            files.entry(path).or_default().push(change);
        }
        let change =
            |(path, edits)| json!({ "artifactLocation": self.artifact(path), "replacements": edits });
        let changes: Vec<_> = files.into_iter().map(change).collect();
        Some(json!({ "description": { "text": message(&fix.title) }, "artifactChanges": changes }))
    }
}

/// A location with its number: in a result each has one of its own.
fn numbered((mut location, number): (Value, usize)) -> Value {
    location["id"] = number.into();
    location
}

/// A relative path as a URI reference (RFC 3986): everything but unreserved characters and `/` in percents.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
