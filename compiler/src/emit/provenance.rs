//! Provenance as data: spans become file, line and column.
//!
//! Rule of inheritance: a field that is not listed came from where its nearest listed ancestor did; the root is always
//! listed.

use crate::files::Sources;
use crate::lower::LoweredObject;
use seawall_schema::bundle::Origin;
use std::collections::BTreeMap;

/// The origins of one object's fields, fields that nobody wrote left to their ancestors.
pub(crate) fn of(object: &LoweredObject, sources: &Sources) -> BTreeMap<String, Vec<Origin>> {
    let mut fields = BTreeMap::new();
    for (pointer, spans) in &object.provenance {
        let located = spans.iter().filter_map(|span| sources.locate(*span));
        let mut origins: Vec<_> = located
            .map(|(file, at)| Origin { file: file.to_owned(), line: at.line, column: at.column })
            .collect();
        origins.sort();
        origins.dedup();
        if !origins.is_empty() && object.value.pointer(pointer).is_some() {
            fields.insert(pointer.clone(), origins);
        }
    }
    // What the ancestor says already is not said again.
    let redundant: Vec<String> =
        fields.iter().filter(|(p, o)| inherited(&fields, p) == Some(*o)).map(|(p, _)| p.clone()).collect();
    for pointer in redundant {
        fields.remove(&pointer);
    }
    fields
}

/// What a field has from its nearest listed ancestor.
pub fn inherited<'p>(fields: &'p BTreeMap<String, Vec<Origin>>, pointer: &str) -> Option<&'p Vec<Origin>> {
    let mut rest = pointer;
    while let Some((parent, _)) = rest.rsplit_once('/') {
        if let Some(origins) = fields.get(parent) {
            return Some(origins);
        }
        rest = parent;
    }
    None
}

/// Where a field came from: its own origins, else those of its nearest listed ancestor.
pub fn resolve<'p>(fields: &'p BTreeMap<String, Vec<Origin>>, pointer: &str) -> Option<&'p Vec<Origin>> {
    fields.get(pointer).or_else(|| inherited(fields, pointer))
}
