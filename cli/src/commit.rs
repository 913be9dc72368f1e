//! A rendering as a commit: writes files to a branch without touching index or work tree.
//!
//! Takes a repository, a branch and one file after the other, gives the commit. Invariant: the branch moves only from the tip that was
//! read to the new commit (compare and swap), and a branch that holds something else than a rendering is refused.

use crate::failure::Failure;
use crate::folder::{Difference, Tree, root_file};
use git2::{ErrorCode, FileMode, ObjectType, Oid, Repository, Signature};
use seawall_compiler::files::FILE_LIMIT;
use std::collections::BTreeMap;
use std::path::Path;

/// How often a commit is made anew because the branch has moved meanwhile.
const OVERTAKEN: usize = 20;

/// What a commit was made from, for its message.
#[derive(Clone, Debug)]
pub struct SourceState {
    /// The source repository's commit.
    pub commit: String,
    /// Whether the fleet's folder has changes that are in no commit.
    pub dirty: bool,
}

/// What became of a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Committed {
    /// The tip holds this very rendering already.
    Unchanged(Oid),
    /// A new tip.
    New(Oid),
}

/// Opens the repository at `folder` or above it.
///
/// # Errors
/// [`Failure::Input`] where there is none, [`Failure::World`] where it is damaged.
pub fn open(folder: &Path, shown: &str) -> Result<Repository, Failure> {
    Repository::discover(folder).map_err(|error| match error.code() {
        ErrorCode::NotFound => Failure::input(format!("{shown} is in no git repository"))
            .help("name one with --repo, or make one with `git init`"),
        _ => git("open the git repository at", shown, &error),
    })
}

/// The state of the repository that `fleet` lies in, if it lies in one with a commit.
pub fn source_state(fleet: &Path) -> Option<SourceState> {
    let repository = Repository::discover(fleet).ok()?;
    let commit = repository.head().ok()?.peel_to_commit().ok()?.id().to_string();
    let mut options = git2::StatusOptions::new();
    options.include_untracked(true);
    if let (Some(work), Ok(fleet)) = (repository.workdir(), fleet.canonicalize())
        && let Ok(inner) = fleet.strip_prefix(work.canonicalize().ok()?)
        && !inner.as_os_str().is_empty()
    {
        options.pathspec(inner);
    }
    let dirty = repository.statuses(Some(&mut options)).map(|found| !found.is_empty()).unwrap_or(false);
    Some(SourceState { commit, dirty })
}

/// The files of `revision` in `repository`.
///
/// # Errors
/// [`Failure::Input`] where there is no such revision, [`Failure::World`] where the repository is damaged.
pub fn read(repository: &Repository, revision: &str) -> Result<Tree, Failure> {
    let object = repository.revparse_single(revision).map_err(|error| match error.code() {
        ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::UnbornBranch => {
            Failure::input(format!("no such git revision: {revision}"))
        }
        _ => git("read", revision, &error),
    })?;
    let tree = object.peel_to_tree().map_err(|e| git("read the tree of", revision, &e))?;
    files(repository, &tree).map_err(|e| git("read", revision, &e))
}

fn files(repository: &Repository, tree: &git2::Tree<'_>) -> Result<Tree, git2::Error> {
    let mut found = Tree::new();
    for (path, id) in blobs(repository, tree)? {
        let blob = repository.find_blob(id)?;
        if blob.size() > FILE_LIMIT {
            return Err(git2::Error::from_str(&format!("{path} is larger than {} MiB", FILE_LIMIT >> 20)));
        }
        found.insert(path, blob.content().to_vec());
    }
    Ok(found)
}

/// Files by path, each by what names its content.
type Blobs = BTreeMap<String, Oid>;

