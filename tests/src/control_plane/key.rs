//! Keys and secrets of a test cluster, made on the spot and used nowhere else.

use super::Error;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs::File;
use std::io::Read as _;

/// The first 16 hexadecimal digits of the digest of `bytes`.
pub(super) fn short(bytes: &[u8]) -> String {
    let digest = seawall_schema::digest::sha256(bytes);
    digest.trim_start_matches("sha256:").chars().take(16).collect()
}

/// A new random token.
pub(super) fn token() -> Result<String, Error> {
    Ok(short(&random()?))
}

/// A new private key on the curve P-256, as PEM (SEC 1); the public half follows from it.
pub(super) fn private() -> Result<String, Error> {
    let mut secret = random()?;
    // Below the order of the curve, whose first byte is 0xff, and not zero.
    secret[0] = 1;
    // SEQUENCE { INTEGER 1, OCTET STRING (32), [0] { OID prime256v1 } }
    let mut der = vec![0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20];
    der.extend_from_slice(&secret);
    der.extend_from_slice(&[0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]);
    Ok(format!("-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n", STANDARD.encode(der)))
}

fn random() -> Result<[u8; 32], Error> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(Error::io("read /dev/urandom"))?;
    Ok(bytes)
}
