//! Files as they would be with some edits made.
//!
//! Takes files and edits of what was read of them, gives [`Files`]. Invariant: nothing but the edited bytes differs; line
//! endings, comments and byte order marks stay.

use crate::diagnostic::Edit;
use crate::files::{FileError, Files, Sources};
use crate::span::FileId;
use std::collections::{BTreeMap, BTreeSet};

/// Files, some of them changed.
pub struct Overlay<'f> {
    below: &'f dyn Files,
    changed: BTreeMap<String, String>,
}

impl<'f> Overlay<'f> {
    /// Files, with new texts by path.
    pub fn new(below: &'f dyn Files, changed: BTreeMap<String, String>) -> Self {
        Self { below, changed }
    }
}

impl Files for Overlay<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match self.changed.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.below.read(path),
        }
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, FileError> {
        self.below.list(folder)
    }
}

/// Texts with edits made, and the lines, from 1, in which they were made.
#[derive(Default)]
pub(super) struct Edited {
    pub(super) texts: BTreeMap<String, String>,
    pub(super) lines: BTreeSet<(String, u32)>,
}

/// Makes edits that do not overlap.
pub(super) fn edited<'e>(sources: &Sources, edits: impl Iterator<Item = &'e Edit>) -> Edited {
    let mut by_file: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in edits {
        by_file.entry(edit.span.file).or_default().push(edit);
    }
    let mut made = Edited::default();
    for (file, mut edits) in by_file {
        let Some(source) = sources.get(file) else { continue };
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let mut text = String::with_capacity(source.text.len() + 64);
        let (mut at, mut line) = (0, 1);
        for edit in edits {
            let kept = source.text.get(at..edit.span.start as usize).unwrap_or_default();
            line += breaks(kept);
            text.push_str(kept);
            made.lines.insert((source.path.clone(), line));
            text.push_str(&edit.replacement);
            line += breaks(&edit.replacement);
            at = edit.span.end as usize;
        }
        text.push_str(source.text.get(at..).unwrap_or_default());
        made.texts.insert(source.path.clone(), text);
    }
    made
}

fn breaks(text: &str) -> u32 {
    memchr::memchr_iter(b'\n', text.as_bytes()).count() as u32
}

/// Whether two edits cannot both be made: they share bytes, or insert at one place.
pub(super) fn clash(a: &Edit, b: &Edit) -> bool {
    a.span.file == b.span.file && a.span.start <= b.span.end && b.span.start <= a.span.end
}
