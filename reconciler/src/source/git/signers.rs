//! Who may sign commits: SSH and OpenPGP keys that an operator trusts, and whether a commit carries a signature of one.
//!
//! Takes the text of key files and a commit's signature with the bytes that were signed; gives who signed. Invariant: what
//! the operator put into the files is trusted as it stands; what a repository holds never adds a key.
//! Sources: PROTOCOL.sshsig and ssh-keygen(1) of OpenSSH, RFC 9580.

use pgp::composed::{Deserializable as _, DetachedSignature, SignedPublicKey, SignedPublicSubKey};
use pgp::packet::{Signature, SignatureType};
use pgp::types::KeyDetails as _;
use ssh_key::{HashAlg, PublicKey, SshSig};

/// What git signs for.
const NAMESPACE: &str = "git";
const SSH: &str = "-----BEGIN SSH SIGNATURE-----";
const PGP: &str = "-----BEGIN PGP SIGNATURE-----";
const PGP_KEY: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----";

/// The keys that are trusted.
#[derive(Clone, Debug, Default)]
pub struct Signers {
    ssh: Vec<PublicKey>,
    pgp: Vec<SignedPublicKey>,
}

/// A file of keys that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SignersError(String);

impl Signers {
    /// Adds the keys of a file: OpenSSH public keys, a line each, also in the form of `allowed_signers`; or armoured OpenPGP
    /// public keys.
    ///
    /// # Errors
    /// A line that is no key, an option other than `namespaces`, or a file without any key.
    pub fn add(&mut self, text: &str) -> Result<(), SignersError> {
        let before = self.len();
        if text.contains(PGP_KEY) {
            self.add_pgp(text)?;
        } else {
            for (number, line) in text.lines().enumerate() {
                let line = line.trim();
                if !line.is_empty() && !line.starts_with('#') {
                    let key = ssh(line).map_err(|why| SignersError(format!("line {}: {why}", number + 1)))?;
                    self.ssh.extend(key);
                }
            }
        }
        if self.len() == before { Err(SignersError("it holds no key".to_owned())) } else { Ok(()) }
    }

