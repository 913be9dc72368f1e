//! What could not be read, and may have held definitions.
//!
//! Takes what was loaded, answers whether a name may be defined there. Invariant: an answer costs a look-up, whatever the
//! size of the files that could not be read.

use super::load::Loaded;
use crate::files::Sources;
use crate::span::{FileId, Spanned};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What could not be read.
pub(super) struct Doubts {
    failed: bool,
    lost: HashSet<Arc<str>>,
    /// Words of files with syntax errors, and how often each stands in which of them.
    broken: HashMap<Arc<str>, Vec<(FileId, u32)>>,
    any: bool,
    torn: bool,
}

impl Doubts {
    /// From what was loaded.
    pub(super) fn new(loaded: &Loaded, sources: &Sources) -> Self {
        let mut broken: HashMap<Arc<str>, Vec<(FileId, u32)>> = HashMap::new();
        for id in &loaded.broken {
            let text = sources.get(*id).map_or("", |source| &source.text);
            for word in text.split(ends_a_word).filter(|word| !word.is_empty() && word.len() <= 253) {
                let places = match broken.get_mut(word) {
                    Some(places) => places,
                    None => broken.entry(word.into()).or_default(),
                };
                match places.last_mut().filter(|(file, _)| file == id) {
                    Some((_, count)) => *count += 1,
                    None => places.push((*id, 1)),
                }
            }
        }
        let any = loaded.failed || !loaded.lost.is_empty() || !loaded.broken.is_empty();
        Self { failed: loaded.failed, lost: loaded.lost.clone(), broken, any, torn: loaded.torn }
    }

    /// Remembers a definition that could not be understood, so that what refers to it stays silent.
    pub(super) fn lose(&mut self, name: &Arc<str>) {
        self.lost.insert(name.clone());
        self.any = true;
    }

    /// Whether the head of a definition may be missing.
    pub(super) fn torn(&self) -> bool {
        self.torn
    }

    /// Whether anything could not be read.
    pub(super) fn any(&self) -> bool {
        self.any
    }

    /// Whether a name may be defined in what could not be read: it stands in a file with syntax errors, elsewhere than
    /// at the reference itself. What is no word cannot be looked for, and may be.
    pub(super) fn may_define(&self, name: &Spanned<Arc<str>>) -> bool {
        if self.failed || self.lost.contains(&name.value) {
            return true;
        }
        if name.value.contains(ends_a_word) {
            return !self.broken.is_empty();
        }
        let own = |file: FileId| u32::from(file == name.span.file);
        let places = self.broken.get(&name.value);
        places.is_some_and(|places| places.iter().any(|(file, count)| *count > own(*file)))
    }
}

fn ends_a_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '{' | '}' | '(' | ')' | ';' | '=' | '\\' | '#' | '/')
}
