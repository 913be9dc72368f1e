//! Which paths a bundle may name. Takes text, gives a verdict; refuses whatever could leave the folder anywhere.

use super::BundleError;

/// Longest path, in bytes.
const LONGEST: usize = 512;

/// Checks a path relative to a bundle.
pub(super) fn check(path: &str) -> Result<(), BundleError> {
    let part_is_safe = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.starts_with('.');
    let safe = path.len() <= LONGEST
        && !path.contains(['\\', '\0', ':'])
        && !path.chars().any(char::is_control)
        && path.split('/').all(part_is_safe);
    if safe {
        Ok(())
    } else {
        Err(BundleError::Path(format!("unsafe path {:?} in bundle.json", shorten(path))))
    }
}

fn shorten(path: &str) -> String {
    path.chars().take(120).collect()
}
