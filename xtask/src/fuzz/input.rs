//! An input: the files of a fleet's folder, or one file. Written to and read from a folder, or one file for the worker.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Files by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Input(pub(super) BTreeMap<String, Vec<u8>>);

impl Input {
    /// How many bytes there are.
    pub(super) fn size(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Reads a folder, `expected.txt` left out.
    pub(super) fn read(folder: &Path) -> io::Result<Input> {
        let mut files = BTreeMap::new();
        let mut open = vec![folder.to_owned()];
        while let Some(at) = open.pop() {
            for entry in fs::read_dir(&at)? {
                let path = entry?.path();
                if path.is_dir() {
                    open.push(path);
                } else if let Ok(name) = path.strip_prefix(folder) {
                    files.insert(name.to_string_lossy().into_owned(), fs::read(&path)?);
                }
            }
        }
        files.remove("expected.txt");
        Ok(Input(files))
    }

    /// Writes a folder; a path that leads out of it is not written.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        for (name, bytes) in &self.0 {
            let safe = !name.starts_with('/') && name.split('/').all(|part| !part.is_empty() && part != "..");
            if !safe {
                continue;
            }
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, bytes)?;
        }
        Ok(())
    }

    /// As one run of bytes: for each file the lengths of its name and content, then both.
    pub(super) fn pack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.size() + 64 * self.0.len());
        for (name, bytes) in &self.0 {
            out.extend((name.len() as u64).to_le_bytes());
            out.extend((bytes.len() as u64).to_le_bytes());
            out.extend(name.as_bytes());
            out.extend(bytes);
        }
        out
    }

    /// Back from [`Input::pack`]; `None` where it was cut off.
    pub(super) fn unpack(mut packed: &[u8]) -> Option<Input> {
        let mut files = BTreeMap::new();
        while !packed.is_empty() {
            let (lengths, rest) = packed.split_at_checked(16)?;
            let length =
                |at: usize| usize::try_from(u64::from_le_bytes(lengths[at..at + 8].try_into().ok()?)).ok();
            let (name, rest) = rest.split_at_checked(length(0)?)?;
            let (bytes, rest) = rest.split_at_checked(length(8)?)?;
            files.insert(String::from_utf8(name.to_vec()).ok()?, bytes.to_vec());
            packed = rest;
        }
        Some(Input(files))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_and_unpacks() {
        let input = Input(BTreeMap::from([("a".into(), vec![0, 255]), ("b/c".into(), Vec::new())]));
        assert_eq!(Input::unpack(&input.pack()), Some(input.clone()));
        assert_eq!(Input::unpack(&input.pack()[1..]), None);
        let folder = tempfile::tempdir().unwrap();
        input.write(folder.path()).unwrap();
        assert_eq!(Input::read(folder.path()).unwrap(), input);
    }
}
