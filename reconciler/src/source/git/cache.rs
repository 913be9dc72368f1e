//! The bare repository that fetched commits land in. Takes a path, gives an opened repository and the fetched head.

use super::{GitSource, SourceError, redact};
use git2::{AutotagOption, ErrorClass, ErrorCode, FetchOptions, Oid, RemoteCallbacks, Repository};
use std::path::Path;
use std::time::Instant;

/// The reference that a fetch writes; ours alone, so a fetch that stops half way leaves the former head.
const HEAD: &str = "refs/seawall/head";

/// Opens the cache at `path` and creates it where it is missing or no repository. Where the disk refuses, a temporary
/// folder takes its place: a full disk must not keep a region from its bundle.
pub(super) fn open(path: &Path) -> Result<(Repository, Option<tempfile::TempDir>), SourceError> {
    if let Ok(repository) = Repository::open_bare(path) {
        return Ok((repository, None));
    }
    discard(path);
    match Repository::init_bare(path) {
        Ok(repository) => Ok((repository, None)),
        Err(error) => {
            tracing::warn!(cache = %path.display(), %error, "cannot create the git cache, using a temporary one");
            let folder = tempfile::tempdir();
            let folder =
                folder.map_err(|e| SourceError::Unreachable(format!("no room for a git cache: {e}")))?;
            let repository = Repository::init_bare(folder.path());
            let repository = repository.map_err(|e| damaged("no room for a git cache", &e))?;
            Ok((repository, Some(folder)))
        }
    }
}

/// Throws the cache away; the next fetch builds it again.
pub(super) fn discard(path: &Path) {
    if path.exists()
        && let Err(error) = std::fs::remove_dir_all(path)
    {
        tracing::warn!(cache = %path.display(), %error, "cannot remove the damaged git cache");
    }
}

/// An error of reading what should be whole.
pub(super) fn damaged(what: &str, error: &git2::Error) -> SourceError {
    SourceError::Corrupt(format!("{what}: {}", redact(error.message())))
}

/// Fetches the branch or tag and gives the commit it points to.
pub(super) fn download(source: &GitSource, repository: &Repository) -> Result<Oid, SourceError> {
    let mut remote = repository.remote_anonymous(&source.url).map_err(|error| failed(source, &error))?;
    let connection = {
        let mut callbacks = RemoteCallbacks::new();
        source.credentials.install(&mut callbacks);
        remote.connect_auth(git2::Direction::Fetch, Some(callbacks), None)
    };
    let connection = connection.map_err(|error| failed(source, &error))?;
    let heads = connection.list().map_err(|error| failed(source, &error))?;
    if heads.is_empty() {
        return Err(SourceError::Missing(format!("{} is an empty repository", redact(&source.url))));
    }
    let wanted = candidates(&source.reference);
    let found = wanted.iter().find(|name| heads.iter().any(|head| head.name() == name.as_str())).cloned();
    let Some(name) = found else {
        let message = format!("no branch or tag `{}` at {}", source.reference, redact(&source.url));
        return Err(SourceError::Missing(message));
    };
    drop(connection);
    let mut options = FetchOptions::new();
    options.download_tags(AutotagOption::None).update_fetchhead(false);
    options.remote_callbacks(callbacks(source));
    let refspec = format!("+{name}:{HEAD}");
    remote.fetch(&[refspec.as_str()], Some(&mut options), None).map_err(|error| failed(source, &error))?;
    let head =
        repository.find_reference(HEAD).map_err(|error| damaged("the fetched head is not there", &error))?;
    let commit = head.peel_to_commit().map_err(|error| damaged("the fetched head is no commit", &error))?;
    Ok(commit.id())
}

fn candidates(reference: &str) -> Vec<String> {
    match reference.starts_with("refs/") {
        true => vec![reference.to_owned()],
        false => vec![format!("refs/heads/{reference}"), format!("refs/tags/{reference}")],
    }
}

fn callbacks(source: &GitSource) -> RemoteCallbacks<'_> {
    let mut callbacks = RemoteCallbacks::new();
    source.credentials.install(&mut callbacks);
    let end = Instant::now() + source.deadline;
    callbacks.transfer_progress(move |_| Instant::now() < end);
    callbacks.sideband_progress(move |_| Instant::now() < end);
    callbacks
}

fn failed(source: &GitSource, error: &git2::Error) -> SourceError {
    let message = format!(
        "cannot fetch {} from {}: {}",
        source.reference,
        redact(&source.url),
        redact(error.message())
    );
    // What libgit2 says of a path where nothing lies.
    if error.message() == "unsupported URL protocol" && !source.url.contains("://") {
        return SourceError::Missing(format!("there is no repository at {}", redact(&source.url)));
    }
    match (error.code(), error.class()) {
        (ErrorCode::Auth | ErrorCode::Certificate, _) => SourceError::Forbidden(message),
        (ErrorCode::User, _) => {
            SourceError::Unreachable(format!("{message}: gave up after {} s", source.deadline.as_secs()))
        }
        (ErrorCode::NotFound, _) | (_, ErrorClass::Repository | ErrorClass::Config) => {
            SourceError::Missing(message)
        }
        (
            _,
            ErrorClass::Odb
            | ErrorClass::Zlib
            | ErrorClass::Object
            | ErrorClass::Indexer
            | ErrorClass::Reference
            | ErrorClass::Tree
            | ErrorClass::FetchHead,
        ) => SourceError::Corrupt(message),
        (_, ErrorClass::Os) if error.message().contains("No such file") => SourceError::Missing(message),
        _ => SourceError::Unreachable(message),
    }
}