fn blobs(repository: &Repository, tree: &git2::Tree<'_>) -> Result<Blobs, git2::Error> {
    let mut found = Blobs::new();
    let mut open = vec![(String::new(), tree.id())];
    while let Some((prefix, id)) = open.pop() {
        for entry in repository.find_tree(id)?.iter() {
            let path = format!("{prefix}{}", String::from_utf8_lossy(entry.name_bytes()));
            match entry.kind() {
                Some(ObjectType::Tree) => open.push((format!("{path}/"), entry.id())),
                Some(ObjectType::Blob) => {
                    found.insert(path, entry.id());
                }
                _ => {}
            }
        }
    }
    Ok(found)
}

/// A rendering that is compared with the tip of a branch.
#[derive(Debug)]
pub struct Comparing {
    old: Blobs,
    changed: Vec<Difference>,
}

impl Comparing {
    /// Begins with the tip of `branch`, with nothing where there is no such branch.
    ///
    /// # Errors
    /// [`Failure::World`] where git fails.
    pub fn begin(repository: &Repository, branch: &str) -> Result<Self, Failure> {
        let tip = repository.find_reference(&format!("refs/heads/{branch}")).ok();
        let old = tip.map_or(Ok(Blobs::new()), |tip| blobs(repository, &tip.peel_to_tree()?));
        let old = old.map_err(|e| git("read branch", branch, &e))?;
        Ok(Self { old, changed: Vec::new() })
    }
    /// Takes a file.
    ///
    /// # Errors
    /// [`Failure::World`] where git cannot name its content.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let id = Oid::hash_object(ObjectType::Blob, bytes).map_err(|e| git("name", path, &e))?;
        let sign = match self.old.remove(path) {
            Some(old) if old == id => return Ok(()),
            Some(_) => '~',
            None => '+',
        };
        self.changed.push(Difference { path: path.to_owned(), sign });
        Ok(())
    }

    /// In which files the two differ, by path.
    pub fn differences(mut self) -> Vec<Difference> {
        self.changed.extend(self.old.into_keys().map(|path| Difference { path, sign: '-' }));
        self.changed.sort_by(|a, b| a.path.cmp(&b.path));
        self.changed
    }
}

/// A rendering on its way to a branch, whose history it will continue.
pub struct Staging<'r> {
    repository: &'r Repository,
    branch: String,
    root: Folder,
}

/// Folders inside one another.
#[derive(Default)]
struct Folder {
    files: BTreeMap<String, Oid>,
    folders: BTreeMap<String, Folder>,
}

impl<'r> Staging<'r> {
    /// Begins a rendering for `branch`.
    ///
    /// # Errors
    /// [`Failure::Input`] where the branch's name is none or it holds no rendering, [`Failure::World`] where git fails.
    pub fn begin(repository: &'r Repository, branch: &str) -> Result<Self, Failure> {
        if !git2::Branch::name_is_valid(branch).unwrap_or(false) {
            return Err(Failure::input(format!("{branch:?} is no name for a branch")));
        }
        acceptable_tip(repository, branch)?;
        Ok(Self { repository, branch: branch.to_owned(), root: Folder::default() })
    }

    /// Takes a file: it goes into the repository, where nothing refers to it yet.
    ///
    /// # Errors
    /// [`Failure::World`] where git fails.
    pub fn put(&mut self, path: &str, bytes: &[u8]) -> Result<(), Failure> {
        let id = self.repository.blob(bytes).map_err(|error| self.failed(&error))?;
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut at = &mut self.root;
        for part in folders.split('/').filter(|part| !part.is_empty()) {
            at = at.folders.entry(part.to_owned()).or_default();
        }
        at.files.insert(name.to_owned(), id);
        Ok(())
    }

    /// Commits what came as the new tip; nothing where the tip holds it already. Where somebody else has moved the branch
    /// meanwhile, the commit goes on top of theirs.
    ///
    /// # Errors
    /// [`Failure::Input`] where the branch holds no rendering any more, [`Failure::World`] where git fails.
    pub fn finish(self, message: &str) -> Result<Committed, Failure> {
        let tree = write_tree(self.repository, &self.root).map_err(|error| self.failed(&error))?;
        let mut tries = 0;
        loop {
            let tip = acceptable_tip(self.repository, &self.branch)?;
            match self.append(tip.as_ref(), tree, message) {
                Err(error) if is_overtaken(&error) && tries < OVERTAKEN => tries += 1,
                other => return other.map_err(|error| self.failed(&error)),
            }
        }
    }

