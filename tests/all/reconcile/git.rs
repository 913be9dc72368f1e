//! Renderings in git repositories: forced pushes, damage, links, empty and missing ones.

use git2::{Oid, Repository, Signature};
use seawall_reconciler::source::{Ancestry, Credentials, GitSource, Known, Limits, Source, SourceError};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(super) const REGION: &str = "regions/eu-west";

pub(super) struct Git {
    folder: TempDir,
    repository: Repository,
}

impl Git {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::init_bare(folder.path().join("remote.git")).unwrap();
        Self { folder, repository }
    }

    pub(super) fn source(&self) -> GitSource {
        GitSource::new(self.url(), "main", self.folder.path().join("cache"))
    }

    fn url(&self) -> String {
        format!("file://{}", self.repository.path().display())
    }

    /// Commits files, given as path, mode and content, on top of `parent`, and moves `main` there.
    fn commit(&self, parent: Option<Oid>, files: &[(&str, i32, &str)]) -> Oid {
        let mut tree = self.repository.treebuilder(None).unwrap();
        let mut folders: std::collections::BTreeMap<&str, Vec<(&str, i32, &str)>> = Default::default();
        for (path, mode, content) in files {
            match path.split_once('/') {
                Some((folder, rest)) => folders.entry(folder).or_default().push((rest, *mode, content)),
                None => {
                    let blob = self.repository.blob(content.as_bytes()).unwrap();
                    tree.insert(path, blob, *mode).unwrap();
                }
            }
        }
        for (folder, files) in folders {
            tree.insert(folder, self.tree(&files), 0o040_000).unwrap();
        }
        let tree = self.repository.find_tree(tree.write().unwrap()).unwrap();
        let who = Signature::now("t", "t@localhost").unwrap();
        let parent = parent.map(|id| self.repository.find_commit(id).unwrap());
        let parents: Vec<&git2::Commit> = parent.iter().collect();
        let id = self.repository.commit(None, &who, &who, "m", &tree, &parents).unwrap();
        self.repository.reference("refs/heads/main", id, true, "test").unwrap();
        id
    }

    fn tree(&self, files: &[(&str, i32, &str)]) -> Oid {
        let mut tree = self.repository.treebuilder(None).unwrap();
        let mut folders: std::collections::BTreeMap<&str, Vec<(&str, i32, &str)>> = Default::default();
        for (path, mode, content) in files {
            match path.split_once('/') {
                Some((folder, rest)) => folders.entry(folder).or_default().push((rest, *mode, content)),
                None => {
                    let blob = self.repository.blob(content.as_bytes()).unwrap();
                    tree.insert(path, blob, *mode).unwrap();
                }
            }
        }
        for (folder, files) in folders {
            tree.insert(folder, self.tree(&files), 0o040_000).unwrap();
        }
        tree.write().unwrap()
    }

    /// Moves `main` to a commit, given as it is kept.
    pub(super) fn raw(&self, commit: &[u8]) {
        let id = self.repository.odb().unwrap().write(git2::ObjectType::Commit, commit).unwrap();
        self.repository.reference("refs/heads/main", id, true, "test").unwrap();
    }

    pub(super) fn good(&self, parent: Option<Oid>, content: &str) -> Oid {
        self.commit(
            parent,
            &[
                ("fleet.json", 0o100_644, "{}"),
                ("regions/eu-west/bundle.json", 0o100_644, content),
                ("regions/eu-west/base/a.yaml", 0o100_644, "a"),
                ("regions/us-east/bundle.json", 0o100_644, "not ours"),
            ],
        )
    }
}

fn known(accepted: Oid) -> Known {
    Known { accepted: Some(accepted.to_string()), held: None }
}

#[test]
fn only_the_regions_folder_is_read() {
    let git = Git::new();
    let head = git.good(None, "1");
    let fetched = git.source().fetch(REGION).unwrap();
    let paths: Vec<&str> = fetched.files.keys().map(String::as_str).collect();
    assert_eq!(paths, ["fleet.json", "regions/eu-west/base/a.yaml", "regions/eu-west/bundle.json"]);
    assert_eq!((fetched.commit, fetched.descends), (head.to_string(), Ancestry::First));
}

#[test]
fn a_child_descends_and_a_forced_push_does_not() {
    let git = Git::new();
    let first = git.good(None, "1");
    let second = git.good(Some(first), "2");
    let mut source = git.source();
    source.know(known(first));
    assert_eq!(source.fetch(REGION).unwrap().descends, Ancestry::Descends);
    source.know(known(second));
    assert_eq!(source.fetch(REGION).unwrap().descends, Ancestry::Same);
    git.good(None, "3");
    assert!(
        matches!(source.fetch(REGION).unwrap().descends, Ancestry::Diverged { accepted } if accepted == second.to_string())
    );
    // A replay: the branch is set back to a commit that was in force earlier.
    git.repository.reference("refs/heads/main", first, true, "replay").unwrap();
    assert!(matches!(source.fetch(REGION).unwrap().descends, Ancestry::Diverged { .. }));
}

#[test]
fn files_of_a_held_commit_are_not_read_again() {
    let git = Git::new();
    let head = git.good(None, "1").to_string();
    let mut source = git.source();
    source.know(Known { accepted: Some(head.clone()), held: Some(head) });
    assert!(source.fetch(REGION).unwrap().files.is_empty());
}

