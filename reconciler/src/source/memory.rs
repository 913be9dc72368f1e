//! A source in memory, for tests and for embedding: renderings are pushed, a fetch takes the newest.

use super::{Ancestry, Fetched, Known, Source, SourceError, belongs};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// One pushed rendering: its commit, the commit it descends from, and its files by path from the root.
#[derive(Clone, Debug)]
struct Commit {
    id: String,
    parent: Option<String>,
    files: BTreeMap<String, Vec<u8>>,
}

#[derive(Default)]
struct Shared {
    commits: Vec<Commit>,
    head: Option<String>,
    failure: Option<SourceError>,
}

/// Renderings in memory; clones share them.
#[derive(Clone, Default)]
pub struct MemorySource {
    shared: Arc<Mutex<Shared>>,
    known: Known,
}

impl MemorySource {
    /// An empty source.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes `files` the head, as a child of the former head.
    pub fn push(&self, id: &str, files: BTreeMap<String, Vec<u8>>) {
        let parent = self.lock().head.clone();
        self.push_onto(id, parent.as_deref(), files);
    }

    /// Makes `files` the head, as a child of `parent`: with another parent than the head it is a forced push.
    pub fn push_onto(&self, id: &str, parent: Option<&str>, files: BTreeMap<String, Vec<u8>>) {
        let mut shared = self.lock();
        shared.commits.retain(|commit| commit.id != id);
        shared.commits.push(Commit { id: id.to_owned(), parent: parent.map(str::to_owned), files });
        shared.head = Some(id.to_owned());
    }

    /// Makes every fetch fail with `failure`, or work again.
    pub fn fail_with(&self, failure: Option<SourceError>) {
        self.lock().failure = failure;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn descends(&self, id: &str, ancestor: &str) -> bool {
        let mut at = Some(id.to_owned());
        for _ in 0..=self.commits.len() {
            match at {
                Some(id) if id == ancestor => return true,
                Some(id) => at = self.commits.iter().find(|c| c.id == id).and_then(|c| c.parent.clone()),
                None => return false,
            }
        }
        false
    }
}

impl Source for MemorySource {
    fn fetch(&mut self, bundle_path: &str) -> Result<Fetched, SourceError> {
        let shared = self.lock();
        if let Some(failure) = &shared.failure {
            return Err(failure.clone());
        }
        let head =
            shared.head.clone().ok_or_else(|| SourceError::Missing("nothing was pushed yet".to_owned()))?;
        let commit = shared.commits.iter().find(|commit| commit.id == head);
        let commit = commit.ok_or_else(|| SourceError::Missing(format!("commit {head} is not there")))?;
        let descends = match &self.known.accepted {
            None => Ancestry::First,
            Some(accepted) if *accepted == head => Ancestry::Same,
            Some(accepted) if shared.descends(&head, accepted) => Ancestry::Descends,
            Some(accepted) => Ancestry::Diverged { accepted: accepted.clone() },
        };
        let files = match self.known.held.as_deref() == Some(head.as_str()) {
            true => BTreeMap::new(),
            false => {
                commit.files.clone().into_iter().filter(|(path, _)| belongs(path, bundle_path)).collect()
            }
        };
        Ok(Fetched { commit: head, descends, files, confirmed_at: jiff::Timestamp::now() })
    }

    fn know(&mut self, known: Known) {
        self.known = known;
    }

    fn fork(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(self.clone()))
    }

    fn describe(&self) -> String {
        "memory".to_owned()
    }
}
