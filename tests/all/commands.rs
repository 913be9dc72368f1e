//! The command line: case folders in `tests/cases/commands`, and what a case folder cannot hold.
//!
//! A case is a folder with `cmd` (one command a line; `setup: …` is a command that must
//! work and is not shown, `sh: …` a line for the shell), the input in `in/`, and what is
//! expected in `stdout`, `stderr` and `code` (of the last command). `SEAWALL_BLESS=1` writes the expected files anew.
//! Commands run in this process on streams of their own, in a copy of `in/`; its path reads `$DIR`.

mod agents;
mod change;
mod disk;
mod documents;
mod folder;
mod init;
pub(crate) mod process;

use seawall_cli::Context;
use std::cell::RefCell;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What a run left behind.
pub(crate) struct Ran {
    pub(crate) code: u8,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `seawall ARGS` in `folder`.
pub(crate) fn seawall(folder: &Path, args: &[&str]) -> Ran {
    seawall_with(folder, args, "")
}

fn seawall_with(folder: &Path, args: &[&str], stdin: &str) -> Ran {
    let stdout = Rc::new(RefCell::new(Vec::new()));
    let stderr = Rc::new(RefCell::new(Vec::new()));
    let input = std::io::Cursor::new(stdin.as_bytes().to_vec());
    let context = Context::of_test(folder, input, stdout.clone(), stderr.clone());
    let words = std::iter::once("seawall").chain(args.iter().copied()).map(Into::into);
    let code = seawall_cli::run(words, &context);
    drop(context);
    let text = |bytes: &Rc<RefCell<Vec<u8>>>| String::from_utf8_lossy(&bytes.borrow()).into_owned();
    Ran { code, stdout: text(&stdout), stderr: text(&stderr) }
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/commands")
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            copy(&entry.path(), &target);
        } else if kind.is_symlink() {
            #[cfg(unix)]
            std::os::unix::fs::symlink(fs::read_link(entry.path()).unwrap(), target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs one case; gives the files in which it differs, with a diff.
fn run_case(case: &Path) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let work = root.join("work");
    fs::create_dir(&work).unwrap();
    if case.join("in").is_dir() {
        copy(&case.join("in"), &work);
    }
    let script =
        fs::read_to_string(case.join("cmd")).unwrap_or_else(|e| panic!("{}: cmd: {e}", case.display()));
    let (mut stdout, mut stderr, mut code) = (String::new(), String::new(), 0);
    for line in script.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(shell) = line.strip_prefix("sh: ") {
            let status =
                std::process::Command::new("sh").arg("-c").arg(shell).current_dir(&work).status().unwrap();
            assert!(status.success(), "{}: {shell}", case.display());
            continue;
        }
        let (line, shown) = match line.strip_prefix("setup: ") {
            Some(line) => (line, false),
            None => (line, true),
        };
        let (line, stdin) = match line.split_once(" < ") {
            Some((line, file)) => (line, fs::read_to_string(work.join(file)).unwrap()),
            None => (line, String::new()),
        };
        let args: Vec<_> = line.split_whitespace().skip(1).collect();
        let ran = seawall_with(&work, &args, &stdin);
        if !shown {
            assert_eq!(ran.code, 0, "{}: {line}: {}", case.display(), ran.stderr);
            continue;
        }
        stdout.push_str(&ran.stdout);
        stderr.push_str(&ran.stderr);
        code = ran.code;
    }
    let clean = |text: String| {
        text.replace(&*work.to_string_lossy(), "$DIR").replace(&*root.to_string_lossy(), "$TOP")
    };
    let got = [("stdout", clean(stdout)), ("stderr", clean(stderr)), ("code", format!("{code}\n"))];
    let bless = std::env::var_os("SEAWALL_BLESS").is_some();
    let mut wrong = Vec::new();
    for (name, text) in got {
        let file = case.join(name);
        if bless {
            fs::write(&file, &text).unwrap();
            continue;
        }
        let expected = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        if expected != text {
            let diff = similar::TextDiff::from_lines(&expected, &text);
            wrong.push(format!("{}\n{}", file.display(), diff.unified_diff()));
        }
    }
    wrong
}

#[test]
fn every_case_says_what_it_should() {
    let mut found: Vec<_> = fs::read_dir(cases()).unwrap().map(|e| e.unwrap().path()).collect();
    found.sort();
    assert!(!found.is_empty());
    let wrong: Vec<_> = found.iter().flat_map(|case| run_case(case)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the binary holds is what lies in the repository, whole.
#[test]
fn templates_are_the_folders_they_come_from() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for (name, folder) in [("small", "cli/templates/small"), ("reference", "examples/reference")] {
        let here = tempfile::tempdir().unwrap();
        let ran = seawall(here.path(), &["init", "fleet", "--template", name]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(listing(&here.path().join("fleet")), listing(&root.join(folder)), "template {name}");
    }
}

fn listing(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// A reader that has gone (`| head`) is no failure.
#[test]
fn a_broken_pipe_is_quiet() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let here = tempfile::tempdir().unwrap();
    let stderr = Rc::new(RefCell::new(Vec::new()));
    let context =
        Context::of_test(here.path(), std::io::empty(), Rc::new(RefCell::new(Gone)), stderr.clone());
    let code = seawall_cli::run(["seawall", "completions", "bash"].map(Into::into), &context);
    assert_eq!((code, stderr.borrow().len()), (0, 0));
}

/// A full disk under stdout is the world's failure.
#[test]
fn a_full_disk_under_stdout_is_said() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let here = tempfile::tempdir().unwrap();
    let stderr = Rc::new(RefCell::new(Vec::new()));
    let context =
        Context::of_test(here.path(), std::io::empty(), Rc::new(RefCell::new(Full)), stderr.clone());
    let code = seawall_cli::run(["seawall", "completions", "bash"].map(Into::into), &context);
    let text = String::from_utf8(stderr.borrow().clone()).unwrap();
    assert_eq!(code, 3);
    assert!(text.contains("cannot write to stdout"), "{text}");
}

/// The rendering of the template, on disk: every bundle complete, the same bytes from anywhere.
#[test]
fn a_rendering_lies_on_disk_as_it_was_made() {
    let here = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| assert_eq!(seawall(here.path(), args).code, 0, "{args:?}");
    run(&["init", "a"]);
    run(&["init", "b"]);
    run(&["render", "a", "--out", "one"]);
    run(&["render", "b", "--out", "two/deep"]);
    let one = listing(&here.path().join("one"));
    assert_eq!(one, listing(&here.path().join("two/deep")));
    for path in ["fleet.json", "proof.json", "regions/north/bundle.json", "regions/south/provenance.json"] {
        assert!(one.iter().any(|(name, _)| name == path), "{path}");
    }
}

/// What a commit says of where it comes from.
#[test]
fn a_commit_names_its_source() {
    let here = tempfile::tempdir().unwrap();
    let ran = |args: &[&str]| seawall(here.path(), args);
    assert_eq!(ran(&["init", "fleet"]).code, 0);
    let repository = git2::Repository::init(here.path().join("fleet")).unwrap();
    let message = |id: &str| {
        let commit = repository.find_commit(git2::Oid::from_str(id.trim()).unwrap()).unwrap();
        String::from_utf8_lossy(commit.message_bytes()).into_owned()
    };
    let first = ran(&["render", "fleet", "--commit", "rendering"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    assert!(message(&first.stdout).contains("source: in no commit"), "an empty repository has no commit");

    let mut index = repository.index().unwrap();
    index.add_all(["."], git2::IndexAddOption::DEFAULT, None).unwrap();
    index.write().unwrap();
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let who = git2::Signature::now("a", "a@localhost").unwrap();
    let source = repository.commit(Some("HEAD"), &who, &who, "one", &tree, &[]).unwrap();
    let again = ran(&["render", "fleet", "--commit", "rendering"]);
    assert_eq!((again.code, again.stdout.as_str()), (0, ""), "nothing changed: no commit");

    let shop = here.path().join("fleet/workloads/shop.kdl");
    fs::write(&shop, fs::read_to_string(&shop).unwrap().replace("shop:1", "shop:2")).unwrap();
    let third = message(&ran(&["render", "fleet", "--commit", "rendering"]).stdout);
    assert!(third.contains(&format!("source: {source}, with changes")), "{third}");
    assert!(third.contains("regions/north: sha256:"), "{third}");
    let plan = ran(&["plan", "fleet"]);
    assert_eq!(
        (plan.code, plan.stdout.as_str()),
        (0, ""),
        "the branch `rendering` is what a plan is against"
    );
    assert!(!here.path().join("fleet/fleet.json").exists(), "the work tree is not touched");
}
