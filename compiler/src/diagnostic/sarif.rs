//! Findings as SARIF 2.1.0, for code scanning.
//!
//! Takes sorted findings and their sources, gives the log. Columns are in Unicode code points, as `columnKind` says.

use super::{Code, Diagnostic, Edit, Fix, Label, Severity};
use crate::files::Sources;
use crate::span::Span;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The SARIF log of one run.
pub fn sarif(findings: &[Diagnostic], sources: &Sources, version: &str) -> Value {
    let codes: BTreeMap<_, _> = findings.iter().map(|f| (f.code.id, f.code)).collect();
    let rules: Vec<_> = codes.values().map(|code| rule(code)).collect();
    let index = |id: &str| codes.keys().position(|known| *known == id).unwrap_or_default();
    let results: Vec<_> = findings.iter().map(|f| result(f, index(f.code.id), sources)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "seawall", "version": version, "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn rule(code: &Code) -> Value {
    json!({
        "id": code.id,
        "name": code.name,
        "shortDescription": { "text": code.summary },
        "defaultConfiguration": { "level": level(code.level) },
        "help": { "text": format!("seawall explain {}", code.id) },
    })
}

fn result(finding: &Diagnostic, rule: usize, sources: &Sources) -> Value {
    let (primary, related): (Vec<_>, Vec<_>) = finding.labels.iter().partition(|label| label.primary);
    let message = match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    };
    let mut result = json!({
        "ruleId": finding.code.id,
        "ruleIndex": rule,
        "level": level(finding.severity),
        "message": { "text": message },
        "locations": primary.iter().filter_map(|label| location(label, sources)).collect::<Vec<_>>(),
    });
    let related: Vec<_> = related.iter().filter_map(|label| location(label, sources)).collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    let fixes: Vec<_> = finding.fixes.iter().filter_map(|f| fix(f, sources)).collect();
    if !fixes.is_empty() {
        result["fixes"] = fixes.into();
    }
    result
}

fn location(label: &Label, sources: &Sources) -> Option<Value> {
    let (path, _) = sources.locate(label.span)?;
    let mut location = json!({
        "physicalLocation": { "artifactLocation": { "uri": uri(path) }, "region": region(label.span, sources)? },
    });
    if !label.text.is_empty() {
        location["message"] = json!({ "text": label.text });
    }
    Some(location)
}

fn region(span: Span, sources: &Sources) -> Option<Value> {
    let (start, end) = (sources.locate(span)?.1, sources.end(span)?);
    Some(json!({
        "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column,
    }))
}

fn fix(fix: &Fix, sources: &Sources) -> Option<Value> {
    let mut files: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for Edit { span, replacement } in &fix.edits {
        let (path, _) = sources.locate(*span)?;
        let change =
            json!({ "deletedRegion": region(*span, sources)?, "insertedContent": { "text": replacement } });
        files.entry(path).or_default().push(change);
    }
    let change = |(path, edits)| json!({ "artifactLocation": { "uri": uri(path) }, "replacements": edits });
    let changes: Vec<_> = files.into_iter().map(change).collect();
    Some(json!({ "description": { "text": fix.title }, "artifactChanges": changes }))
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
