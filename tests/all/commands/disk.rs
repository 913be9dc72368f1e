//! A fleet's folder on disk: what is refused, and that nothing hangs.

use seawall_cli::disk::DiskFiles;
use seawall_compiler::files::{FILE_LIMIT, FileError, Files};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

fn fleet() -> (tempfile::TempDir, DiskFiles) {
    let top = tempfile::tempdir().unwrap();
    let folder = top.path().join("fleet");
    fs::create_dir_all(folder.join("regions")).unwrap();
    fs::write(folder.join("fleet.kdl"), "seawall language=1\n").unwrap();
    fs::write(folder.join("regions/a.kdl"), "region a\n").unwrap();
    fs::write(top.path().join("secret"), "outside").unwrap();
    let files = DiskFiles::open(&folder, "fleet").unwrap();
    (top, files)
}

#[test]
fn files_are_read_and_listed_in_order() {
    let (top, files) = fleet();
    fs::write(top.path().join("fleet/.hidden.kdl"), "").unwrap();
    assert_eq!(files.read("regions/a.kdl").unwrap(), b"region a\n");
    assert_eq!(files.list("").unwrap(), ["fleet.kdl", "regions/a.kdl"]);
    assert_eq!(files.list("regions").unwrap(), ["regions/a.kdl"]);
}

#[test]
fn nothing_outside_the_folder_is_read() {
    let (top, files) = fleet();
    symlink(top.path().join("secret"), top.path().join("fleet/link.kdl")).unwrap();
    symlink(top.path(), top.path().join("fleet/up")).unwrap();
    for path in ["../secret", "/etc/passwd", "link.kdl", "up/secret", "regions/../../secret"] {
        assert_eq!(files.read(path), Err(FileError::Outside), "{path}");
    }
    assert_eq!(files.list("up"), Err(FileError::Outside));
    assert_eq!(files.list("").unwrap(), ["fleet.kdl", "regions/a.kdl"]);
}

#[test]
fn a_link_inside_the_folder_is_read() {
    let (top, files) = fleet();
    symlink("regions/a.kdl", top.path().join("fleet/link.kdl")).unwrap();
    assert_eq!(files.read("link.kdl").unwrap(), b"region a\n");
}

#[test]
fn what_is_no_file_is_said_and_does_not_hang() {
    let (top, files) = fleet();
    let status =
        std::process::Command::new("mkfifo").arg(top.path().join("fleet/pipe.kdl")).status().unwrap();
    assert!(status.success());
    symlink("loop.kdl", top.path().join("fleet/loop.kdl")).unwrap();
    assert_eq!(files.read("missing.kdl"), Err(FileError::Missing));
    assert_eq!(files.read("fleet.kdl/x"), Err(FileError::Missing));
    assert_eq!(files.read("regions"), Err(FileError::Directory));
    assert!(matches!(files.read("pipe.kdl"), Err(FileError::Unreadable(why)) if why.contains("named pipe")));
    assert!(matches!(files.read("loop.kdl"), Err(FileError::Unreadable(_))));
    assert!(matches!(files.read("nul\0.kdl"), Err(FileError::Unreadable(_))));
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let (top, files) = fleet();
    let file = fs::File::create(top.path().join("fleet/big.kdl")).unwrap();
    file.set_len(FILE_LIMIT as u64 + 1).unwrap();
    assert_eq!(files.read("big.kdl"), Err(FileError::TooLarge));
    file.set_len(FILE_LIMIT as u64).unwrap();
    assert_eq!(files.read("big.kdl").unwrap().len(), FILE_LIMIT);
}

#[test]
fn a_folder_without_a_fleet_is_the_wrong_input() {
    let top = tempfile::tempdir().unwrap();
    for (path, part) in [("missing", "no such folder"), ("", "holds no fleet.kdl")] {
        let failure = DiskFiles::open(&top.path().join(path), "here").err().unwrap();
        assert_eq!(failure.code(), 2);
        assert!(failure.text(false).unwrap().contains(part));
    }
    fs::write(top.path().join("file"), "").unwrap();
    assert_eq!(DiskFiles::open(Path::new(&top.path().join("file")), "file").err().unwrap().code(), 2);
}
