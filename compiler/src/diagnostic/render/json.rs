//! Findings as one JSON object. Invariant: paths are relative to the fleet's folder, lines and columns count from 1,
//! columns in Unicode characters and ends one past the last; `start` and `end` of an edit count bytes from 0.

use crate::diagnostic::{Diagnostic, Edit, Fix, Severity};
use crate::files::Sources;
use crate::span::Span;
use serde_json::{Value, json};

/// All findings and how many they are.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    let findings: Vec<Value> = diagnostics.iter().map(|d| finding(d, sources)).collect();
    json!({
        "findings": findings,
        "summary": { "errors": errors, "warnings": diagnostics.len() - errors },
    })
}

fn finding(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let labels = diagnostic.labels.iter().filter_map(|label| {
        let mut value = place(label.span, sources)?;
        value.insert("text".to_owned(), label.text.clone().into());
        value.insert("primary".to_owned(), label.primary.into());
        Some(Value::Object(value))
    });
    let mut value = json!({
        "code": diagnostic.code.id,
        "severity": severity,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "labels": labels.collect::<Vec<_>>(),
        "fixes": diagnostic.fixes.iter().map(|fix| change(fix, sources)).collect::<Vec<_>>(),
    });
    if let Some(policy) = &diagnostic.policy {
        value["policy"] = (**policy).into();
    }
    value
}

fn place(span: Span, sources: &Sources) -> Option<serde_json::Map<String, Value>> {
    let (file, start) = sources.locate(span)?;
    let end = sources.end(span)?;
    let mut value = serde_json::Map::new();
    value.insert("file".to_owned(), file.into());
    value.insert("line".to_owned(), start.line.into());
    value.insert("column".to_owned(), start.column.into());
    value.insert("end_line".to_owned(), end.line.into());
    value.insert("end_column".to_owned(), end.column.into());
    Some(value)
}

fn change(fix: &Fix, sources: &Sources) -> Value {
    let edit = |edit: &Edit| {
        let mut value = place(edit.span, sources)?;
        value.insert("start".to_owned(), edit.span.start.into());
        value.insert("end".to_owned(), edit.span.end.into());
        value.insert("replacement".to_owned(), edit.replacement.clone().into());
        Some(Value::Object(value))
    };
    json!({
        "title": fix.title,
        "applicability": fix.applicability.word(),
        "edits": fix.edits.iter().filter_map(edit).collect::<Vec<_>>(),
    })
}