    /// A commit of `tree` on top of `tip`, if the branch still is there.
    fn append(
        &self,
        tip: Option<&git2::Commit<'_>>,
        tree: Oid,
        message: &str,
    ) -> Result<Committed, git2::Error> {
        let Self { repository, branch, .. } = self;
        if let Some(tip) = tip.filter(|tip| tip.tree_id() == tree) {
            return Ok(Committed::Unchanged(tip.id()));
        }
        let who = author(repository)?;
        let parents: Vec<_> = tip.into_iter().collect();
        let commit = repository.commit(None, &who, &who, message, &repository.find_tree(tree)?, &parents)?;
        let log = format!("seawall render: {}", message.lines().next().unwrap_or_default());
        let reference = format!("refs/heads/{branch}");
        match tip {
            Some(tip) => repository.reference_matching(&reference, commit, true, tip.id(), &log)?,
            None => repository.reference(&reference, commit, false, &log)?,
        };
        Ok(Committed::New(commit))
    }

    fn failed(&self, error: &git2::Error) -> Failure {
        git("commit to branch", &self.branch, error).help("the branch is where it was; run the command again")
    }
}

/// The tip of a branch that renderings go to, if there is one.
fn acceptable_tip<'r>(repository: &'r Repository, branch: &str) -> Result<Option<git2::Commit<'r>>, Failure> {
    let tip = match repository.find_reference(&format!("refs/heads/{branch}")) {
        Ok(found) => found.peel_to_commit().map(Some).map_err(|e| git("read branch", branch, &e))?,
        Err(error) if error.code() == ErrorCode::NotFound => None,
        Err(error) => return Err(git("read branch", branch, &error)),
    };
    if let Some(tip) = &tip {
        refuse_foreign(repository, branch, tip)?;
    }
    Ok(tip)
}

fn is_overtaken(error: &git2::Error) -> bool {
    matches!(error.code(), ErrorCode::Modified | ErrorCode::Exists | ErrorCode::Locked)
}

/// Who the commit is by: as git is configured, or Seawall itself where it is not.
fn author(repository: &Repository) -> Result<Signature<'static>, git2::Error> {
    repository.signature().or_else(|_| Signature::now("seawall", "seawall@localhost"))
}

fn refuse_foreign(repository: &Repository, branch: &str, tip: &git2::Commit<'_>) -> Result<(), Failure> {
    let tree = tip.tree().map_err(|e| git("read branch", branch, &e))?;
    if tree.is_empty() {
        return Ok(());
    }
    let root =
        tree.get_name(crate::folder::ROOT_FILE).and_then(|entry| repository.find_blob(entry.id()).ok());
    let refused = match root {
        None => Err(format!("its tip holds no {}", crate::folder::ROOT_FILE)),
        Some(blob) => root_file(blob.content()).map(drop),
    };
    refused.map_err(|why| {
        Failure::input(format!("cannot commit to branch {branch}: it holds no rendering, and is left alone"))
            .because(why)
            .help("name a branch of its own, such as `rendering`")
    })
}

fn write_tree(repository: &Repository, folder: &Folder) -> Result<Oid, git2::Error> {
    let mut builder = repository.treebuilder(None)?;
    for (name, inner) in &folder.folders {
        builder.insert(name, write_tree(repository, inner)?, FileMode::Tree.into())?;
    }
    for (name, id) in &folder.files {
        builder.insert(name, *id, FileMode::Blob.into())?;
    }
    builder.write()
}

fn git(tried: &str, what: &str, error: &git2::Error) -> Failure {
    let mut reason = error.message().to_owned();
    if let Some(first) = reason.get(..1) {
        reason.replace_range(..1, &first.to_lowercase());
    }
    Failure::world(format!("cannot {tried} {what}"), reason)
}
