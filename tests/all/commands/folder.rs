//! Writing renderings to folders and branches: whole or not at all, and never over something else.

use seawall_cli::commit::{self, Committed, Comparing, Staging};
use seawall_cli::folder::{self, Tree, differences};
use seawall_cli::writing::Writing;
use seawall_cli::{Context, Failure};
use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::rc::Rc;

fn context(folder: &Path) -> Context {
    let sink = || Rc::new(RefCell::new(Vec::new()));
    Context::of_test(folder, std::io::empty(), sink(), sink())
}

fn rendering(extra: &[(&str, &str)]) -> Tree {
    let root = r#"{"format":1,"language":1,"fleet":"acme","bundles":{},"active_events":{}}"#;
    let mut tree = Tree::from([("fleet.json".to_owned(), root.as_bytes().to_vec())]);
    tree.extend(extra.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())));
    tree
}

fn write(context: &Context, out: &Path, tree: &Tree) -> Result<(), Failure> {
    let mut writing = Writing::begin(context, out, false)?;
    tree.iter().try_for_each(|(path, bytes)| writing.put(path, bytes))?;
    writing.finish()
}

fn commit_tree(
    repository: &git2::Repository,
    branch: &str,
    tree: &Tree,
    message: &str,
) -> Result<Committed, Failure> {
    let mut staging = Staging::begin(repository, branch)?;
    tree.iter().try_for_each(|(path, bytes)| staging.put(path, bytes))?;
    staging.finish(message)
}

fn compare(context: &Context, out: &Path, tree: &Tree) -> Vec<String> {
    let mut writing = Writing::begin(context, out, true).unwrap();
    tree.iter().for_each(|(path, bytes)| writing.put(path, bytes).unwrap());
    let differences = writing.differences().iter().map(|d| format!("{} {}", d.sign, d.path)).collect();
    writing.finish().unwrap();
    differences
}

#[test]
fn a_rendering_is_replaced_whole() {
    let top = tempfile::tempdir().unwrap();
    let (context, out) = (context(top.path()), top.path().join("deep/out"));
    let first = rendering(&[("regions/a/base/x.yaml", "x: 1\n"), ("regions/b/base/y.yaml", "y: 1\n")]);
    write(&context, &out, &first).unwrap();
    let second = rendering(&[("regions/a/base/x.yaml", "x: 2\n")]);
    let expected = ["~ regions/a/base/x.yaml", "- regions/b/base/y.yaml"];
    assert_eq!(compare(&context, &out, &second), expected);
    assert_eq!(folder::read(&out, "out").unwrap(), first, "what is only compared is not written");
    write(&context, &out, &second).unwrap();
    assert_eq!(folder::read(&out, "out").unwrap(), second);
    let left: Vec<_> =
        fs::read_dir(top.path().join("deep")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["out"], "temporary folders are gone");
    let signs: Vec<_> =
        differences(&first, &second).iter().map(|d| format!("{} {}", d.sign, d.path)).collect();
    assert_eq!(signs, expected);
}

#[test]
fn what_stays_is_carried_over_and_nothing_is_written_where_all_stays() {
    let top = tempfile::tempdir().unwrap();
    let (context, out) = (context(top.path()), top.path().join("out"));
    let first = rendering(&[("regions/a/base/x.yaml", "x: 1\n"), ("regions/a/base/y.yaml", "y: 1\n")]);
    write(&context, &out, &first).unwrap();
    let made = |path: &str| fs::metadata(out.join(path)).unwrap().modified().unwrap();
    let (folder, y) = (made("."), made("regions/a/base/y.yaml"));
    write(&context, &out, &first).unwrap();
    assert_eq!(made("."), folder, "the folder is the same one");
    let second = rendering(&[("regions/a/base/x.yaml", "x: 2\n"), ("regions/a/base/y.yaml", "y: 1\n")]);
    write(&context, &out, &second).unwrap();
    assert_eq!(folder::read(&out, "out").unwrap(), second);
    assert_eq!(made("regions/a/base/y.yaml"), y, "an unchanged file is the old one");
    assert_ne!(made("."), folder);
}