#[test]
fn what_is_not_there_is_named() {
    let git = Git::new();
    let missing = |source: &mut GitSource| match source.fetch(REGION) {
        Err(SourceError::Missing(message)) => message,
        other => panic!("{other:?}"),
    };
    assert!(missing(&mut git.source()).contains("empty repository"));
    git.good(None, "1");
    let mut branch = GitSource::new(git.url(), "prod", git.folder.path().join("c2"));
    assert!(missing(&mut branch).contains("no branch or tag `prod`"));
    let gone = format!("file://{}/gone.git", git.folder.path().display());
    missing(&mut GitSource::new(gone, "main", git.folder.path().join("c3")));
    let error = git.source().fetch("regions/mars").unwrap_err();
    assert!(error.to_string().contains("no folder regions/mars"), "{error}");
    git.commit(None, &[("readme", 0o100_644, "no rendering")]);
    assert!(missing(&mut git.source()).contains("no fleet.json"));
}

#[test]
fn symbolic_links_are_refused() {
    let git = Git::new();
    for path in ["regions/eu-west/base/link.yaml", "regions/eu-west", "fleet.json"] {
        let mut files =
            vec![("fleet.json", 0o100_644, "{}"), ("regions/eu-west/bundle.json", 0o100_644, "1")];
        files.retain(|(name, ..)| !name.starts_with(path));
        files.push((path, 0o120_000, "/etc/passwd"));
        git.commit(None, &files);
        let error = git.source().fetch(REGION).unwrap_err();
        assert!(matches!(error, SourceError::Refused(_)), "{path}: {error:?}");
    }
}

#[test]
fn sizes_and_counts_have_limits() {
    let git = Git::new();
    git.good(None, &"x".repeat(2000));
    for limits in [
        Limits { file_bytes: 1000, ..Limits::default() },
        Limits { files: 2, ..Limits::default() },
        Limits { total_bytes: 1500, ..Limits::default() },
    ] {
        let error = git.source().with_limits(limits).fetch(REGION).unwrap_err();
        assert!(matches!(error, SourceError::Refused(_)), "{error:?}");
    }
}

/// Overwrites every loose object below `repository` whose content is at least `least` bytes.
fn corrupt(repository: &Path) -> usize {
    let mut corrupted = 0;
    let mut folders = vec![repository.join("objects")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_none_or(|e| e != "idx") {
                std::fs::remove_file(&path).unwrap();
                std::fs::write(&path, b"garbage").unwrap();
                corrupted += 1;
            }
        }
    }
    corrupted
}

#[test]
fn a_corrupted_repository_is_an_error_and_mends() {
    let git = Git::new();
    let head = git.good(None, "1");
    let mut source = git.source();
    source.fetch(REGION).unwrap();
    let second = git.good(Some(head), "2");
    let blob = git.repository.blob(b"2").unwrap().to_string();
    let file = git.repository.path().join("objects").join(&blob[..2]).join(&blob[2..]);
    let whole = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, b"garbage").unwrap();
    source.know(known(head));
    let error = source.fetch(REGION).unwrap_err();
    assert!(!error.to_string().is_empty());
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, whole).unwrap();
    assert_eq!(source.fetch(REGION).unwrap().commit, second.to_string());
}

#[test]
fn a_damaged_cache_is_built_again() {
    let git = Git::new();
    let head = git.good(None, "1");
    let mut source = git.source();
    source.fetch(REGION).unwrap();
    assert!(corrupt(&git.folder.path().join("cache/cache-0.git")) > 0);
    assert_eq!(source.fetch(REGION).unwrap().commit, head.to_string());
}

#[test]
fn a_cache_that_cannot_be_written_does_not_keep_the_region_from_its_bundle() {
    let git = Git::new();
    git.good(None, "1");
    let file = git.folder.path().join("file");
    std::fs::write(&file, "a file, no folder").unwrap();
    assert!(GitSource::new(git.url(), "main", file).fetch(REGION).is_ok());
}

#[test]
fn credentials_are_never_quoted() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = format!("https://me:pa55word@127.0.0.1:{port}/r.git?token=t0ken");
    let secret =
        Credentials { user: Some("me".into()), password: Some("0ther".into()), ..Credentials::default() };
    let folder = tempfile::tempdir().unwrap();
    let mut source = GitSource::new(url, "main", folder.path()).with_credentials(secret);
    let error = source.fetch(REGION).unwrap_err();
    let all = format!(
        "{error} {error:?} {} {:?}",
        source.describe(),
        Credentials { password: Some("0ther".into()), ..Credentials::default() }
    );
    for secret in ["pa55word", "t0ken", "0ther"] {
        assert!(!all.contains(secret), "{all}");
    }
    assert!(matches!(error, SourceError::Unreachable(_)), "{error:?}");
}

#[test]
fn a_large_folder_is_read_quickly() {
    let git = Git::new();
    let names: Vec<String> = (0..2000).map(|n| format!("regions/eu-west/base/{n}.yaml")).collect();
    let mut files = vec![("fleet.json", 0o100_644, "{}")];
    files.extend(names.iter().map(|name| (name.as_str(), 0o100_644, "kind: X")));
    git.commit(None, &files);
    let mut source = git.source();
    source.fetch(REGION).unwrap();
    let started = Instant::now();
    assert_eq!(source.fetch(REGION).unwrap().files.len(), 2001);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}
