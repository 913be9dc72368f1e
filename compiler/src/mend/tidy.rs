//! Edits as somebody with an editor would make them: what is removed leaves no gap behind.
//!
//! Takes the edits of a fix, gives edits of the same meaning; and finds the whole definition that a finding wants removed.

use crate::diagnostic::{Diagnostic, Edit, registry as codes};
use crate::files::Sources;
use crate::span::{FileId, Span};
use crate::syntax;
use std::collections::BTreeMap;

/// Gives findings about unused definitions the removal of the definition, its block included.
pub(super) fn removals(findings: &mut [Diagnostic], sources: &Sources) {
    let mut unused: BTreeMap<FileId, Vec<&mut Diagnostic>> = BTreeMap::new();
    for finding in findings.iter_mut().filter(|f| f.code.id == codes::UNUSED.id && f.fixes.is_empty()) {
        if let Some(label) = finding.labels.iter().find(|label| label.primary) {
            unused.entry(label.span.file).or_default().push(finding);
        }
    }
    for (file, findings) in unused {
        let Some(source) = sources.get(file).filter(|source| source.path.ends_with(".kdl")) else { continue };
        let parsed = syntax::parse(file, &source.text);
        let nodes: Vec<(Span, Span)> =
            parsed.document.nodes().map(|node| (node.head_span(), node.span())).collect();
        for finding in findings {
            let at = finding.labels.iter().find(|label| label.primary).map_or(Span::NONE, |label| label.span);
            let next = nodes.partition_point(|(head, _)| head.start <= at.start);
            let Some((head, whole)) = next.checked_sub(1).and_then(|index| nodes.get(index)) else {
                continue;
            };
            if at.end <= head.end {
                let edit = Edit { span: *whole, replacement: String::new() };
                *finding = finding.clone().suggest("remove it", vec![edit]);
            }
        }
    }
}

/// Widens removals: a whole line goes with its line break, a word with the space before it.
pub(super) fn tidy(edit: &mut Edit, sources: &Sources) {
    if !edit.replacement.is_empty() || edit.span.start == edit.span.end {
        return;
    }
    let Some(text) = sources.get(edit.span.file).map(|source| source.text.as_str()) else { return };
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    let (Some(before), Some(after)) = (text.get(..start), text.get(end..)) else { return };
    let blank = |c: char| c == ' ' || c == '\t';
    let head = before.trim_end_matches(blank);
    let rest = after.trim_start_matches(|c| blank(c) || c == ';');
    let ended = rest.is_empty() || rest.starts_with(['\n', '\r']);
    let begins = head.is_empty() || head.ends_with('\n');
    if begins && ended {
        let line = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')).unwrap_or(rest);
        edit.span.start = head.len() as u32;
        edit.span.end = (text.len() - line.len()) as u32;
    } else if ended || after.starts_with(|c: char| blank(c) || matches!(c, ';' | '{' | '}')) {
        edit.span.start = if begins { edit.span.start } else { head.len() as u32 };
    }
}