#[cfg(unix)]
#[test]
fn a_link_is_carried_over_as_what_it_leads_to() {
    let top = tempfile::tempdir().unwrap();
    let (context, out) = (context(top.path()), top.path().join("out"));
    write(&context, &out, &rendering(&[("regions/a/base/x.yaml", "x: 1\n")])).unwrap();
    fs::write(top.path().join("elsewhere"), "y: 1\n").unwrap();
    std::os::unix::fs::symlink("../../../../elsewhere", out.join("regions/a/base/y.yaml")).unwrap();
    let second = rendering(&[("regions/a/base/x.yaml", "x: 2\n"), ("regions/a/base/y.yaml", "y: 1\n")]);
    write(&context, &out, &second).unwrap();
    assert_eq!(folder::read(&out, "out").unwrap(), second);
    assert!(!fs::symlink_metadata(out.join("regions/a/base/y.yaml")).unwrap().is_symlink());
}

#[test]
fn what_is_no_rendering_is_left_alone() {
    let top = tempfile::tempdir().unwrap();
    let context = context(top.path());
    let refused = |name: &str, files: &[(&str, &str)]| {
        let out = top.path().join(name);
        for (path, text) in files {
            fs::create_dir_all(out.join(path).parent().unwrap()).unwrap();
            fs::write(out.join(path), text).unwrap();
        }
        let failure = write(&context, &out, &rendering(&[])).unwrap_err();
        assert_eq!(failure.code(), 2, "{name}");
        for (path, text) in files {
            assert_eq!(fs::read_to_string(out.join(path)).unwrap(), *text, "{name}");
        }
    };
    let root = r#"{"format":1,"language":1,"fleet":"acme","bundles":{},"active_events":{}}"#;
    refused("home", &[("notes.txt", "mine")]);
    refused("other-json", &[("fleet.json", "{\"trucks\": 3}")]);
    refused("no-json", &[("fleet.json", "hello")]);
    refused("newer", &[("fleet.json", &root.replace(":1,\"l", ":99,\"l"))]);
    refused("checkout", &[("fleet.json", root), (".git/HEAD", "ref")]);
    refused("mixed", &[("fleet.json", root), ("thesis.tex", "mine")]);
    fs::write(top.path().join("file"), "mine").unwrap();
    assert_eq!(write(&context, &top.path().join("file"), &rendering(&[])).unwrap_err().code(), 2);
    assert_eq!(write(&context, &top.path().join("file/below"), &rendering(&[])).unwrap_err().code(), 3);
}

#[test]
fn a_run_killed_between_the_renames_is_mended() {
    let top = tempfile::tempdir().unwrap();
    let (context, out) = (context(top.path()), top.path().join("out"));
    let tree = rendering(&[("regions/a/base/x.yaml", "x: 1\n")]);
    write(&context, &out, &tree).unwrap();
    fs::rename(&out, top.path().join(".out.seawall-old")).unwrap();
    assert_eq!(compare(&context, &out, &tree), Vec::<String>::new());
    assert_eq!(folder::read(&out, "out").unwrap(), tree);
    assert!(out.join("fleet.json").exists() && !top.path().join(".out.seawall-old").exists());
}

#[test]
fn what_a_killed_run_has_left_is_tidied_up() {
    let top = tempfile::tempdir().unwrap();
    let (context, out) = (context(top.path()), top.path().join("out"));
    fs::create_dir_all(top.path().join(".out.seawall-new-x1y2z3/regions")).unwrap();
    fs::create_dir_all(top.path().join(".other.seawall-new-x1y2z3")).unwrap();
    write(&context, &out, &rendering(&[])).unwrap();
    let mut left: Vec<_> = fs::read_dir(top.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, [".other.seawall-new-x1y2z3", "out"], "another rendering's folder is left alone");
}

#[test]
fn a_link_is_named_as_such() {
    let top = tempfile::tempdir().unwrap();
    let (context, link) = (context(top.path()), top.path().join("link"));
    write(&context, &top.path().join("out"), &rendering(&[])).unwrap();
    std::os::unix::fs::symlink("out", &link).unwrap();
    let failure = write(&context, &link, &rendering(&[])).unwrap_err();
    assert_eq!(failure.code(), 2);
    assert!(failure.text(false).unwrap().contains("symbolic link"));
}

