//! What only a real process shows: signals, pipes that close, the environment, the folder it starts in.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The seawall binary beside this test binary, built anew if it is stale.
pub(crate) fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let here = std::env::current_exe().unwrap();
        let profile = here.parent().and_then(Path::parent).unwrap();
        let mut build = Command::new(std::env::var("CARGO").unwrap_or_else(|_| String::from("cargo")));
        build.args(["build", "--quiet", "--package", "seawall-cli", "--bin", "seawall"]);
        build.arg("--target-dir").arg(profile.parent().unwrap());
        if profile.ends_with("release") {
            build.arg("--release");
        }
        let status = build.current_dir(env!("CARGO_MANIFEST_DIR")).status().unwrap();
        assert!(status.success(), "the seawall binary does not build");
        profile.join("seawall")
    })
}

fn start(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(binary());
    command.args(args).current_dir(folder).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn codes_and_streams_are_those_of_the_process() {
    let here = tempfile::tempdir().unwrap();
    let init = start(here.path(), &["init", "fleet"]).output().unwrap();
    assert_eq!(init.status.code(), Some(0));
    assert_eq!(String::from_utf8(init.stdout).unwrap().lines().next(), Some("fleet/fleet.kdl"));
    assert!(String::from_utf8(init.stderr).unwrap().starts_with("wrote 4 files"));
    assert_eq!(start(here.path(), &["check", "nowhere"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn colour_is_for_terminals_and_for_who_asks() {
    let here = tempfile::tempdir().unwrap();
    let stderr = |variables: &[(&str, &str)], args: &[&str]| {
        let output = start(here.path(), args).envs(variables.iter().copied()).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    let escape = '\u{1b}';
    let wrong = ["check", "nowhere"];
    assert!(!stderr(&[], &wrong).contains(escape), "a pipe is no terminal");
    assert!(stderr(&[("CLICOLOR_FORCE", "1")], &wrong).contains(escape));
    assert!(!stderr(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], &wrong).contains(escape));
    assert!(stderr(&[("NO_COLOR", "1")], &["check", "nowhere", "--color", "always"]).contains(escape));
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let here = tempfile::tempdir().unwrap();
    let mut child = start(here.path(), &["completions", "zsh"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn an_interrupt_ends_with_130() {
    let here = tempfile::tempdir().unwrap();
    let mut child = start(here.path(), &["fmt", "-"]).spawn().unwrap();
    // It has read this much, so it is past its start and waits for more.
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"node\n").unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(stdin);
}

/// A disk that takes no more is played by a limit on the size of files, whose signal is ignored so that writing fails.
fn on_a_full_disk(folder: &Path, args: &[&str]) -> std::process::Output {
    let mut command = Command::new("bash");
    command.args(["-c", r#"trap '' XFSZ; ulimit -f 1; exec "$0" "$@""#]).arg(binary()).args(args);
    command.current_dir(folder).env("NO_COLOR", "1").output().unwrap()
}

#[test]
fn a_full_disk_keeps_what_was_there() {
    let here = tempfile::tempdir().unwrap();
    let run =
        |args: &[&str]| assert!(start(here.path(), args).output().unwrap().status.success(), "{args:?}");
    run(&["init", "fleet"]);
    run(&["render", "fleet", "--out", "out"]);
    let root = || std::fs::read(here.path().join("out/fleet.json")).unwrap();
    let before = root();
    // Another name changes every object.
    let entry = here.path().join("fleet/fleet.kdl");
    let text = std::fs::read_to_string(&entry).unwrap();
    assert!(text.contains("\nfleet "));
    std::fs::write(&entry, text.replacen("\nfleet ", "\nfleet other-", 1)).unwrap();
    let output = on_a_full_disk(here.path(), &["render", "fleet", "--out", "out"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("nothing was changed") && said.contains("too large"), "{said}");
    assert_eq!(root(), before);
    run(&["render", "fleet", "--out", "out"]);
    assert_ne!(root(), before);
}
