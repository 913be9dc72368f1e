//! Who a git server thinks we are. Takes configured credentials, gives libgit2's callbacks.
//!
//! Invariant: nothing here is ever printed; `Debug` of credentials shows only which kinds are set.

use git2::{Cred, CredentialType, Error, RemoteCallbacks};
use std::fmt;
use std::path::PathBuf;

/// Credentials for a git server.
#[derive(Clone, Default)]
pub struct Credentials {
    /// User name, for https and ssh; `git` for ssh where left out.
    pub user: Option<String>,
    /// Password or token, for https.
    pub password: Option<String>,
    /// Private key file, for ssh; the agent is asked where left out.
    pub ssh_key: Option<PathBuf>,
    /// Pass phrase of the key.
    pub ssh_passphrase: Option<String>,
    /// Accept any ssh host key. Without it libssh2's check against `known_hosts` decides.
    pub any_host_key: bool,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, password, ssh_key, ssh_passphrase: _, any_host_key } = self;
        f.debug_struct("Credentials")
            .field("user", &user.is_some())
            .field("password", &password.is_some())
            .field("ssh_key", &ssh_key.is_some())
            .field("any_host_key", any_host_key)
            .finish()
    }
}

impl Credentials {
    /// Installs the credentials into `callbacks`.
    pub(super) fn install(&self, callbacks: &mut RemoteCallbacks<'_>) {
        let credentials = self.clone();
        // libgit2 asks again and again as long as it is given something; a wrong password must end.
        let mut asked = 0;
        callbacks.credentials(move |_, user, allowed| {
            asked += 1;
            if asked > 4 {
                return Err(Error::from_str("the credentials were not accepted"));
            }
            credentials.answer(user, allowed)
        });
        if self.any_host_key {
            callbacks.certificate_check(|certificate, _| match certificate.as_hostkey() {
                Some(_) => Ok(git2::CertificateCheckStatus::CertificateOk),
                None => Ok(git2::CertificateCheckStatus::CertificatePassthrough),
            });
        }
    }

    fn answer(&self, user: Option<&str>, allowed: CredentialType) -> Result<Cred, Error> {
        let name = self.user.as_deref().or(user).unwrap_or("git");
        if allowed.contains(CredentialType::USERNAME) {
            return Cred::username(name);
        }
        if allowed.contains(CredentialType::SSH_KEY) {
            return match &self.ssh_key {
                Some(key) => Cred::ssh_key(name, None, key, self.ssh_passphrase.as_deref()),
                None => Cred::ssh_key_from_agent(name),
            };
        }
        match &self.password {
            Some(password) if allowed.contains(CredentialType::USER_PASS_PLAINTEXT) => {
                Cred::userpass_plaintext(name, password)
            }
            _ => Err(Error::from_str("the server asks for credentials and none are configured")),
        }
    }
}