#[test]
fn a_folder_that_cannot_be_written_keeps_the_old_rendering() {
    let top = tempfile::tempdir().unwrap();
    let (context, out) = (context(top.path()), top.path().join("out"));
    let tree = rendering(&[]);
    write(&context, &out, &tree).unwrap();
    // A path that cannot exist stands for the disk that fails half-way.
    let long = format!("regions/a/base/{}.yaml", "x".repeat(300));
    let failure = write(&context, &out, &rendering(&[(&long, "")])).unwrap_err();
    assert_eq!(failure.code(), 3);
    assert!(failure.text(false).unwrap().contains("nothing was changed"));
    assert_eq!(folder::read(&out, "out").unwrap(), tree);
    assert_eq!(fs::read_dir(top.path()).unwrap().count(), 1, "temporary folders are gone");
}

fn message_of(repository: &git2::Repository, id: git2::Oid) -> (String, usize) {
    let commit = repository.find_commit(id).unwrap();
    (String::from_utf8_lossy(commit.message_bytes()).into_owned(), commit.parent_count())
}

#[test]
fn a_branch_grows_only_when_something_changed() {
    let top = tempfile::tempdir().unwrap();
    let repository = git2::Repository::init_bare(top.path()).unwrap();
    let tree = rendering(&[("regions/a/base/x.yaml", "x: 1\n")]);
    let Committed::New(first) = commit_tree(&repository, "rendering", &tree, "one").unwrap() else {
        panic!()
    };
    assert_eq!(commit_tree(&repository, "rendering", &tree, "two").unwrap(), Committed::Unchanged(first));
    let tree = rendering(&[("regions/a/base/x.yaml", "x: 2\n")]);
    let Committed::New(second) = commit_tree(&repository, "rendering", &tree, "three").unwrap() else {
        panic!()
    };
    assert_eq!(message_of(&repository, second), (String::from("three"), 1));
    assert_eq!(commit::read(&repository, "rendering").unwrap(), tree);
    let mut comparing = Comparing::begin(&repository, "rendering").unwrap();
    let other = rendering(&[("regions/a/base/x.yaml", "x: 3\n"), ("regions/b/base/x.yaml", "x: 3\n")]);
    other.iter().skip(1).for_each(|(path, bytes)| comparing.put(path, bytes).unwrap());
    let signs: Vec<_> = comparing.differences().iter().map(|d| format!("{} {}", d.sign, d.path)).collect();
    assert_eq!(signs, ["- fleet.json", "~ regions/a/base/x.yaml", "+ regions/b/base/x.yaml"]);
    assert_eq!(repository.find_commit(second).unwrap().parent_id(0).unwrap(), first);
}

#[test]
fn a_branch_of_something_else_is_left_alone() {
    let top = tempfile::tempdir().unwrap();
    let repository = git2::Repository::init(top.path()).unwrap();
    let who = git2::Signature::now("a", "a@localhost").unwrap();
    let blob = repository.blob(b"fn main() {}").unwrap();
    let mut builder = repository.treebuilder(None).unwrap();
    builder.insert("main.rs", blob, 0o100644).unwrap();
    let tree = repository.find_tree(builder.write().unwrap()).unwrap();
    let tip = repository.commit(Some("refs/heads/main"), &who, &who, "code", &tree, &[]).unwrap();
    let failure = commit_tree(&repository, "main", &rendering(&[]), "no").unwrap_err();
    assert_eq!(failure.code(), 2);
    assert_eq!(repository.refname_to_id("refs/heads/main").unwrap(), tip);
    assert_eq!(commit_tree(&repository, "..", &rendering(&[]), "no").unwrap_err().code(), 2);
    commit_tree(&repository, "rendering", &rendering(&[]), "yes").unwrap();
    assert!(!top.path().join("fleet.json").exists(), "the work tree is not touched");
}

#[test]
fn no_repository_and_a_damaged_one_are_told_apart() {
    let top = tempfile::tempdir().unwrap();
    assert_eq!(commit::open(top.path(), "here").err().unwrap().code(), 2);
    let repository = git2::Repository::init_bare(top.path().join("bare")).unwrap();
    assert_eq!(commit::read(&repository, "nothing").unwrap_err().code(), 2);
    let tree = rendering(&[("regions/a/base/x.yaml", "x: 1\n")]);
    let Committed::New(id) = commit_tree(&repository, "rendering", &tree, "one").unwrap() else { panic!() };
    let root = repository.find_commit(id).unwrap().tree_id().to_string();
    let object = top.path().join("bare/objects").join(&root[..2]).join(&root[2..]);
    fs::remove_file(&object).unwrap();
    let fresh = git2::Repository::open(top.path().join("bare")).unwrap();
    assert_eq!(commit::read(&fresh, "rendering").unwrap_err().code(), 3);
}
