//! SHA-256 digests, written `sha256:<hex>`. Takes bytes, gives text.

use sha2::{Digest as _, Sha256};

/// The digest of `bytes` as `sha256:` and 64 lower-case hexadecimal digits (FIPS 180-4).
pub fn sha256(bytes: &[u8]) -> String {
    let mut text = String::from("sha256:");
    for byte in Sha256::digest(bytes) {
        text.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        text.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
    }
    text
}
