//! How much of a rendering is read before it is refused. Takes counts, gives an error with the numbers.

use super::SourceError;

/// Upper bounds on one region's folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Files in the folder.
    pub files: usize,
    /// Bytes in one file.
    pub file_bytes: usize,
    /// Bytes in all files together.
    pub total_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { files: 100_000, file_bytes: 8 << 20, total_bytes: 512 << 20 }
    }
}

/// Counts what was read against the limits.
pub(super) struct Meter {
    limits: Limits,
    files: usize,
    bytes: usize,
}

impl Meter {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, files: 0, bytes: 0 }
    }

    /// Adds a file of `bytes` bytes.
    pub(super) fn add(&mut self, path: &str, bytes: usize) -> Result<(), SourceError> {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        let Limits { files, file_bytes, total_bytes } = self.limits;
        if bytes > file_bytes {
            return Err(SourceError::Refused(format!("{path} is {bytes} bytes, {file_bytes} is the limit")));
        }
        if self.files > files {
            return Err(SourceError::Refused(format!("the bundle holds more than {files} files")));
        }
        if self.bytes > total_bytes {
            return Err(SourceError::Refused(format!("the bundle holds more than {total_bytes} bytes")));
        }
        Ok(())
    }
}