    fn add_pgp(&mut self, text: &str) -> Result<(), SignersError> {
        // One block after the other, as `cat` joins them.
        for block in text.split(PGP_KEY).skip(1) {
            let armoured = format!("{PGP_KEY}{block}");
            let why = |error: pgp::errors::Error| SignersError(format!("no OpenPGP public key: {error}"));
            let (keys, _) = SignedPublicKey::from_armor_many(armoured.as_bytes()).map_err(why)?;
            for key in keys {
                self.pgp.push(key.map_err(why)?);
            }
        }
        Ok(())
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.ssh.len() + self.pgp.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Who of them signed `signed`.
    ///
    /// # Errors
    /// Why that is not known: another format, a damaged signature, a key that is not trusted, other bytes.
    pub fn who(&self, signature: &str, signed: &[u8], now: u64) -> Result<String, String> {
        let signature = signature.trim();
        if signature.starts_with(SSH) {
            self.by_ssh(signature, signed)
        } else if signature.starts_with(PGP) {
            self.by_pgp(signature, signed, now)
        } else {
            Err("is signed neither by SSH nor by OpenPGP".to_owned())
        }
    }

    fn by_ssh(&self, signature: &str, signed: &[u8]) -> Result<String, String> {
        let parsed =
            SshSig::from_pem(signature).map_err(|error| format!("has a damaged SSH signature: {error}"))?;
        let found = self.ssh.iter().find(|key| key.key_data() == parsed.public_key());
        let name = parsed.public_key().fingerprint(HashAlg::Sha256).to_string();
        let key = found.ok_or_else(|| format!("is signed by {name}, which is not trusted"))?;
        let verified = key.verify(NAMESPACE, signed, &parsed);
        verified.map_err(|_| format!("has a signature of {name} that is not of this commit"))?;
        Ok(name)
    }

    fn by_pgp(&self, signature: &str, signed: &[u8], now: u64) -> Result<String, String> {
        let parsed = DetachedSignature::from_armor_single(signature.as_bytes());
        let (parsed, _) = parsed.map_err(|error| format!("has a damaged OpenPGP signature: {error}"))?;
        for key in &self.pgp {
            let name = key.fingerprint().to_string();
            if parsed.verify(key, signed).is_ok() {
                return primary_holds(key, now).map(|()| name);
            }
            let by = key.public_subkeys.iter().find(|subkey| parsed.verify(*subkey, signed).is_ok());
            if let Some(subkey) = by {
                primary_holds(key, now)?;
                return subkey_holds(subkey, now).map(|()| name);
            }
        }
        let ids: Vec<String> = parsed.signature.issuer_key_id().iter().map(|id| id.to_string()).collect();
        Err(format!("is signed by {}, which is not trusted, or another commit was", ids.join(", ")))
    }
}

/// The key of a line that is one, or that names who holds it first.
fn ssh(line: &str) -> Result<Option<PublicKey>, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_kind = |word: &&str| ["ssh-", "ecdsa-", "sk-"].iter().any(|kind| word.starts_with(kind));
    let at = words.iter().position(is_kind).ok_or("no SSH public key")?;
    let [kind, key] =
        words.get(at..at + 2).and_then(|pair| pair.try_into().ok()).ok_or("no SSH public key")?;
    if let Some(options) = words.get(1..at) {
        for option in options.iter().flat_map(|options| options.split(',')) {
            let named = option.split_once('=').filter(|(name, _)| *name == "namespaces");
            let (_, of) = named.ok_or_else(|| format!("option `{option}` is not supported"))?;
            if of.trim_matches('"') != NAMESPACE {
                return Ok(None);
            }
        }
    }
    PublicKey::from_openssh(&format!("{kind} {key}")).map(Some).map_err(|error| error.to_string())
}

fn primary_holds(key: &SignedPublicKey, now: u64) -> Result<(), String> {
    let name = key.fingerprint();
    if !key.details.revocation_signatures.is_empty() {
        return Err(format!("is signed by {name}, which was revoked"));
    }
    let own = key.details.users.iter().flat_map(|user| &user.signatures);
    let lasts = lasts(own.chain(&key.details.direct_signatures));
    holds_until(&name.to_string(), key.created_at().as_secs(), lasts, now)
}

fn subkey_holds(subkey: &SignedPublicSubKey, now: u64) -> Result<(), String> {
    let name = subkey.fingerprint().to_string();
    let revoked = |signature: &Signature| signature.typ() == Some(SignatureType::SubkeyRevocation);
    if subkey.signatures.iter().any(revoked) {
        return Err(format!("is signed by {name}, which was revoked"));
    }
    if !subkey.signatures.iter().any(|signature| signature.key_flags().sign()) {
        return Err(format!("is signed by {name}, which is no key to sign with"));
    }
    holds_until(&name, subkey.created_at().as_secs(), lasts(subkey.signatures.iter()), now)
}

/// How many seconds a key lasts by the newest signature over it.
fn lasts<'s>(signatures: impl Iterator<Item = &'s Signature>) -> u64 {
    let newest = signatures.max_by_key(|signature| signature.created().map(|created| created.as_secs()));
    newest.and_then(|signature| signature.key_expiration_time()).map_or(0, |time| time.as_secs().into())
}

/// Whether a key of that age, in seconds since 1970, still counts; one that lasts 0 seconds has no end.
fn holds_until(name: &str, created: impl Into<u64>, lasts: impl Into<u64>, now: u64) -> Result<(), String> {
    let (created, lasts) = (created.into(), lasts.into());
    if lasts > 0 && now >= created.saturating_add(lasts) {
        return Err(format!("is signed by {name}, which has expired"));
    }
    Ok(())
}
