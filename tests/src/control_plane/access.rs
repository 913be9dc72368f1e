//! Who may do what in a test cluster, and kubectl.
//!
//! Invariant: one user for what is tested, whose writes the audit log holds; others for the rest.

use super::Error;
use serde_json::{Value, json};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// The user of what is tested.
pub(super) const TESTED: &str = "seawall";
/// The user of everything else.
pub(super) const ADMIN: &str = "admin";

/// The tokens of both users.
#[derive(Clone, Debug)]
pub(super) struct Tokens {
    pub(super) tested: String,
    pub(super) admin: String,
}

/// The lines of a token file: both may do everything.
pub(super) fn token_file(tokens: &Tokens) -> String {
    format!("{},{TESTED},1,system:masters\n{},{ADMIN},2,system:masters\n", tokens.tested, tokens.admin)
}

/// An audit policy: the writes of the tested user, each once, with metadata only.
pub(super) fn audit_policy() -> String {
    json!({
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [
            {"level": "Metadata", "users": [TESTED], "verbs": ["create", "update", "patch", "delete", "deletecollection"]},
            {"level": "None"},
        ],
    })
    .to_string()
}

/// The kubeconfig of clusters, each with its context, server, authority (PEM as base64) and tokens.
pub(super) fn kubeconfig(clusters: &[(String, String, String, Tokens)]) -> Value {
    let mut config =
        json!({"apiVersion": "v1", "kind": "Config", "clusters": [], "users": [], "contexts": []});
    let mut push = |list: &str, entry: Value| {
        if let Some(list) = config[list].as_array_mut() {
            list.push(entry);
        }
    };
    for (context, server, authority, tokens) in clusters {
        push(
            "clusters",
            json!({"name": context, "cluster": {"server": server, "certificate-authority-data": authority}}),
        );
        for (suffix, token) in [("", &tokens.tested), ("-admin", &tokens.admin)] {
            let name = format!("{context}{suffix}");
            push("users", json!({"name": name, "user": {"token": token}}));
            push("contexts", json!({"name": name, "context": {"cluster": context, "user": name}}));
        }
    }
    if let Some((context, ..)) = clusters.first() {
        config["current-context"] = json!(context);
    }
    config
}

/// Writes a file that only its owner may read.
pub(super) fn write_private(path: &Path, text: &str) -> Result<(), Error> {
    fs::write(path, text)
        .and_then(|()| fs::set_permissions(path, fs::Permissions::from_mode(0o600)))
        .map_err(Error::io(format!("write {}", path.display())))
}

/// Runs kubectl; gives its stdout.
pub(super) fn kubectl(
    program: &Path,
    kubeconfig: &Path,
    context: &str,
    arguments: &[&str],
    input: &str,
) -> Result<String, Error> {
    let mut child = Command::new(program)
        .arg("--kubeconfig")
        .arg(kubeconfig)
        .args(["--context", context])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(Error::io("start kubectl"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // It may end without reading; its exit status then says why.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().map_err(Error::io("run kubectl"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Error::Failed(format!("kubectl {} in {context}: {said}", arguments.join(" "))))
}
