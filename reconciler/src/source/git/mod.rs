//! A rendering in a git repository, over file, https or ssh.
//!
//! Keeps a bare cache repository in the worker's own folder, fetches one branch or tag into it, and reads the bundle's
//! folder straight from the tree: nothing is checked out. Invariant: what a fetch leaves in the cache is complete or is
//! thrown away; a cache that cannot be read is built again once.

mod access;
mod cache;
mod signers;
mod tree;

pub use access::Credentials;
pub use signers::{Signers, SignersError};

use super::{Ancestry, Fetched, Known, Limits, Source, SourceError, redact};
use git2::{Oid, Repository};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// A branch or tag of a git repository.
#[derive(Clone, Debug)]
pub struct GitSource {
    pub(super) url: String,
    pub(super) reference: String,
    folder: String,
    cache: PathBuf,
    generation: u32,
    pub(super) credentials: Credentials,
    limits: Limits,
    pub(super) deadline: Duration,
    known: Known,
    /// Who must have signed; `None`: nobody.
    signers: Option<Arc<Signers>>,
}

impl GitSource {
    /// The branch or tag `branch` of the repository at `url`; its cache lies in `cache`, which is this source's alone.
    pub fn new(url: impl Into<String>, branch: impl Into<String>, cache: impl Into<PathBuf>) -> Self {
        Self {
            url: url.into(),
            reference: branch.into(),
            folder: String::new(),
            cache: cache.into(),
            generation: 0,
            credentials: Credentials::default(),
            limits: Limits::default(),
            deadline: Duration::from_secs(60),
            known: Known::default(),
            signers: None,
        }
    }

    /// With credentials for https or ssh.
    pub fn with_credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// With the rendering in a folder of the repository instead of its root.
    pub fn in_folder(mut self, folder: impl Into<String>) -> Self {
        self.folder = folder.into().trim_matches('/').to_owned();
        self
    }

    /// Taking only commits that one of these has signed.
    pub fn signed_by(mut self, signers: Signers) -> Self {
        self.signers = Some(Arc::new(signers));
        self
    }

    /// With other limits on size and count.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// With another limit on the time that a transfer may take.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    fn cache_path(&self) -> PathBuf {
        self.cache.join(format!("cache-{}.git", self.generation))
    }

    fn attempt(&self, bundle_path: &str) -> Result<Fetched, SourceError> {
        let (repository, _temporary) = cache::open(&self.cache_path())?;
        let head = cache::download(self, &repository)?;
        self.check_signature(&repository, head)?;
        let confirmed_at = jiff::Timestamp::now();
        let descends = self.ancestry(&repository, head)?;
        let commit = head.to_string();
        let files = match self.known.held.as_deref() == Some(commit.as_str()) {
            true => Default::default(),
            false => tree::read(&repository, head, &self.folder, bundle_path, self.limits)?,
        };
        Ok(Fetched { commit, descends, files, confirmed_at })
    }

    fn check_signature(&self, repository: &Repository, head: Oid) -> Result<(), SourceError> {
        let Some(signers) = &self.signers else { return Ok(()) };
        let bad = |why: String| SourceError::Unsigned(format!("commit {head} {why}"));
        let found = repository.extract_signature(&head, None);
        let (signature, signed) = found.map_err(|error| match error.code() {
            git2::ErrorCode::NotFound => bad(format!("is not signed; {} keys are trusted", signers.len())),
            _ => cache::damaged("cannot read the signature of the head", &error),
        })?;
        let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or(0);
        let text = std::str::from_utf8(&signature).map_err(|_| bad("has a damaged signature".to_owned()))?;
        let who = signers.who(text, &signed, now).map_err(bad)?;
        tracing::debug!("commit {head} is signed by {who}");
        Ok(())
    }

    fn ancestry(&self, repository: &Repository, head: Oid) -> Result<Ancestry, SourceError> {
        let Some(accepted) = &self.known.accepted else { return Ok(Ancestry::First) };
        let diverged = Ancestry::Diverged { accepted: accepted.clone() };
        let Ok(ancestor) = Oid::from_str(accepted) else { return Ok(diverged) };
        if ancestor == head {
            return Ok(Ancestry::Same);
        }
        // A commit that the fetched history does not hold cannot be an ancestor of its head.
        if repository.find_commit(ancestor).is_err() {
            return Ok(diverged);
        }
        match repository.graph_descendant_of(head, ancestor) {
            Ok(true) => Ok(Ancestry::Descends),
            Ok(false) => Ok(diverged),
            Err(error) => Err(cache::damaged("cannot walk the history", &error)),
        }
    }
}

impl Source for GitSource {
    fn fetch(&mut self, bundle_path: &str) -> Result<Fetched, SourceError> {
        match self.attempt(bundle_path) {
            // The damage may be in the cache alone (power loss, full disk): build it again once before blaming the server.
            Err(SourceError::Corrupt(_)) => {
                cache::discard(&self.cache_path());
                self.attempt(bundle_path)
            }
            other => other,
        }
    }

    fn know(&mut self, known: Known) {
        self.known = known;
    }

    fn fork(&self) -> Option<Box<dyn Source>> {
        Some(Box::new(Self { generation: self.generation + 1, ..self.clone() }))
    }

    fn describe(&self) -> String {
        format!("{} at {}", self.reference, redact(&self.url))
    }
}
