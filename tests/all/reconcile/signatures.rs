//! Signatures of commits: who is trusted, and what is refused while what is in force stays. The keys and commits in
//! `tests/cases/signatures` were made with ssh-keygen and gpg; nobody keeps the other halves of the keys.

use super::git::{Git, REGION};
use git2::Oid;
use seawall_reconciler::source::{Signers, Source as _, SourceError};
use std::path::PathBuf;

fn case(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("cases/signatures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn signers(files: &[&str]) -> Signers {
    let mut signers = Signers::default();
    for file in files {
        signers.add(&String::from_utf8(case(file)).unwrap()).unwrap();
    }
    signers
}

/// A repository whose head is that commit.
fn repository(commit: &str) -> Git {
    let git = Git::new();
    git.good(None, "signed");
    if commit != "unsigned" {
        git.raw(&case(&format!("{commit}.commit")));
    }
    git
}

fn fetch(commit: &str, trusted: &[&str]) -> Result<(), String> {
    match repository(commit).source().signed_by(signers(trusted)).fetch(REGION) {
        Ok(fetched) => {
            assert_eq!(fetched.files.len(), 3, "the files of the bundle and fleet.json");
            Ok(())
        }
        Err(SourceError::Unsigned(why)) => Err(why),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_commit_that_a_trusted_key_has_signed_is_taken() {
    for (commit, key) in [
        ("ssh-ed25519", "ssh-ed25519.pub"),
        ("ssh-rsa", "ssh-rsa.pub"),
        ("ssh-ecdsa", "ssh-ecdsa.pub"),
        ("pgp-primary", "pgp.asc"),
        ("pgp-subkey", "pgp.asc"),
    ] {
        assert_eq!(fetch(commit, &[key]), Ok(()), "{commit}");
        assert_eq!(fetch(commit, &["ssh-another.pub", "pgp-another.asc", key]), Ok(()), "{commit}");
    }
}

#[test]
fn every_other_commit_is_refused_and_it_is_said_why() {
    let all = ["ssh-ed25519.pub", "ssh-rsa.pub", "ssh-ecdsa.pub", "pgp.asc"];
    for (commit, trusted, words) in [
        ("unsigned", &all[..], "is not signed; 4 keys are trusted"),
        ("ssh-forged", &all, "that is not of this commit"),
        ("pgp-forged", &all, "which is not trusted, or another commit was"),
        ("ssh-ed25519", &["ssh-another.pub"], "which is not trusted"),
        ("ssh-ed25519", &["pgp.asc"], "which is not trusted"),
        ("pgp-primary", &["pgp-another.asc", "ssh-ed25519.pub"], "which is not trusted"),
        ("pgp-ended", &["pgp-ended.asc"], "which has expired"),
        ("pgp-subkey", &["pgp-revoked-subkey.asc"], "which was revoked"),
    ] {
        let why = fetch(commit, trusted).unwrap_err();
        assert!(why.contains(words), "{commit}: {why}");
    }
}

#[test]
fn what_was_accepted_is_looked_at_again_and_a_head_without_a_signature_changes_nothing() {
    let git = repository("ssh-ed25519");
    let mut source = git.source().signed_by(signers(&["ssh-ed25519.pub"]));
    let first = source.fetch(REGION).unwrap();
    git.good(Some(Oid::from_str(&first.commit).unwrap()), "2");
    assert!(matches!(source.fetch(REGION), Err(SourceError::Unsigned(_))));
    assert!(git.source().fetch(REGION).is_ok(), "nobody else demands one");
}

#[test]
fn files_of_keys_are_read_in_every_usual_form() {
    let key = String::from_utf8(case("ssh-ed25519.pub")).unwrap();
    let add = |text: &str| {
        let mut signers = Signers::default();
        signers.add(text).map(|()| signers.len()).map_err(|error| error.to_string())
    };
    let key = key.trim();
    assert_eq!(add(&format!("# ours\n\nann@localhost {key}\n{key} a comment\n")), Ok(2));
    assert_eq!(add(&format!("ann@localhost namespaces=\"git\" {key}")), Ok(1));
    assert_eq!(add(&format!("ann@localhost namespaces=\"file\" {key}")), Err("it holds no key".to_owned()));
    let cert = add(&format!("*@localhost cert-authority {key}"));
    assert_eq!(cert, Err("line 1: option `cert-authority` is not supported".to_owned()));
    for (text, words) in [
        ("", "no key"),
        ("ssh-ed25519", "line 1: no SSH public key"),
        ("hello world", "line 1: no SSH public key"),
        ("ssh-ed25519 AAAA", "line 1"),
        ("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----", "OpenPGP"),
    ] {
        let why = add(text).unwrap_err();
        assert!(why.contains(words), "{text}: {why}");
    }
    let both = [case("pgp.asc"), case("pgp-another.asc")].concat();
    assert_eq!(add(&String::from_utf8(both).unwrap()), Ok(2));
}
